//! File access (clause 14).
//!
//! AtomicReadFile file, [0]{start, bytes} or [1]{start, records}; ACK end of file, [0]{start, octets} or
//! [1]{start, count, octets…}
//! AtomicWriteFile file, [0]{start, octets} or [1]{start, count, octets…}; ACK [0] start or [1] start

use super::reading::{Answer, Reading, Step};
use super::tag::{Object, Tags, signed, unsigned};
use super::value::{OBJECT_IDENTIFIER, OCTET_STRING, SIGNED, UNSIGNED};
use crate::dataset::Operation;

/// Where a part begins and what it holds.
struct Part {
    start: i64,
    asked: Option<i64>,
    bytes: Vec<u8>,
    records: bool,
}

fn part(tags: &mut Tags<'_>) -> Option<Part> {
    let (inside, records) = match tags.enclosed(0) {
        Some(inside) => (inside, false),
        None => (tags.enclosed(1)?, true),
    };
    let mut tags = Tags { left: inside };
    let start = tags.application(SIGNED).and_then(signed)?;
    let asked = tags.application(UNSIGNED).and_then(unsigned).and_then(|n| i64::try_from(n).ok());
    let mut bytes = Vec::new();
    while let Some(octets) = tags.application(OCTET_STRING) {
        bytes.extend_from_slice(octets);
    }
    Some(Part { start, asked, bytes, records })
}

pub fn read(asked: Option<&[u8]>, answer: Answer<'_>, out: &mut Reading) {
    let mut tags = Tags { left: asked.unwrap_or_default() };
    let file = tags.application(OBJECT_IDENTIFIER).and_then(Object::read);
    match file {
        Some(file) => out.object(Operation::FileRead, file),
        None if asked.is_some() => return out.broken(),
        None => out.item(Operation::FileRead),
    }
    if let Some(wanted) = part(&mut tags) {
        out.details(|d| {
            d.number("first_byte", wanted.start);
            if let Some(count) = wanted.asked {
                d.number("asked_items", count);
            }
        });
    }
    let Answer::Complex(data) = answer else { return };
    let mut tags = Tags { left: data };
    let (Some(last), Some(part)) = (tags.truth(), part(&mut tags)) else { return out.broken() };
    out.details(|d| {
        d.number("data_size", size(&part.bytes)).truth("end_of_file", last);
    });
    if let Some(file) = file {
        let Part { start, bytes, records, .. } = part;
        out.step = Some(Step { file, start, bytes, write: false, last, records });
    }
}

pub fn write(asked: Option<&[u8]>, answer: Answer<'_>, out: &mut Reading) {
    let Some(asked) = asked else { return };
    let mut tags = Tags { left: asked };
    let file = tags.application(OBJECT_IDENTIFIER).and_then(Object::read);
    let (Some(file), Some(part)) = (file, part(&mut tags)) else { return out.broken() };
    out.object(Operation::FileWrite, file);
    let mut start = part.start;
    if let Answer::Complex(data) = answer {
        // Where an append (-1) went, the answer says.
        let mut tags = Tags { left: data };
        start = tags.context(0).or_else(|| tags.context(1)).and_then(signed).unwrap_or(start);
    }
    out.details(|d| {
        d.number("first_byte", start).number("data_size", size(&part.bytes));
    });
    if let Answer::Complex(_) = answer {
        let Part { bytes, records, .. } = part;
        out.step = Some(Step { file, start, bytes, write: true, last: false, records });
    }
}

fn size(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}
