//! Date and time in BCD.
//!
//! | clock | 0 unknown 1 | 1 century 1 | 2 DATE_AND_TIME 8 |
//! | DATE_AND_TIME | 0 year 1 | 1 month 1 | 2 day 1 | 3 hour 1 | 4 minute 1 | 5 second 1 | 6 milliseconds 3 digits, weekday 1 digit |

use crate::bytes::u8_at;

/// `2026-11-28T09:30:00.125`; years before 90 are of this century, as DATE_AND_TIME has it. None for what is no date.
pub fn moment(bytes: &[u8]) -> Option<String> {
    let mut digits = bytes.iter().take(6).map(|b| decimal(*b));
    let mut next = || digits.next().flatten();
    let (year, month, day, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?, next()?);
    let (high, low) = (decimal(u8_at(bytes, 6)?)?, u8_at(bytes, 7)? >> 4);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 59 || low > 9 {
        return None;
    }
    let century = if year < 90 { 20 } else { 19 };
    Some(format!("{century}{year:02}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{high:02}{low}"))
}

/// The clock's own form.
pub fn clock(contents: &[u8]) -> Option<String> {
    moment(contents.get(2..)?)
}

fn decimal(byte: u8) -> Option<u8> {
    let (high, low) = (byte >> 4, byte & 15);
    (high <= 9 && low <= 9).then(|| high * 10 + low)
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn moments_are_read_and_nonsense_is_none() {
        let when = moment(&[0x26, 0x11, 0x28, 0x09, 0x30, 0x00, 0x12, 0x57]);
        assert_eq!(when.as_deref(), Some("2026-11-28T09:30:00.125"));
        assert_eq!(moment(&[0x26, 0x1a, 0x28, 0, 0, 0, 0, 0]), None);
        assert_eq!(moment(&[0x26, 0x13, 0x28, 0, 0, 0, 0, 0]), None);
        assert_eq!(moment(&[0x26]), None);
    }
}
