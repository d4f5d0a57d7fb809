//! Points: numbers, quality flags, times of events (IEEE 1815-2012 annex A; flags 11.6).

use super::header::{Header, Object, Range};
use super::items::{Held, Part, Parts};
use super::object::{self, Stamp, Value};
use super::time;
use crate::bytes::{le16, le32, le64, u8_at};
use crate::dataset::Operation;
use crate::text::Details;
use std::fmt::Write as _;

type Shape = (bool, Value, Stamp);

const ONLINE: u8 = 0x01;
/// Flags that mean the same in all groups, from bit 1 on.
const COMMON: [&str; 4] = ["restart", "comm_lost", "remote_forced", "local_forced"];
/// Points of a range whose quality is told one by one.
const TOLD: usize = 32;

/// Bits that are flags of a group, and its names of bits 5 and 6.
const fn own_flags(group: u8) -> (u8, &'static str, &'static str) {
    match group {
        1 | 2 => (0x3f, "chatter_filter", ""),
        3 | 4 => (0x3f, "chatter_filter", ""),
        10 | 11 => (0x1f, "", ""),
        20..=23 => (0x7f, "rollover", "discontinuity"),
        30..=33 | 40 | 42 => (0x7f, "over_range", "reference_error"),
        121 | 122 => (0x7f, "rollover", "discontinuity"),
        _ => (0, "", ""),
    }
}

/// Names of the flags that say a value is not as it should be; nothing for a point that is just on line.
fn names(group: u8, flags: u8) -> impl Iterator<Item = &'static str> {
    let (mask, five, six) = own_flags(group);
    let odd = flags & mask;
    let offline = (mask != 0 && odd & ONLINE == 0).then_some("offline");
    let common = COMMON.iter().enumerate().filter(move |(bit, _)| odd >> (bit + 1) & 1 != 0).map(|(_, name)| *name);
    let five = Some(five).filter(|name| odd & 0x20 != 0 && !name.is_empty());
    let six = Some(six).filter(|name| odd & 0x40 != 0 && !name.is_empty());
    offline.into_iter().chain(common).chain(five).chain(six)
}

fn odd(group: u8, flags: u8) -> bool {
    let mask = own_flags(group).0;
    mask != 0 && flags & mask != ONLINE
}

/// Tells the quality of one point unless it is just on line.
pub fn quality(group: u8, flags: u8, details: &mut Details) {
    if odd(group, flags) {
        details.texts("quality", names(group, flags));
    }
}

/// Bits or pairs of bits.
pub fn packed(header: &Header<'_>, bits: u8, operation: Operation, parts: &mut Parts) {
    let (first, count) = match header.range {
        Range::Span(first, count) => (first, count),
        Range::Count(count) => (0, count),
        Range::All => return,
    };
    let from = parts.numbers.len();
    let each = usize::from(bits);
    let mask = if bits == 2 { 3 } else { 1 };
    let there = usize::try_from(count).unwrap_or(0).min(header.data.len() * 8 / each.max(1));
    parts.numbers.extend((0..there).map(|i| {
        let at = i * each;
        f64::from(u8_at(header.data, at / 8).unwrap_or(0) >> (at % 8) & mask)
    }));
    let mut part = Part::of(operation, header).at(first, count);
    if there > 0 {
        let word = if bits == 2 { Value::Double.word() } else { Value::State.word() };
        part.held = Held::Numbers(word, from..parts.numbers.len());
    }
    parts.push(part);
}

/// Points with flags, values and times: a range as one part, listed ones as a part each.
pub fn read(header: &Header<'_>, shape: Shape, operation: Operation, parts: &mut Parts) {
    if header.listed() || object::event(header.group) {
        for each in header.objects() {
            if parts.full() {
                break;
            }
            single(header, shape, each, operation, parts);
        }
    } else {
        range(header, shape, operation, parts);
    }
}

fn range(header: &Header<'_>, shape: Shape, operation: Operation, parts: &mut Parts) {
    let from = parts.numbers.len();
    let mut quality = String::new();
    let mut told = 0;
    for each in header.objects() {
        let (flags, number) = decode(shape, each.data);
        parts.numbers.push(number);
        if let Some(flags) = flags.filter(|flags| odd(header.group, *flags) && told < TOLD) {
            told += 1;
            let _ = write!(quality, "{}{}:", if quality.is_empty() { "" } else { " " }, each.index);
            for (i, name) in names(header.group, flags).enumerate() {
                let _ = write!(quality, "{}{name}", if i == 0 { "" } else { "+" });
            }
        }
    }
    let first = if let Range::Span(first, _) = header.range { first } else { 0 };
    let count = parts.numbers.len() - from;
    let mut part = Part::of(operation, header).at(first, u32::try_from(count).unwrap_or(u32::MAX));
    if !quality.is_empty() {
        part.details.texts("quality", quality.split(' '));
    }
    if count > 0 {
        part.held = Held::Numbers(shape.1.word(), from..parts.numbers.len());
    }
    parts.push(part);
}

fn single(header: &Header<'_>, shape: Shape, each: Object<'_>, operation: Operation, parts: &mut Parts) {
    let (flags, number) = decode(shape, each.data);
    let mut part = Part::of(operation, header).at(each.index, 1);
    match (header.group, flags) {
        // Group 13 and 43 tell of commands: their flags are the status of one.
        (13 | 43, Some(flags)) => {
            part.details.number("command_status", flags & 0x7f);
        }
        (group, Some(flags)) => quality(group, flags, &mut part.details),
        _ => {}
    }
    if let Some(at) = stamp(shape, each.data, parts.common_time) {
        part.details.text("time", &time::text(at));
    }
    let from = parts.numbers.len();
    parts.numbers.push(number);
    // What was commanded is no state that the outstation reports.
    if !matches!(header.group, 13 | 43) {
        part.held = Held::Numbers(shape.1.word(), from..from + 1);
    } else if number.is_finite() {
        part.details.real("value", number);
    }
    parts.push(part);
}

/// Flags and number of one object.
fn decode((with_flags, value, _): Shape, data: &[u8]) -> (Option<u8>, f64) {
    let flags = if with_flags { u8_at(data, 0) } else { None };
    let state = flags.unwrap_or(0);
    let number = match value {
        Value::State => f64::from(state >> 7),
        Value::Double => f64::from(state >> 6),
        other => number(other, data, usize::from(with_flags)).unwrap_or(f64::NAN),
    };
    (flags, number)
}

/// A number at an offset.
pub fn number(value: Value, data: &[u8], at: usize) -> Option<f64> {
    Some(match value {
        Value::U8 => f64::from(u8_at(data, at)?),
        Value::U16 => f64::from(le16(data, at)?),
        Value::U32 => f64::from(le32(data, at)?),
        Value::I16 => f64::from(le16(data, at)?.cast_signed()),
        Value::I32 => f64::from(le32(data, at)?.cast_signed()),
        Value::F32 => f64::from(f32::from_bits(le32(data, at)?)),
        Value::F64 => f64::from_bits(le64(data, at)?),
        Value::State | Value::Double => return None,
    })
}

fn stamp((flags, value, stamp): Shape, data: &[u8], common: Option<u64>) -> Option<u64> {
    let at = usize::from(flags) + value.size();
    match stamp {
        Stamp::None => None,
        Stamp::Absolute => time::milliseconds(data, at),
        Stamp::Relative => Some(common?.saturating_add(u64::from(le16(data, at)?))),
    }
}
