//! Values of properties: application data (clause 20.2) as numbers or text, whatever has a structure as text.

use super::draft::{Drafts, Told};
use super::names;
use super::tag::{Class, Object, Tag, Tags, signed, unsigned};
use crate::bytes::{be16, be32, u8_at};
use crate::text;
use std::fmt::Write as _;

const NULL: u8 = 0;
const BOOLEAN: u8 = 1;
pub const UNSIGNED: u8 = 2;
pub const SIGNED: u8 = 3;
const REAL: u8 = 4;
const DOUBLE: u8 = 5;
pub const OCTET_STRING: u8 = 6;
pub const CHARACTER_STRING: u8 = 7;
const BIT_STRING: u8 = 8;
pub const ENUMERATED: u8 = 9;
pub const DATE: u8 = 10;
pub const TIME: u8 = 11;
pub const OBJECT_IDENTIFIER: u8 = 12;

/// Bytes of octets that are shown, and numbers of a list that are kept.
const SHOWN: usize = 64;
const NUMBERS: usize = 256;
/// Largest integer that a double holds with all before it.
const EXACT: u64 = 1 << 53;

const TYPES: [&str; 13] = [
    "null",
    "boolean",
    "unsigned",
    "signed",
    "real",
    "double",
    "octetstring",
    "characterstring",
    "bitstring",
    "enumerated",
    "date",
    "time",
    "object",
];

/// Reads the value of a property into the drafts' buffers. None: it cannot be read to its end.
pub fn read(contents: &[u8], drafts: &mut Drafts) -> Option<Told> {
    let mut tags = Tags { left: contents };
    let Some(first) = tags.next() else { return Some(Told::Text("list", 0..0)) };
    let kind = name(&first);
    if tags.left.is_empty() {
        return single(&first, kind, drafts);
    }
    let from = drafts.numbers.len();
    let mut all = Tags { left: contents };
    let mut same = true;
    for tag in all.by_ref() {
        same &= tag.class == Class::Application && tag.number == first.number;
        match number(&tag).filter(|_| same && drafts.numbers.len() - from < NUMBERS) {
            Some(number) => drafts.numbers.push(number),
            None => same = false,
        }
    }
    if !all.left.is_empty() {
        return None;
    }
    if same {
        return Some(Told::Numbers(kind, from..drafts.numbers.len()));
    }
    drafts.numbers.truncate(from);
    let constructed = Tags { left: contents }.any(|tag| tag.class != Class::Application);
    let told = drafts.texts(|out| list(contents, out));
    Some(Told::Text(if constructed { "constructed" } else { "list" }, told))
}

fn name(tag: &Tag<'_>) -> &'static str {
    if tag.class != Class::Application {
        return "constructed";
    }
    TYPES.get(usize::from(tag.number)).copied().unwrap_or("reserved")
}

fn single(tag: &Tag<'_>, kind: &'static str, drafts: &mut Drafts) -> Option<Told> {
    if tag.class == Class::Application && tag.number == UNSIGNED && unsigned(tag.contents).is_some_and(|n| n > EXACT) {
        let exact = drafts.texts(|out| one(tag, out));
        let from = drafts.numbers.len();
        drafts.numbers.push(number(tag)?);
        return Some(Told::Exact(kind, from..from + 1, exact));
    }
    if let Some(number) = number(tag) {
        let from = drafts.numbers.len();
        drafts.numbers.push(number);
        return Some(Told::Numbers(kind, from..from + 1));
    }
    if tag.class == Class::Application && matches!(tag.number, UNSIGNED..=DOUBLE | ENUMERATED) {
        return None;
    }
    Some(Told::Text(kind, drafts.texts(|out| one(tag, out))))
}

// Integers beyond 2^53 stand exactly in the text beside.
#[allow(clippy::as_conversions)]
fn number(tag: &Tag<'_>) -> Option<f64> {
    if tag.class != Class::Application {
        return None;
    }
    match (tag.number, tag.contents) {
        (BOOLEAN, _) => Some(f64::from(u8::from(tag.truth))),
        (UNSIGNED | ENUMERATED, contents) => unsigned(contents).map(|n| n as f64),
        (SIGNED, contents) => signed(contents).map(|n| n as f64),
        (REAL, [a, b, c, d]) => Some(f64::from(f32::from_be_bytes([*a, *b, *c, *d]))),
        (DOUBLE, [a, b, c, d, e, f, g, h]) => Some(f64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h])),
        _ => None,
    }
}

