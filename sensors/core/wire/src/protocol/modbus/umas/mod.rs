//! UMAS, Schneider's programming protocol, inside Modbus function 90. There is no public standard: names and layouts are
//! those of open research, checked against traffic of a Modicon Quantum.
//!
//! Request: | 0 function 90 | 1 session key 1 | 2 UMAS function 1 | 3 data |
//! Reply:   | 0 function 90 | 1 session key 1 | 2 0xFE done or 0xFD refused | 3 data |. Numbers in data are little-endian.

pub mod function;
mod items;
mod project;
mod tell;
mod transfer;
mod variable;

pub use items::with_items;
pub use tell::tell;
pub use transfer::Transfer;

use super::function as fc;
use super::request::Request;
use crate::bytes::u8_at;
use crate::dataset::Operation;
use crate::protocol::Outcome;
use crate::{hash, text};

/// Third byte of a reply: it was done, it was refused.
const DONE: u8 = 0xfe;
const REFUSED: u8 = 0xfd;
/// Where data begin in a PDU, and in what is kept of a request (which lacks the Modbus function).
const DATA: usize = 3;
const KEPT: usize = 2;

/// Whether the third byte is a function that has a name.
pub fn asks(third: u8) -> bool {
    function::term(u16::from(third)).1 != Operation::Unknown
}

/// Whether the third byte is that of a reply.
pub fn answers(third: u8) -> bool {
    matches!(third, DONE | REFUSED)
}

/// UMAS function of a request's PDU.
pub fn function_of(pdu: &[u8]) -> Option<u16> {
    u8_at(pdu, 2).map(u16::from)
}

/// Outcome and status of a reply; a refusal's first data byte is its reason, which nobody has named.
pub fn outcome(pdu: &[u8]) -> (Outcome, Option<(u32, &'static str)>) {
    match u8_at(pdu, 2) {
        Some(DONE) => (Outcome::Success, None),
        Some(REFUSED) => (Outcome::Failure, u8_at(pdu, DATA).map(|code| (u32::from(code), "UMAS Refusal"))),
        _ => (Outcome::Unknown, None),
    }
}

/// The session a request belongs to: its key is the right to command, so that only a hash of it is told.
pub fn session(request: &Request) -> Option<i64> {
    let key = u8_at(&request.data, 0).filter(|key| request.code == fc::UMAS && *key != 0)?;
    Some(hash::key(&[b"umas", &[request.unit, key]]))
}

/// Name of the station that reserves the controller: | 0 its number 4 | 4 length 1 | 5 name |
pub fn station(request: &Request) -> Option<String> {
    if request.code != fc::UMAS || request.sub != function::TAKE_PLC_RESERVATION {
        return None;
    }
    let data = asked(request);
    let name = data.get(5..)?.get(..usize::from(u8_at(data, 4)?))?;
    Some(text::bounded(name, text::TEXT_LIMIT).0).filter(|name| !name.is_empty())
}

/// Data of a UMAS request.
fn asked(request: &Request) -> &[u8] {
    request.data.get(KEPT..).unwrap_or_default()
}

/// Data of the reply that did what was asked; empty for a refusal or none.
fn answered(pdu: &[u8]) -> &[u8] {
    if u8_at(pdu, 0) == Some(fc::UMAS) && u8_at(pdu, 2) == Some(DONE) {
        pdu.get(DATA..).unwrap_or_default()
    } else {
        &[]
    }
}

#[cfg(test)]
mod tests;
