//! Frames 3E and 4E (SH-080956 4-1, 4-2).
//!
//! | binary | 0 subheader 2 | 4E: serial 2, 0 2 | network 1 | PC 1 | module I/O 2 | station 1 | length 2, of what follows |
//! | request | timer 2, of 250 ms | command 2 | subcommand 2 | data |
//! | response | end code 2 | data; refused: network 1, PC 1, module I/O 2, station 1, command 2, subcommand 2 |
//! In ASCII each byte is two hexadecimal digits. Subheaders: 5000 and D000 for 3E, 5400 and D400 for 4E.

use super::reader::Reader;
use crate::dataset::Flag;
use crate::protocol::Framing;
use std::fmt::Write as _;

/// Bytes before the length field, in binary, of 3E; a 4E frame has four more.
const BEFORE_LENGTH: usize = 7;
const SERIAL: usize = 4;
/// Least length: timer, command, subcommand of a request; the end code of a response.
const LEAST_REQUEST: usize = 6;
const LEAST_RESPONSE: usize = 2;
/// Most bytes behind the length field: 960 words, in ASCII twice; room for longer ones of iQ-R.
const MOST: usize = 2 * 4_096;

/// Form of a frame by its first bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Form {
    pub ascii: bool,
    pub serial: bool,
    pub response: bool,
}

/// None: too few bytes to tell. Some(None): no frame.
pub fn form(data: &[u8]) -> Option<Option<Form>> {
    let known: [(&[u8], bool, bool, bool); 8] = [
        (b"\x50\0", false, false, false),
        (b"\x54\0", false, true, false),
        (b"\xd0\0", false, false, true),
        (b"\xd4\0", false, true, true),
        (b"5000", true, false, false),
        (b"5400", true, true, false),
        (b"D000", true, false, true),
        (b"D400", true, true, true),
    ];
    let mut need = false;
    for (head, ascii, serial, response) in known {
        if data.starts_with(head) {
            return Some(Some(Form { ascii, serial, response }));
        }
        need |= head.starts_with(data);
    }
    if need { None } else { Some(None) }
}

impl Form {
    /// Where the length field stands, and the bytes of a field of two.
    fn length_at(self) -> (usize, usize) {
        let at = BEFORE_LENGTH + if self.serial { SERIAL } else { 0 };
        if self.ascii { (at * 2, 4) } else { (at, 2) }
    }

    fn least(self) -> usize {
        let least = if self.response { LEAST_RESPONSE } else { LEAST_REQUEST };
        if self.ascii { least * 2 } else { least }
    }
}

pub fn framing(data: &[u8]) -> Framing {
    let form = match form(data) {
        None => return Framing::Need,
        Some(None) => return Framing::Bad(Flag::SlmpHeader),
        Some(Some(form)) => form,
    };
    let (at, width) = form.length_at();
    let Some(field) = data.get(at..at + width) else { return Framing::Need };
    match Reader::new(field, form.ascii).u16().map(usize::from) {
        Some(length) if (form.least()..=MOST).contains(&length) => Framing::Message(at + width + length),
        _ => Framing::Bad(Flag::SlmpHeader),
    }
}

/// The next frame whose header can be.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        let rest = data.get(at..).unwrap_or_default();
        match framing(rest) {
            Framing::Message(_) if Frame::head(rest).is_some_and(|frame| frame.target.sound()) => return (at, true),
            Framing::Need => return (at, false),
            _ => {}
        }
    }
    (data.len(), false)
}

/// Who is meant: network, PC, module I/O and station number.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Target {
    pub network: u8,
    pub pc: u8,
    pub module: u16,
    pub station: u8,
}

impl Target {
    /// `network.pc.module.station`: decimal, the module's I/O number hexadecimal as the maker writes it.
    pub fn write(self, out: &mut String) {
        out.clear();
        let _ = write!(out, "{}.{}.{:X}.{}", self.network, self.pc, self.module, self.station);
    }

    /// Whether such a target exists (SH-080956 4-1: networks to 239, modules 0000 to 01FF, CPUs 03D0 to 03E3, own 03FF).
    pub fn sound(self) -> bool {
        self.network <= 239 && self.station <= 31 && matches!(self.module, 0..=0x01ff | 0x03d0..=0x03e3 | 0x03ff)
    }
}

/// A frame taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub form: Form,
    pub is_response: bool,
    pub serial: Option<u16>,
    pub target: Target,
    /// Of a request; of a refusal, where it repeats them.
    pub command: u16,
    pub subcommand: u16,
    /// Of a response.
    pub end_code: u16,
    pub body: Reader<'a>,
}

impl<'a> Frame<'a> {
    /// A whole frame.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let mut frame = Self::head(data)?;
        if frame.is_response {
            frame.end_code = frame.body.u16()?;
            if frame.end_code != 0 {
                let mut refused = frame.body;
                refused.take(refused.size(5));
                if let (Some(command), Some(subcommand)) = (refused.u16(), refused.u16()) {
                    (frame.command, frame.subcommand) = (command, subcommand);
                }
            }
        } else {
            frame.body.u16()?;
            (frame.command, frame.subcommand) = (frame.body.u16()?, frame.body.u16()?);
        }
        Some(frame)
    }

    /// Its header alone.
    fn head(data: &'a [u8]) -> Option<Self> {
        let form = form(data)??;
        let mut body = Reader::new(data, form.ascii);
        body.take(if form.ascii { 4 } else { 2 })?;
        let serial = if form.serial { Some((body.u16()?, body.u16()?).0) } else { None };
        let target = Target { network: body.u8()?, pc: body.u8()?, module: body.u16()?, station: body.u8()? };
        body.u16()?;
        let (command, subcommand, end_code) = (0, 0, 0);
        Some(Self { form, is_response: form.response, serial, target, command, subcommand, end_code, body })
    }
}
