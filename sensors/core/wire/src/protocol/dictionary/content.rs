//! The bytes of an object as they come in: what is kept of them, how many there were, their checksums.

use sha2::{Digest, Sha256};

/// Bytes of an object's value that are kept.
const KEPT: usize = 256;
/// Data bytes of a segment.
pub const SEGMENT: usize = 7;
/// Segments of a block at most.
pub const BLOCK: usize = 127;

/// Bytes of one transfer.
#[derive(Default)]
pub struct Content {
    pub kept: Vec<u8>,
    pub received: usize,
    crc: u16,
    hash: Option<Box<Sha256>>,
    /// Segments of a block that are not acknowledged yet; of the last one it is not known how much is padding.
    block: Vec<u8>,
    tail: Vec<u8>,
}

impl Content {
    /// Content whose hash somebody will want.
    pub fn hashed() -> Self {
        Self { hash: Some(Box::default()), ..Self::default() }
    }

    pub fn take(&mut self, bytes: &[u8]) {
        self.received = self.received.saturating_add(bytes.len());
        let room = KEPT.saturating_sub(self.kept.len()).min(bytes.len());
        self.kept.extend_from_slice(bytes.get(..room).unwrap_or_default());
        self.crc = bytes.iter().fold(self.crc, |crc, byte| crc16(crc, *byte));
        if let Some(hash) = &mut self.hash {
            hash.update(bytes);
        }
    }

    /// A segment of a block, number `at` from 1 on; whether it was the next one.
    pub fn segment(&mut self, at: usize, bytes: &[u8]) -> bool {
        let next = self.block.len() / SEGMENT + 1;
        if at != next || at > BLOCK {
            return false;
        }
        self.block.extend_from_slice(bytes);
        true
    }

    /// So many segments of the block arrived; the others will be sent again.
    pub fn acknowledged(&mut self, segments: usize) -> bool {
        let block = std::mem::take(&mut self.block);
        let arrived = block.get(..segments.saturating_mul(SEGMENT).min(block.len())).unwrap_or_default();
        for segment in arrived.chunks(SEGMENT) {
            let before = std::mem::replace(&mut self.tail, segment.to_vec());
            self.take(&before);
        }
        arrived.len() == block.len()
    }

    /// The last segment, without what pads it.
    pub fn last(&mut self, padding: usize) {
        self.acknowledged(BLOCK);
        let tail = std::mem::take(&mut self.tail);
        self.take(tail.get(..tail.len().saturating_sub(padding)).unwrap_or_default());
    }

    pub fn crc(&self) -> u16 {
        self.crc
    }

    /// SHA-256 of all bytes.
    pub fn sha256(&self) -> Option<String> {
        let hash = self.hash.as_deref()?;
        Some(crate::text::hex(&hash.clone().finalize(), 32))
    }

    pub fn weight(&self) -> usize {
        let hash = self.hash.as_ref().map_or(0, |_| size_of::<Sha256>());
        self.kept.capacity() + self.block.capacity() + self.tail.capacity() + hash
    }
}

/// CRC-16 of block transfers (CiA 301, 7.2.4.3.16): polynomial 0x1021, begins with 0.
fn crc16(crc: u16, byte: u8) -> u16 {
    (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 })
}

#[cfg(test)]
mod tests {
    use super::Content;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        let mut content = Content::default();
        content.take(b"123456789");
        assert_eq!(content.crc(), 0x31c3);
    }

    #[test]
    fn what_was_not_acknowledged_is_not_taken() {
        let mut content = Content::default();
        assert!(content.segment(1, b"abcdefg"));
        assert!(!content.segment(3, b"tuvwxyz"));
        assert!(content.segment(2, b"hijklmn"));
        assert!(!content.acknowledged(1), "the second was lost");
        assert!(content.segment(1, b"hijklmn"));
        content.last(4);
        assert_eq!(content.kept, b"abcdefghij");
    }
}
