//! Files on their way, part by part, told as one file when it ends.

use super::reading::Step;
use super::tag::Object;
use crate::dataset::Operation;
use crate::dataset::rows::FileRow;
use crate::flow::{Side, Span};
use crate::protocol::Talk;
use crate::text;
use sha2::{Digest, Sha256};

/// Longest time between two parts, ns: who writes a file never says that it is whole.
const IDLE: i64 = 60_000_000_000;

/// A file under way on a flow.
pub struct Transfer {
    file: Object,
    write: bool,
    asker: Side,
    ordinal: i64,
    span: Span,
    received: i64,
    /// Where the next part begins.
    next: i64,
    /// All bytes from the first on are there.
    whole: bool,
    hash: Sha256,
}

impl Transfer {
    /// Takes note of a part that was moved. A part of another file, or a new beginning, ends the one before.
    pub fn follow(kept: &mut Option<Box<Self>>, step: &Step, place: (Span, i64, Side), talk: &mut Talk<'_>) {
        let (span, ordinal, asker) = place;
        let same = kept.as_ref().is_some_and(|transfer| {
            (transfer.file, transfer.write, transfer.asker) == (step.file, step.write, asker) && step.start != 0
        });
        if !same {
            Self::end(kept, talk);
            *kept = Some(Box::new(Self {
                file: step.file,
                write: step.write,
                asker,
                ordinal,
                span,
                received: 0,
                next: 0,
                whole: !step.records,
                hash: Sha256::new(),
            }));
        }
        let Some(transfer) = kept.as_mut() else { return };
        transfer.span.last = span.last;
        transfer.whole &= step.start == transfer.next;
        let size = i64::try_from(step.bytes.len()).unwrap_or(0);
        transfer.received = transfer.received.saturating_add(size);
        transfer.next = step.start.saturating_add(size);
        transfer.hash.update(&step.bytes);
        if step.last {
            Self::end(kept, talk);
        }
    }

    /// Tells the file, whole or as far as it went.
    pub fn end(kept: &mut Option<Box<Self>>, talk: &mut Talk<'_>) {
        let Some(transfer) = kept.take() else { return };
        let hash = text::hex(&transfer.hash.finalize(), 32);
        let (source, direction, operation) = if transfer.write {
            (transfer.asker, "to_device", Operation::FileWrite)
        } else {
            (transfer.asker.other(), "from_device", Operation::FileRead)
        };
        let mut name = String::new();
        transfer.file.write(&mut name);
        let row = FileRow {
            file_name: Some(&name),
            file_size: Some(transfer.received),
            file_hash_sha256: transfer.whole.then_some(hash.as_str()),
            ot_file_direction: Some(direction),
            ot_operation: Some(operation.name()),
            ..FileRow::default()
        };
        talk.file(source, transfer.span, transfer.ordinal, row);
    }

    /// Ends a transfer that nobody went on with.
    pub fn expire(kept: &mut Option<Box<Self>>, now: i64, talk: &mut Talk<'_>) {
        if kept.as_ref().is_some_and(|transfer| now.saturating_sub(transfer.span.last.time) >= IDLE) {
            Self::end(kept, talk);
        }
    }
}
