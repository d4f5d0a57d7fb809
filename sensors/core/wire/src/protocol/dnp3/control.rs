//! Commands: control relay output blocks, pattern control blocks, analog output blocks, and their status.
//!
//! Group 12: | 0 control code 1: bits 7-6 trip/close, 5 clear, 4 queue, 3-0 operation | 1 count 1 | 2 on time 4 (ms) |
//! 6 off time 4 (ms) | 10 status 1 |. Group 41: | value | status 1 |.

use super::header::{Header, Headers};
use super::items::{Held, Part, Parts};
use super::object::Value;
use super::point;
use crate::bytes::{le32, u8_at};
use crate::dataset::Operation;

const OPERATIONS: [&str; 5] = ["nul", "pulse_on", "pulse_off", "latch_on", "latch_off"];
const TRIP_CLOSE: [&str; 4] = ["nul", "close", "trip", "reserved"];

const STATUS: [&str; 19] = [
    "SUCCESS",
    "TIMEOUT",
    "NO_SELECT",
    "FORMAT_ERROR",
    "NOT_SUPPORTED",
    "ALREADY_ACTIVE",
    "HARDWARE_ERROR",
    "LOCAL",
    "TOO_MANY_OBJS",
    "NOT_AUTHORIZED",
    "AUTOMATION_INHIBIT",
    "PROCESSING_LIMITED",
    "OUT_OF_RANGE",
    "DOWNSTREAM_LOCAL",
    "ALREADY_COMPLETE",
    "BLOCKED",
    "CANCELLED",
    "BLOCKED_OTHER_MASTER",
    "DOWNSTREAM_FAIL",
];

/// Name of a command's status (table 7-9).
pub fn status(code: u8) -> &'static str {
    match code & 0x7f {
        126 => "NON_PARTICIPATING",
        127 => "UNDEFINED",
        code => STATUS.get(usize::from(code)).copied().unwrap_or("RESERVED"),
    }
}

/// A part for each command.
pub fn read(header: &Header<'_>, operation: Operation, parts: &mut Parts) {
    for each in header.objects() {
        if parts.full() {
            break;
        }
        let mut part = Part::of(operation, header).at(each.index, 1);
        part.control = true;
        let number = if header.group == 41 {
            analog(header.variation).and_then(|value| {
                let number = point::number(value, each.data, 0)?;
                Some((value.word(), number))
            })
        } else {
            block(each.data, &mut part).map(|number| ("bit", number))
        };
        if let Some((word, number)) = number {
            let from = parts.numbers.len();
            parts.numbers.push(number);
            part.held = Held::Numbers(word, from..from + 1);
        }
        parts.push(part);
    }
}

const fn analog(variation: u8) -> Option<Value> {
    Some(match variation {
        1 => Value::I32,
        2 => Value::I16,
        3 => Value::F32,
        4 => Value::F64,
        _ => return None,
    })
}

/// Says what a block commands; the state it asks for, where it asks for one.
fn block(data: &[u8], part: &mut Part) -> Option<f64> {
    let code = u8_at(data, 0)?;
    let operation = OPERATIONS.get(usize::from(code & 0x0f)).copied().unwrap_or("reserved");
    let trip_close = TRIP_CLOSE.get(usize::from(code >> 6)).copied().unwrap_or_default();
    part.details.text("control", operation).text("trip_close", trip_close);
    if code & 0x20 != 0 {
        part.details.truth("clear", true);
    }
    if code & 0x10 != 0 {
        part.details.truth("queue", true);
    }
    if let (Some(count), Some(on), Some(off)) = (u8_at(data, 1), le32(data, 2), le32(data, 6)) {
        part.details.number("repeat", count).number("on_time", on).number("off_time", off);
    }
    match (code & 0x0f, code >> 6) {
        (1 | 3, 2) | (2 | 4, _) => Some(0.0),
        (1 | 3, _) => Some(1.0),
        _ => None,
    }
}

/// Statuses that a response echoes, in the order of the commands.
pub fn statuses(function: u8, data: &[u8]) -> Vec<u8> {
    Headers::of(function, data)
        .filter(|header| matches!(header.group, 12 | 41) && header.with_data)
        .flat_map(|header| header.objects())
        .filter_map(|object| object.data.last().copied())
        .collect()
}

/// Whether a response repeats the commands of its request but for their status.
pub fn echoes(function: u8, asked: &[u8], answered: &[u8]) -> bool {
    let same = |(a, b): (Header<'_>, Header<'_>)| {
        (a.group, a.variation, a.count()) == (b.group, b.variation, b.count())
            && a.objects().zip(b.objects()).all(|(a, b)| {
                a.index == b.index
                    && a.data.split_last().map(|(_, rest)| rest) == b.data.split_last().map(|(_, rest)| rest)
            })
    };
    // Secure authentication adds objects of its own to either.
    fn commands(function: u8, data: &[u8]) -> impl Iterator<Item = Header<'_>> {
        Headers::of(function, data).filter(|header| matches!(header.group, 12 | 41))
    }
    commands(function, asked).count() == commands(function, answered).count()
        && commands(function, asked).zip(commands(function, answered)).all(same)
}
