//! Causes of transmission (7.2.3): names, and which a type may carry.

use super::kind::{self as k, Kind};

pub const PERIODIC: u8 = 1;
pub const SPONTANEOUS: u8 = 3;
pub const INITIALISED: u8 = 4;
pub const REQUEST: u8 = 5;
pub const ACTIVATION: u8 = 6;
pub const ACTIVATION_CONFIRMATION: u8 = 7;
pub const DEACTIVATION: u8 = 8;
pub const DEACTIVATION_CONFIRMATION: u8 = 9;
pub const ACTIVATION_TERMINATION: u8 = 10;
pub const RETURN_LOCAL: u8 = 12;
pub const FILE_TRANSFER: u8 = 13;
pub const INTERROGATED: u8 = 20;
pub const INTERROGATED_LAST: u8 = 36;
pub const COUNTERS: u8 = 37;
pub const COUNTERS_LAST: u8 = 41;
pub const UNKNOWN_TYPE: u8 = 44;
pub const UNKNOWN_ADDRESS: u8 = 47;

/// Status of a confirmation with P/N = 1.
pub const NEGATIVE: &str = "negative confirmation";

pub const fn name(cause: u8) -> &'static str {
    match cause {
        1 => "periodic, cyclic",
        2 => "background scan",
        3 => "spontaneous",
        4 => "initialised",
        5 => "request or requested",
        6 => "activation",
        7 => "activation confirmation",
        8 => "deactivation",
        9 => "deactivation confirmation",
        10 => "activation termination",
        11 => "return information caused by a remote command",
        12 => "return information caused by a local command",
        13 => "file transfer",
        14 => "authentication",
        15 => "maintenance of authentication session key",
        16 => "maintenance of user role and update key",
        20 => "interrogated by station interrogation",
        21..=36 => "interrogated by group interrogation",
        37 => "requested by general counter request",
        38..=41 => "requested by group counter request",
        44 => "unknown type identification",
        45 => "unknown cause of transmission",
        46 => "unknown common address of ASDU",
        47 => "unknown information object address",
        48..=63 => "private cause",
        _ => "reserved cause",
    }
}

/// Asks for something: the other station answers with the same type.
pub const fn asks(cause: u8) -> bool {
    matches!(cause, ACTIVATION | DEACTIVATION | REQUEST)
}

/// Answers what was asked with the same type.
pub const fn answers(cause: u8) -> bool {
    matches!(cause, 7 | 9 | 10 | UNKNOWN_TYPE..=UNKNOWN_ADDRESS)
}

/// Whether a type may carry the cause (7.2.3, tables of clause 7.3: "causes of transmission used with type").
pub const fn allowed(kind: &Kind, cause: u8) -> bool {
    match kind.code {
        k::M_EI_NA_1 => cause == INITIALISED,
        17..=19 | 38..=40 => cause == SPONTANEOUS,
        15 | 16 | 37 => matches!(cause, SPONTANEOUS | COUNTERS..=COUNTERS_LAST),
        20 => matches!(cause, 2 | 3 | 5 | 11 | 12 | INTERROGATED..=INTERROGATED_LAST),
        1..=14 | 21 | 30..=36 => {
            matches!(cause, PERIODIC..=SPONTANEOUS | REQUEST | 11 | RETURN_LOCAL | INTERROGATED..=INTERROGATED_LAST)
        }
        k::C_RD_NA_1 => matches!(cause, REQUEST | UNKNOWN_TYPE..=UNKNOWN_ADDRESS),
        k::C_CS_NA_1 | k::C_CD_NA_1 => {
            matches!(cause, SPONTANEOUS | ACTIVATION | ACTIVATION_CONFIRMATION | UNKNOWN_TYPE..=UNKNOWN_ADDRESS)
        }
        110..=112 => {
            matches!(cause, ACTIVATION | ACTIVATION_CONFIRMATION | INTERROGATED..=INTERROGATED_LAST)
                || matches!(cause, UNKNOWN_TYPE..=UNKNOWN_ADDRESS)
        }
        k::C_IC_NA_1 | k::C_CI_NA_1 | k::P_AC_NA_1 | 45..=64 => {
            matches!(cause, ACTIVATION..=ACTIVATION_TERMINATION | UNKNOWN_TYPE..=UNKNOWN_ADDRESS)
        }
        k::C_TS_NA_1 | k::C_RP_NA_1 | k::C_TS_TA_1 => {
            matches!(cause, ACTIVATION | ACTIVATION_CONFIRMATION | UNKNOWN_TYPE..=UNKNOWN_ADDRESS)
        }
        k::F_SC_NA_1 | k::F_SC_NB_1 => matches!(cause, REQUEST | FILE_TRANSFER | UNKNOWN_TYPE..=UNKNOWN_ADDRESS),
        k::F_DR_TA_1 => matches!(cause, SPONTANEOUS | REQUEST),
        120..=125 => matches!(cause, FILE_TRANSFER | UNKNOWN_TYPE..=UNKNOWN_ADDRESS),
        _ => true,
    }
}
