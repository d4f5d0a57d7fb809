//! Packet types: names, who sends them, their flags (MQTT 5.0, 2.1; MQTT 3.1.1, 2.2).
//!
//! | 0 type 4 bits, flags 4 bits | 1 remaining length 1 to 4 | body |

use crate::dataset::{Flag, Operation};
use crate::flow::Side;

pub const CONNECT: u8 = 1;
pub const CONNACK: u8 = 2;
pub const PUBLISH: u8 = 3;
pub const PUBACK: u8 = 4;
pub const PUBREC: u8 = 5;
pub const PUBREL: u8 = 6;
pub const PUBCOMP: u8 = 7;
pub const SUBSCRIBE: u8 = 8;
pub const SUBACK: u8 = 9;
pub const UNSUBSCRIBE: u8 = 10;
pub const UNSUBACK: u8 = 11;
pub const PINGREQ: u8 = 12;
pub const PINGRESP: u8 = 13;
pub const DISCONNECT: u8 = 14;
/// Since MQTT 5.
pub const AUTH: u8 = 15;

/// What this flow speaks.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Version {
    V31,
    V311,
    V5,
}

impl Version {
    pub const fn name(self) -> &'static str {
        match self {
            Self::V31 => "3.1",
            Self::V311 => "3.1.1",
            Self::V5 => "5",
        }
    }
}

pub const fn name(kind: u8) -> &'static str {
    match kind {
        CONNECT => "CONNECT",
        CONNACK => "CONNACK",
        PUBLISH => "PUBLISH",
        PUBACK => "PUBACK",
        PUBREC => "PUBREC",
        PUBREL => "PUBREL",
        PUBCOMP => "PUBCOMP",
        SUBSCRIBE => "SUBSCRIBE",
        SUBACK => "SUBACK",
        UNSUBSCRIBE => "UNSUBSCRIBE",
        UNSUBACK => "UNSUBACK",
        PINGREQ => "PINGREQ",
        PINGRESP => "PINGRESP",
        DISCONNECT => "DISCONNECT",
        AUTH => "AUTH",
        _ => "Reserved",
    }
}

/// What a packet, or the one it answers, does.
pub const fn operation(kind: u8) -> Operation {
    match kind {
        CONNECT | CONNACK => Operation::SessionOpen,
        PUBLISH | PUBACK | PUBREC | PUBREL | PUBCOMP => Operation::Publish,
        SUBSCRIBE | SUBACK => Operation::SubscribeStart,
        UNSUBSCRIBE | UNSUBACK => Operation::SubscribeStop,
        PINGREQ | PINGRESP => Operation::SessionKeepalive,
        DISCONNECT => Operation::SessionClose,
        AUTH => Operation::SecurityLogin,
        _ => Operation::Unknown,
    }
}

/// The one side that may send a packet (table 2-1), None for both.
pub const fn sender(kind: u8, version: Option<Version>) -> Option<Side> {
    match kind {
        CONNECT | SUBSCRIBE | UNSUBSCRIBE | PINGREQ => Some(Side::Client),
        CONNACK | SUBACK | UNSUBACK | PINGRESP => Some(Side::Server),
        DISCONNECT if matches!(version, Some(Version::V31 | Version::V311)) => Some(Side::Client),
        _ => None,
    }
}

/// What is odd about the flags of the first byte (table 2-2). MQTT 3.1 let the sender repeat PUBREL, SUBSCRIBE and
/// UNSUBSCRIBE with DUP set, and asked nobody to look at unused flags.
pub const fn odd_flags(kind: u8, flags: u8, version: Option<Version>) -> Option<Flag> {
    let old = matches!(version, Some(Version::V31));
    match kind {
        PUBLISH if flags & 0x06 == 0x06 => Some(Flag::MqttQosIllegal),
        PUBLISH if flags & 0x0e == 0x08 && !old => Some(Flag::MqttHeaderFlags),
        PUBLISH => None,
        PUBREL | SUBSCRIBE | UNSUBSCRIBE if flags == 2 || (old && flags & 0x06 == 2) => None,
        PUBREL | SUBSCRIBE | UNSUBSCRIBE => Some(Flag::MqttHeaderFlags),
        _ if flags == 0 || old => None,
        _ => Some(Flag::MqttHeaderFlags),
    }
}
