//! Functions of the data link layer (EN 50170-2 part 4, 4.7.3; IEC 61158-4-3, 6.3).

use super::frame::Telegram;
use crate::protocol::Outcome;

pub const SDN_LOW: u8 = 4;
pub const SDN_HIGH: u8 = 6;
pub const STATUS: u8 = 9;
pub const SRD_LOW: u8 = 12;
pub const SRD_HIGH: u8 = 13;
pub const IDENT: u8 = 14;
pub const POINTS: u8 = 15;
const TIME_EVENT: u8 = 0;
const CLOCK_VALUE: u8 = 8;

/// Name of what a telegram asks or answers.
pub const fn name(telegram: &Telegram<'_>) -> Option<&'static str> {
    if telegram.asks() { request(telegram.function()) } else { answer(telegram.function()) }
}

pub const fn request(function: u8) -> Option<&'static str> {
    Some(match function {
        TIME_EVENT => "Time event",
        3 => "SDA low",
        SDN_LOW => "SDN low",
        5 => "SDA high",
        SDN_HIGH => "SDN high",
        7 => "MSRD",
        CLOCK_VALUE => "Clock value",
        STATUS => "FDL status",
        SRD_LOW => "SRD low",
        SRD_HIGH => "SRD high",
        IDENT => "Ident",
        POINTS => "LSAP status",
        _ => return None,
    })
}

pub const fn answer(function: u8) -> Option<&'static str> {
    Some(match function {
        0 => "OK",
        1 => "UE, user error",
        2 => "RR, no resource",
        3 => "RS, service not activated",
        8 => "DL, data",
        9 => "NR, no data",
        10 => "DH, data of high priority",
        12 => "RDL, data, no resource",
        13 => "RDH, data of high priority, no resource",
        _ => return None,
    })
}

/// What an answer says of the request, and its word where it is more than done.
pub fn outcome(function: u8) -> (Outcome, Option<(u32, &'static str)>) {
    let status = answer(function).map(|name| (u32::from(function), name));
    match function {
        0 | 8 | 10 => (Outcome::Success, None),
        9 => (Outcome::Success, status),
        _ => (Outcome::Failure, status),
    }
}

/// Whether nobody answers such a request.
pub const fn silent(function: u8) -> bool {
    matches!(function, TIME_EVENT | SDN_LOW | SDN_HIGH | CLOCK_VALUE)
}

/// Role of the station that answers so (FC, bits 5 and 4).
pub const fn role(kind: u8) -> &'static str {
    if kind == 0 { "slave" } else { "master" }
}
