//! Files of the system service: opened by path, read and written by handle, put together until they are closed.
//!
//! | FOPEN (120) | offset: mode 16, base directory 16 | written: path | read: handle 4 |
//! | FREAD (122), FWRITE (123), FCLOSE (121) | offset: handle |
//! Modes: 1 read, 2 write, 4 append, 8 plus, 16 binary, 32 text, 64 make the directory, 256 overwrite.

use super::header::Ams;
use crate::dataset::rows::FileRow;
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Span};
use crate::protocol::Talk;
use crate::protocol::dialogue::Turns;
use crate::text;
use sha2::{Digest, Sha256};

/// Files that may be open on one flow.
const OPEN: usize = 16;
/// Write, append, plus.
const WRITES: u32 = 2 | 4 | 8;

/// Base directory of a path, in the upper half of the mode.
pub const fn base(mode: u32) -> Option<&'static str> {
    Some(match mode >> 16 {
        1 => "generic",
        2 => "boot project",
        3 => "boot data",
        4 => "boot",
        11..=19 => "user",
        _ => return None,
    })
}

pub const fn writes(mode: u32) -> bool {
    mode & WRITES != 0
}

struct File {
    device: Ams,
    handle: u32,
    path: String,
    writes: bool,
    hasher: Sha256,
    size: i64,
    to_device: bool,
    /// Bytes are missing, or moved both ways: neither size nor hash are those of the file.
    broken: bool,
    /// The end was read: what was read is the whole file.
    ended: bool,
    asker: Side,
    unit: String,
    span: Span,
    ordinal: i64,
}

/// All open files of a flow.
#[derive(Default)]
pub struct Files {
    list: Vec<File>,
}

impl Files {
    pub fn path(&self, device: Ams, handle: u32) -> Option<&str> {
        self.find(device, handle).and_then(|at| self.list.get(at)).map(|file| file.path.as_str())
    }

    /// Whether an open file is one to write.
    pub fn writes(&self, device: Ams, handle: u32) -> bool {
        self.find(device, handle).and_then(|at| self.list.get(at)).is_some_and(|file| file.writes)
    }

    fn find(&self, device: Ams, handle: u32) -> Option<usize> {
        self.list.iter().position(|file| file.device == device && file.handle == handle)
    }

    /// A file was opened.
    pub fn open<K>(
        &mut self,
        (device, handle): (Ams, u32),
        path: &str,
        mode: u32,
        turns: &Turns<'_, K>,
        unit: &str,
        talk: &mut Talk<'_>,
    ) {
        if let Some(old) = self.find(device, handle) {
            self.end(old, false, turns.span, talk);
        }
        if self.list.len() >= OPEN {
            talk.flag(Flag::ParserLimit, None, None);
            self.end(0, false, turns.span, talk);
        }
        self.list.push(File {
            device,
            handle,
            path: path.to_owned(),
            writes: writes(mode),
            hasher: Sha256::new(),
            size: 0,
            to_device: writes(mode),
            broken: false,
            ended: false,
            asker: turns.sender,
            unit: unit.to_owned(),
            span: turns.span,
            ordinal: turns.ordinal,
        });
    }

    /// Bytes that were read of `wanted`, or written.
    pub fn moved(&mut self, (device, handle): (Ams, u32), wanted: Option<u32>, bytes: &[u8], span: Span) {
        let Some(file) = self.find(device, handle).and_then(|at| self.list.get_mut(at)) else { return };
        let to_device = wanted.is_none();
        file.ended |= wanted.is_some_and(|wanted| usize::try_from(wanted).is_ok_and(|wanted| bytes.len() < wanted));
        file.broken |= file.size > 0 && file.to_device != to_device;
        file.to_device = to_device;
        file.hasher.update(bytes);
        file.size = file.size.saturating_add(i64::try_from(bytes.len()).unwrap_or(0));
        file.span.last = span.last;
    }

    /// Something else was done with a file, so that its bytes are not read or written one after another.
    pub fn jumped(&mut self, device: Ams, handle: u32) {
        if let Some(file) = self.find(device, handle).and_then(|at| self.list.get_mut(at)) {
            file.broken = true;
        }
    }

    pub fn close_one(&mut self, device: Ams, handle: u32, span: Span, talk: &mut Talk<'_>) {
        if let Some(at) = self.find(device, handle) {
            self.end(at, true, span, talk);
        }
    }

    fn end(&mut self, at: usize, whole: bool, span: Span, talk: &mut Talk<'_>) {
        if at >= self.list.len() {
            return;
        }
        let file = self.list.remove(at);
        if file.size == 0 {
            return;
        }
        let complete = whole && !file.broken && (file.to_device || file.ended);
        let digest = complete.then(|| text::hex(&file.hasher.finalize(), 32));
        let (operation, direction, source) = if file.to_device {
            (Operation::FileWrite, "to_device", file.asker)
        } else {
            (Operation::FileRead, "from_device", file.asker.other())
        };
        let name = file.path.rsplit(['\\', '/']).next().unwrap_or_default();
        let row = FileRow {
            file_name: Some(name).filter(|name| !name.is_empty()),
            file_path: Some(file.path.as_str()).filter(|path| !path.is_empty()),
            file_size: Some(file.size),
            file_hash_sha256: digest.as_deref(),
            ot_file_direction: Some(direction),
            ot_operation: Some(operation.name()),
            ot_unit: Some(file.unit.as_str()),
            ..FileRow::default()
        };
        let last = if whole { span.last } else { file.span.last };
        talk.file(source, Span { first: file.span.first, last }, file.ordinal, row);
    }

    /// Bytes are missing: a file may lack a part.
    pub fn gap(&mut self) {
        for file in &mut self.list {
            file.broken = true;
        }
    }

    /// The flow is over: what is open broke off.
    pub fn close(&mut self, talk: &mut Talk<'_>) {
        while let Some(span) = self.list.first().map(|file| file.span) {
            self.end(0, false, span, talk);
        }
    }

    pub fn weight(&self) -> usize {
        self.list.iter().map(|file| size_of::<File>() + file.path.len() + file.unit.len()).sum()
    }
}
