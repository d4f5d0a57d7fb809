//! One transfer of an object, from its request to its end, and how it is told.

use super::identity::Identity;
use super::objects;
use super::tell::{self, Asked, Ending, named};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Operation;
use crate::dataset::rows::FileRow;
use crate::flow::Side;
use crate::protocol::dictionary::content::Content;
use crate::protocol::dictionary::value::Value;
use crate::protocol::{Address, Function, Item, Object, Reply, Talk};
use crate::text::Details;

/// Which part of a transfer comes next.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phase {
    /// The server has not answered yet.
    Asked,
    Segments,
    /// Segments of a block follow each other unanswered.
    Block,
    /// The last segment was sent, or the block's end.
    Ending,
}

/// One transfer.
pub struct Transfer {
    pub upload: bool,
    pub block: bool,
    pub phase: Phase,
    pub index: u16,
    pub sub: u8,
    pub size: Option<u32>,
    pub expedited: bool,
    /// Toggle of the segment under way.
    pub toggle: Option<u8>,
    /// Both sides check the block's checksum.
    pub checked: bool,
    pub content: Content,
    pub asked: Asked,
}

impl Transfer {
    /// | 0 command 1 | 1 index 2 | 3 subindex 1 |
    pub fn begin(data: &[u8], upload: bool, block: bool, talk: &Talk<'_>) -> Option<Self> {
        let (index, sub) = (le16(data, 1)?, u8_at(data, 3)?);
        Some(Self {
            upload,
            block,
            phase: Phase::Asked,
            index,
            sub,
            size: None,
            expedited: false,
            toggle: None,
            checked: false,
            content: if index == objects::PROGRAM { Content::hashed() } else { Content::default() },
            asked: Asked::now(data.len(), talk),
        })
    }

    /// Whether a message names the object of this transfer.
    pub fn names(&self, data: &[u8]) -> bool {
        (le16(data, 1), u8_at(data, 3)) == (Some(self.index), Some(self.sub))
    }

    /// Takes what follows the object's address: up to four bytes, or how many there will be.
    pub fn first(&mut self, data: &[u8]) {
        let command = u8_at(data, 0).unwrap_or(0);
        self.expedited = command & 2 != 0;
        let size_given = command & 1 != 0;
        if self.expedited {
            let unused = if size_given { usize::from(command >> 2 & 3) } else { 0 };
            self.content.take(data.get(4..8_usize.saturating_sub(unused).min(data.len())).unwrap_or_default());
        } else {
            self.size = le32(data, 4).filter(|_| size_given);
            self.phase = Phase::Segments;
        }
    }

    /// Whether as many bytes came as were announced.
    pub fn sized(&self) -> bool {
        self.size.is_none_or(|size| usize::try_from(size) == Ok(self.content.received))
    }

    pub fn operation(&self) -> Operation {
        if self.upload {
            return objects::read(self.index);
        }
        let bytes = &self.content.kept;
        let value = (bytes.len() <= 4).then(|| bytes.iter().rev().fold(0, |all, byte| all << 8 | u32::from(*byte)));
        objects::written(self.index, value.filter(|_| !bytes.is_empty()))
    }

    const fn service(&self) -> Function {
        match (self.upload, self.block) {
            (false, false) => named(1, "Download"),
            (true, false) => named(2, "Upload"),
            (true, true) => named(5, "Block upload"),
            (false, true) => named(6, "Block download"),
        }
    }

    /// Tells the transfer, and the node's part of its identity where it read it.
    pub fn tell(&self, node: u8, ending: Ending, identity: &mut Identity, talk: &mut Talk<'_>) {
        tell::to(node, talk);
        let done = ending.status.is_none() && matches!(ending.reply, Reply::Answered | Reply::Unexpected);
        if done && self.upload {
            identity.read(self.index, self.sub, &self.content.kept, talk);
        }
        let textual = matches!(self.index, objects::DEVICE_NAME..=objects::SOFTWARE);
        let program = self.index == objects::PROGRAM;
        let shown = if program { &[] } else { self.content.kept.as_slice() };
        let value = Value::of(shown, textual || self.content.received > shown.len());
        let address = format!("0x{:04X}:{:02X}", self.index, self.sub);
        let details = self.details();
        let mut item = Item::new(self.operation());
        item.object = Object { kind: Some("object"), address: Address::Text(&address), start: 0, count: 0 };
        item.values = value.values();
        item.details = details.as_deref();
        tell::exchange(&self.asked, ending, (tell::SDO, self.service()), &item, talk);
        if program && self.content.received > 0 {
            self.file(node, &address, done, talk);
        }
    }

    fn details(&self) -> Option<String> {
        let mut details = Details::default();
        if let Some(name) = objects::name(self.index) {
            details.text("object", name);
        }
        // Before the server has answered an upload nobody knows how it will come.
        let how = match (self.block, self.expedited) {
            (true, _) => Some("block"),
            (_, true) => Some("expedited"),
            _ => (self.phase != Phase::Asked).then_some("segmented"),
        };
        if let Some(how) = how {
            details.text("transfer", how);
        }
        if self.content.received > self.content.kept.len() || self.index == objects::PROGRAM {
            details.number("object_bytes", i64::try_from(self.content.received).unwrap_or(0));
        }
        details.finish()
    }

    /// A program that moved.
    fn file(&self, node: u8, address: &str, whole: bool, talk: &mut Talk<'_>) {
        let (source, direction) = if self.upload { (Side::Server, "from_device") } else { (Side::Client, "to_device") };
        let (hash, unit) = (self.content.sha256(), node.to_string());
        let row = FileRow {
            file_name: Some(address),
            file_size: i64::try_from(self.content.received).ok(),
            file_hash_sha256: hash.as_deref().filter(|_| whole && self.sized()),
            ot_file_direction: Some(direction),
            ot_operation: Some(self.operation().name()),
            ot_unit: Some(&unit),
            ..FileRow::default()
        };
        talk.file(source, self.asked.span, self.asked.ordinal, row);
    }

    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.content.weight()
    }
}
