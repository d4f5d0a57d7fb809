//! One open file, and what is read from it or written to it, told as one file when it is closed.

use super::path;
use crate::dataset::Operation;
use crate::dataset::rows::FileRow;
use crate::flow::{Side, Span};
use crate::protocol::Talk;
use crate::protocol::dialogue::Turns;
use crate::text;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// Longest time between two parts, ns: who stops in the middle never says so.
pub const IDLE: i64 = 60_000_000_000;

/// A file that is open on a controller.
pub struct Transfer {
    pub handle: u16,
    pub server: IpAddr,
    pub path: String,
    unit: String,
    writes: bool,
    /// Bytes that there are, where somebody said so.
    size: Option<u32>,
    /// A part is missing: neither size nor hash are those of the whole.
    pub broken: bool,
    /// Where the last part began and its bytes, and where the next is expected.
    last: Option<(u32, u32)>,
    next: u32,
    hash: Sha256,
    pub span: Span,
    ordinal: i64,
    source: Side,
}

impl Transfer {
    pub fn open<K>(
        (handle, unit): (u16, &str),
        path: String,
        (writes, size): (bool, Option<u32>),
        turns: &Turns<'_, K>,
        talk: &Talk<'_>,
    ) -> Self {
        Self {
            handle,
            unit: unit.to_owned(),
            server: talk.facts.server.ip,
            path,
            writes,
            size,
            broken: false,
            last: None,
            next: 0,
            hash: Sha256::new(),
            span: turns.span,
            ordinal: turns.ordinal,
            source: if writes { turns.sender } else { turns.sender.other() },
        }
    }

    /// Somebody asked for its size meanwhile.
    pub fn has(&mut self, size: u32) {
        if !self.writes {
            self.size = Some(size);
        }
    }

    /// What moving the file is: what lies in the project's folder is the program.
    pub fn operation(&self, writes: bool) -> Operation {
        match (path::in_project(&self.path), writes) {
            (true, true) => Operation::ProgramDownload,
            (true, false) => Operation::ProgramUpload,
            (false, true) => Operation::FileWrite,
            (false, false) => Operation::FileRead,
        }
    }

    /// Takes a part that was moved. The tool looks at a few places first, and then begins with the beginning.
    pub fn part<K>(&mut self, offset: u32, data: &[u8], turns: &Turns<'_, K>) {
        self.span.last = turns.span.last;
        let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
        if self.last == Some((offset, length)) {
            return;
        }
        if offset == 0 {
            (self.broken, self.next, self.hash) = (false, 0, Sha256::new());
        }
        self.broken |= offset != self.next;
        self.last = Some((offset, length));
        self.next = offset.saturating_add(length);
        self.hash.update(data);
    }

    /// Tells the file, whole or as far as it went; one of which nothing moved is none.
    pub fn end(self, closed: bool, talk: &mut Talk<'_>) {
        if self.last.is_none() {
            return;
        }
        let whole = closed && !self.broken && self.size.is_none_or(|size| size == self.next);
        let hash = whole.then(|| text::hex(&self.hash.clone().finalize(), 32));
        let row = FileRow {
            file_name: Some(path::name(&self.path)).filter(|name| !name.is_empty()),
            file_path: Some(self.path.as_str()).filter(|path| !path.is_empty()),
            file_size: Some(i64::from(self.next)),
            file_hash_sha256: hash.as_deref(),
            ot_file_direction: Some(if self.writes { "to_device" } else { "from_device" }),
            ot_operation: Some(self.operation(self.writes).name()),
            ot_unit: Some(&self.unit),
            ..FileRow::default()
        };
        talk.file(self.source, self.span, self.ordinal, row);
    }
}
