//! TPKT framing (RFC 1006, 6).
//!
//! | 0 version 1 (3) | 1 reserved 1 (0) | 2 length 2 (all of it) | 4 transport PDU |

use super::cotp;
use crate::bytes::{be16, u8_at};
use crate::dataset::Flag;
use crate::protocol::Framing;

pub const PORT: u16 = 102;
pub const HEADER: usize = 4;
const VERSION: u8 = 3;
/// The shortest transport PDU is a data PDU without data.
const LEAST: u16 = 7;

/// Length of the packet at the head of `data`.
pub fn framing(data: &[u8]) -> Framing {
    let wrong = u8_at(data, 0).is_some_and(|v| v != VERSION) || u8_at(data, 1).is_some_and(|r| r != 0);
    match be16(data, 2) {
        _ if wrong => Framing::Bad(Flag::IsoTpktHeader),
        None => Framing::Need,
        Some(length) if length < LEAST => Framing::Bad(Flag::IsoTpktHeader),
        Some(length) => Framing::Message(usize::from(length)),
    }
}

/// The transport PDU in a whole packet.
pub fn body(packet: &[u8]) -> &[u8] {
    packet.get(HEADER..).unwrap_or_default()
}

/// Looks for the next packet whose transport PDU has the right form and whose data, where there are any, `fits`.
pub fn resynchronise(data: &[u8], fits: fn(&[u8]) -> Option<bool>) -> (usize, bool) {
    for at in 0..data.len() {
        match plausible(data.get(at..).unwrap_or_default(), fits) {
            Some(true) => return (at, true),
            Some(false) => {}
            None => return (at, false),
        }
    }
    (data.len(), false)
}

fn plausible(data: &[u8], fits: fn(&[u8]) -> Option<bool>) -> Option<bool> {
    match framing(data) {
        Framing::Bad(_) => return Some(false),
        Framing::Message(_) => {}
        _ => return None,
    }
    let (length, code) = (u8_at(data, 4)?, u8_at(data, 5)?);
    match cotp::shape(length, code) {
        Some(cotp::Shape::Data) => {}
        Some(cotp::Shape::Other) => return Some(true),
        None => return Some(false),
    }
    if usize::from(be16(data, 2)?) == HEADER + usize::from(cotp::DATA_HEADER) {
        return u8_at(data, 6).map(|end| end & 0x7f == 0);
    }
    fits(data.get(HEADER + usize::from(cotp::DATA_HEADER)..).unwrap_or_default())
}
