//! Header and trailer of a data unit, and the head of a message in it.
//!
//! | 0 protocol id 1 (0x72) | 1 version 1 | 2 length 2 | data | trailer: protocol id 1, version 1, 0 2 |
//!
//! A unit without trailer is a fragment: the last one has it. Of version 3 each fragment begins with its integrity part:
//! | 0 length 1 (32) | digest |. Of versions 1 and 2 it stands at the end of the message, where there is one.
//! Version 0xFE counts received bytes: | 0 0 4 | 4 bytes confirmed 4 | 8 0 8 | text |, version 0xFF is a bare keep-alive.
//!
//! A message: | 0 opcode 1 | 1 0 2 | 3 function 2 | 5 0 2 | 7 sequence number 2 | then of a request | 9 session id 4 |
//! 13 transport flags 1 |, of a response | 9 transport flags 1 | and the body. A notification: | 0 opcode 1 | body |.

use crate::bytes::{be16, be32, u8_at};

pub const PROTOCOL_ID: u8 = 0x72;
/// Classic S7comm shares transport and port.
pub const CLASSIC_PROTOCOL_ID: u8 = 0x32;
pub const V1: u8 = 1;
pub const V3: u8 = 3;
/// Extended keep-alive: bytes confirmed, "LOGOUT".
pub const SYSTEM_EVENT: u8 = 0xfe;
pub const KEEP_ALIVE: u8 = 0xff;
pub const REQUEST: u8 = 0x31;
pub const RESPONSE: u8 = 0x32;
/// Answers what was asked with the transport flag for it.
pub const RESPONSE_2: u8 = 0x02;
pub const NOTIFICATION: u8 = 0x33;
const HEADER: usize = 4;
const DIGEST: usize = 32;

/// What a unit is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unit<'a> {
    /// Data of a message, its last part or not; `signed`: with a digest at its head (version 3).
    Data {
        version: u8,
        data: &'a [u8],
        last: bool,
        signed: bool,
        uneven: bool,
    },
    /// Bytes confirmed, text behind them.
    SystemEvent {
        confirmed: u32,
        text: &'a [u8],
    },
    KeepAlive,
}

impl<'a> Unit<'a> {
    /// None for what is no unit.
    pub fn read(unit: &'a [u8]) -> Option<Self> {
        if u8_at(unit, 0)? != PROTOCOL_ID {
            return None;
        }
        let version = u8_at(unit, 1)?;
        if version == KEEP_ALIVE {
            return Some(Self::KeepAlive);
        }
        let length = usize::from(be16(unit, 2)?);
        let rest = unit.get(HEADER..)?;
        let (data, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        match version {
            SYSTEM_EVENT => Some(Self::SystemEvent {
                confirmed: be32(data, 4).unwrap_or(0),
                text: data.get(16..).unwrap_or_default(),
            }),
            V1..=V3 => {
                let last = behind.first() == Some(&PROTOCOL_ID) && behind.get(1) == Some(&version);
                let uneven = data.len() != length || !(behind.is_empty() || last && behind.len() == HEADER);
                let (digest, data) = if version == V3 { integrity(data) } else { (0, data) };
                Some(Self::Data { version, data, last, signed: digest > 0, uneven })
            }
            _ => None,
        }
    }
}

/// Length of the digest at the head of a fragment of version 3, and what is behind it.
fn integrity(data: &[u8]) -> (usize, &[u8]) {
    let length = usize::from(data.first().copied().unwrap_or(0));
    data.get(1 + length..).map_or((0, data), |rest| (length, rest))
}

/// Whether the bytes begin a unit, by its header alone. None: too few to tell.
pub fn begins(data: &[u8]) -> Option<bool> {
    match u8_at(data, 0)? {
        PROTOCOL_ID => {}
        _ => return tls(data),
    }
    match u8_at(data, 1)? {
        V1..=V3 | SYSTEM_EVENT => be16(data, 2).map(|length| length > 0),
        KEEP_ALIVE => be16(data, 2).map(|_| data.len() >= HEADER),
        _ => Some(false),
    }
}

/// Whether the bytes begin a TLS record (RFC 8446, 5.1): | 0 type 1 | 1 version 2 (3.x) | 3 length 2 |.
pub fn tls(data: &[u8]) -> Option<bool> {
    if !matches!(u8_at(data, 0)?, 0x14..=0x17) || u8_at(data, 1)? != 3 || u8_at(data, 2)? > 4 {
        return Some(false);
    }
    be16(data, 3).map(|length| length > 0 && length <= (1 << 14) + 256)
}

/// Whether the bytes are one whole unit: the length makes up all of it, with or without trailer.
pub fn whole(data: &[u8]) -> bool {
    match Unit::read(data) {
        Some(Unit::Data { uneven, .. }) => !uneven,
        Some(Unit::SystemEvent { .. }) => be16(data, 2).is_some_and(|l| usize::from(l) + HEADER == data.len()),
        Some(Unit::KeepAlive) => data.len() == HEADER,
        None => false,
    }
}

/// The head of a request or response.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    pub function: u16,
    pub sequence: u16,
    /// Of a request.
    pub session: u32,
    pub body: &'a [u8],
    /// A digest goes with it.
    pub signed: bool,
}

impl<'a> Head<'a> {
    /// None for what is too short for its opcode. A digest at the end is taken off.
    pub fn read(message: &'a [u8], signed: bool) -> Option<Self> {
        let opcode = u8_at(message, 0)?;
        let (message, signed) = unsigned(message, signed);
        let (function, sequence) = (be16(message, 3)?, be16(message, 7)?);
        let (session, body) =
            if opcode == REQUEST { (be32(message, 9)?, message.get(14..)?) } else { (0, message.get(10..)?) };
        Some(Self { function, sequence, session, body, signed })
    }
}

/// Takes the digest of versions 1 and 2 off the end of a message: | length 1 (32) | digest |.
pub fn unsigned(message: &[u8], signed: bool) -> (&[u8], bool) {
    let at = message.len().saturating_sub(1 + DIGEST);
    let found = message.get(at).is_some_and(|length| usize::from(*length) == DIGEST) && !message.ends_with(&[0; 4]);
    if signed || !found { (message, signed) } else { (message.get(..at).unwrap_or(message), true) }
}
