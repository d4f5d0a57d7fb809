//! Fixed header and framing by the remaining length (MQTT 5.0, 2.1.1, 2.1.4; MQTT 3.1.1, 2.2.3).

use crate::bytes::u8_at;
use crate::dataset::Flag;
use crate::flow::assembly::BUFFER_LIMIT;
use crate::protocol::Framing;

/// Longest packet taken; the standard allows 256 MiB.
pub const LIMIT: usize = BUFFER_LIMIT;

/// First byte and remaining length.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub kind: u8,
    pub flags: u8,
    /// Where the body begins.
    pub body: usize,
    /// Remaining length: bytes of the body.
    pub length: usize,
    /// The length is written with no more bytes than it needs.
    pub shortest: bool,
}

impl Header {
    /// Bytes of the whole packet.
    pub const fn total(&self) -> usize {
        self.body + self.length
    }
}

/// What the first bytes are.
pub enum Head {
    /// Too few bytes to tell.
    Need,
    Bad(Flag),
    Good(Header),
}

pub fn header(data: &[u8]) -> Head {
    let Some(first) = u8_at(data, 0) else { return Head::Need };
    if first >> 4 == 0 {
        return Head::Bad(Flag::MqttTypeReserved);
    }
    let mut length = 0usize;
    for (at, shift) in [(1, 0), (2, 7), (3, 14), (4, 21)] {
        let Some(byte) = u8_at(data, at) else { return Head::Need };
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let shortest = at == 1 || byte != 0;
            return Head::Good(Header { kind: first >> 4, flags: first & 0x0f, body: at + 1, length, shortest });
        }
    }
    Head::Bad(Flag::MqttRemainingLength)
}

/// Length of the packet at the head of `data`.
pub fn framing(data: &[u8]) -> Framing {
    match header(data) {
        Head::Need => Framing::Need,
        Head::Bad(flag) => Framing::Bad(flag),
        Head::Good(header) if header.total() > LIMIT => Framing::Oversize(header.total()),
        Head::Good(header) => Framing::Message(header.total()),
    }
}
