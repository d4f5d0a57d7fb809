//! Binary time (7.2.6.18, 7.2.6.20, 7.2.6.29): the station's own clock, without a time zone.
//!
//! CP56Time2a: | milliseconds 2 LE, 0–59999 | minute 6, GEN 1, IV 1 | hour 5, -, SU 1 | day 5, weekday 3 | month 4 | year 7 |
//! CP24Time2a is its first three octets.

use crate::bytes::{le16, u8_at};
use std::fmt::Write as _;

/// Which time tag a type has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Tag {
    None,
    Cp24,
    Cp56,
}

impl Tag {
    pub const fn size(self) -> usize {
        match self {
            Self::None => 0,
            Self::Cp24 => 3,
            Self::Cp56 => 7,
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Date {
    pub hour: u8,
    pub day: u8,
    pub month: u8,
    pub year: u8,
}

/// One time tag.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Time {
    pub milliseconds: u16,
    pub minute: u8,
    pub invalid: bool,
    pub summer: bool,
    pub date: Option<Date>,
}

impl Time {
    pub fn read(tag: Tag, data: &[u8]) -> Option<Self> {
        let minute = u8_at(data, 2)?;
        let mut time = Self {
            milliseconds: le16(data, 0)?,
            minute: minute & 0x3f,
            invalid: minute & 0x80 != 0,
            summer: false,
            date: None,
        };
        if tag == Tag::Cp56 {
            let hour = u8_at(data, 3)?;
            time.summer = hour & 0x80 != 0;
            time.date = Some(Date {
                hour: hour & 0x1f,
                day: u8_at(data, 4)? & 0x1f,
                month: u8_at(data, 5)? & 0x0f,
                year: u8_at(data, 6)? & 0x7f,
            });
        }
        Some(time)
    }

    /// No clock shows this.
    pub fn illegal(&self) -> bool {
        let date = self.date.is_some_and(|d| {
            d.hour > 23 || d.year > 99 || !(1..=12).contains(&d.month) || d.day == 0 || d.day > days(d.month, d.year)
        });
        self.milliseconds > 59_999 || self.minute > 59 || date
    }

    /// `2026-11-28T17:28:32.123`, or `28:32.123` where minutes are all there is.
    pub fn write(&self, out: &mut String) {
        if let Some(d) = self.date {
            out.push_str("20");
            two(out, d.year);
            out.push('-');
            two(out, d.month);
            out.push('-');
            two(out, d.day);
            out.push('T');
            two(out, d.hour);
            out.push(':');
        }
        two(out, self.minute);
        out.push(':');
        let (seconds, rest) = (self.milliseconds / 1000, self.milliseconds % 1000);
        two(out, u8::try_from(seconds).unwrap_or(u8::MAX));
        out.push('.');
        let _ = out.write_char(digit(rest / 100));
        let _ = out.write_char(digit(rest / 10 % 10));
        let _ = out.write_char(digit(rest % 10));
    }

    /// Milliseconds since 1970 as if the clock showed UTC; None without a date or with an illegal one.
    pub fn milliseconds_since_1970(&self) -> Option<i64> {
        let d = self.date.filter(|_| !self.illegal())?;
        let days = days_since_1970(2000 + i64::from(d.year), i64::from(d.month), i64::from(d.day));
        let minutes = (days * 24 + i64::from(d.hour)) * 60 + i64::from(self.minute);
        Some(minutes * 60_000 + i64::from(self.milliseconds))
    }
}

fn digit(number: u16) -> char {
    char::from(b'0'.saturating_add(u8::try_from(number).unwrap_or(0).min(9)))
}

fn two(out: &mut String, number: u8) {
    if number > 99 {
        out.push(digit(u16::from(number) / 100));
    }
    out.push(digit(u16::from(number) / 10 % 10));
    out.push(digit(u16::from(number) % 10));
}

const fn days(month: u8, year: u8) -> u8 {
    match month {
        // 2000 was a leap year: the years of a century of two digits need no exception.
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the Gregorian calendar, March first (H. Hinnant's algorithm).
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    shifted.div_euclid(400) * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::{Tag, Time};

    #[test]
    fn times_are_read_to_the_millisecond_and_illegal_ones_are_told() {
        let time = Time::read(Tag::Cp56, &[0x7b, 0x7d, 28, 0x80 | 17, 0xc0 | 28, 11, 26]).unwrap();
        let mut text = String::new();
        time.write(&mut text);
        assert_eq!((text.as_str(), time.summer, time.invalid), ("2026-11-28T17:28:32.123", true, false));
        assert_eq!(time.milliseconds_since_1970(), Some(1_795_886_912_123));
        assert!(!time.illegal());
        for (at, value) in [(1, 0xff), (2, 60), (3, 24), (4, 0), (4, 31), (5, 13), (5, 0), (6, 100)] {
            let mut bytes = [0x7b, 0x7d, 28, 17, 28, 11, 26];
            bytes[at] = value;
            assert!(Time::read(Tag::Cp56, &bytes).unwrap().illegal(), "octet {at} = {value}");
        }
        assert!(Time::read(Tag::Cp56, &[0; 6]).is_none());
        assert!(Time::read(Tag::Cp24, &[0, 0, 0x80 | 5]).unwrap().invalid);
    }
}
