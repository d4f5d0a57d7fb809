//! Control information fields by code (EN 13757-7, table 2; the M-Bus documentation, 6.1), and what they do.

use crate::dataset::Operation;

pub const RESET: u8 = 0x50;
pub const SEND: u8 = 0x51;
pub const SELECT: u8 = 0x52;
pub const ERROR: u8 = 0x70;
pub const ALARM: u8 = 0x71;
pub const VARIABLE: u8 = 0x72;
pub const FIXED: u8 = 0x73;
pub const NO_HEADER: u8 = 0x78;
pub const SHORT_HEADER: u8 = 0x7a;

/// Name of a control information field, and its operation where a master sends it.
pub fn of(information: u8) -> Option<(&'static str, Operation)> {
    Some(match information {
        RESET => ("application reset", Operation::RestartWarm),
        SEND => ("data send", Operation::Write),
        SELECT => ("selection of slaves", Operation::IdentifyNetwork),
        0x54 => ("synchronise", Operation::MethodCall),
        0x55 => ("data send, most significant first", Operation::Write),
        0x56 => ("selection of slaves, most significant first", Operation::IdentifyNetwork),
        0x5a => ("command, short header", Operation::Write),
        0x5b => ("command, long header", Operation::Write),
        0x5c => ("synchronise", Operation::MethodCall),
        0x6c | 0x6d => ("time synchronisation", Operation::TimeSet),
        ERROR => ("application error", Operation::Notify),
        ALARM => ("alarm", Operation::AlarmRaise),
        VARIABLE => ("variable data", Operation::Publish),
        FIXED => ("fixed data", Operation::Publish),
        0x76 => ("variable data, most significant first", Operation::Publish),
        0x77 => ("fixed data, most significant first", Operation::Publish),
        NO_HEADER => ("variable data, no header", Operation::Publish),
        SHORT_HEADER => ("variable data, short header", Operation::Publish),
        0x69..=0x6b => ("format frame", Operation::Publish),
        0x79 | 0x7b | 0x7e => ("compact frame", Operation::Publish),
        0xb1 => ("readout of RAM", Operation::FirmwareRead),
        0xb2 => ("write to RAM", Operation::Write),
        0xb3 => ("initialise test calibration", Operation::ModeTest),
        0xb4 => ("readout of EEPROM", Operation::FirmwareRead),
        0xb6 => ("start software test", Operation::ModeTest),
        0xb8..=0xbf => ("set baud rate", Operation::ConfigureDevice),
        0x90..=0x97 => ("hash", Operation::MethodCall),
        _ => return None,
    })
}

/// Baud rate that a field sets.
pub fn baud_rate(information: u8) -> Option<u32> {
    let rates = [300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400];
    rates.get(usize::from(information.checked_sub(0xb8)?)).copied()
}

/// Application errors (EN 13757-3, 10.2).
pub fn error(code: u8) -> &'static str {
    let names = [
        "unspecified error",
        "unimplemented CI field",
        "buffer too long",
        "too many records",
        "premature end of record",
        "more than 10 DIFEs",
        "more than 10 VIFEs",
        "reserved",
        "application too busy",
        "too many readouts",
    ];
    names.get(usize::from(code)).copied().unwrap_or("unknown error")
}
