//! Blocks that move: what is loaded and read out, put together until it ends or breaks off.
//!
//! | request download | 0 function 1 | 1 status 1 | 2 error 2 | 4 unknown 4 | 8 length 1 | 9 file name | length 1 |
//! |                  | unknown 1 ("1") | load memory 6 | code length 6 |, numbers in ASCII |
//! | download block, ended; start upload | … 8 length 1 | 9 file name |
//! | upload, end upload | … 4 upload id 4 |
//! | start upload, reply | … 4 upload id 4 | 8 length 1 | 9 block length in ASCII |
//! | data | 0 length 2 | 2 unknown 2 | 4 bytes |

use super::block::File;
use super::function as fc;
use super::request::{Ending, Request};
use super::tell::Said;
use crate::bytes::{be16, be32, u8_at};
use crate::dataset::rows::FileRow;
use crate::dataset::{Flag, Operation};
use crate::flow::Span;
use crate::protocol::{Outcome, Talk};
use crate::text;
use sha2::{Digest, Sha256};

/// Transfers under way on one flow.
const UNDER_WAY: usize = 8;

/// One block on its way.
#[derive(Debug)]
struct Transfer {
    file: File,
    to_device: bool,
    /// Handle that the device gave an upload.
    id: u32,
    hasher: Sha256,
    size: i64,
    /// Bytes are missing: neither size nor hash are those of the block.
    broken: bool,
    source: crate::flow::Side,
    span: Span,
    ordinal: i64,
}

/// All transfers of a flow.
#[derive(Debug, Default)]
pub struct Transfers {
    list: Vec<Transfer>,
}

impl Transfers {
    /// A job of the transfer family with its reply: what it says, and what it moves.
    pub fn tell(
        &mut self,
        request: &Request,
        ending: &Ending<'_>,
        code: u8,
        unit: Option<&str>,
        talk: &mut Talk<'_>,
    ) -> Said {
        let mut said = Said::new(request.asked.operation());
        let asked = request.parameter();
        let by_name = matches!(code, fc::REQUEST_DOWNLOAD | fc::DOWNLOAD_BLOCK | fc::DOWNLOAD_ENDED | fc::START_UPLOAD);
        let id = be32(if code == fc::START_UPLOAD { ending.parameter } else { asked }, 4).unwrap_or(0);
        let file = if by_name { file_name(asked).map(File::read) } else { self.by_id(id).map(|t| t.file.clone()) };
        if let Some(file) = &file {
            said.object(file.kind, file.address.clone());
            if let Some(filesystem) = file.filesystem {
                said.details.text("filesystem", filesystem.encode_utf8(&mut [0; 4]));
            }
        }
        match code {
            fc::REQUEST_DOWNLOAD => sizes(asked, &mut said),
            fc::START_UPLOAD if ending.outcome == Outcome::Success => {
                said.details.number("upload_id", id);
                if let Some(length) = file_name(ending.parameter).and_then(number) {
                    said.details.number("block_length", length);
                }
            }
            fc::UPLOAD | fc::END_UPLOAD => {
                said.details.number("upload_id", id);
            }
            _ => {}
        }
        if ending.outcome == Outcome::Success {
            self.moves(request, ending, code, (id, file), unit, talk);
        }
        said
    }

    fn moves(
        &mut self,
        request: &Request,
        ending: &Ending<'_>,
        code: u8,
        (id, file): (u32, Option<File>),
        unit: Option<&str>,
        talk: &mut Talk<'_>,
    ) {
        let to_device = code <= fc::DOWNLOAD_ENDED;
        let at = |t: &Transfer| {
            t.to_device == to_device
                && if to_device { file.as_ref().is_some_and(|f| f.path == t.file.path) } else { t.id == id }
        };
        let known = self.list.iter().position(at);
        match (code, known) {
            // A lone reply does not say which block.
            (fc::REQUEST_DOWNLOAD, _) if file.is_none() => {}
            (fc::REQUEST_DOWNLOAD | fc::START_UPLOAD, _) => {
                if let Some(known) = known {
                    self.end(known, false, unit, ending.span, talk);
                }
                self.begin(request, file.unwrap_or_else(|| File::read(b"")), (to_device, id, false), unit, talk);
            }
            (fc::DOWNLOAD_BLOCK | fc::UPLOAD, known) => {
                let at = known.unwrap_or_else(|| {
                    // Its beginning was not seen.
                    self.begin(request, file.unwrap_or_else(|| File::read(b"")), (to_device, id, true), unit, talk);
                    self.list.len().saturating_sub(1)
                });
                let Some(transfer) = self.list.get_mut(at) else { return };
                let length = be16(ending.data, 0).map_or(0, usize::from);
                let bytes = ending.data.get(4..).unwrap_or_default();
                let taken = bytes.get(..length).unwrap_or(bytes);
                if taken.len() < length {
                    transfer.broken = true;
                    talk.flag(Flag::S7commValueLength, None, None);
                }
                transfer.hasher.update(taken);
                transfer.size = transfer.size.saturating_add(i64::try_from(taken.len()).unwrap_or(0));
                transfer.span.last = ending.span.last;
            }
            (_, Some(known)) => self.end(known, true, unit, ending.span, talk),
            _ => {}
        }
    }

