//! The head and the tail that all PDUs have in common (C706 12.6.3.1; MS-RPCE 2.2.2.11).
//!
//! | 0 version 5 | 1 minor version 0, 1 | 2 type 1 | 3 flags 1 | 4 data representation 4 | 8 length 2, of all | 10 length of the
//! token 2 | 12 call 4 | body | padding | type of authentication 1 | level 1 | length of the padding 1 | 0 | context 4 | token |
//! Data representation: | numbers: 0 big, 1 little endian; letters: 0 ASCII, 1 EBCDIC | 0 IEEE, 1 VAX, 2 Cray, 3 IBM | 0 | 0 |

use crate::bytes::{be16, be32, le16, le32, u8_at};

pub const LENGTH: usize = 16;
const VERIFIER: usize = 8;

pub const REQUEST: u8 = 0;
pub const RESPONSE: u8 = 2;
pub const FAULT: u8 = 3;
pub const BIND: u8 = 11;
pub const BIND_ACK: u8 = 12;
pub const BIND_NAK: u8 = 13;
pub const ALTER: u8 = 14;
pub const ALTER_RESPONSE: u8 = 15;
pub const AUTH3: u8 = 16;
pub const SHUTDOWN: u8 = 17;
pub const CANCEL: u8 = 18;
pub const ORPHANED: u8 = 19;

pub const FIRST: u8 = 0x01;
pub const LAST: u8 = 0x02;
/// Nobody answers.
pub const MAYBE: u8 = 0x40;
/// A request names its object.
pub const OBJECT: u8 = 0x80;

/// Levels of authentication (MS-RPCE 2.2.1.1.8), as `ot.security.mode` says them.
pub const PRIVACY: u8 = 6;

/// Who is who: the end of a PDU that carries it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Verifier<'a> {
    pub kind: u8,
    pub level: u8,
    pub token: &'a [u8],
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Header<'a> {
    pub kind: u8,
    pub flags: u8,
    pub little: bool,
    pub call: u32,
    /// What stands between head and verifier.
    pub body: &'a [u8],
    pub verifier: Option<Verifier<'a>>,
    /// The verifier has room in the PDU, and its padding in the body.
    pub sound: bool,
}

/// What the first bytes say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Head {
    Need,
    Length(usize),
    Bad,
}

/// The least length of a PDU of a type; None: no type of a connection.
const fn least(kind: u8) -> Option<usize> {
    Some(match kind {
        REQUEST | RESPONSE => 24,
        FAULT => 28,
        BIND | ALTER => 28,
        BIND_ACK | ALTER_RESPONSE => 26,
        BIND_NAK => 18,
        AUTH3 | SHUTDOWN | CANCEL | ORPHANED => LENGTH,
        _ => return None,
    })
}

/// Whether a byte may stand at its place in a head.
fn fits(at: usize, byte: u8) -> bool {
    match at {
        0 => byte == 5,
        1 => byte <= 1,
        2 => least(byte).is_some(),
        4 => byte & 0xee == 0,
        5 => byte <= 3,
        6 | 7 => byte == 0,
        _ => true,
    }
}

/// Where the PDU at the head of the bytes ends.
pub fn head(data: &[u8]) -> Head {
    if data.iter().take(LENGTH).enumerate().any(|(at, byte)| !fits(at, *byte)) {
        return Head::Bad;
    }
    let Some(length) = length(data) else { return Head::Need };
    match least(u8_at(data, 2).unwrap_or_default()) {
        Some(least) if length >= least => Head::Length(length),
        _ => Head::Bad,
    }
}

fn length(data: &[u8]) -> Option<usize> {
    let little = u8_at(data, 4)? & 0x10 != 0;
    if little { le16(data, 8) } else { be16(data, 8) }.map(usize::from)
}

impl<'a> Header<'a> {
    /// A whole PDU.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let little = u8_at(data, 4)? & 0x10 != 0;
        let token = usize::from(if little { le16(data, 10)? } else { be16(data, 10)? });
        let mut header = Self {
            kind: u8_at(data, 2)?,
            flags: u8_at(data, 3)?,
            little,
            call: if little { le32(data, 12)? } else { be32(data, 12)? },
            body: data.get(LENGTH..)?,
            verifier: None,
            sound: true,
        };
        if token == 0 {
            return Some(header);
        }
        match split(data, token) {
            Some((verifier, body)) => (header.verifier, header.body) = (Some(verifier), body),
            None => header.sound = false,
        }
        Some(header)
    }

    pub const fn first(&self) -> bool {
        self.flags & FIRST != 0
    }

    pub const fn last(&self) -> bool {
        self.flags & LAST != 0
    }

    /// What the stub says is sealed.
    pub fn sealed(&self) -> bool {
        self.verifier.is_some_and(|verifier| verifier.level == PRIVACY)
    }
}

/// Verifier and body of a PDU whose token has so many bytes.
fn split(data: &[u8], token: usize) -> Option<(Verifier<'_>, &[u8])> {
    let at = data.len().checked_sub(token)?.checked_sub(VERIFIER)?;
    let padding = usize::from(u8_at(data, at + 2)?);
    let body = data.get(LENGTH..at.checked_sub(padding)?)?;
    let verifier = Verifier { kind: u8_at(data, at)?, level: u8_at(data, at + 1)?, token: data.get(at + VERIFIER..)? };
    Some((verifier, body))
}

/// The next place where a head of PDUs stands: (bytes to pass over, whether one begins there).
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        match head(data.get(at..).unwrap_or_default()) {
            Head::Need => return (at, false),
            Head::Length(_) => return (at, true),
            Head::Bad => {}
        }
    }
    (data.len(), false)
}

/// The level's word.
pub const fn level(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "none",
        2 => "connect",
        3 => "call",
        4 => "packet",
        5 => "integrity",
        PRIVACY => "privacy",
        _ => return None,
    })
}

/// Who vouches (MS-RPCE 2.2.1.1.7).
pub const fn authority(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "none",
        9 => "spnego",
        10 => "ntlm",
        14 => "tls",
        16 => "kerberos",
        68 => "netlogon",
        _ => return None,
    })
}
