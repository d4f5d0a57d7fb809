//! DNP3 time: milliseconds since 1970-01-01 UTC in 6 bytes (IEEE 1815-2012 A.23).

use crate::bytes::{le16, le32};
use std::fmt::Write as _;

const DAY: u64 = 86_400_000;

/// Milliseconds at an offset.
pub fn milliseconds(data: &[u8], at: usize) -> Option<u64> {
    Some(u64::from(le32(data, at)?) | u64::from(le16(data, at + 4)?) << 32)
}

/// Writes `2026-11-01T08:00:00.000Z`. Forty-eight bits end in the year 10889.
pub fn write(out: &mut String, milliseconds: u64) {
    let (days, rest) = (milliseconds / DAY, milliseconds % DAY);
    // Howard Hinnant's days-to-civil, for days after 1970 only.
    let z = days + 719_468;
    let era = z / 146_097;
    let of_era = z % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let part = (5 * of_year + 2) / 153;
    let day = of_year - (153 * part + 2) / 5 + 1;
    let month = if part < 10 { part + 3 } else { part - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    let _ = write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", rest % 1_000);
}

/// The same as a text of its own.
pub fn text(milliseconds: u64) -> String {
    let mut out = String::with_capacity(24);
    write(&mut out, milliseconds);
    out
}