/// Writes values one after the other, structures in braces, as far as texts go.
fn list(contents: &[u8], out: &mut String) {
    let from = out.len();
    let mut separate = false;
    for tag in (Tags { left: contents }) {
        if out.len() - from > text::TEXT_LIMIT {
            break;
        }
        if separate && tag.class != Class::Closing {
            out.push_str(", ");
        }
        separate = tag.class != Class::Opening;
        let _ = match tag.class {
            Class::Opening => write!(out, "[{}]{{", tag.number),
            Class::Closing => write!(out, "}}"),
            Class::Context => write!(out, "[{}]{}", tag.number, text::hex(tag.contents, SHOWN)),
            Class::Application => {
                one(&tag, out);
                Ok(())
            }
        };
    }
    let mut end = out.len().min(from + text::TEXT_LIMIT);
    while !out.is_char_boundary(end) {
        end -= 1;
    }
    out.truncate(end);
}

/// Writes one value.
fn one(tag: &Tag<'_>, out: &mut String) {
    let contents = tag.contents;
    if tag.class != Class::Application {
        let _ = write!(out, "[{}]{}", tag.number, text::hex(contents, SHOWN));
        return;
    }
    let _ = match tag.number {
        NULL => write!(out, "null"),
        BOOLEAN => write!(out, "{}", tag.truth),
        UNSIGNED | ENUMERATED => unsigned(contents).map_or(Ok(()), |n| write!(out, "{n}")),
        SIGNED => signed(contents).map_or(Ok(()), |n| write!(out, "{n}")),
        REAL | DOUBLE => number(tag).map_or(Ok(()), |n| write!(out, "{n}")),
        CHARACTER_STRING => write!(out, "{}", characters(contents)),
        BIT_STRING => {
            bits(contents, out);
            Ok(())
        }
        DATE => {
            date(contents, out);
            Ok(())
        }
        TIME => {
            time(contents, out);
            Ok(())
        }
        OBJECT_IDENTIFIER => Object::read(contents).map_or(Ok(()), |object| {
            object.write(out);
            Ok(())
        }),
        _ => write!(out, "{}", text::hex(contents, SHOWN)),
    };
}

impl Object {
    /// `analog-value,3`; a vendor's type by its number.
    pub fn write(&self, out: &mut String) {
        let _ = match names::object_type(self.kind) {
            Some(name) => write!(out, "{name},{}", self.instance),
            None => write!(out, "{},{}", self.kind, self.instance),
        };
    }
}

/// Character string (20.2.9): | character set 1: 0 UTF-8, 1 DBCS with code page 2, 3 UCS-4, 4 UCS-2, 5 ISO 8859-1 | text |
pub fn characters(contents: &[u8]) -> String {
    let Some((set, rest)) = contents.split_first() else { return String::new() };
    let limit = text::TEXT_LIMIT;
    let wide = |width: usize| -> String {
        let read = |chunk: &[u8]| if width == 4 { be32(chunk, 0) } else { be16(chunk, 0).map(u32::from) };
        let char_of = |code: u32| char::from_u32(code).filter(|c| *c != '\0').unwrap_or('\u{fffd}');
        rest.chunks_exact(width).take(limit / 4).filter_map(read).map(char_of).collect()
    };
    match set {
        1 => text::bounded(rest.get(2..).unwrap_or_default(), limit).0,
        3 => wide(4),
        4 => wide(2),
        5 => rest.iter().take(limit / 2).map(|b| if *b == 0 { '\u{fffd}' } else { char::from(*b) }).collect(),
        _ => text::bounded(rest, limit).0,
    }
}

/// Bit string (20.2.10): | unused bits of the last byte 1 | bits |, as 0 and 1, the first bit first.
fn bits(contents: &[u8], out: &mut String) {
    let Some((unused, octets)) = contents.split_first() else { return };
    let count = (octets.len() * 8).saturating_sub(usize::from(*unused)).min(128);
    for place in 0..count {
        let octet = octets.get(place / 8).copied().unwrap_or(0);
        out.push(if octet & (0x80 >> (place % 8)) == 0 { '0' } else { '1' });
    }
}

/// Date (20.2.12): | year since 1900 1 | month 1 | day 1 | day of the week 1 |, 255 for any.
pub fn date(contents: &[u8], out: &mut String) {
    let _ = match u8_at(contents, 0) {
        Some(255) | None => write!(out, "*"),
        Some(year) => write!(out, "{:04}", 1900 + u16::from(year)),
    };
    for at in [1, 2] {
        let _ = match u8_at(contents, at) {
            Some(255) | None => write!(out, "-*"),
            Some(part) => write!(out, "-{part:02}"),
        };
    }
}

/// Time (20.2.13): | hour 1 | minute 1 | second 1 | hundredths 1 |, 255 for any.
pub fn time(contents: &[u8], out: &mut String) {
    for (at, mark) in [(0, ""), (1, ":"), (2, ":"), (3, ".")] {
        let _ = match u8_at(contents, at) {
            Some(255) | None => write!(out, "{mark}*"),
            Some(part) => write!(out, "{mark}{part:02}"),
        };
    }
}
