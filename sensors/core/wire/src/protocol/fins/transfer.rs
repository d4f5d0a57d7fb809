//! A program or file on its way in parts, told as one file when it ends.

use crate::dataset::Operation;
use crate::dataset::rows::FileRow;
use crate::flow::{Side, Span};
use crate::protocol::Talk;
use crate::protocol::dialogue::Turns;
use crate::text;
use sha2::{Digest, Sha256};

/// Longest time between two parts, ns: who stops in the middle never says so.
const IDLE: i64 = 60_000_000_000;

/// One part, which a command moved.
pub struct Part<'a> {
    pub name: &'a str,
    pub to_device: bool,
    pub operation: Operation,
    pub begin: u32,
    pub data: &'a [u8],
    pub last: bool,
    /// Nothing says which part is the last.
    pub open: bool,
}

/// What is under way on a flow.
pub struct Transfer {
    name: String,
    unit: String,
    to_device: bool,
    operation: Operation,
    open: bool,
    /// A part is missing: neither size nor hash are those of the whole.
    pub broken: bool,
    /// Where the last part began, and its bytes.
    before: (u32, u32),
    size: i64,
    hash: Sha256,
    source: Side,
    span: Span,
    ordinal: i64,
}

impl Transfer {
    /// Takes note of a part that was moved. Another file, or the same one from its beginning, ends what went before.
    pub fn follow<K>(
        kept: &mut Option<Box<Self>>,
        part: &Part<'_>,
        (turns, unit): (&Turns<'_, K>, &str),
        talk: &mut Talk<'_>,
    ) {
        let length = u32::try_from(part.data.len()).unwrap_or(u32::MAX);
        if let Some(transfer) = kept.as_mut() {
            if !transfer.is_of(part, unit) {
                Self::end(kept, false, talk);
            } else if transfer.before == (part.begin, length) {
                return;
            } else if part.begin == 0 {
                Self::end(kept, false, talk);
            }
        }
        let transfer = kept.get_or_insert_with(|| Box::new(Self::begun(part, turns, unit)));
        transfer.take(part, length);
        transfer.span.last = turns.span.last;
        if part.last {
            Self::end(kept, true, talk);
        }
    }

    fn begun<K>(part: &Part<'_>, turns: &Turns<'_, K>, unit: &str) -> Self {
        Self {
            name: part.name.to_owned(),
            unit: unit.to_owned(),
            to_device: part.to_device,
            operation: part.operation,
            open: part.open,
            broken: part.begin != 0,
            before: (part.begin, 0),
            size: 0,
            hash: Sha256::new(),
            source: if part.to_device { turns.sender } else { turns.sender.other() },
            span: turns.span,
            ordinal: turns.ordinal,
        }
    }

    fn is_of(&self, part: &Part<'_>, unit: &str) -> bool {
        self.name == part.name && self.to_device == part.to_device && self.unit == unit
    }

    /// Places count bytes, or words of two bytes: both are in use.
    fn take(&mut self, part: &Part<'_>, length: u32) {
        let (begin, before) = self.before;
        let follows = [before, before / 2].iter().any(|step| begin.checked_add(*step) == Some(part.begin));
        self.broken |= !follows;
        self.before = (part.begin, length);
        self.size = self.size.saturating_add(i64::from(length));
        self.hash.update(part.data);
    }

    /// Tells the file, whole or as far as it went.
    fn end(kept: &mut Option<Box<Self>>, whole: bool, talk: &mut Talk<'_>) {
        let Some(transfer) = kept.take() else { return };
        let hash =
            (!transfer.broken && (whole || transfer.open)).then(|| text::hex(&transfer.hash.clone().finalize(), 32));
        let row = FileRow {
            file_name: Some(&transfer.name),
            file_size: Some(transfer.size),
            file_hash_sha256: hash.as_deref(),
            ot_file_direction: Some(if transfer.to_device { "to_device" } else { "from_device" }),
            ot_operation: Some(transfer.operation.name()),
            ot_unit: Some(&transfer.unit),
            ..FileRow::default()
        };
        talk.file(transfer.source, transfer.span, transfer.ordinal, row);
    }

    /// Ends one that nobody went on with.
    pub fn expire(kept: &mut Option<Box<Self>>, now: i64, talk: &mut Talk<'_>) {
        if kept.as_ref().is_some_and(|transfer| now.saturating_sub(transfer.span.last.time) >= IDLE) {
            Self::end(kept, false, talk);
        }
    }

    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.name.len() + self.unit.len()
    }
}
