//! Fields of a frame, in binary (little-endian) or as hexadecimal digits (most significant first).

use crate::bytes::{le16, le32, u8_at};

/// Reads field after field.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    pub data: &'a [u8],
    pub ascii: bool,
}

impl<'a> Reader<'a> {
    pub fn new(data: &'a [u8], ascii: bool) -> Self {
        Self { data, ascii }
    }

    /// Takes `count` bytes as they are.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.data.split_at_checked(count)?;
        self.data = rest;
        Some(head)
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let head = self.take(count)?;
        head.iter().try_fold(0u32, |value, byte| {
            let digit = char::from(*byte).to_digit(16)?;
            Some(value << 4 | digit)
        })
    }

    pub fn u8(&mut self) -> Option<u8> {
        if self.ascii { u8::try_from(self.digits(2)?).ok() } else { u8_at(self.take(1)?, 0) }
    }

    pub fn u16(&mut self) -> Option<u16> {
        if self.ascii { u16::try_from(self.digits(4)?).ok() } else { le16(self.take(2)?, 0) }
    }

    pub fn u32(&mut self) -> Option<u32> {
        if self.ascii { self.digits(8) } else { le32(self.take(4)?, 0) }
    }

    pub fn u24(&mut self) -> Option<u32> {
        let bytes = self.take(3)?;
        let [low, middle, high] = bytes.first_chunk::<3>()?;
        Some(u32::from_le_bytes([*low, *middle, *high, 0]))
    }

    /// Bytes on the wire of a field of so many bytes.
    pub fn size(&self, bytes: usize) -> usize {
        if self.ascii { bytes.saturating_mul(2) } else { bytes }
    }
}
