//! Values as MMS and GOOSE carry them (ISO 9506-2 Data; IEC 61850-8-1, table 3): the tag tells the type.

use crate::protocol::Values;
use crate::protocol::ber::{self, Element, Elements};
use crate::text;

const ARRAY: u8 = 0xa1;
const STRUCTURE: u8 = 0xa2;
const BOOLEAN: u8 = 0x83;
const BIT_STRING: u8 = 0x84;
const INTEGER: u8 = 0x85;
const UNSIGNED: u8 = 0x86;
const FLOATING_POINT: u8 = 0x87;
const OCTET_STRING: u8 = 0x89;
const VISIBLE_STRING: u8 = 0x8a;
const GENERALIZED_TIME: u8 = 0x8b;
const BINARY_TIME: u8 = 0x8c;
const BOOLEAN_ARRAY: u8 = 0x8e;
const MMS_STRING: u8 = 0x90;
const UTC_TIME: u8 = 0x91;

/// Structures inside structures that are followed.
const DEPTH: usize = 8;
/// Bytes of a text or a run of octets that are shown.
const SHOWN: usize = 64;

/// One value of a data set.
#[derive(Debug)]
pub enum Value {
    Number { kind: &'static str, number: f64 },
    Text { kind: &'static str, text: String },
}

impl Value {
    /// As an item of a message holds it.
    pub fn values(&self) -> Values<'_> {
        match self {
            Self::Number { kind, number } => {
                Values::Numbers { kind, numbers: std::slice::from_ref(number), exact: None }
            }
            Self::Text { kind, text } => Values::Text { kind, text },
        }
    }
}

/// Reads the values of a data set one after the other, structures taken apart, as long as there is room.
pub fn values(data: &[u8], most: usize, into: &mut Vec<Value>) -> bool {
    into.clear();
    walk(data, most, DEPTH, into)
}

fn walk(data: &[u8], most: usize, depth: usize, into: &mut Vec<Value>) -> bool {
    let mut elements = Elements { left: data };
    let mut whole = true;
    for element in elements.by_ref() {
        if matches!(element.tag, ARRAY | STRUCTURE) {
            whole &= depth > 0 && walk(element.contents, most, depth - 1, into);
        } else if into.len() >= most {
            return false;
        } else {
            into.push(value(element));
        }
    }
    whole && elements.left.is_empty()
}

fn value(element: Element<'_>) -> Value {
    let contents = element.contents;
    let number = |kind, number: Option<f64>| number.map(|number| Value::Number { kind, number });
    let read = match element.tag {
        BOOLEAN => number("bool", contents.first().map(|octet| f64::from(u8::from(*octet != 0)))),
        INTEGER => number("int", ber::integer(contents).map(exact)),
        UNSIGNED => number("uint", ber::unsigned(contents).map(exact)),
        FLOATING_POINT => number("float", float(contents)),
        BIT_STRING | BOOLEAN_ARRAY => number("bits", bits(contents)),
        BINARY_TIME => binary_time(contents).map(|text| Value::Text { kind: "btime", text }),
        GENERALIZED_TIME => {
            Some(Value::Text { kind: "generalizedtime", text: text::bounded(contents, text::TEXT_LIMIT).0 })
        }
        VISIBLE_STRING | MMS_STRING => {
            Some(Value::Text { kind: "string", text: text::bounded(contents, text::TEXT_LIMIT).0 })
        }
        UTC_TIME => utc(contents).map(|text| Value::Text { kind: "utctime", text }),
        _ => None,
    };
    read.unwrap_or_else(|| {
        let kind = if element.tag == OCTET_STRING { "octets" } else { "unknown" };
        Value::Text { kind, text: text::hex(contents, SHOWN) }
    })
}

// Values beyond 2^53 lose their last digits; counters of substations do not come near.
#[allow(clippy::as_conversions)]
fn exact(number: i64) -> f64 {
    number as f64
}

/// | 0 width of the exponent 1 (8) | 1 IEEE 754 single 4 |; doubles have width 11.
fn float(contents: &[u8]) -> Option<f64> {
    match contents {
        [8, a, b, c, d] => Some(f64::from(f32::from_be_bytes([*a, *b, *c, *d]))),
        [11, a, b, c, d, e, f, g, h] => Some(f64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h])),
        _ => None,
    }
}

/// A bit string as a number, its first bit the most significant: | unused bits 1 | bits |. Double-point status reads
/// 1 off, 2 on (IEC 61850-7-3, 6.2.2 Dbpos), quality its thirteen bits.
fn bits(contents: &[u8]) -> Option<f64> {
    let (unused, octets) = contents.split_first()?;
    if *unused > 7 || octets.len() > 4 {
        return None;
    }
    let number = octets.iter().fold(0u64, |sum, octet| sum << 8 | u64::from(*octet)) >> unused;
    u32::try_from(number).ok().map(f64::from)
}

/// UTC time (8.1.3.6): | 0 seconds since 1970 4 | 4 fraction of a second 3 | 7 quality 1 |, as ISO 8601.
pub fn utc(contents: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(27);
    write_utc(&mut out, contents).then_some(out)
}

