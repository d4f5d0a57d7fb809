//! Application layer PDUs (clause 20.1).
//!
//! 0 confirmed request | 0 type, SEG 8, MOR 4, SA 2 | 1 most segments and bytes | 2 invoke id | [3 sequence | 4 window] |
//! service | data |
//! 1 unconfirmed request | 0 type | 1 service | data |
//! 2 simple ACK | 0 type | 1 invoke id | 2 service |
//! 3 complex ACK | 0 type, SEG 8, MOR 4 | 1 invoke id | [2 sequence | 3 window] | service | data |
//! 4 segment ACK | 0 type, NAK 2, SRV 1 | 1 invoke id | 2 sequence | 3 window |
//! 5 error | 0 type | 1 invoke id | 2 service | data |
//! 6 reject | 0 type | 1 invoke id | 2 reason |
//! 7 abort | 0 type, SRV 1 | 1 invoke id | 2 reason |

use crate::bytes::u8_at;

const SEGMENTED: u8 = 0x08;
const MORE: u8 = 0x04;
const SERVER: u8 = 0x01;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Confirmed,
    Unconfirmed,
    SimpleAck,
    ComplexAck,
    SegmentAck,
    Error,
    Reject,
    Abort,
}

impl Kind {
    pub const fn code(self) -> u32 {
        match self {
            Self::Confirmed => 0,
            Self::Unconfirmed => 1,
            Self::SimpleAck => 2,
            Self::ComplexAck => 3,
            Self::SegmentAck => 4,
            Self::Error => 5,
            Self::Reject => 6,
            Self::Abort => 7,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "Confirmed-Request",
            Self::Unconfirmed => "Unconfirmed-Request",
            Self::SimpleAck => "Simple-ACK",
            Self::ComplexAck => "Complex-ACK",
            Self::SegmentAck => "Segment-ACK",
            Self::Error => "Error",
            Self::Reject => "Reject",
            Self::Abort => "Abort",
        }
    }
}

/// Place of a segment in its message.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    pub sequence: u8,
    pub more: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Apdu<'a> {
    pub kind: Kind,
    pub invoke: u8,
    /// Service choice; reason of a reject or an abort.
    pub choice: u8,
    pub segment: Option<Segment>,
    /// Sent by the one who serves (abort, segment ACK).
    pub by_server: bool,
    pub data: &'a [u8],
}

impl<'a> Apdu<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let first = u8_at(data, 0)?;
        let (kind, at) = match first >> 4 {
            0 => (Kind::Confirmed, 2),
            1 => {
                let (choice, data) = (u8_at(data, 1)?, data.get(2..)?);
                return Some(Self {
                    kind: Kind::Unconfirmed,
                    invoke: 0,
                    choice,
                    segment: None,
                    by_server: false,
                    data,
                });
            }
            2 => (Kind::SimpleAck, 1),
            3 => (Kind::ComplexAck, 1),
            4 => (Kind::SegmentAck, 1),
            5 => (Kind::Error, 1),
            6 => (Kind::Reject, 1),
            7 => (Kind::Abort, 1),
            _ => return None,
        };
        let invoke = u8_at(data, at)?;
        let cut = matches!(kind, Kind::Confirmed | Kind::ComplexAck) && first & SEGMENTED != 0;
        let segment = if cut {
            u8_at(data, at + 2)?;
            Some(Segment { sequence: u8_at(data, at + 1)?, more: first & MORE != 0 })
        } else {
            None
        };
        let at = at + if cut { 3 } else { 1 };
        let (choice, data) = (u8_at(data, at)?, data.get(at + 1..)?);
        Some(Self { kind, invoke, choice, segment, by_server: first & SERVER != 0, data })
    }
}
