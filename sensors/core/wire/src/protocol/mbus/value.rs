//! Data of a record by their coding (EN 13757-3, table 4, annex A): numbers, BCD, dates, text.

use super::quantity::{DATE, DATE_TIME, Quantity};
use super::record::Record;
use crate::text;

/// Characters of a text that are told.
const TEXT: usize = 64;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    None,
    Number(&'static str, f64),
    Text(&'static str, String),
}

impl Value {
    pub fn read(record: &Record<'_>, quantity: Option<Quantity>) -> Self {
        let data = record.data;
        let name = quantity.map(|quantity| quantity.name);
        let power = quantity.map_or(0, |quantity| quantity.power);
        match (record.field, name) {
            (2, Some(DATE)) => timed("date", date(data, 0)),
            (4, Some(DATE_TIME)) => timed("date_time", minute(data)),
            (6, Some(DATE_TIME)) => timed("date_time", second(data)),
            (field @ (1..=4 | 6 | 7), _) => Self::Number(integer(field), scaled(signed(data), power)),
            (5, _) => match data.first_chunk::<4>().map(|octets| f32::from_le_bytes(*octets)) {
                Some(number) if number.is_finite() => Self::Number("real32", scaled(f64::from(number), power)),
                _ => Self::None,
            },
            (field @ 9..=0x0e, _) if field != 0x0d => match bcd(data) {
                Some(number) => Self::Number(digits(field), scaled(number, power)),
                None => Self::None,
            },
            (0x0d, _) => variable(record, power),
            _ => Self::None,
        }
    }
}

fn timed(kind: &'static str, text: Option<String>) -> Value {
    text.map_or(Value::None, |text| Value::Text(kind, text))
}

const fn integer(field: u8) -> &'static str {
    match field {
        1 => "int8",
        2 => "int16",
        3 => "int24",
        4 => "int32",
        6 => "int48",
        _ => "int64",
    }
}

const fn digits(field: u8) -> &'static str {
    match field {
        9 => "bcd2",
        0x0a => "bcd4",
        0x0b => "bcd6",
        0x0c => "bcd8",
        _ => "bcd12",
    }
}

/// Division by a whole power of ten is exact to the last bit where its inverse is not.
fn scaled(number: f64, power: i32) -> f64 {
    if power < 0 { number / 10_f64.powi(-power) } else { number * 10_f64.powi(power) }
}

/// Two's complement, least significant octet first.
fn signed(data: &[u8]) -> f64 {
    let negative = data.last().is_some_and(|octet| octet & 0x80 != 0);
    let magnitude = |octet: u8| f64::from(if negative { !octet } else { octet });
    let number = data.iter().rev().fold(0.0, |number, octet| number * 256.0 + magnitude(*octet));
    if negative { -(number + 1.0) } else { number }
}

fn unsigned(data: &[u8]) -> f64 {
    data.iter().rev().fold(0.0, |number, octet| number * 256.0 + f64::from(*octet))
}

/// Decimal digits; F in the highest place is a minus sign.
fn bcd(data: &[u8]) -> Option<f64> {
    let (last, rest) = data.split_last()?;
    let negative = last >> 4 == 0x0f;
    let top = if negative { last & 0x0f } else { *last };
    let mut number = 0.0;
    for octet in std::iter::once(&top).chain(rest.iter().rev()) {
        let (high, low) = (octet >> 4, octet & 0x0f);
        if high > 9 || low > 9 {
            return None;
        }
        number = number * 100.0 + f64::from(high * 10 + low);
    }
    Some(if negative { -number } else { number })
}

/// Type G: | year low 3, day 5 | year high 4, month 4 |.
fn date(data: &[u8], at: usize) -> Option<String> {
    let (first, second) = (*data.get(at)?, *data.get(at + 1)?);
    let (day, month) = (first & 0x1f, second & 0x0f);
    let year = u16::from(first >> 5 | (second >> 4) << 3);
    let whole = (1..=31).contains(&day) && (1..=12).contains(&month) && year <= 99;
    let century = if year > 80 { 1900 } else { 2000 };
    whole.then(|| format!("{:04}-{month:02}-{day:02}", century + year))
}

/// Type F: | invalid 1, minute 6 | hour 5 | date, type G |.
fn minute(data: &[u8]) -> Option<String> {
    let (minute, hour) = (*data.first()?, *data.get(1)? & 0x1f);
    let valid = minute & 0x80 == 0 && minute & 0x3f < 60 && hour < 24;
    date(data, 2).filter(|_| valid).map(|date| format!("{date}T{hour:02}:{:02}", minute & 0x3f))
}

/// Type I: | second 6 | minute 6 | hour 5 | date, type G | week 6 |.
fn second(data: &[u8]) -> Option<String> {
    let (second, minute, hour) = (*data.first()? & 0x3f, *data.get(1)? & 0x3f, *data.get(2)? & 0x1f);
    let valid = second < 60 && minute < 60 && hour < 24;
    date(data, 3).filter(|_| valid).map(|date| format!("{date}T{hour:02}:{minute:02}:{second:02}"))
}

/// Text, last character first, or a number of more octets.
fn variable(record: &Record<'_>, power: i32) -> Value {
    let data = record.data;
    match record.length {
        Some(0..=0xbf) => Value::Text("text", backwards(data)),
        Some(0xc0..=0xc9) => bcd(data).map_or(Value::None, |number| Value::Number("bcd", scaled(number, power))),
        Some(0xd0..=0xd9) => bcd(data).map_or(Value::None, |number| Value::Number("bcd", -scaled(number, power))),
        Some(0xe0..=0xef) => Value::Number("binary", scaled(unsigned(data), power)),
        _ => Value::None,
    }
}

/// Latin-1, last character first.
pub fn backwards(data: &[u8]) -> String {
    let text: String = data.iter().rev().take(TEXT).map(|octet| char::from(*octet)).collect();
    text::bounded(text.as_bytes(), TEXT).0
}
