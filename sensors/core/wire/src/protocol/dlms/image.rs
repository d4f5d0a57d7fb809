//! A firmware image on its way into a meter (IEC 62056-6-2, class 18): named, counted and hashed block by block.

use super::axdr::Reader;
use crate::dataset::Operation;
use crate::dataset::rows::FileRow;
use crate::protocol::Talk;
use crate::protocol::dialogue::Turns;
use crate::text;
use sha2::{Digest, Sha256};

use super::speaker::Key;

/// Longest image identifier.
const NAME: usize = 64;

pub struct Image {
    pub name: String,
    /// Bytes announced.
    pub size: u32,
    received: u32,
    next: u32,
    digest: Sha256,
    /// A block is missing or came twice: the hash would be of something else.
    spoilt: bool,
}

impl Image {
    /// image_transfer_initiate: structure { identifier octet-string, size double-long-unsigned }.
    pub fn initiated(data: &[u8]) -> Option<Self> {
        let value = Reader::new(data).value()?;
        let mut elements = value.elements();
        let name = elements.value()?.string()?;
        let size = u32::try_from(elements.value()?.integer()?).ok()?;
        let readable = name.iter().all(|byte| (b' '..0x7f).contains(byte));
        let name = if readable { text::bounded(name, NAME).0 } else { text::hex(name, NAME) };
        Some(Self { name, size, received: 0, next: 0, digest: Sha256::new(), spoilt: false })
    }

    /// image_block_transfer: structure { number double-long-unsigned, octets }.
    pub fn block(&mut self, number: u32, octets: &[u8]) {
        if number.checked_add(1) == Some(self.next) {
            return;
        }
        self.spoilt |= number != self.next;
        self.next = number.saturating_add(1);
        self.received = self.received.saturating_add(u32::try_from(octets.len()).unwrap_or(u32::MAX));
        self.digest.update(octets);
    }

    /// Tells it as a file: when it is verified or activated.
    pub fn tell(self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        let whole = !self.spoilt && self.received >= self.size;
        let hash = text::hex(&self.digest.finalize(), 32);
        let unit = super::said::unit(turns.key.server);
        let row = FileRow {
            file_name: Some(&self.name),
            file_size: Some(i64::from(if whole { self.size } else { self.received })),
            file_hash_sha256: Some(hash.as_str()).filter(|_| whole),
            ot_file_direction: Some("to_device"),
            ot_operation: Some(Operation::FirmwareUpdate.name()),
            ot_unit: Some(&unit),
            ..FileRow::default()
        };
        talk.file(turns.sender, turns.span, turns.ordinal, row);
    }

    pub fn weight(&self) -> usize {
        self.name.capacity()
    }
}

/// Number and octets of a block.
pub fn block(data: &[u8]) -> Option<(u32, &[u8])> {
    let value = Reader::new(data).value()?;
    let mut elements = value.elements();
    let number = u32::try_from(elements.value()?.integer()?).ok()?;
    Some((number, elements.value()?.string()?))
}
