//! Application protocol control information (clause 5).
//!
//! | 0 start 68H | 1 length of what follows 4–253 | 2–5 control | ASDU of I format |
//! I: | N(S) 15 bits, from bit 1, LE | N(R) 15 bits, from bit 1, LE |, bit 0 of octet 2 is 0
//! S: | 01H | 00H | N(R) |; U: | one function bit and 11B | 00H | 00H | 00H |

use crate::bytes::{le16, u8_at};
use crate::dataset::Flag;
use crate::protocol::Framing;

pub const START: u8 = 0x68;
/// Octets before the ASDU.
pub const HEADER: usize = 6;
const LENGTH: std::ops::RangeInclusive<u8> = 4..=253;
pub const STARTDT_ACT: u8 = 0x07;
pub const STARTDT_CON: u8 = 0x0b;
pub const STOPDT_ACT: u8 = 0x13;
pub const STOPDT_CON: u8 = 0x23;
pub const TESTFR_ACT: u8 = 0x43;
pub const TESTFR_CON: u8 = 0x83;

/// Control field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Control {
    Information { sent: u16, received: u16 },
    Supervisory { received: u16 },
    Unnumbered(u8),
}

pub fn framing(data: &[u8]) -> Framing {
    match (u8_at(data, 0), u8_at(data, 1)) {
        (Some(START), None) => Framing::Need,
        (Some(START), Some(length)) if LENGTH.contains(&length) => Framing::Message(usize::from(length) + 2),
        (Some(START), _) => Framing::Bad(Flag::Iec104LengthIllegal),
        _ => Framing::Bad(Flag::Iec104Start),
    }
}

/// Length of the message at the head, where one begins there.
pub fn length(data: &[u8]) -> Option<usize> {
    match framing(data) {
        Framing::Message(length) => Some(length),
        _ => None,
    }
}

/// The control field and whether it is just as it must be.
pub fn control(data: &[u8]) -> Option<(Control, bool)> {
    let (first, second, low) = (u8_at(data, 2)?, u8_at(data, 3)?, u8_at(data, 4)?);
    let received = le16(data, 4)? >> 1;
    let fourth = u8_at(data, 5)?;
    Some(match first & 3 {
        3 => {
            let known = matches!(first, STARTDT_ACT | STARTDT_CON | STOPDT_ACT | STOPDT_CON | TESTFR_ACT | TESTFR_CON);
            (Control::Unnumbered(first), known && second == 0 && low == 0 && fourth == 0)
        }
        1 => (Control::Supervisory { received }, first == 1 && second == 0 && low & 1 == 0),
        _ => (Control::Information { sent: le16(data, 2)? >> 1, received }, low & 1 == 0),
    })
}

/// Name of a U function's service, and whether it is the confirmation.
pub const fn service(function: u8) -> Option<(&'static str, bool)> {
    Some(match function {
        STARTDT_ACT => ("STARTDT", false),
        STARTDT_CON => ("STARTDT", true),
        STOPDT_ACT => ("STOPDT", false),
        STOPDT_CON => ("STOPDT", true),
        TESTFR_ACT => ("TESTFR", false),
        TESTFR_CON => ("TESTFR", true),
        _ => return None,
    })
}
