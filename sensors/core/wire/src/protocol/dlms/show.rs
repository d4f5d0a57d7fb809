//! Values as text and numbers: arrays and structures bounded, times and OBIS codes as people write them.

use super::axdr::{ARRAY, BIT_STRING, COMPACT_ARRAY, OCTET_STRING, Reader, STRUCTURE, Value};
use crate::bytes::{be16, u8_at};
use crate::protocol::draft::{Drafts, Told};
use crate::text;
use std::fmt::Write as _;

/// Bytes of text that the values of one object take.
const LONGEST: usize = 480;
/// Bytes of an octet string that are shown.
const SHOWN: usize = 64;
/// Whole numbers that a double holds.
const EXACT: i128 = 1 << 53;

/// Writes a value into the drafts.
pub fn tell(value: &Value<'_>, drafts: &mut Drafts) -> Told {
    let kind = value.kind();
    let from = drafts.numbers.len();
    if let Some(whole) = value.integer() {
        drafts.numbers.push(double(whole));
        let range = from..drafts.numbers.len();
        if whole.abs() <= EXACT {
            return Told::Numbers(kind, range);
        }
        let exact = drafts.texts(|out| {
            let _ = write!(out, "{whole}");
        });
        return Told::Exact(kind, range, exact);
    }
    if let Some(real) = value.real() {
        drafts.numbers.push(real);
        return Told::Numbers(kind, from..drafts.numbers.len());
    }
    if value.tag == 0 || value.tag == 255 {
        return Told::None;
    }
    Told::Text(
        kind,
        drafts.texts(|out| {
            let room = out.len() + LONGEST;
            write_value(out, value, room);
        }),
    )
}

/// A whole number as a double: the nearest one.
fn double(whole: i128) -> f64 {
    let high = i32::try_from(whole >> 32).map_or(0.0, f64::from);
    let wide = u32::try_from(whole >> 32).map_or(high, f64::from);
    let low = u32::try_from(whole & 0xffff_ffff).map_or(0.0, f64::from);
    (if whole < 0 { high } else { wide }) * 4_294_967_296.0 + low
}

/// A value as text of its own.
pub fn text(value: &Value<'_>) -> String {
    let mut out = String::new();
    write_value(&mut out, value, LONGEST);
    out
}

fn write_value(out: &mut String, value: &Value<'_>, room: usize) {
    let _ = match (value.integer(), value.real()) {
        (Some(whole), _) => write!(out, "{whole}"),
        (None, Some(real)) => write!(out, "{real}"),
        (None, None) => {
            write_other(out, value, room);
            Ok(())
        }
    };
}

fn write_other(out: &mut String, value: &Value<'_>, room: usize) {
    match value.tag {
        ARRAY => write_elements(out, value, room, ["[", "]"]),
        STRUCTURE => write_elements(out, value, room, ["{", "}"]),
        BIT_STRING => {
            for bit in 0..value.count.min(SHOWN) {
                let byte = u8_at(value.body, bit / 8).unwrap_or(0);
                out.push(if byte << (bit % 8) & 0x80 != 0 { '1' } else { '0' });
            }
        }
        COMPACT_ARRAY => out.push_str("compact-array"),
        OCTET_STRING => octets(out, value.body),
        25..=27 => time(out, value.body),
        0 | 255 => out.push_str("null"),
        _ => out.push_str(&text::bounded(value.body, SHOWN * 2).0),
    }
}

fn write_elements(out: &mut String, value: &Value<'_>, room: usize, [open, close]: [&str; 2]) {
    out.push_str(open);
    let mut elements = value.elements();
    for number in 0..value.count {
        if out.len() >= room {
            let _ = write!(out, "… of {}", value.count);
            break;
        }
        let Some(element) = elements.value() else { break };
        out.push_str(if number == 0 { "" } else { ", " });
        write_value(out, &element, room);
    }
    out.push_str(close);
}

