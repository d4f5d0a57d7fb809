//! Files on their way through the File object (CIP Networks Library Volume 1, 5A-42): block by block, told as one file.
//!
//! Initiate_Upload: reply | file size 4 | transfer size 1 |. Initiate_Download: | file size 4 | … |.
//! Upload_Transfer: reply | number 1 | packet type 1 | data |. Download_Transfer: | number 1 | packet type 1 | data |.
//! Packet types: 0 first, 1 middle, 2 last, 3 abort, 4 first and last. Behind the data of the last stands a checksum of 2.

use crate::bytes::{le32, u8_at};
use crate::dataset::Operation;
use crate::dataset::rows::FileRow;
use crate::flow::{Side, Span};
use crate::protocol::Talk;
use crate::text;
use sha2::{Digest, Sha256};

pub const INITIATE_UPLOAD: u8 = 0x4b;
pub const INITIATE_DOWNLOAD: u8 = 0x4c;
pub const UPLOAD_TRANSFER: u8 = 0x4f;
pub const DOWNLOAD_TRANSFER: u8 = 0x50;
const LAST: u8 = 2;
const ABORT: u8 = 3;
const FIRST_AND_LAST: u8 = 4;
/// Longest time between two blocks, ns: who stops in the middle never says so.
const IDLE: i64 = 60_000_000_000;

/// What a message said of a file.
pub struct Step {
    pub service: u8,
    /// Address of the file's instance.
    pub file: String,
    /// The bytes that carry size or block: of the request when sent to the device, else of the reply.
    pub data: Vec<u8>,
}

/// A file under way on a flow.
pub struct Transfer {
    file: String,
    to_device: bool,
    ordinal: i64,
    span: Span,
    expected: u32,
    received: u32,
    /// Number of the block that must come next; None when one was missed.
    next: Option<u8>,
    hash: Sha256,
}

impl Transfer {
    /// Takes note of a step that was done by `source`. A new transfer ends one that never ended.
    pub fn follow(
        kept: &mut Option<Box<Self>>,
        step: &Step,
        (span, ordinal): (Span, i64),
        asker: Side,
        talk: &mut Talk<'_>,
    ) {
        match step.service {
            INITIATE_UPLOAD | INITIATE_DOWNLOAD => {
                Self::end(kept, asker, talk);
                let to_device = step.service == INITIATE_DOWNLOAD;
                *kept = le32(&step.data, 0).map(|expected| {
                    Box::new(Self {
                        file: step.file.clone(),
                        to_device,
                        ordinal,
                        span,
                        expected,
                        received: 0,
                        next: None,
                        hash: Sha256::new(),
                    })
                });
            }
            _ => {
                let Some(transfer) = kept.as_mut().filter(|transfer| transfer.file == step.file) else { return };
                transfer.span.last = span.last;
                let over = transfer.block(&step.data);
                if over {
                    Self::end(kept, asker, talk);
                }
            }
        }
    }

    /// Takes a block; true when it was the last. A block sent again is counted once.
    fn block(&mut self, data: &[u8]) -> bool {
        let (Some(number), Some(kind)) = (u8_at(data, 0), u8_at(data, 1)) else { return false };
        let begins = self.received == 0 && self.next.is_none();
        if !begins && self.next != Some(number) {
            if self.next == Some(number.wrapping_add(1)) {
                return false;
            }
            // A block is missing: the hash would be that of another file.
            self.expected = u32::MAX;
        }
        self.next = Some(number.wrapping_add(1));
        let room = usize::try_from(self.expected.saturating_sub(self.received)).unwrap_or(usize::MAX);
        let content = data.get(2..).unwrap_or_default();
        let content = content.get(..room).unwrap_or(content);
        self.hash.update(content);
        self.received = self.received.saturating_add(u32::try_from(content.len()).unwrap_or(0));
        matches!(kind, LAST | ABORT | FIRST_AND_LAST)
    }

    /// Tells the file, whole or as far as it went.
    pub fn end(kept: &mut Option<Box<Self>>, asker: Side, talk: &mut Talk<'_>) {
        let Some(transfer) = kept.take() else { return };
        let whole = transfer.received == transfer.expected;
        let hash = text::hex(&transfer.hash.finalize(), 32);
        let (source, direction, operation) = if transfer.to_device {
            (asker, "to_device", Operation::FileWrite)
        } else {
            (asker.other(), "from_device", Operation::FileRead)
        };
        let row = FileRow {
            file_name: Some(&transfer.file),
            file_size: Some(i64::from(transfer.received)),
            file_hash_sha256: whole.then_some(hash.as_str()),
            ot_file_direction: Some(direction),
            ot_operation: Some(operation.name()),
            ..FileRow::default()
        };
        talk.file(source, transfer.span, transfer.ordinal, row);
    }

    /// Bytes were lost: a block may be among them.
    pub fn gap(kept: &mut Option<Box<Self>>) {
        if let Some(transfer) = kept {
            transfer.expected = u32::MAX;
        }
    }

    /// Ends a transfer that nobody went on with.
    pub fn expire(kept: &mut Option<Box<Self>>, now: i64, talk: &mut Talk<'_>) {
        if kept.as_ref().is_some_and(|transfer| now.saturating_sub(transfer.span.last.time) >= IDLE) {
            Self::end(kept, Side::Client, talk);
        }
    }
}