/// The same, behind what `out` holds; whether it is a time.
pub fn write_utc(out: &mut String, contents: &[u8]) -> bool {
    let [a, b, c, d, e, f, g, _] = contents else { return false };
    let seconds = i64::from(u32::from_be_bytes([*a, *b, *c, *d]));
    let fraction = u64::from(u32::from_be_bytes([0, *e, *f, *g]));
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = text::civil(days);
    let micro = fraction * 1_000_000 / (1 << 24);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    write_date(out, (year, month, day));
    write_clock(out, (hour, minute, second));
    digits(out, ('.', 6), i64::try_from(micro).unwrap_or(0));
    out.push('Z');
    true
}

/// Time of day (ISO 9506-2, TimeOfDay): | 0 milliseconds since midnight 4 | 4 days since 1984-01-01, 2, or nothing |.
pub fn binary_time(contents: &[u8]) -> Option<String> {
    const DAYS_TO_1984: i64 = 5113;
    let (clock, days) = match contents {
        [a, b, c, d] => ([*a, *b, *c, *d], None),
        [a, b, c, d, e, f] => ([*a, *b, *c, *d], Some(u16::from_be_bytes([*e, *f]))),
        _ => return None,
    };
    let milliseconds = u32::from_be_bytes(clock);
    let (seconds, thousandths) = (milliseconds / 1000, milliseconds % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut out = String::with_capacity(24);
    if let Some(days) = days {
        let (year, month, day) = text::civil(i64::from(days) + DAYS_TO_1984);
        write_date(&mut out, (year, month, day));
    }
    write_clock(&mut out, (i64::from(hour), i64::from(minute), i64::from(second)));
    digits(&mut out, ('.', 3), i64::from(thousandths));
    Some(out)
}

fn write_date(out: &mut String, (year, month, day): (i64, i64, i64)) {
    number(out, 4, year);
    digits(out, ('-', 2), month);
    digits(out, ('-', 2), day);
    out.push('T');
}

fn write_clock(out: &mut String, (hour, minute, second): (i64, i64, i64)) {
    // A time of day may be far behind its midnight.
    number(out, if hour > 999 { 4 } else { 2 + usize::from(hour > 99) }, hour);
    digits(out, (':', 2), minute);
    digits(out, (':', 2), second);
}

fn digits(out: &mut String, (before, width): (char, usize), value: i64) {
    out.push(before);
    number(out, width, value);
}

/// The last `width` digits, at most six: most objects have a time, and formatting it costs more than reading all else.
fn number(out: &mut String, width: usize, value: i64) {
    let mut left = value.unsigned_abs();
    let mut text = [b'0'; 6];
    for slot in text.iter_mut().rev().take(width) {
        *slot = b'0' + u8::try_from(left % 10).unwrap_or(0);
        left /= 10;
    }
    out.extend(text.iter().skip(text.len().saturating_sub(width)).map(|digit| char::from(*digit)));
}

#[cfg(test)]
mod tests {
    use super::{Value, binary_time, utc, values};

    #[test]
    fn binary_times_have_a_day_or_none() {
        assert_eq!(binary_time(&[0, 0, 0x27, 0x10]).as_deref(), Some("00:00:10.000"));
        assert_eq!(binary_time(&[2, 0x93, 0x2e, 0, 0, 1]).as_deref(), Some("1984-01-02T12:00:00.000"));
        assert_eq!(binary_time(&[0xff; 6]).as_deref(), Some("2163-06-06T1193:02:47.295"));
        assert_eq!(binary_time(&[0; 5]), None);
    }

    #[test]
    fn structures_are_taken_apart_and_bounded() {
        let data = [0x83, 1, 1, 0xa2, 9, 0x84, 2, 6, 0x80, 0x85, 3, 0xff, 0xff, 0xfe, 0x87, 5, 8, 0x3f, 0x80, 0, 0];
        let mut found = Vec::new();
        assert!(values(&data, 8, &mut found));
        let numbers: Vec<f64> =
            found.iter().map(|v| if let Value::Number { number, .. } = v { *number } else { f64::NAN }).collect();
        assert_eq!(numbers, [1.0, 2.0, -2.0, 1.0]);
        assert!(!values(&data, 2, &mut found), "more than there is room for");
        let mut deep = vec![0x83, 1, 0];
        for _ in 0..12 {
            deep = [vec![0xa2, u8::try_from(deep.len()).unwrap()], deep].concat();
        }
        assert!(!values(&deep, 8, &mut found), "deeper than is followed");
    }

    #[test]
    fn times_are_read_to_the_microsecond() {
        assert_eq!(utc(&[0x5e, 0x0b, 0xe1, 0x00, 0x80, 0, 0, 0x0a]).as_deref(), Some("2020-01-01T00:00:00.500000Z"));
        assert_eq!(utc(&[0; 8]).as_deref(), Some("1970-01-01T00:00:00.000000Z"));
        assert_eq!(utc(&[0; 7]), None);
    }
}
