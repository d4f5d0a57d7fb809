//! Return values: a 64-bit quantity whose low 16 bits are the result, negative where the service failed; above them stand
//! the part of the controller that said so and flags.

use crate::protocol::Outcome;

pub type Status = Option<(u32, &'static str)>;

/// Outcome and status of a return value.
pub fn of(value: u64) -> (Outcome, Status) {
    let low = u16::try_from(value & 0xffff).unwrap_or(0);
    let code = i16::from_be_bytes(low.to_be_bytes());
    let outcome = if code < 0 { Outcome::Failure } else { Outcome::Success };
    (outcome, Some((u32::from(low), name(code))))
}

const fn name(code: i16) -> &'static str {
    match code {
        0 => "OK",
        17 => "Message session pre-legitimated",
        18 => "Service ignored",
        19 => "Service executed with partial error",
        21 => "Too many notifies",
        22 => "Session delegitimated",
        23 => "End of file",
        24 => "Subscription disabled",
        25 => "Legitimated for level 2",
        26 => "Legitimated for level 3",
        33 => "Legitimated for level 1",
        34 => "Transaction aborted",
        37 => "Temporarily out of resources",
        38 => "Legitimation level currently disabled",
        -1 => "Unknown error",
        -2 => "Invalid value type",
        -3 => "Invalid argument value",
        -4 => "Not enough memory",
        -12 => "Object not found",
        -17 => "Invalid CRC",
        -118 => "Session delegitimated",
        -134 => "Service multi-ES not supported",
        -255 => "Invalid LID",
        code if code < 0 => "Failed",
        _ => "Warning",
    }
}

/// Whether a result of a legitimation says that the password was wrong.
pub const fn refused(code: u32) -> bool {
    code == 22 || code >= 0x8000
}
