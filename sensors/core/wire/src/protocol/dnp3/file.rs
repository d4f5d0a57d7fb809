//! Files, group 70 (IEEE 1815-2012 A.31): commands, their status, blocks; a file on its way, told when it ends.
//!
//! v2 authentication: | 0 user offset 2 | 2 user size 2 | 4 password offset 2 | 6 password size 2 | 8 key 4 | texts |
//! v3 command: | 0 name offset 2 | 2 name size 2 | 4 created 6 | 10 permissions 2 | 12 key 4 | 16 size 4 | 20 mode 2 |
//! 22 block size 2 | 24 request id 2 | name |
//! v4 status: | 0 handle 4 | 4 size 4 | 8 block size 2 | 10 request id 2 | 12 status 1 | text |
//! v5 transport: | 0 handle 4 | 4 block 4 (bit 31: the last) | data |, v6 its status: | handle 4 | block 4 | 8 status 1 | text |
//! v7 descriptor: | 0 name offset 2 | 2 name size 2 | 4 type 2 | 6 size 4 | 10 created 6 | 16 permissions 2 |
//! 18 request id 2 | name |, v8 specification: text.

use super::function as fc;
use super::header::{Header, Headers};
use super::items::{Part, Parts};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Operation;
use crate::dataset::rows::FileRow;
use crate::flow::{Side, Span};
use crate::protocol::{Outcome, Talk};
use crate::text;
use sha2::{Digest, Sha256};

const AUTHENTICATION: u8 = 2;
const COMMAND: u8 = 3;
const STATUS: u8 = 4;
const TRANSPORT: u8 = 5;
const TRANSPORT_STATUS: u8 = 6;
const DESCRIPTOR: u8 = 7;
const SPECIFICATION: u8 = 8;
const LAST: u32 = 0x8000_0000;

/// Longest time between two blocks, ns.
const IDLE: i64 = 60_000_000_000;

const MODES: [&str; 4] = ["null", "read", "write", "append"];

/// Name of a status (tables ).
const fn status(code: u8) -> &'static str {
    match code {
        0 => "SUCCESS",
        1 => "PERMISSION_DENIED",
        2 => "INVALID_MODE",
        3 => "FILE_NOT_FOUND",
        4 => "FILE_LOCKED",
        5 => "TOO_MANY_OPEN",
        6 => "INVALID_HANDLE",
        7 => "WRITE_BLOCK_SIZE",
        8 => "COMM_LOST",
        9 => "CANNOT_ABORT",
        16 => "NOT_OPENED",
        17 => "HANDLE_EXPIRED",
        18 => "BUFFER_OVERRUN",
        19 => "FATAL",
        20 => "BLOCK_SEQUENCE",
        _ => "UNDEFINED",
    }
}

/// What one object says.
#[derive(Default)]
pub struct Fact<'a> {
    pub variation: u8,
    pub name: Option<&'a [u8]>,
    pub mode: Option<u16>,
    pub handle: Option<u32>,
    pub size: Option<u32>,
    pub status: Option<u8>,
    block: Option<u32>,
    data: &'a [u8],
    pub password: Option<&'a [u8]>,
    pub key: Option<u32>,
}

impl<'a> Fact<'a> {
    fn of(variation: u8, data: &'a [u8]) -> Self {
        let text = |offset: usize| {
            let (at, size) = (usize::from(le16(data, offset)?), usize::from(le16(data, offset + 2)?));
            data.get(at..)?.get(..size)
        };
        let mut fact = Self { variation, ..Self::default() };
        match variation {
            AUTHENTICATION => (fact.name, fact.password, fact.key) = (text(0), text(4), le32(data, 8)),
            COMMAND => (fact.name, fact.size, fact.mode) = (text(0), le32(data, 16), le16(data, 20)),
            STATUS => (fact.handle, fact.size, fact.status) = (le32(data, 0), le32(data, 4), u8_at(data, 12)),
            TRANSPORT => {
                (fact.handle, fact.block) = (le32(data, 0), le32(data, 4));
                fact.data = data.get(8..).unwrap_or_default();
            }
            TRANSPORT_STATUS => {
                (fact.handle, fact.block, fact.status) = (le32(data, 0), le32(data, 4), u8_at(data, 8));
            }
            DESCRIPTOR => (fact.name, fact.size) = (text(0), le32(data, 6)),
            SPECIFICATION => fact.name = Some(data),
            _ => {}
        }
        fact
    }

