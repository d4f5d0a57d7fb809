//! What a request is in the common words, and what its details say.

use super::words::Words;
use super::{Asdu, Reading, cause, kind};
use crate::dataset::Operation;
use crate::text;

/// End of a JSON object.
pub const CLOSED: char = '}';
/// Qualifier of reset process (7.2.6.27): the events in the buffer are dropped, the process goes on.
const RESET_EVENTS: u8 = 2;
/// Freeze with reset and counter reset in the upper two bits of QCC (7.2.6.23).
const COUNTERS_RESET: u8 = 2;
/// Time zones differ by whole quarters of an hour, ms.
const QUARTER: i64 = 900_000;
/// Farthest time zone, ms.
const FARTHEST_ZONE: i64 = 14 * 3_600_000;
/// Octets of an unknown type that are shown.
const SHOWN: usize = 64;

/// The common word for a request of system, parameter or unknown type. Commands depend on what was selected.
pub fn operation(code: u8, qualifier: Option<u8>) -> Operation {
    match code {
        kind::C_IC_NA_1 | kind::C_RD_NA_1 => Operation::Read,
        kind::C_CI_NA_1 if qualifier.is_some_and(|qcc| qcc >> 6 >= COUNTERS_RESET) => Operation::Write,
        kind::C_CI_NA_1 => Operation::Read,
        kind::C_CS_NA_1 => Operation::TimeSet,
        kind::C_TS_NA_1 | kind::C_TS_TA_1 | kind::C_CD_NA_1 => Operation::DiagnoseEcho,
        kind::C_RP_NA_1 if qualifier == Some(RESET_EVENTS) => Operation::DiagnoseClear,
        kind::C_RP_NA_1 => Operation::RestartWarm,
        kind::P_ME_NA_1..=kind::P_AC_NA_1 => Operation::WriteParameter,
        _ => Operation::Unknown,
    }
}

/// Details of the data unit itself.
pub fn unit(asdu: &Asdu<'_>, words: &mut Words) {
    if asdu.test {
        words.truth("test", true);
    }
    if asdu.originator != 0 {
        words.number("originator", u32::from(asdu.originator));
    }
    if let Some(link) = asdu.link {
        words.number("link_address", link);
    }
}

/// Details of a request.
pub fn request(
    asdu: &Asdu<'_>,
    reading: Option<&Reading>,
    moves: bool,
    now: i64,
    words: &mut Words,
) -> Option<Box<str>> {
    words.clear();
    words.open();
    unit(asdu, words);
    if asdu.negative && !cause::answers(asdu.cause) {
        words.truth("negative", true);
    }
    if let Some(reading) = reading {
        if !moves && reading.kind.is_some() {
            words.real("value", reading.number);
        }
        words.reading(reading);
        if asdu.code == kind::C_CS_NA_1 {
            clock(reading, now, words);
        }
    }
    if asdu.kind.is_none() && !asdu.body.is_empty() {
        words.word("data", &text::hex(asdu.body, SHOWN));
    }
    let range = words.close()?;
    Some(words.get(&range).into())
}

/// How far the time that is set is from the packet's, and how much of that no time zone explains.
fn clock(reading: &Reading, now: i64, words: &mut Words) {
    let Some(set) = reading.time.and_then(|time| time.milliseconds_since_1970()) else { return };
    let offset = set.saturating_sub(now.div_euclid(1_000_000));
    let zone = if offset.abs() > FARTHEST_ZONE { 0 } else { (offset + QUARTER / 2).div_euclid(QUARTER) * QUARTER };
    words.signed("clock_offset", offset);
    words.signed("clock_unexplained", offset.saturating_sub(zone));
}
