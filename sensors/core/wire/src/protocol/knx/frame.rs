//! The header of a KNXnet/IP frame, and the structures that several services share (KNX 3/8/2 2.3, 3/8/4 4.4.1).
//!
//! | 0 header size 1 (6) | 1 version 1 (0x10) | 2 service 2 | 4 total length 2 | body |
//!
//! HPAI: | size 1 (8) | protocol 1 (1 UDP, 2 TCP) | address 4 | port 2 |. Connection header: | size 1 (4) | channel 1 |
//! sequence counter 1 | status or reserved 1 |.

use crate::bytes::{be16, u8_at};
use crate::dataset::Flag;
use crate::protocol::Framing;

pub const HEADER: usize = 6;
const SIZE: u8 = 6;
const VERSION: u8 = 0x10;
/// Longest frame that is taken from a stream: a secure wrapper around the longest cEMI frame is far below.
const LONGEST: usize = 4096;
pub const HPAI: usize = 8;
pub const CONNECTION_HEADER: usize = 4;

/// A frame with its header taken off.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub service: u16,
    /// Total length as the header has it.
    pub length: usize,
    /// What follows the header, as far as the length says and there is.
    pub body: &'a [u8],
}

impl<'a> Frame<'a> {
    /// None where header size or version are others: then nothing behind is known.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        if data.first_chunk::<2>() != Some(&[SIZE, VERSION]) {
            return None;
        }
        let length = usize::from(be16(data, 4)?);
        let end = length.clamp(HEADER, data.len());
        Some(Self { service: be16(data, 2)?, length, body: data.get(HEADER..end)? })
    }
}

/// Channel, sequence counter and status of a tunnelling or configuration frame, and what follows.
#[derive(Clone, Copy, Debug)]
pub struct Connection<'a> {
    pub channel: u8,
    pub sequence: u8,
    pub status: u8,
    pub rest: &'a [u8],
}

impl<'a> Connection<'a> {
    pub fn read(body: &'a [u8]) -> Option<Self> {
        let size = usize::from(u8_at(body, 0).filter(|size| usize::from(*size) == CONNECTION_HEADER)?);
        Some(Self {
            channel: u8_at(body, 1)?,
            sequence: u8_at(body, 2)?,
            status: u8_at(body, 3)?,
            rest: body.get(size..)?,
        })
    }
}

/// Whether an endpoint stands at the head of the bytes.
pub fn endpoint(bytes: &[u8]) -> bool {
    bytes.len() >= HPAI && matches!(bytes, [8, 1 | 2, ..])
}

/// Length of the frame at the head of a stream.
pub fn framing(data: &[u8]) -> Framing {
    let head = data.get(..data.len().min(2)).unwrap_or_default();
    if ![SIZE, VERSION].starts_with(head) {
        return Framing::Bad(Flag::KnxHeader);
    }
    let Some(length) = be16(data, 4).map(usize::from) else { return Framing::Need };
    match length {
        HEADER..=LONGEST => Framing::Message(length),
        0..HEADER => Framing::Bad(Flag::KnxHeader),
        _ => Framing::Oversize(length),
    }
}

/// The next header with a length that can be.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        match framing(data.get(at..).unwrap_or_default()) {
            Framing::Message(_) => return (at, true),
            Framing::Need => return (at, false),
            _ => {}
        }
    }
    (data.len(), false)
}
