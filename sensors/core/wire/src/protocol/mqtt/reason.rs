//! Return codes of MQTT 3 and reason codes of MQTT 5 by the standard's names (MQTT 3.1.1, 3.2.2.3; MQTT 5.0, 2.4).

use super::packet::{DISCONNECT, SUBACK, SUBSCRIBE, UNSUBACK, Version};
use crate::protocol::Outcome;

/// Codes from here on are failures.
pub const FAILURE: u8 = 0x80;

/// Code and name for `ot.status.*`; the second value says whether the standard knows it.
pub fn connack(code: u8, version: Version) -> ((u32, &'static str), bool) {
    if version == Version::V5 {
        return reason(super::packet::CONNACK, code);
    }
    let name = match code {
        0 => "Connection Accepted",
        1 => "Unacceptable Protocol Version",
        2 => "Identifier Rejected",
        3 => "Server Unavailable",
        4 => "Bad User Name or Password",
        5 => "Not Authorized",
        _ => return ((u32::from(code), "Reserved Return Code"), false),
    };
    ((u32::from(code), name), true)
}

/// Return code of one filter in a SUBACK of MQTT 3.
pub fn suback(code: u8, version: Version) -> ((u32, &'static str), bool) {
    if version == Version::V5 {
        return reason(SUBACK, code);
    }
    match code {
        0..=2 => reason(SUBACK, code),
        FAILURE if version == Version::V311 => ((u32::from(code), "Failure"), true),
        _ => ((u32::from(code), "Reserved Return Code"), false),
    }
}

/// Reason code of a packet of MQTT 5.
pub fn reason(kind: u8, code: u8) -> ((u32, &'static str), bool) {
    let name = match code {
        0x00 if kind == DISCONNECT => "Normal Disconnection",
        0x00 if matches!(kind, SUBSCRIBE | SUBACK) => "Granted QoS 0",
        0x00 => "Success",
        0x01 => "Granted QoS 1",
        0x02 => "Granted QoS 2",
        0x04 => "Disconnect with Will Message",
        0x10 => "No Matching Subscribers",
        0x11 => "No Subscription Existed",
        0x18 => "Continue Authentication",
        0x19 => "Re-authenticate",
        0x80 => "Unspecified Error",
        0x81 => "Malformed Packet",
        0x82 => "Protocol Error",
        0x83 => "Implementation Specific Error",
        0x84 => "Unsupported Protocol Version",
        0x85 => "Client Identifier Not Valid",
        0x86 => "Bad User Name or Password",
        0x87 => "Not Authorized",
        0x88 => "Server Unavailable",
        0x89 => "Server Busy",
        0x8a => "Banned",
        0x8b => "Server Shutting Down",
        0x8c => "Bad Authentication Method",
        0x8d => "Keep Alive Timeout",
        0x8e => "Session Taken Over",
        0x8f => "Topic Filter Invalid",
        0x90 => "Topic Name Invalid",
        0x91 => "Packet Identifier in Use",
        0x92 => "Packet Identifier Not Found",
        0x93 => "Receive Maximum Exceeded",
        0x94 => "Topic Alias Invalid",
        0x95 => "Packet Too Large",
        0x96 => "Message Rate Too High",
        0x97 => "Quota Exceeded",
        0x98 => "Administrative Action",
        0x99 => "Payload Format Invalid",
        0x9a => "Retain Not Supported",
        0x9b => "QoS Not Supported",
        0x9c => "Use Another Server",
        0x9d => "Server Moved",
        0x9e => "Shared Subscriptions Not Supported",
        0x9f => "Connection Rate Exceeded",
        0xa0 => "Maximum Connect Time",
        0xa1 => "Subscription Identifiers Not Supported",
        0xa2 => "Wildcard Subscriptions Not Supported",
        _ => return ((u32::from(code), "Reserved Reason Code"), false),
    };
    ((u32::from(code), name), allowed(kind, code))
}

/// Whether a success code may stand in the packet; the failure codes are told by their name alone.
const fn allowed(kind: u8, code: u8) -> bool {
    match code {
        0x01 | 0x02 => kind == SUBACK,
        0x04 => kind == DISCONNECT,
        0x10 => matches!(kind, super::packet::PUBACK | super::packet::PUBREC),
        0x11 => kind == UNSUBACK,
        0x18 | 0x19 => kind == super::packet::AUTH,
        _ => true,
    }
}

pub const fn outcome(code: u8) -> Outcome {
    if code < FAILURE { Outcome::Success } else { Outcome::Failure }
}

/// A CONNACK lets in with code 0 only, in every version.
pub const fn connack_outcome(code: u8) -> Outcome {
    if code == 0 { Outcome::Success } else { Outcome::Failure }
}

/// A CONNACK that says who asked was not let in because of who he is.
pub const fn refused(code: u8, version: Version) -> bool {
    match version {
        Version::V5 => matches!(code, 0x86 | 0x87 | 0x8c),
        Version::V31 | Version::V311 => matches!(code, 4 | 5),
    }
}
