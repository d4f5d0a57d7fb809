//! The objects of one transfer.
//!
//! Several at once: | 0 offset of the next one 4 | 4 index 2 | 6 subindex 1 | 7 bytes that pad it 2 bits, aborted 1 bit |
//! 8 data, or abort code 4 |, where offsets count from the command layer's head; a request to read has
//! | 0 index 2 | 2 subindex 1 | 3 reserved 1 | only, and what was refused comes back as | 0 index 2 | 2 subindex 1 |
//! 3 aborted 1 bit | 4 abort code 4 |.

use super::{command, objects};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Operation;
use crate::protocol::dictionary::abort;
use crate::protocol::dictionary::content::Content;
use crate::protocol::dictionary::value::Value;
use crate::protocol::{Address, Item, Object, Outcome};

/// Head of an object by index, and of one of several.
pub const NAMED: usize = 4;
const RECORD: usize = 8;
/// Objects of one transfer that are told.
const OBJECTS: usize = 64;
const ABORTED: u8 = 0x80;

/// One object of a transfer.
pub struct Part {
    pub operation: Operation,
    pub index: u16,
    sub: Option<u8>,
    value: Value,
    /// Bytes of it, where not all are shown.
    pub bytes: Option<u32>,
    abort: Option<u32>,
}

/// Whether an object is a text by its definition.
const fn textual(index: u16) -> bool {
    matches!(index, 0x1008..=0x100a | 0x1f9a)
}

/// A value's bytes as a small number.
fn number(bytes: &[u8]) -> Option<u32> {
    (1..=4).contains(&bytes.len()).then(|| bytes.iter().rev().fold(0, |all, byte| all << 8 | u32::from(*byte)))
}

/// What a command does to an object.
pub fn operation(id: u8, index: u16, bytes: &[u8]) -> Operation {
    match id {
        command::WRITE | command::WRITE_ALL | command::WRITE_MULTIPLE => objects::written(index, number(bytes)),
        _ => objects::read(index),
    }
}

impl Part {
    /// The one object of a transfer by index.
    pub fn single(id: u8, request: &[u8], content: &Content) -> Option<Self> {
        let index = le16(request, 0)?;
        let all = matches!(id, command::WRITE_ALL | command::READ_ALL);
        let shown = if index == objects::PROGRAM { &[] } else { content.kept.as_slice() };
        let short = content.received > shown.len();
        Some(Self {
            operation: operation(id, index, &content.kept),
            index,
            sub: u8_at(request, 2).filter(|_| !all),
            value: Value::of(shown, all || short || textual(index)),
            bytes: u32::try_from(content.received).ok().filter(|_| short),
            abort: None,
        })
    }

    fn one(id: u8, (index, sub): (u16, u8), bytes: &[u8], abort: Option<u32>) -> Self {
        let value = Value::of(bytes, textual(index));
        Self { operation: operation(id, index, bytes), index, sub: Some(sub), value, bytes: None, abort }
    }

    /// Objects that are read at once: what came of them, else what was asked for.
    pub fn read(request: &[u8], answer: &[u8]) -> Vec<Self> {
        let id = command::READ_MULTIPLE;
        if !answer.is_empty() {
            return records(id, answer);
        }
        let named = request.chunks_exact(NAMED).filter_map(|named| Some((le16(named, 0)?, u8_at(named, 2)?)));
        named.take(OBJECTS).map(|object| Self::one(id, object, &[], None)).collect()
    }

    /// Objects that are written at once, and which of them were refused.
    pub fn written(request: &[u8], answer: &[u8]) -> Vec<Self> {
        let mut parts = records(command::WRITE_MULTIPLE, request);
        let refusals = answer.chunks_exact(RECORD);
        for refused in refusals.filter(|refused| u8_at(refused, 3).is_some_and(|byte| byte & ABORTED != 0)) {
            let object = (le16(refused, 0), u8_at(refused, 2));
            if let Some(part) = parts.iter_mut().find(|part| (Some(part.index), part.sub) == object) {
                part.abort = le32(refused, 4);
            }
        }
        parts
    }

    pub fn address(&self) -> String {
        match self.sub {
            Some(sub) => format!("0x{:04X}:{sub:02X}", self.index),
            None => format!("0x{:04X}", self.index),
        }
    }

    pub fn item<'a>(&'a self, address: &'a str, details: Option<&'a str>) -> Item<'a> {
        let mut item = Item::new(self.operation);
        item.object = Object { kind: Some("object"), address: Address::Text(address), start: 0, count: 0 };
        item.values = self.value.values();
        item.details = details;
        if let Some(code) = self.abort {
            (item.outcome, item.status) = (Some(Outcome::Failure), Some((code, abort::name(code))));
        }
        item
    }
}

/// Records of several objects; ends where one does not fit.
fn records(id: u8, list: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = 0;
    while parts.len() < OBJECTS {
        let Some(next) = le32(list, at) else { break };
        let (Some(index), Some(sub), Some(flags)) = (le16(list, at + 4), u8_at(list, at + 6), u8_at(list, at + 7))
        else {
            break;
        };
        let next = usize::try_from(next).ok().and_then(|next| next.checked_sub(command::HEADER));
        let end = next.map_or(list.len(), |next| next.min(list.len()));
        let Some(data) = list.get(at + RECORD..end) else { break };
        let bytes = data.get(..data.len().saturating_sub(usize::from(flags & 3))).unwrap_or_default();
        let code = le32(bytes, 0).filter(|_| flags & ABORTED != 0);
        parts.push(Part::one(id, (index, sub), if code.is_some() { &[] } else { bytes }, code));
        if next.is_none() {
            break;
        }
        at = end;
    }
    parts
}
