//! Frames of HDLC as meters use it (IEC 62056-46, frame format type 3).
//!
//! | 7E | format 2: 1010, segmentation 1 bit, length 11 bits | destination 1, 2 or 4 | source 1, 2 or 4 | control 1 |
//! HCS 2 and information where there is any | FCS 2 | 7E |
//!
//! The length counts what stands between the flags; a flag may close one frame and open the next.

use super::link::{self, known_control};
use crate::bytes::{be16, le16, u8_at};
use crate::dataset::Flag;
use crate::protocol::{Framing, Guess, Probe};

const FLAG: u8 = 0x7e;
const FORMAT_TYPE: u8 = 0xa0;
const SEGMENTED: u16 = 0x0800;
/// Format, two addresses, control, FCS.
const SHORTEST: usize = 7;

/// One frame.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub segmented: bool,
    pub destination: Address,
    pub source: Address,
    pub control: u8,
    pub information: &'a [u8],
    /// Both checksums are right.
    pub sound: bool,
}

/// An address: logical device or client, physical device.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Address {
    pub logical: u16,
    pub physical: u16,
}

impl Address {
    pub fn server(self) -> u32 {
        u32::from(self.physical) << 16 | u32::from(self.logical)
    }
}

/// Bytes between flags: (where they begin, how many).
fn bounds(data: &[u8]) -> Option<(usize, usize)> {
    let begin = usize::from(u8_at(data, 0)? == FLAG);
    let format = be16(data, begin)?;
    let length = usize::from(format & 0x07ff);
    let typed = u8_at(data, begin)? & 0xf0 == FORMAT_TYPE;
    (typed && length >= SHORTEST).then_some((begin, length))
}

pub fn framing(data: &[u8]) -> Framing {
    if data.starts_with(&[FLAG, FLAG]) {
        return Framing::Message(1);
    }
    let begin = usize::from(data.first() == Some(&FLAG));
    if u8_at(data, begin).is_some_and(|byte| byte & 0xf0 != FORMAT_TYPE) {
        return Framing::Bad(Flag::DlmsHdlcFrame);
    }
    if be16(data, begin).is_none() {
        return Framing::Need;
    }
    match bounds(data) {
        Some((begin, length)) => Framing::Message(begin + length + 1),
        None => Framing::Bad(Flag::DlmsHdlcFrame),
    }
}

/// The next flag with a format behind it.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        let rest = data.get(at..).unwrap_or_default();
        if rest.first() != Some(&FLAG) {
            continue;
        }
        match framing(rest) {
            Framing::Message(length) if length > 1 => return (at, true),
            Framing::Need => return (at, false),
            _ => {}
        }
    }
    (data.len(), false)
}

/// Whether nothing but a flag between frames.
pub const fn idle(data: &[u8]) -> bool {
    data.len() <= 1
}

/// An address and the bytes behind it: the last byte has its lowest bit set.
fn address(data: &[u8]) -> Option<(Address, &[u8])> {
    let size = data.iter().take(4).position(|byte| byte & 1 == 1)? + 1;
    let (bytes, rest) = data.split_at_checked(size)?;
    let part = |at: usize| u8_at(bytes, at).map(|byte| u16::from(byte >> 1));
    let pair = |at: usize| Some(part(at)? << 7 | part(at + 1)?);
    let (logical, physical) = match size {
        1 => (part(0)?, 0),
        2 => (part(0)?, part(1)?),
        4 => (pair(0)?, pair(2)?),
        _ => return None,
    };
    Some((Address { logical, physical }, rest))
}

impl<'a> Frame<'a> {
    /// Reads what stands at the head of `data`; None: it has no addresses or is cut.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let (begin, length) = bounds(data)?;
        let body = data.get(begin..begin + length)?;
        let closed = u8_at(data, begin + length) == Some(FLAG);
        let (checked, check) = body.split_at_checked(length - 2)?;
        let segmented = be16(body, 0)? & SEGMENTED != 0;
        let (destination, rest) = address(checked.get(2..)?)?;
        let (source, rest) = address(rest)?;
        let (control, rest) = rest.split_first()?;
        let head = checked.get(..checked.len() - rest.len())?;
        let (whole, information) = match rest.split_at_checked(2) {
            Some((header_check, information)) => (le16(header_check, 0)? == checksum(head), information),
            None => (rest.is_empty(), rest),
        };
        let sound = closed && whole && le16(check, 0)? == checksum(checked);
        Some(Self { segmented, destination, source, control: *control, information, sound })
    }
}

/// FCS-16 of ISO/IEC 13239 (X.25), sent with its low byte first.
pub fn checksum(data: &[u8]) -> u16 {
    let each = |register: u16, byte: &u8| {
        (0..8).fold(register ^ u16::from(*byte), |r, _| if r & 1 == 1 { r >> 1 ^ 0x8408 } else { r >> 1 })
    };
    !data.iter().fold(0xffff, each)
}

/// Recognition: a frame whose checksums are right, with a control field that meters use.
pub fn probe(probe: &Probe<'_>) -> Guess {
    let wanting = if probe.ended { Guess::No } else { Guess::Need };
    let data = probe.data;
    if data.first() != Some(&FLAG) {
        return Guess::No;
    }
    let at = data.iter().take_while(|byte| **byte == FLAG).count().saturating_sub(1);
    let data = data.get(at..).unwrap_or_default();
    match framing(data) {
        Framing::Message(length) if data.len() >= length => {}
        Framing::Message(_) | Framing::Need => return wanting,
        _ => return Guess::No,
    }
    let Some(frame) = Frame::read(data).filter(|frame| frame.sound) else { return Guess::No };
    if !known_control(frame.control) {
        return Guess::No;
    }
    Guess::Yes { confidence: 0.97, sender: link::speaker(&frame) }
}