    /// The first object of a fragment that is about a file.
    pub fn first(function: u8, data: &'a [u8]) -> Option<Self> {
        let header = Headers::of(function, data).find(|header| header.group == 70)?;
        Some(Self::of(header.variation, header.objects().next()?.data))
    }

    pub fn text(&self) -> Option<String> {
        self.name.filter(|name| !name.is_empty()).map(|name| text::bounded(name, text::TEXT_LIMIT).0)
    }
}

/// What is done to a file: reading or writing is what it is opened for.
fn operation(asked: u8, fact: &Fact<'_>) -> Operation {
    match (asked, fact.mode) {
        (fc::OPEN_FILE, Some(2 | 3)) => Operation::FileWrite,
        (fc::READ, _) if fact.variation == DESCRIPTOR => Operation::FileList,
        _ => super::items::operation(asked, 70),
    }
}

/// A part for each object about a file.
pub fn read(header: &Header<'_>, asked: u8, parts: &mut Parts) {
    for each in header.objects() {
        if parts.full() {
            break;
        }
        let fact = Fact::of(header.variation, each.data);
        let mut part = Part::of(operation(asked, &fact), header);
        if fact.variation == AUTHENTICATION {
            parts.push(part);
            continue;
        }
        if let Some(name) = fact.text() {
            part = part.named(format!("file:{name}"));
        }
        let details = &mut part.details;
        if let Some(mode) = fact.mode {
            details.text("mode", MODES.get(usize::from(mode)).copied().unwrap_or("reserved"));
        }
        if let Some(handle) = fact.handle {
            details.number("handle", handle);
        }
        if let Some(size) = fact.size {
            details.number("size", size);
        }
        if let Some(block) = fact.block {
            details.number("block", block & !LAST);
            if block & LAST != 0 {
                details.truth("last", true);
            }
        }
        (part.outcome, part.status) = ended(&fact);
        parts.push(part);
    }
}

/// Outcome and status that an object tells.
pub fn ended(fact: &Fact<'_>) -> (Option<Outcome>, Option<(u32, &'static str)>) {
    match fact.status {
        Some(0) => (Some(Outcome::Success), None),
        Some(code) => (Some(Outcome::Failure), Some((u32::from(code), status(code)))),
        None => (None, None),
    }
}

/// A file under way between a master and an outstation.
pub struct Transfer {
    handle: u32,
    name: String,
    to_device: bool,
    ordinal: i64,
    unit: u16,
    master: Side,
    span: Span,
    /// Number of the block that must come next; None when one was missed.
    next: Option<u32>,
    size: i64,
    ended: bool,
    hash: Sha256,
}

/// A request about a file that was answered.
pub struct Step<'a> {
    pub function: u8,
    pub asked: &'a [u8],
    pub answered: &'a [u8],
    pub ordinal: i64,
    pub unit: u16,
    pub master: Side,
    pub span: Span,
}

impl Transfer {
    /// Path of the open file that a request is about, and whether it is written.
    pub fn named(kept: Option<&Self>, function: u8, objects: &[u8]) -> Option<(String, bool)> {
        let transfer = kept?;
        let about = matches!(function, fc::READ | fc::WRITE | fc::CLOSE_FILE | fc::ABORT_FILE);
        let handle = Fact::first(function, objects).filter(|_| about)?.handle?;
        (handle == transfer.handle).then(|| (transfer.name.clone(), transfer.to_device))
    }

