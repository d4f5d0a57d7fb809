//! Frames. Numbers are little-endian, but in controllers with another order, which are not read.
//!
//! Plain: | bb bb | 2 length 4 | 6 command and its data |. Wrapped: | cc cc | 2 version 2 (1) | 4 length 4 | 8 zeros 8 |
//! 16 one 4 | 20 type 1 (23) | 21 length again 2 | 23 zero 1 | 24 command and its data |. Synchronising: the same with
//! 66 66, type 06 and nothing behind it.

use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Flag;
use crate::protocol::{Framing, next_message};

const PLAIN: [u8; 2] = [0xbb; 2];
const WRAPPED: [u8; 2] = [0xcc; 2];
const SYNCHRONISE: [u8; 2] = [0x66; 2];
const PLAIN_HEADER: usize = 6;
const WRAPPED_HEADER: usize = 24;
const LONGEST: u32 = 64 * 1024;

/// Kind of a frame: an answer has its request's.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Kind {
    #[default]
    Plain,
    Wrapped,
    Synchronise,
}

/// One frame.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub kind: Kind,
    /// Its fixed bytes are as they must be.
    pub sound: bool,
    pub whole: &'a [u8],
    /// Command and its data.
    pub inside: &'a [u8],
}

fn kind(data: &[u8]) -> Option<Kind> {
    match *data.first_chunk::<2>()? {
        PLAIN => Some(Kind::Plain),
        WRAPPED => Some(Kind::Wrapped),
        SYNCHRONISE => Some(Kind::Synchronise),
        _ => None,
    }
}

impl<'a> Frame<'a> {
    pub fn read(whole: &'a [u8]) -> Option<Self> {
        let kind = kind(whole)?;
        if kind == Kind::Plain {
            return Some(Self { kind, sound: true, whole, inside: whole.get(PLAIN_HEADER..)? });
        }
        let inside = whole.get(WRAPPED_HEADER..)?;
        let zeros = whole.get(8..16)?.iter().all(|byte| *byte == 0);
        let fixed = (u8_at(whole, 2)?, le32(whole, 16)?) == (1, 1);
        let told = usize::from(le16(whole, 21)?);
        let typed = match (kind, u8_at(whole, 20)?) {
            // What asks for a file has another number than its length here.
            (Kind::Wrapped, 0x23) => told == inside.len() || told == 0x10,
            (Kind::Synchronise, 0x06) => inside.is_empty(),
            _ => false,
        };
        Some(Self { kind, sound: zeros && fixed && typed, whole, inside })
    }
}

/// Length of the frame at the head of `data`.
pub fn framing(data: &[u8]) -> Framing {
    if data.len() == 1 {
        let begins = matches!(data.first(), Some(0xbb | 0xcc | 0x66));
        return if begins { Framing::Need } else { Framing::Bad(Flag::CodesysV2Header) };
    }
    let Some(kind) = kind(data) else { return Framing::Bad(Flag::CodesysV2Header) };
    let (header, at) = if kind == Kind::Plain { (PLAIN_HEADER, 2) } else { (WRAPPED_HEADER, 4) };
    let Some(length) = le32(data, at) else { return Framing::Need };
    let whole = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(header);
    match length {
        0 if kind != Kind::Synchronise => Framing::Bad(Flag::CodesysV2Length),
        0x0100_0000.. => Framing::Bad(Flag::CodesysV2Length),
        _ if length > LONGEST => Framing::Oversize(whole),
        _ => Framing::Message(whole),
    }
}

/// Looks for the next frame.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    next_message(data, framing)
}
