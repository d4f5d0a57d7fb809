//! Reading the fields a packet is made of (MQTT 5.0, 1.5).

/// A place in the body of a packet. Every read gives None where the bytes end.
pub struct Reader<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub const fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    /// Bytes read so far.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// What was not read.
    pub fn rest(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or_default()
    }

    pub fn done(&self) -> bool {
        self.at >= self.data.len()
    }

    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.rest().get(..length)?;
        self.at += length;
        Some(taken)
    }

    pub fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub fn u16(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk::<2>().map(|b| u16::from_be_bytes(*b))
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.take(4)?.first_chunk::<4>().map(|b| u32::from_be_bytes(*b))
    }

    /// Text or binary data behind its length of two bytes (1.5.4, 1.5.6). Not moved when it does not fit.
    pub fn block(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        let length = usize::from(self.u16()?);
        let block = self.take(length);
        if block.is_none() {
            self.at = start;
        }
        block
    }

    /// Variable byte integer (1.5.5): seven bits a byte, least significant first, at most four bytes.
    pub fn varint(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for shift in [0, 7, 14, 21] {
            let byte = self.u8()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

/// Text the standard allows: UTF-8 without U+0000 (1.5.4).
pub fn well_formed(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok() && !text.contains(&0)
}
