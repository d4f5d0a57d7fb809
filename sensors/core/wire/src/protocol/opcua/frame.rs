//! Framing, recognition and resynchronisation of UACP messages (Part 6, 7.1.2.2 and 6.7.2.2).
//!
//! | 0 type 3 (HEL ACK ERR RHE OPN CLO MSG) | 3 chunk 1 (C F A) | 4 size 4, with the header | 8 channel id 4 (OPN CLO MSG) | …

use super::dispatch;
use super::service::Kind;
use crate::bytes::{le32, u8_at};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::{Framing, Guess, Probe};

pub const PORT: u16 = 4840;
/// Bytes before the body of a message of the transport itself.
pub const HEADER: usize = 8;
/// | channel 4 | token 4 | sequence number 4 | request id 4 | behind the header of MSG and CLO.
pub const SYMMETRIC: usize = 24;
/// Longest chunk taken; a longer one up to `LARGEST` is passed over.
const LIMIT: usize = 1 << 20;
/// Longest size that is believed.
const LARGEST: usize = 16 << 20;

/// Type of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Type {
    Hello,
    Acknowledge,
    Error,
    ReverseHello,
    Open,
    Close,
    Message,
}

const TYPES: [(&[u8; 3], Type); 7] = [
    (b"HEL", Type::Hello),
    (b"ACK", Type::Acknowledge),
    (b"ERR", Type::Error),
    (b"RHE", Type::ReverseHello),
    (b"OPN", Type::Open),
    (b"CLO", Type::Close),
    (b"MSG", Type::Message),
];

impl Type {
    pub fn of(data: &[u8]) -> Option<Self> {
        TYPES.iter().find(|(name, _)| data.starts_with(*name)).map(|(_, kind)| *kind)
    }

    /// Whether it has a channel id and may come in chunks.
    const fn secured(self) -> bool {
        matches!(self, Self::Open | Self::Close | Self::Message)
    }

    fn chunk(self, chunk: u8) -> bool {
        chunk == b'F' || (self.secured() && matches!(chunk, b'C' | b'A'))
    }
}

/// Whether the bytes may be the beginning of one of the types.
fn begins(data: &[u8]) -> bool {
    TYPES.iter().any(|(name, _)| name.iter().zip(data).all(|(a, b)| a == b))
}

/// Length of the message at the head of `data`.
pub fn framing(data: &[u8]) -> Framing {
    if !begins(data) {
        return Framing::Bad(Flag::OpcuaMessageType);
    }
    let (Some(kind), Some(chunk)) = (Type::of(data), u8_at(data, 3)) else { return Framing::Need };
    if !kind.chunk(chunk) {
        return Framing::Bad(Flag::OpcuaChunkType);
    }
    let Some(size) = le32(data, 4) else { return Framing::Need };
    match usize::try_from(size).unwrap_or(usize::MAX) {
        size if !(HEADER..=LARGEST).contains(&size) => Framing::Bad(Flag::OpcuaMessageSize),
        size if size > LIMIT => Framing::Oversize(size),
        size => Framing::Message(size),
    }
}

/// Whether a header stands here. None: too few bytes.
fn plausible(data: &[u8], channel: Option<u32>) -> Option<bool> {
    match framing(data) {
        Framing::Need => return None,
        Framing::Message(_) => {}
        Framing::Oversize(_) | Framing::Bad(_) => return Some(false),
    }
    if !Type::of(data)?.secured() {
        return Some(true);
    }
    let found = le32(data, 8)?;
    // A channel is opened under number 0.
    Some(channel.is_none_or(|known| known == found || (found == 0 && data.starts_with(b"OPN"))))
}

/// Looks for the next header, of the flow's channel if that is known.
pub fn resynchronise(data: &[u8], channel: Option<u32>) -> (usize, bool) {
    for at in 0..data.len() {
        match plausible(data.get(at..).unwrap_or_default(), channel) {
            Some(true) => return (at, true),
            Some(false) => {}
            None => return (at, false),
        }
    }
    (data.len(), false)
}

/// What the first payload of a direction looks like: type, chunk and size must be right; ports only tell the sides.
pub fn probe(probe: &Probe<'_>) -> Guess {
    match plausible(probe.data, None) {
        None => return Guess::Need,
        Some(false) => return Guess::No,
        Some(true) => {}
    }
    if Type::of(probe.data) == Some(Type::ReverseHello) {
        return Guess::Reversed { confidence: 0.97 };
    }
    let sender = sender(probe.data).or(match (probe.destination_port == PORT, probe.source_port == PORT) {
        (true, false) => Some(Side::Client),
        (false, true) => Some(Side::Server),
        _ => None,
    });
    Guess::Yes { confidence: 0.97, sender }
}

/// Who sent a message, by its content.
pub fn sender(data: &[u8]) -> Option<Side> {
    match Type::of(data)? {
        Type::Hello => Some(Side::Client),
        Type::Acknowledge | Type::ReverseHello | Type::Error => Some(Side::Server),
        Type::Open if le32(data, 8) == Some(0) => Some(Side::Client),
        Type::Open => None,
        Type::Close => Some(Side::Client),
        Type::Message => dispatch::peek(data.get(SYMMETRIC..)?).map(side_of),
    }
}

/// Requests come from the client, replies from the server.
pub const fn side_of(kind: Kind) -> Side {
    match kind {
        Kind::Request(_) => Side::Client,
        Kind::Response(_) | Kind::Fault => Side::Server,
    }
}