    /// Takes note of a step. A new file ends one that never ended.
    pub fn follow(kept: &mut Option<Box<Self>>, step: &Step<'_>, talk: &mut Talk<'_>) {
        let asked = Fact::first(step.function, step.asked);
        let answered = Fact::first(fc::RESPONSE, step.answered);
        match step.function {
            fc::OPEN_FILE => {
                let (Some(asked), Some(answered)) = (asked, answered) else { return };
                if answered.status != Some(0) {
                    return;
                }
                Self::end(kept, talk);
                *kept = Some(Box::new(Self {
                    handle: answered.handle.unwrap_or(0),
                    name: asked.text().unwrap_or_default(),
                    to_device: matches!(asked.mode, Some(2 | 3)),
                    ordinal: step.ordinal,
                    unit: step.unit,
                    master: step.master,
                    span: step.span,
                    next: Some(0),
                    size: 0,
                    ended: false,
                    hash: Sha256::new(),
                }));
            }
            fc::READ | fc::WRITE => {
                let Some(transfer) = kept.as_mut() else { return };
                let done = answered.as_ref().is_some_and(|fact| fact.status.is_none_or(|code| code == 0));
                let block = if step.function == fc::READ { answered } else { asked };
                let Some(block) = block.filter(|b| b.variation == TRANSPORT && done) else { return };
                if block.handle == Some(transfer.handle) {
                    transfer.span.last = step.span.last;
                    transfer.block(block.block.unwrap_or(0), block.data);
                }
            }
            fc::CLOSE_FILE | fc::ABORT_FILE => {
                if let Some(transfer) = kept.as_mut() {
                    transfer.span.last = step.span.last;
                    // What is written ends with the file; what is read has a last block.
                    transfer.ended |= transfer.to_device && step.function == fc::CLOSE_FILE;
                }
                Self::end(kept, talk);
            }
            _ => {}
        }
    }

    /// Blocks count from 0. A block sent again is counted once.
    fn block(&mut self, number: u32, data: &[u8]) {
        let (number, last) = (number & !LAST, number & LAST != 0);
        match self.next {
            Some(next) if number == next => {
                self.next = number.checked_add(1);
                self.hash.update(data);
                self.ended |= last;
            }
            Some(next) if number.checked_add(1) == Some(next) => return,
            _ => self.next = None,
        }
        self.size = self.size.saturating_add(i64::try_from(data.len()).unwrap_or(0));
    }

    /// Tells the file, whole or as far as it went.
    pub fn end(kept: &mut Option<Box<Self>>, talk: &mut Talk<'_>) {
        let Some(transfer) = kept.take() else { return };
        let hash = text::hex(&transfer.hash.finalize(), 32);
        let unit = transfer.unit.to_string();
        let (source, direction, operation) = if transfer.to_device {
            (transfer.master, "to_device", Operation::FileWrite)
        } else {
            (transfer.master.other(), "from_device", Operation::FileRead)
        };
        let base = transfer.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let row = FileRow {
            file_name: Some(base),
            file_path: Some(&transfer.name),
            file_size: Some(transfer.size),
            file_hash_sha256: transfer.next.filter(|_| transfer.ended).map(|_| hash.as_str()),
            ot_file_direction: Some(direction),
            ot_operation: Some(operation.name()),
            ot_unit: Some(&unit),
            ..FileRow::default()
        };
        talk.file(source, transfer.span, transfer.ordinal, row);
    }

    pub fn gap(kept: &mut Option<Box<Self>>) {
        if let Some(transfer) = kept {
            transfer.next = None;
        }
    }

    pub fn expire(kept: &mut Option<Box<Self>>, now: i64, talk: &mut Talk<'_>) {
        if kept.as_ref().is_some_and(|transfer| now.saturating_sub(transfer.span.last.time) >= IDLE) {
            Self::end(kept, talk);
        }
    }
}