/// Octets: a time, an OBIS code, readable text, or hexadecimal.
pub fn octets(out: &mut String, body: &[u8]) {
    if body.len() == 12 && plausible_time(body) {
        return time(out, body);
    }
    if let ([a, b, c, d, e, 0xff], true) = (body, body.len() == 6) {
        let _ = write!(out, "{a}.{b}.{c}.{d}.{e}.255");
        return;
    }
    if !body.is_empty() && body.iter().all(|byte| (b' '..0x7f).contains(byte)) {
        out.push_str(&text::bounded(body, SHOWN).0);
    } else {
        out.push_str(&text::hex(body, SHOWN));
    }
    if body.len() > SHOWN {
        let _ = write!(out, "… of {} octets", body.len());
    }
}

/// A date-time of COSEM has fields within their bounds or not specified.
fn plausible_time(body: &[u8]) -> bool {
    let within = |at, least, most| u8_at(body, at).is_some_and(|b| (least..=most).contains(&b) || b >= 0xfd);
    be16(body, 0).is_some_and(|year| (1970..=2200).contains(&year) || year == 0xffff)
        && within(2, 1, 12)
        && within(3, 1, 31)
        && within(4, 1, 7)
        && within(5, 0, 23)
        && within(6, 0, 59)
        && within(7, 0, 59)
}

/// A date-time, date or time (IEC 62056-6-2, 4.1.6.1); `*` stands for what is not specified.
pub fn time(out: &mut String, body: &[u8]) {
    let part = |at: usize| match u8_at(body, at) {
        Some(0xff) | None => "*".to_owned(),
        Some(byte) => format!("{byte:02}"),
    };
    if body.len() != 4 {
        let year = be16(body, 0).filter(|year| *year != 0xffff);
        let year = year.map_or_else(|| "*".to_owned(), |year| format!("{year:04}"));
        let _ = write!(out, "{year}-{}-{}", part(2), part(3));
    }
    if body.len() == 12 {
        let _ = write!(out, "T{}:{}:{}", part(5), part(6), part(7));
        // Minutes from local time to UTC: the other way round of ISO 8601.
        if let Some(minutes) = be16(body, 9).filter(|raw| *raw != 0x8000).map(|raw| i32::from(raw.cast_signed())) {
            let sign = if minutes > 0 { '-' } else { '+' };
            let _ = write!(out, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
        }
    }
    if body.len() == 4 {
        let _ = write!(out, "{}:{}:{}", part(0), part(1), part(2));
    }
}

/// Writes an OBIS code: `1.0.1.8.0.255`.
pub fn obis(out: &mut String, code: [u8; 6]) {
    let [a, b, c, d, e, f] = code;
    let _ = write!(out, "{a}.{b}.{c}.{d}.{e}.{f}");
}

/// How a profile is asked for (IEC 62056-6-2, class 7): by range, by entry.
pub fn selection(selector: u8, parameters: &[u8]) -> String {
    let Some(value) = Reader::new(parameters).value() else { return format!("selector {selector}") };
    let mut elements = value.elements();
    match selector {
        1 => {
            let mut out = String::from("range");
            let by = elements.value().map(|object| text(&object)).unwrap_or_default();
            let (from, to) = (elements.value(), elements.value());
            for (word, bound) in [("from", from), ("to", to)] {
                let _ = write!(out, " {word} {}", bound.map(|bound| text(&bound)).unwrap_or_default());
            }
            let _ = write!(out, " by {by}");
            text::bounded(out.as_bytes(), LONGEST).0
        }
        2 => {
            let number = |value: Option<Value<'_>>| value.and_then(|value| value.integer()).unwrap_or(0);
            let [from, to, first, last] = [(); 4].map(|()| number(elements.value()));
            format!("entries {from} to {to}, columns {first} to {last}")
        }
        _ => text::bounded(format!("selector {selector} {}", text(&value)).as_bytes(), LONGEST).0,
    }
}
