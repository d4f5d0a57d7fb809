//! The message header (SEMI E37-0413, 8).
//!
//! | 0 length 4 (of what follows) | 4 session id 2 | 6 header byte 2 | 7 header byte 3 | 8 PType 1 (0: SECS-II) |
//! | 9 SType 1 | 10 system bytes 4 | 14 text |
//!
//! Of a data message byte 2 is | W 1 bit: a reply is expected | stream 7 bits |, byte 3 the function.

use super::message::{self, Message};
use super::secs;
use crate::bytes::{be16, be32, u8_at};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::{Framing, Guess, Probe};

/// Length field and header.
pub const HEADER: usize = 14;
/// The header behind the length field.
const LEAST: u32 = 10;
/// Longest message that is put together; SECS-II allows 16 MiB.
const LONGEST: u32 = 1 << 19;
/// Session id of messages that are no equipment's.
pub const ALL: u16 = 0xffff;
const SECS_II: u8 = 0;
const WANTS_REPLY: u8 = 0x80;

/// Session types.
pub const DATA: u8 = 0;
pub const SELECT_REQ: u8 = 1;
pub const SELECT_RSP: u8 = 2;
pub const DESELECT_REQ: u8 = 3;
pub const DESELECT_RSP: u8 = 4;
pub const LINKTEST_REQ: u8 = 5;
pub const LINKTEST_RSP: u8 = 6;
pub const REJECT_REQ: u8 = 7;
pub const SEPARATE_REQ: u8 = 9;

/// One message.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    pub session: u16,
    pub byte2: u8,
    pub byte3: u8,
    pub ptype: u8,
    pub stype: u8,
    pub system: u32,
    pub text: &'a [u8],
}

impl<'a> Header<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        Some(Self {
            session: be16(data, 4)?,
            byte2: u8_at(data, 6)?,
            byte3: u8_at(data, 7)?,
            ptype: u8_at(data, 8)?,
            stype: u8_at(data, 9)?,
            system: be32(data, 10)?,
            text: data.get(HEADER..)?,
        })
    }

    pub const fn stream(&self) -> u8 {
        self.byte2 & !WANTS_REPLY
    }

    pub const fn wants_reply(&self) -> bool {
        self.byte2 & WANTS_REPLY != 0
    }

    pub fn message(&self) -> Option<&'static Message> {
        message::of(self.stream(), self.byte3)
    }

    /// Control messages whose every byte is fixed but session and system bytes (E37, 8.2).
    fn control(&self) -> bool {
        let answer = matches!(self.stype, SELECT_RSP | DESELECT_RSP) && self.byte2 == 0 && self.byte3 <= 3;
        let plain = matches!(self.stype, SELECT_REQ | DESELECT_REQ | LINKTEST_REQ | LINKTEST_RSP | SEPARATE_REQ)
            && (self.byte2, self.byte3) == (0, 0);
        self.text.is_empty() && (answer || plain || (self.stype == REJECT_REQ && (1..=4).contains(&self.byte3)))
    }
}

/// Length of the message at the head of `data`.
pub fn framing(data: &[u8]) -> Framing {
    let Some(length) = be32(data, 0) else { return Framing::Need };
    let whole = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(4);
    match length {
        ..LEAST => Framing::Bad(Flag::HsmsLength),
        // Nobody sends the largest ones, and their first byte would be that of another protocol.
        0x0100_0000.. => Framing::Bad(Flag::HsmsLength),
        _ if length > LONGEST => Framing::Oversize(whole),
        _ => Framing::Message(whole),
    }
}

/// Whether bytes begin a message, by its header. None: too few to tell.
fn begins(data: &[u8]) -> Option<bool> {
    if !matches!(framing(data), Framing::Message(_) | Framing::Oversize(_) | Framing::Need) {
        return Some(false);
    }
    let (ptype, stype) = (u8_at(data, 8), u8_at(data, 9));
    if ptype.is_some_and(|ptype| ptype != SECS_II) || stype.is_some_and(|stype| stype > SEPARATE_REQ || stype == 8) {
        return Some(false);
    }
    let header = Header::read(data)?;
    match header.stype {
        DATA if header.stream() == 0 => Some(false),
        DATA if header.text.is_empty() => Some(be32(data, 0) == Some(LEAST) || header.message().is_some()),
        DATA => Some(secs::plausible(header.text)),
        _ => Some(be32(data, 0) == Some(LEAST)),
    }
}

/// Looks for the next message.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        match begins(data.get(at..).unwrap_or_default()) {
            Some(true) => return (at, true),
            Some(false) => {}
            None => return (at, false),
        }
    }
    (data.len(), false)
}

/// Recognition: a control message, which leaves no byte free; a message of a stream and function that the standard names
/// with just the items that its length has room for.
pub fn probe(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    let wanting = if probe.ended { Guess::No } else { Guess::Need };
    match begins(data) {
        Some(false) => return Guess::No,
        None => return wanting,
        Some(true) => {}
    }
    let Framing::Message(length) = framing(data) else { return Guess::No };
    let Some(header) = data.get(..length).and_then(Header::read) else { return wanting };
    if header.stype != DATA {
        let asks = matches!(header.stype, SELECT_REQ | DESELECT_REQ);
        let sender = match header.stype {
            SELECT_RSP | DESELECT_RSP => Some(Side::Server),
            _ => asks.then_some(Side::Client),
        };
        return if header.control() { Guess::Yes { confidence: 0.9, sender } } else { Guess::No };
    }
    let Some(message) = header.message() else { return Guess::No };
    let confidence = if header.text.is_empty() { 0.7 } else { 0.95 };
    let fits = header.text.is_empty() || secs::whole(header.text);
    if fits { Guess::Yes { confidence, sender: message.speaker(header.byte3) } } else { Guess::No }
}
