//! How a command ended: communication errors, response codes, device status (FCG TS20307; TS20183 tables 28 to 32).

use crate::protocol::Outcome;

/// Set: the rest of the byte says what went wrong on the loop, no command was done.
const COMMUNICATION: u8 = 0x80;

/// Bits from the highest; a name is told where its bit is set.
pub type Bits = [&'static str; 8];

const COMMUNICATION_ERRORS: Bits =
    ["", "vertical parity", "overrun", "framing", "longitudinal parity", "reserved", "buffer overflow", "undefined"];

pub const DEVICE_STATUS: Bits = [
    "device malfunction",
    "configuration changed",
    "cold start",
    "more status available",
    "loop current fixed",
    "loop current saturated",
    "non-primary variable out of limits",
    "primary variable out of limits",
];

pub const EXTENDED_STATUS: Bits = [
    "",
    "",
    "function check",
    "out of specification",
    "failure",
    "critical power failure",
    "device variable alert",
    "maintenance required",
];

pub const STANDARDIZED_0: Bits = [
    "device configuration locked",
    "electronic defect",
    "environmental conditions out of range",
    "power supply conditions out of range",
    "watchdog reset executed",
    "volatile memory defect",
    "non-volatile memory defect",
    "device variable simulation active",
];

pub const STANDARDIZED_1: Bits = [
    "",
    "",
    "",
    "",
    "battery or power supply needs maintenance",
    "event notification overflow",
    "discrete variable simulation active",
    "status simulation active",
];

pub const STANDARDIZED_2: Bits = [
    "",
    "",
    "",
    "stale data",
    "sub-device with duplicate id",
    "sub-device mismatch",
    "duplicate master detected",
    "sub-device list changed",
];

pub const STANDARDIZED_3: Bits = [
    "",
    "",
    "",
    "radio failure",
    "block transfer pending",
    "bandwidth allocation pending",
    "reserved",
    "capacity denied",
];

pub const LOCK_STATE: Bits = [
    "",
    "",
    "",
    "locked by gateway",
    "configuration cannot be changed",
    "locked by primary master",
    "permanent",
    "locked",
];

/// Names of the bits that are set.
pub fn bits(names: &Bits, byte: u8, out: &mut String) {
    let mut before = "";
    for (at, name) in names.iter().enumerate() {
        if byte >> (7 - at) & 1 == 1 && !name.is_empty() {
            out.push_str(before);
            out.push_str(name);
            before = ", ";
        }
    }
}

pub const fn is_communication_error(code: u8) -> bool {
    code & COMMUNICATION != 0
}

pub fn communication_errors(code: u8) -> String {
    let mut out = String::new();
    bits(&COMMUNICATION_ERRORS, code & !COMMUNICATION, &mut out);
    out
}

/// What a response code means for a command. A response that is delayed has not ended.
pub const fn outcome(code: u8) -> Outcome {
    match code {
        0 | 8 | 14 | 24..=27 | 30 | 31 | 96..=127 => Outcome::Success,
        33 | 34 => Outcome::Unknown,
        _ => Outcome::Failure,
    }
}

pub fn name(command: u16, code: u8) -> &'static str {
    if is_communication_error(code) {
        return "communication error";
    }
    match code {
        0 => "success",
        1 => "undefined",
        2 => "invalid selection",
        3 => "passed parameter too large",
        4 => "passed parameter too small",
        5 => "too few data bytes received",
        6 => "device-specific command error",
        7 => "in write protect mode",
        16 => "access restricted",
        17 => "invalid device variable index",
        18 => "invalid units code",
        19 => "device variable index not allowed",
        20 => "invalid extended command number",
        21 => "invalid I/O card number",
        22 => "invalid channel number",
        23 => "sub-device response too long",
        28 => "invalid range units code",
        29 => "invalid",
        30 => "warning: response truncated",
        32 => "busy",
        33 => "delayed response initiated",
        34 => "delayed response running",
        35 => "delayed response dead",
        36 => "delayed response conflict",
        64 => "command not implemented",
        _ => of_command(command, code),
    }
}

/// Codes whose meaning hangs on the command (TS20127, TS20151).
fn of_command(command: u16, code: u8) -> &'static str {
    match (command, code) {
        (35, 9) => "lower range value too high",
        (35, 10) => "lower range value too low",
        (35, 11) => "upper range value too high",
        (35, 12) => "upper range value too low",
        (36 | 37 | 43 | 52, 9) => "applied process too high",
        (36 | 37 | 43 | 52, 10) => "applied process too low",
        (45 | 46 | 67 | 68, 9) => "not in proper current mode",
        (40 | 45 | 46 | 66, 11) => "loop current not active",
        (40 | 66, 12) => "invalid mode selection",
        (71, 9) => "invalid lock code",
        (71, 10) => "cannot lock device",
        (71, 11) => "device already locked",
        (_, 8) => "warning: set to nearest possible value, or update in progress",
        (_, 14) => "warning",
        (_, 24..=27 | 31 | 96..=127) => "warning of the command",
        _ => "error of the command",
    }
}
