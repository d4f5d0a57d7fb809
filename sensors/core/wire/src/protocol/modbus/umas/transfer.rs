//! A program on its way between station and controller, block by block, told as one file when it ends.

use super::super::request::Request;
use super::{answered, asked, function};
use crate::bytes::le16;
use crate::dataset::Operation;
use crate::dataset::rows::FileRow;
use crate::flow::{Side, Span};
use crate::protocol::Talk;
use sha2::{Digest, Sha256};

/// Longest time between two blocks, ns: a station that stops in the middle never says so.
const IDLE: i64 = 60_000_000_000;

/// A transfer under way on a flow.
pub struct Transfer {
    to_device: bool,
    ordinal: i64,
    unit: u8,
    span: Span,
    /// Number of the block that must come next; None when one was missed.
    next: Option<u16>,
    size: i64,
    hash: Sha256,
}

impl Transfer {
    /// Takes note of a request that was done. A new transfer ends one that never ended.
    pub fn follow(kept: &mut Option<Box<Self>>, request: &Request, pdu: &[u8], talk: &mut Talk<'_>) {
        let code = request.sub;
        match code {
            function::INITIALIZE_UPLOAD | function::INITIALIZE_DOWNLOAD => {
                Self::end(kept, talk);
                *kept = Some(Box::new(Self::begun(request, code == function::INITIALIZE_UPLOAD)));
            }
            function::UPLOAD_BLOCK | function::DOWNLOAD_BLOCK => {
                let Some(transfer) = kept.as_mut() else { return };
                transfer.span.last = talk.span().last;
                transfer.block(le16(asked(request), 2), content(code, asked(request), answered(pdu)));
            }
            function::END_STRATEGY_UPLOAD | function::END_STRATEGY_DOWNLOAD => {
                if let Some(transfer) = kept.as_mut() {
                    transfer.span.last = talk.span().last;
                }
                Self::end(kept, talk);
            }
            _ => {}
        }
    }

    fn begun(request: &Request, to_device: bool) -> Self {
        let (ordinal, unit, span) = (request.ordinal, request.unit, request.span);
        Self { to_device, ordinal, unit, span, next: Some(1), size: 0, hash: Sha256::new() }
    }

    /// Blocks count from 1. A block sent again is counted once.
    fn block(&mut self, number: Option<u16>, data: Option<&[u8]>) {
        let data = data.unwrap_or_default();
        match (number, self.next) {
            (Some(number), Some(next)) if number == next => {
                self.next = number.checked_add(1);
                self.hash.update(data);
            }
            (Some(number), Some(next)) if number.checked_add(1) == Some(next) => return,
            _ => self.next = None,
        }
        self.size = self.size.saturating_add(i64::try_from(data.len()).unwrap_or(0));
    }

    /// Tells the file, whole or as far as it went.
    pub fn end(kept: &mut Option<Box<Self>>, talk: &mut Talk<'_>) {
        let Some(transfer) = kept.take() else { return };
        let hash = crate::text::hex(&transfer.hash.finalize(), 32);
        let unit = transfer.unit.to_string();
        let (source, direction, operation) = if transfer.to_device {
            (Side::Client, "to_device", Operation::ProgramDownload)
        } else {
            (Side::Server, "from_device", Operation::ProgramUpload)
        };
        let row = FileRow {
            file_name: Some("strategy"),
            file_size: Some(transfer.size),
            // With a block missing the hash would be that of another file.
            file_hash_sha256: transfer.next.map(|_| hash.as_str()),
            ot_file_direction: Some(direction),
            ot_operation: Some(operation.name()),
            ot_unit: Some(&unit),
            ..FileRow::default()
        };
        talk.file(source, transfer.span, transfer.ordinal, row);
    }

    /// Bytes were lost: a block may be among them.
    pub fn gap(kept: &mut Option<Box<Self>>) {
        if let Some(transfer) = kept {
            transfer.next = None;
        }
    }

    /// Ends a transfer that nobody went on with.
    pub fn expire(kept: &mut Option<Box<Self>>, now: i64, talk: &mut Talk<'_>) {
        if kept.as_ref().is_some_and(|transfer| now.saturating_sub(transfer.span.last.time) >= IDLE) {
            Self::end(kept, talk);
        }
    }
}

/// Bytes of a block: UPLOAD_BLOCK asks | 0 2 | 2 block 2 | 4 length 2 | 6 data |, DOWNLOAD_BLOCK answers | 0 2 | 2 length 2 |
/// 4 data |
fn content<'a>(code: u16, asked: &'a [u8], answered: &'a [u8]) -> Option<&'a [u8]> {
    let (data, at) = if code == function::UPLOAD_BLOCK { (asked, 4) } else { (answered, 2) };
    data.get(at + 2..)?.get(..usize::from(le16(data, at)?))
}
