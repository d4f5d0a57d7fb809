//! A Fox frame: a line of text, a body, two semicolons.
//!
//! `fox ` type ` ` sequence ` ` reply ` ` channel ` ` command, line feed, body, `;;`, line feed. Types: `s` asks for an
//! answer, `a` does not; `r` answers, `n` answers with nothing, `e` refuses; `k` keeps alive, `c` closes. Who asks gives
//! the reply number, who answers repeats it; -1 is none.

use super::message::{Cut, Reader};
use crate::dataset::Flag;
use crate::protocol::Framing;

const MAGIC: &[u8] = b"fox ";
/// The first line.
const LONGEST_LINE: usize = 256;
/// A frame, as much as a station reads of one before somebody logged in. Its length stands nowhere, so that it is read from
/// its beginning with each segment that comes: a bound of what a hostile one costs.
const LONGEST: usize = 64 * 1024;

pub const ASKS: u8 = b's';
pub const SAYS: u8 = b'a';
pub const ANSWERS: u8 = b'r';
pub const REFUSES: u8 = b'e';
pub const ANSWERS_NOTHING: u8 = b'n';
pub const KEEPS_ALIVE: u8 = b'k';
pub const CLOSES: u8 = b'c';
const TYPES: &[u8] = &[ASKS, SAYS, ANSWERS, REFUSES, ANSWERS_NOTHING, KEEPS_ALIVE, CLOSES];

/// A whole frame.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub kind: u8,
    pub sequence: i64,
    pub reply: i64,
    pub channel: &'a str,
    pub command: &'a str,
    /// With its braces; empty where there is none.
    pub body: &'a [u8],
}

impl<'a> Frame<'a> {
    /// None for what is no whole frame.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        cut(data).ok().map(|(frame, _)| frame)
    }
}

/// A word of the first line.
fn word<'a>(reader: &mut Reader<'a>, end: u8) -> Result<&'a str, Cut> {
    let word = reader.until(end, LONGEST_LINE)?;
    let sound = !word.is_empty() && word.iter().all(|byte| byte.is_ascii_graphic());
    std::str::from_utf8(word).ok().filter(|_| sound).ok_or(Cut::Bad)
}

fn number(reader: &mut Reader<'_>) -> Result<i64, Cut> {
    word(reader, b' ')?.parse().map_err(|_| Cut::Bad)
}

/// The frame at the head of the bytes, and its length.
fn cut(data: &[u8]) -> Result<(Frame<'_>, usize), Cut> {
    let mut reader = Reader::new(data, 0);
    reader.expect(MAGIC)?;
    let kind = reader.peek()?;
    if !TYPES.contains(&kind) {
        return Err(Cut::Bad);
    }
    reader.at += 1;
    reader.expect(b" ")?;
    let (sequence, reply) = (number(&mut reader)?, number(&mut reader)?);
    let (channel, command) = (word(&mut reader, b' ')?, word(&mut reader, b'\n')?);
    let begin = reader.at;
    if reader.peek()? == b'{' {
        reader.body(&mut |_| {})?;
    }
    let body = data.get(begin..reader.at).unwrap_or_default();
    reader.expect(b";;\n")?;
    Ok((Frame { kind, sequence, reply, channel, command, body }, reader.at))
}

pub fn framing(data: &[u8]) -> Framing {
    match cut(data) {
        Ok((_, length)) => Framing::Message(length),
        Err(Cut::Need) if data.len() < LONGEST => Framing::Need,
        Err(Cut::Need) => Framing::Bad(Flag::ParserLimit),
        Err(Cut::Bad) => Framing::Bad(Flag::FoxFrame),
    }
}

/// The next place that looks like a first line.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        let rest = data.get(at..).unwrap_or_default();
        let head = rest.get(..rest.len().min(6)).unwrap_or_default();
        let line = head.iter().zip(b"fox \0 ").enumerate().all(|(place, (byte, wanted))| match place {
            4 => TYPES.contains(byte),
            _ => byte == wanted,
        });
        if line {
            return (at, head.len() == 6);
        }
    }
    (data.len(), false)
}