    fn begin(
        &mut self,
        request: &Request,
        file: File,
        (to_device, id, broken): (bool, u32, bool),
        unit: Option<&str>,
        talk: &mut Talk<'_>,
    ) {
        if self.list.len() >= UNDER_WAY {
            talk.flag(Flag::ParserLimit, None, None);
            self.end(0, false, unit, request.span, talk);
        }
        // The device asks for the parts of a download, the client for those of an upload: the bytes go the other way.
        let asked_by_device = matches!(request.asked, super::request::Asked::Job(code) if fc::asked_by_device(code));
        let source = if to_device && !asked_by_device { request.side } else { request.side.other() };
        let (span, ordinal) = (request.span, request.ordinal);
        let hasher = Sha256::new();
        self.list.push(Transfer { file, to_device, id, hasher, size: 0, broken, source, span, ordinal });
    }

    fn by_id(&self, id: u32) -> Option<&Transfer> {
        self.list.iter().find(|t| !t.to_device && t.id == id)
    }

    fn end(&mut self, at: usize, whole: bool, unit: Option<&str>, span: Span, talk: &mut Talk<'_>) {
        if at >= self.list.len() {
            return;
        }
        let transfer = self.list.remove(at);
        let digest =
            (whole && !transfer.broken && transfer.size > 0).then(|| text::hex(&transfer.hasher.finalize(), 32));
        let (operation, direction) = if transfer.to_device {
            (Operation::ProgramDownload, "to_device")
        } else {
            (Operation::ProgramUpload, "from_device")
        };
        let row = FileRow {
            file_name: Some(transfer.file.address.as_str()).filter(|name| !name.is_empty()),
            file_path: Some(transfer.file.path.as_str()).filter(|path| !path.is_empty()),
            file_size: Some(transfer.size),
            file_hash_sha256: digest.as_deref(),
            ot_file_direction: Some(direction),
            ot_operation: Some(operation.name()),
            ot_unit: unit,
            ..FileRow::default()
        };
        let last = if whole { span.last } else { transfer.span.last };
        talk.file(transfer.source, Span { first: transfer.span.first, last }, transfer.ordinal, row);
    }

    /// Bytes are missing: a block may lack a part.
    pub fn gap(&mut self) {
        for transfer in &mut self.list {
            transfer.broken = true;
        }
    }

    /// The flow is over: what is under way broke off.
    pub fn close(&mut self, unit: Option<&str>, talk: &mut Talk<'_>) {
        while let Some(span) = self.list.first().map(|t| t.span) {
            self.end(0, false, unit, span, talk);
        }
    }

    pub fn weight(&self) -> usize {
        self.list.iter().map(|t| size_of::<Transfer>() + t.file.address.len() + t.file.path.len()).sum()
    }
}

fn file_name(parameter: &[u8]) -> Option<&[u8]> {
    let length = usize::from(u8_at(parameter, 8)?);
    parameter.get(9..9 + length)
}

/// Sizes that a request for a download announces.
fn sizes(parameter: &[u8], said: &mut Said) {
    let Some(rest) = file_name(parameter).and_then(|name| parameter.get(9 + name.len()..)) else { return };
    for (key, from) in [("load_memory", 2), ("code_length", 8)] {
        if let Some(size) = rest.get(from..from + 6).and_then(number) {
            said.details.number(key, size);
        }
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
