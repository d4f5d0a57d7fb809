//! A ROC Plus message.
//!
//! | 0 destination unit 1 | 1 its group 1 | 2 source unit 1 | 3 its group 1 | 4 opcode 1 | 5 length 1 | 6 data | CRC 2 |
//!
//! The CRC has the polynomial 8005, reflected, least significant byte first. Hosts are found that begin it with FFFF and
//! others that begin it with 0: over Ethernet a device looks at neither, but one must be there.

use super::opcode;
use crate::bytes::{le16, u8_at};
use crate::dataset::Flag;
use crate::protocol::Framing;

pub const HEADER: usize = 6;
/// Header and CRC.
const AROUND: usize = HEADER + 2;

/// CRC-16 with the polynomial 8005, reflected.
pub fn crc(data: &[u8], begin: u16) -> u16 {
    data.iter().fold(begin, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 })
    })
}

/// Unit and group.
pub type Station = (u8, u8);

/// A whole message.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub destination: Station,
    pub source: Station,
    pub opcode: u8,
    pub data: &'a [u8],
    pub crc_fits: bool,
}

impl<'a> Frame<'a> {
    /// None for what is shorter than it says.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let end = HEADER + usize::from(u8_at(data, 5)?);
        let (head, crc_there) = (data.get(..end)?, le16(data, end)?);
        Some(Self {
            destination: (u8_at(data, 0)?, u8_at(data, 1)?),
            source: (u8_at(data, 2)?, u8_at(data, 3)?),
            opcode: u8_at(data, 4)?,
            data: head.get(HEADER..)?,
            crc_fits: crc(head, 0xffff) == crc_there
                || (crc(head, 0) == crc_there && head.iter().any(|byte| *byte != 0)),
        })
    }

    /// Whether it may be a request, and whether it may be a reply, by the length of its data.
    pub fn may(&self) -> (bool, bool) {
        opcode::of(self.opcode)
            .map_or((true, true), |known| (known.asks.fits(self.data), known.answers.fits(self.data)))
    }

    /// What a message carries for another station: opcode, data and the path there (24), or the device on its network (205).
    pub fn inner(&self) -> Option<Inner<'a>> {
        let (path, at) = match self.opcode {
            opcode::STORE_AND_FORWARD => (self.data.get(..10)?, 10),
            opcode::PEER => (self.data.get(..2)?, 2),
            _ => return None,
        };
        let count = usize::from(u8_at(self.data, at + 1)?);
        Some(Inner { path, opcode: u8_at(self.data, at)?, data: self.data.get(at + 2..at + 2 + count)? })
    }
}

/// A message inside another one.
#[derive(Clone, Copy, Debug)]
pub struct Inner<'a> {
    pub path: &'a [u8],
    pub opcode: u8,
    pub data: &'a [u8],
}

/// Without a mark at the beginning: an opcode that nobody knows ends the trust in the stream, unless its CRC is right.
pub fn framing(data: &[u8]) -> Framing {
    let Some(length) = u8_at(data, 5).map(|length| AROUND + usize::from(length)) else { return Framing::Need };
    let known = u8_at(data, 4).is_some_and(|code| opcode::of(code).is_some());
    match data.get(..length).and_then(Frame::read) {
        None => Framing::Need,
        Some(frame) if known || frame.crc_fits => Framing::Message(length),
        Some(_) => Framing::Bad(Flag::RocPlusOpcodeUnknown),
    }
}

/// The next place where a message of a known opcode stands whose length and CRC fit.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        let rest = data.get(at..).unwrap_or_default();
        if u8_at(rest, 4).is_some_and(|code| opcode::of(code).is_none()) {
            continue;
        }
        match Frame::read(rest) {
            None => return (at, false),
            Some(frame) if frame.crc_fits && frame.may() != (false, false) => return (at, true),
            Some(_) => {}
        }
    }
    (data.len(), false)
}
