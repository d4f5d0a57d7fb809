//! Files and domains that move, put together until they end or break off.

use super::request::Request;
use crate::dataset::rows::FileRow;
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Span};
use crate::protocol::Talk;
use crate::text;
use sha2::{Digest, Sha256};

/// Transfers under way on one flow.
const UNDER_WAY: usize = 16;

/// What moves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum What {
    File,
    Download,
    Upload,
}

/// Which transfer: who asks for the parts, and the handle; downloads have none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Key {
    pub what: What,
    pub side: Side,
    pub id: Option<i64>,
}

#[derive(Debug)]
struct Transfer {
    key: Key,
    name: String,
    announced: Option<i64>,
    hasher: Sha256,
    size: i64,
    /// The last part was seen.
    complete: bool,
    /// Bytes are missing: neither size nor hash are those of the file.
    broken: bool,
    span: Span,
    ordinal: i64,
}

/// All transfers of a flow.
#[derive(Debug, Default)]
pub struct Transfers {
    list: Vec<Transfer>,
}

impl Transfers {
    /// A transfer begins: name, announced size, whether it begins in the midst.
    pub fn begin(
        &mut self,
        key: Key,
        (name, announced, broken): (&str, Option<i64>, bool),
        request: &Request,
        talk: &mut Talk<'_>,
    ) {
        if let Some(at) = self.position(&key) {
            self.finish(at, None, talk);
        }
        if self.list.len() >= UNDER_WAY {
            talk.flag(Flag::ParserLimit, None, None);
            self.finish(0, None, talk);
        }
        self.list.push(Transfer {
            key,
            name: name.to_owned(),
            announced,
            hasher: Sha256::new(),
            size: 0,
            complete: false,
            broken,
            span: request.span,
            ordinal: request.ordinal,
        });
    }

    fn position(&self, key: &Key) -> Option<usize> {
        self.list.iter().position(|transfer| transfer.key == *key)
    }

    /// Name of what is under way.
    pub fn name(&self, key: &Key) -> Option<String> {
        self.position(key).and_then(|at| self.list.get(at)).map(|transfer| transfer.name.clone())
    }

    /// A part came.
    pub fn add(&mut self, key: Key, data: &[u8], more: bool, (request, span): (&Request, Span), talk: &mut Talk<'_>) {
        if self.position(&key).is_none() {
            // Its beginning was not seen.
            self.begin(key, ("", None, true), request, talk);
        }
        let Some(transfer) = self.position(&key).and_then(|at| self.list.get_mut(at)) else { return };
        transfer.hasher.update(data);
        transfer.size = transfer.size.saturating_add(i64::try_from(data.len()).unwrap_or(0));
        transfer.complete = !more;
        transfer.span.last = span.last;
    }

    /// It was closed.
    pub fn end(&mut self, key: &Key, span: Span, talk: &mut Talk<'_>) {
        if let Some(at) = self.position(key) {
            self.finish(at, Some(span), talk);
        }
    }

    fn finish(&mut self, at: usize, closed: Option<Span>, talk: &mut Talk<'_>) {
        if at >= self.list.len() {
            return;
        }
        let transfer = self.list.remove(at);
        let whole = transfer.complete || transfer.announced == Some(transfer.size);
        let digest =
            (whole && !transfer.broken && transfer.size > 0).then(|| text::hex(&transfer.hasher.finalize(), 32));
        let to_device = transfer.key.side == Side::Server;
        let operation = match (transfer.key.what, to_device) {
            (What::Download, _) => Operation::ProgramDownload,
            (What::Upload, _) => Operation::ProgramUpload,
            (What::File, true) => Operation::FileWrite,
            (What::File, false) => Operation::FileRead,
        };
        let row = FileRow {
            file_name: Some(transfer.name.as_str()).filter(|name| !name.is_empty()),
            file_size: Some(transfer.size),
            file_hash_sha256: digest.as_deref(),
            ot_file_direction: Some(if to_device { "to_device" } else { "from_device" }),
            ot_operation: Some(operation.name()),
            ..FileRow::default()
        };
        let last = closed.map_or(transfer.span.last, |span| span.last);
        let span = Span { first: transfer.span.first, last };
        talk.file(transfer.key.side.other(), span, transfer.ordinal, row);
    }

    /// Bytes are missing: a file may lack a part.
    pub fn gap(&mut self) {
        for transfer in &mut self.list {
            transfer.broken = true;
        }
    }

    /// The flow is over: what is under way broke off.
    pub fn close(&mut self, talk: &mut Talk<'_>) {
        while !self.list.is_empty() {
            self.finish(0, None, talk);
        }
    }

    pub fn weight(&self) -> usize {
        self.list.iter().map(|transfer| size_of::<Transfer>() + transfer.name.len()).sum()
    }
}
