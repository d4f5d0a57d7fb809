//! Layer setting services by their command specifiers (CiA 305).

use crate::dataset::Operation as Op;

pub const SWITCH_ALL: u8 = 0x04;
pub const NODE_ID: u8 = 0x11;
pub const BIT_TIMING: u8 = 0x13;
pub const ACTIVATE: u8 = 0x15;
pub const STORE: u8 = 0x17;
pub const SELECT_SERIAL: u8 = 0x43;
pub const SELECTED: u8 = 0x44;
pub const IDENTIFY_LAST: u8 = 0x4b;
pub const UNCONFIGURED: u8 = 0x4c;
pub const SLAVE: u8 = 0x4f;
pub const UNCONFIGURED_SLAVE: u8 = 0x50;
pub const FASTSCAN: u8 = 0x51;
pub const INQUIRE_NODE: u8 = 0x5e;

/// A service's name and what it is.
pub const fn service(command: u8) -> Option<(&'static str, Op)> {
    Some(match command {
        SWITCH_ALL => ("Switch state global", Op::ModeProgram),
        NODE_ID => ("Configure node-ID", Op::ConfigureNetwork),
        BIT_TIMING => ("Configure bit timing", Op::ConfigureNetwork),
        ACTIVATE => ("Activate bit timing", Op::ConfigureNetwork),
        STORE => ("Store configuration", Op::ConfigureDevice),
        0x40 => ("Switch state selective, vendor-ID", Op::IdentifyNetwork),
        0x41 => ("Switch state selective, product code", Op::IdentifyNetwork),
        0x42 => ("Switch state selective, revision number", Op::IdentifyNetwork),
        SELECT_SERIAL => ("Switch state selective, serial number", Op::ModeProgram),
        0x46 => ("Identify remote slave, vendor-ID", Op::IdentifyNetwork),
        0x47 => ("Identify remote slave, product code", Op::IdentifyNetwork),
        0x48 => ("Identify remote slave, lowest revision", Op::IdentifyNetwork),
        0x49 => ("Identify remote slave, highest revision", Op::IdentifyNetwork),
        0x4a => ("Identify remote slave, lowest serial", Op::IdentifyNetwork),
        IDENTIFY_LAST => ("Identify remote slave, highest serial", Op::IdentifyNetwork),
        UNCONFIGURED => ("Identify non-configured remote slave", Op::IdentifyNetwork),
        FASTSCAN => ("Fastscan", Op::IdentifyNetwork),
        0x5a => ("Inquire vendor-ID", Op::IdentifyDevice),
        0x5b => ("Inquire product code", Op::IdentifyDevice),
        0x5c => ("Inquire revision number", Op::IdentifyDevice),
        0x5d => ("Inquire serial number", Op::IdentifyDevice),
        INQUIRE_NODE => ("Inquire node-ID", Op::IdentifyDevice),
        _ => return None,
    })
}

/// The request that an answer of a slave belongs to, where one answers at all.
pub const fn asked_by(answer: u8) -> u8 {
    match answer {
        SELECTED => SELECT_SERIAL,
        UNCONFIGURED_SLAVE => UNCONFIGURED,
        other => other,
    }
}

/// Whether a slave must answer, if there is one that it concerns.
pub const fn answered(command: u8) -> bool {
    matches!(command, NODE_ID | BIT_TIMING | STORE | SELECT_SERIAL | 0x5a..=INQUIRE_NODE)
}

/// Whether some slave may answer.
pub const fn maybe(command: u8) -> bool {
    matches!(command, IDENTIFY_LAST | UNCONFIGURED | FASTSCAN)
}

/// Why a slave refused (its error code, which for each service has a meaning of its own).
pub const fn refusal(command: u8, code: u8) -> &'static str {
    match (command, code) {
        (_, 0) => "Success",
        (NODE_ID, 1) => "Node-ID out of range",
        (BIT_TIMING, 1) => "Bit timing not supported",
        (STORE, 1) => "Storing not supported",
        (STORE, 2) => "Storage medium access error",
        (_, 255) => "Implementation specific error",
        _ => "Reserved",
    }
}

/// Bit rates of table 0 (CiA 301, table 1), in bit/s.
pub const fn bit_rate(table: u8, index: u8) -> Option<u32> {
    Some(match (table, index) {
        (0, 0) => 1_000_000,
        (0, 1) => 800_000,
        (0, 2) => 500_000,
        (0, 3) => 250_000,
        (0, 4) => 125_000,
        (0, 6) => 50_000,
        (0, 7) => 20_000,
        (0, 8) => 10_000,
        _ => return None,
    })
}
