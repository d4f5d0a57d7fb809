//! The header of a HART-IP message (FCG TS20085 10.3).
//!
//! | 0 version 1 | 1 reserved 4 bits (0), type 4 bits | 2 message id 1 | 3 status 1 | 4 sequence 2 | 6 length 2, with the header |

use crate::bytes::{be16, u8_at};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::Framing;

pub const LENGTH: usize = 8;
/// Longest message: an audit log of 255 records, with room for longer records.
const GREATEST: usize = 32_768;

/// Message types.
pub const REQUEST: u8 = 0;
pub const RESPONSE: u8 = 1;
pub const PUBLISH: u8 = 2;
pub const ERROR: u8 = 3;
pub const NAK: u8 = 15;

/// Message ids.
pub const SESSION_INITIATE: u8 = 0;
pub const SESSION_CLOSE: u8 = 1;
pub const KEEP_ALIVE: u8 = 2;
pub const TOKEN_PASSING_PDU: u8 = 3;
pub const DIRECT_PDU: u8 = 4;
pub const READ_AUDIT_LOG: u8 = 5;

/// Content types of TLS records, which follow the session's beginning where version 2 secures it.
const TLS_TYPES: std::ops::RangeInclusive<u8> = 20..=23;
const TLS_HEADER: usize = 5;
const TLS_GREATEST: usize = 16_384 + 2_048;

pub fn name(id: u8) -> Option<&'static str> {
    Some(match id {
        SESSION_INITIATE => "Session Initiate",
        SESSION_CLOSE => "Session Close",
        KEEP_ALIVE => "Keep Alive",
        TOKEN_PASSING_PDU => "Token-Passing PDU",
        DIRECT_PDU => "Direct PDU",
        READ_AUDIT_LOG => "Read Audit Log",
        _ => return None,
    })
}

/// A message with its header taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    pub version: u8,
    /// With the reserved bits.
    pub kind: u8,
    pub id: u8,
    pub status: u8,
    pub sequence: u16,
    pub length: usize,
    pub body: &'a [u8],
}

impl<'a> Header<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        Some(Self {
            version: u8_at(data, 0)?,
            kind: u8_at(data, 1)?,
            id: u8_at(data, 2)?,
            status: u8_at(data, 3)?,
            sequence: be16(data, 4)?,
            length: usize::from(be16(data, 6)?),
            body: data.get(LENGTH..)?,
        })
    }

    pub const fn answers(&self) -> bool {
        matches!(self.kind, RESPONSE | ERROR | NAK)
    }

    /// Who sends it.
    pub const fn sender(&self) -> Side {
        if self.kind == REQUEST { Side::Client } else { Side::Server }
    }

    /// Whether version, type and length can be.
    pub fn sound(&self) -> bool {
        matches!(self.version, 1 | 2)
            && matches!(self.kind, REQUEST | RESPONSE | PUBLISH | ERROR | NAK)
            && (LENGTH..=GREATEST).contains(&self.length)
    }
}

pub fn is_tls(data: &[u8]) -> bool {
    matches!(data, [kind, 3, 0..=4, ..] if TLS_TYPES.contains(kind))
}

/// The next message of a stream.
pub fn framing(data: &[u8]) -> Framing {
    if data.first().is_some_and(|kind| TLS_TYPES.contains(kind)) {
        return tls(data);
    }
    let Some(header) = Header::read(data) else {
        return match data {
            [] | [1 | 2] | [1 | 2, REQUEST | RESPONSE | PUBLISH | ERROR | NAK, ..] => Framing::Need,
            _ => Framing::Bad(Flag::HartIpHeader),
        };
    };
    if header.sound() { Framing::Message(header.length) } else { Framing::Bad(Flag::HartIpHeader) }
}

fn tls(data: &[u8]) -> Framing {
    if data.len() > 2 && !is_tls(data) {
        return Framing::Bad(Flag::HartIpHeader);
    }
    match be16(data, 3).map(usize::from) {
        None => Framing::Need,
        Some(length) if length > TLS_GREATEST => Framing::Bad(Flag::HartIpHeader),
        Some(length) => Framing::Message(TLS_HEADER + length),
    }
}

/// A message of a datagram, which may hold several.
pub fn in_datagram(data: &[u8]) -> Framing {
    let whole = data.len();
    let length = Header::read(data).map_or(whole, |header| header.length);
    Framing::Message(if (LENGTH..=whole).contains(&length) { length } else { whole })
}

/// The next place where a message whose id is known may begin.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        let rest = data.get(at..).unwrap_or_default();
        match Header::read(rest) {
            Some(header) if header.sound() && name(header.id).is_some() => return (at, true),
            None if matches!(framing(rest), Framing::Need) => return (at, false),
            _ => {}
        }
    }
    (data.len(), false)
}

/// Status of a response, and whether it is an error: what is set otherwise is a warning (TS20085 10.3.2).
pub fn status(id: u8, code: u8) -> (&'static str, bool) {
    match (code, id) {
        (0, _) => ("success", false),
        (2, _) => ("invalid selection", true),
        (5, _) => ("too few data bytes received", true),
        (6, _) => ("device-specific command error", true),
        (8, SESSION_INITIATE) => ("set to nearest possible value", false),
        (8, _) => ("records out of range, set to nearest", false),
        (9, _) => ("security not initialised", true),
        (14, _) => ("version not supported", false),
        (15, _) => ("all available sessions in use", true),
        (16, _) => ("access restricted, or session exists", true),
        (30, _) => ("insecure session available", false),
        _ => ("unknown status", true),
    }
}
