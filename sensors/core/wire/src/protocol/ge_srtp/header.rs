//! The header of 56 bytes and the text behind it (Denton 2017, tables 1 and 4; GFK-0529 for the mailbox message in it).
//!
//! | 0 type 1 | 0 | 2 sequence 2 | 4 text length 2 | 6 reserved 20 | 26 second, minute, hour | 29 reserved |
//! | 30 sequence 1 | 31 mailbox type 1 | 32 source 4 | 36 destination 4 | 40 packet 1 | 41 packets 1 |
//! | request, short | 42 service 1 | 43 segment selector 1 | 44 offset 2 | 46 length 2 | 48 data 6 |
//! | request with text | 42 reserved 6 | 48 packet 1 | 49 packets 1 | 50 service 1 | 51 selector 1 | 52 offset 2 | 54 length 2 |
//! | reply | 42 major status 1 | 43 minor status 1 | 44 data 6 | 50 piggyback status 6 |
//! Numbers are little-endian. A connection begins with 56 zeros, answered by a header of type 1.

use super::status::Piggyback;
use crate::bytes::{le16, u8_at};
use crate::dataset::Flag;
use crate::protocol::Framing;

pub const HEADER: usize = 56;

/// Types of a header; 8 is what FANUC's own clients open their session with.
pub const OPEN: u8 = 0;
pub const OPENED: u8 = 1;
pub const REQUEST: u8 = 2;
pub const REPLY: u8 = 3;
pub const HELLO: u8 = 8;

/// Types of the mailbox message.
pub const SHORT: u8 = 0xc0;
pub const WITH_TEXT: u8 = 0x80;
pub const DONE: u8 = 0xd4;
pub const DONE_WITH_TEXT: u8 = 0x94;
pub const REFUSED: u8 = 0xd1;

/// One message taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    pub kind: u8,
    pub sequence: u16,
    pub mailbox: u8,
    /// Mailbox of the controller: the destination of a request, the source of a reply.
    pub controller: u8,
    pub packet: (u8, u8),
    /// Bytes 42 to 55.
    pub body: &'a [u8],
    pub text: &'a [u8],
}

impl<'a> Header<'a> {
    /// A whole message, or its header alone with as much text as there is.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let (head, text) = data.split_at_checked(HEADER)?;
        let kind = u8_at(head, 0)?;
        Some(Self {
            kind,
            sequence: le16(head, 2)?,
            mailbox: u8_at(head, 31)?,
            controller: u8_at(head, if kind == REPLY { 32 } else { 36 })?,
            packet: (u8_at(head, 40)?, u8_at(head, 41)?),
            body: head.get(42..)?,
            text,
        })
    }

    pub fn asks(&self) -> bool {
        matches!(self.kind, OPEN | REQUEST | HELLO)
    }

    /// Slot of the controller in its rack: the high half of its mailbox.
    pub fn slot(&self) -> u32 {
        u32::from(self.controller >> 4)
    }

    /// Whether the mailbox type is one that such a message has.
    pub fn fits(&self) -> bool {
        match self.kind {
            REQUEST | HELLO => matches!(self.mailbox, SHORT | WITH_TEXT),
            REPLY => matches!(self.mailbox, DONE | DONE_WITH_TEXT | REFUSED),
            _ => true,
        }
    }

    /// Whether there is a text where the mailbox type says so, and none else.
    pub fn text_fits(&self) -> bool {
        match self.mailbox {
            WITH_TEXT | DONE_WITH_TEXT => !self.text.is_empty(),
            SHORT | DONE => self.text.is_empty(),
            _ => true,
        }
    }

    /// Packets are counted from 1.
    pub fn packets_fit(&self) -> bool {
        self.packet.0 >= 1 && self.packet.0 <= self.packet.1
    }

    pub fn request(&self) -> Option<Request<'a>> {
        let with_text = self.mailbox == WITH_TEXT;
        let parameters = self.body.get(if with_text { 8.. } else { 0.. })?;
        Some(Request {
            service: u8_at(parameters, 0)?,
            selector: u8_at(parameters, 1)?,
            offset: le16(parameters, 2)?,
            length: le16(parameters, 4)?,
            parameters: parameters.get(1..)?,
            data: if with_text { self.text } else { parameters.get(6..12)? },
        })
    }

    pub fn answer(&self) -> Option<Answer<'a>> {
        let with_text = self.mailbox == DONE_WITH_TEXT;
        Some(Answer {
            refused: self.mailbox == REFUSED,
            major: u8_at(self.body, 0)?,
            minor: u8_at(self.body, 1)?,
            data: if with_text { self.text } else { self.body.get(2..8)? },
            with_text,
            status: Piggyback::read(self.body.get(8..)?)?,
        })
    }
}

/// What a request asks for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub service: u8,
    pub selector: u8,
    pub offset: u16,
    pub length: u16,
    /// Bytes behind the service, for services that are not of memory.
    pub parameters: &'a [u8],
    /// Values that are written: the text, or the six bytes of a short request.
    pub data: &'a [u8],
}

/// What a reply says.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    pub refused: bool,
    pub major: u8,
    pub minor: u8,
    /// The text, or the six bytes of a short reply.
    pub data: &'a [u8],
    pub with_text: bool,
    pub status: Piggyback,
}

/// Whether a header can begin here, by its first bytes: its type, and what is zero in all that were seen.
fn begins(data: &[u8]) -> bool {
    let kind = matches!(data.first(), Some(&(OPEN | OPENED | REQUEST | REPLY | HELLO)));
    kind && matches!(data.get(1), None | Some(0)) && data.get(6..8).is_none_or(|zero| zero == [0, 0])
}

pub fn framing(data: &[u8]) -> Framing {
    if !begins(data) {
        return Framing::Bad(Flag::GeSrtpHeader);
    }
    match (data.get(6..8), le16(data, 4)) {
        (Some(_), Some(length)) => Framing::Message(HEADER + usize::from(length)),
        _ => Framing::Need,
    }
}

/// The next header whose mailbox can be.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        let rest = data.get(at..).unwrap_or_default();
        if !matches!(rest.first(), Some(&(REQUEST | REPLY | HELLO))) || !begins(rest) {
            continue;
        }
        match Header::read(rest) {
            None => return (at, false),
            Some(header) if header.fits() && header.packets_fit() => return (at, true),
            Some(_) => {}
        }
    }
    (data.len(), false)
}
