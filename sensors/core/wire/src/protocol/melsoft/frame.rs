//! Frames of both kinds.
//!
//! | request | 57 | 0 or 1 | 2 counter 2 | 0 | 5 11 11 07 | 0 | to: network 1, PC 1, module I/O 2, station 1 | from: PC 1, module
//! I/O 2, station 1, 0 | 19 length 2, of what follows | body |
//! | response | d7 | the same with 07 or 7f, the ends exchanged |
//! | body of a request | 1c, 3c | who 1 | n + 2 | n | n of the route | command 2 | sequence 2 | 0, or bytes from here to an extension
//! 2 | data | extension |
//! | body of a response | 9c, bc | who 1 | n + 4 | n | end code 2 | n of the route | command 2 | sequence 2 | 2 as asked | data |
//! n is 8 of Q and L, 20 of iQ-R and iQ-F. Numbers are little-endian, the command is big-endian.
//! | greeting of the direct connection | 5a | 0 0 | kind 1 |, its answer | da | 0 0 | kind 1 | data |

use super::hello;
use super::parties::Key;
use crate::bytes::{be16, le16, u8_at};
use crate::dataset::Flag;
use crate::protocol::slmp::frame::Target;
use crate::protocol::{Framing, next_message};

const REQUEST: u8 = 0x57;
const RESPONSE: u8 = 0xd7;
/// Bytes before the body, and to the end of the head of the body.
const BODY: usize = 21;
const HEAD: usize = 25;
/// Of the response: set in the first byte of the body.
const ANSWERS: u8 = 0x80;
/// Route of Q and L, and of iQ-R and iQ-F.
const ROUTES: [u8; 2] = [8, 20];
/// Command, sequence number, length of the data.
const COMMAND: usize = 6;
/// Most bytes of a body: what is seen has 1000; room for longer ones.
const MOST: usize = 0x4000;

/// One request or response.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub response: bool,
    pub target: Target,
    /// The form of iQ-R and iQ-F.
    pub long: bool,
    pub end_code: u16,
    pub command: u16,
    pub sequence: u16,
    pub data: &'a [u8],
    /// What a request carries behind its data.
    pub extension: &'a [u8],
}

/// Anything that is said.
#[derive(Clone, Copy, Debug)]
pub enum Message<'a> {
    Call(Call<'a>),
    Hello { response: bool, kind: u8, data: &'a [u8] },
}

/// Whether a message is one that answers another.
pub fn is_response(data: &[u8]) -> bool {
    matches!(data, [RESPONSE | hello::RESPONSE, ..])
}

/// Whether the bytes begin as a frame does, as far as they go.
pub fn begins(data: &[u8]) -> bool {
    match data {
        [REQUEST, 0 | 1, _, _, 0, 0x11, 0x11, 0x07, 0, ..] => head(data, 0x1c, 2) != Some(false),
        [RESPONSE, 0 | 1, _, _, 0, 0x11, 0x11, 0x07 | 0x7f, 0, ..] => head(data, 0x1c | ANSWERS, 4) != Some(false),
        _ => false,
    }
}

/// Whether the head of the body is one. None: it is not there yet.
fn head(data: &[u8], first: u8, more: u8) -> Option<bool> {
    let &[kind, _, wide, route] = data.get(BODY..)?.first_chunk::<4>()?;
    Some(kind & !0x20 == first & !0x20 && ROUTES.contains(&route) && wide == route + more)
}

pub fn framing(data: &[u8]) -> Framing {
    match data {
        [hello::REQUEST | hello::RESPONSE, ..] => hello::framing(data),
        [REQUEST | RESPONSE, ..] if data.len() < HEAD => {
            let known = [data.get(5..7), data.get(7..9)];
            let odd = known[0].is_some_and(|mark| mark != [0x11, 0x11]) || known[1].is_some() && !begins(data);
            if odd { Framing::Bad(Flag::MelsoftHeader) } else { Framing::Need }
        }
        [REQUEST | RESPONSE, ..] if begins(data) => {
            let least = 4 + COMMAND + usize::from(u8_at(data, BODY + 2).unwrap_or(0)) - 2;
            match le16(data, BODY - 2).map(usize::from) {
                Some(length) if (least..=MOST).contains(&length) => Framing::Message(BODY + length),
                _ => Framing::Bad(Flag::MelsoftHeader),
            }
        }
        _ => Framing::Bad(Flag::MelsoftHeader),
    }
}

/// The next message whose head can be.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    next_message(data, framing)
}

impl<'a> Message<'a> {
    /// A whole message.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        match *data {
            [first @ (hello::REQUEST | hello::RESPONSE), _, _, kind, ..] => {
                Some(Self::Hello { response: first == hello::RESPONSE, kind, data: data.get(4..)? })
            }
            _ => Call::read(data).map(Self::Call),
        }
    }

    pub fn is_response(&self) -> bool {
        match self {
            Self::Call(call) => call.response,
            Self::Hello { response, .. } => *response,
        }
    }

    /// What a response names its request by.
    pub fn key(&self) -> Key {
        match self {
            Self::Call(call) => Key { port: 0, command: call.command, sequence: call.sequence },
            Self::Hello { kind, .. } => Key { port: 0, command: hello::code(*kind), sequence: 0 },
        }
    }
}

impl<'a> Call<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        let response = u8_at(data, 0)? == RESPONSE;
        // Who answers stands where the asker stood in the request.
        let (pc, module, station) = if response { (14, 15, 17) } else { (10, 11, 13) };
        let target = Target {
            network: u8_at(data, 9)?,
            pc: u8_at(data, pc)?,
            module: le16(data, module)?,
            station: u8_at(data, station)?,
        };
        let route = usize::from(u8_at(data, HEAD - 1)?);
        let end_code = if response { le16(data, HEAD)? } else { 0 };
        let at = HEAD + route + if response { 2 } else { 0 };
        let (command, sequence) = (be16(data, at)?, le16(data, at + 2)?);
        let body = data.get(at + COMMAND..)?;
        // Counted from the field itself; a response repeats the number.
        let split = usize::from(le16(data, at + 4)?).checked_sub(2).filter(|_| !response).unwrap_or(body.len());
        let (data, extension) = body.split_at_checked(split).unwrap_or((body, &[]));
        Some(Self { response, target, long: route == 20, end_code, command, sequence, data, extension })
    }
}
