//! Numbers out of a message. Variable-length quantities (VLQ) have seven bits a byte, most significant first, and the top
//! bit where more follow; the ninth byte of a long one has eight. Signed ones carry the sign in bit 6 of the first byte.

use crate::bytes::{be16, be32, u8_at};

/// A place in a message.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    data: &'a [u8],
}

impl<'a> Reader<'a> {
    pub const fn new(data: &'a [u8]) -> Self {
        Self { data }
    }

    pub const fn rest(&self) -> &'a [u8] {
        self.data
    }

    pub fn peek(&self) -> Option<u8> {
        u8_at(self.data, 0)
    }

    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.data.split_at_checked(count)?;
        self.data = rest;
        Some(head)
    }

    pub fn u8(&mut self) -> Option<u8> {
        self.take(1).and_then(|b| u8_at(b, 0))
    }

    pub fn be16(&mut self) -> Option<u16> {
        self.take(2).and_then(|b| be16(b, 0))
    }

    pub fn be32(&mut self) -> Option<u32> {
        self.take(4).and_then(|b| be32(b, 0))
    }

    pub fn be64(&mut self) -> Option<u64> {
        self.take(8)?.first_chunk::<8>().map(|b| u64::from_be_bytes(*b))
    }

    /// An unsigned number of at most 32 bits.
    pub fn vlq(&mut self) -> Option<u32> {
        let mut value: u32 = 0;
        for _ in 0..5 {
            let byte = self.u8()?;
            value = value.wrapping_shl(7) | u32::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// An unsigned number of at most 64 bits.
    pub fn long_vlq(&mut self) -> Option<u64> {
        self.long(0)
    }

    /// A signed number of at most 32 or 64 bits.
    pub fn signed_vlq(&mut self) -> Option<i64> {
        let negative = self.peek()? & 0x40 != 0;
        // All bits above the first seven are copies of the sign.
        let value = self.long(if negative { u64::MAX } else { 0 })?;
        Some(i64::from_be_bytes(value.to_be_bytes()))
    }

    fn long(&mut self, mut value: u64) -> Option<u64> {
        for _ in 0..8 {
            let byte = self.u8()?;
            value = value.wrapping_shl(7) | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        self.u8().map(|byte| value.wrapping_shl(8) | u64::from(byte))
    }

    /// Passes over so many variable-length quantities.
    pub fn skip_vlq(&mut self, count: u32) -> Option<()> {
        for _ in 0..count {
            self.vlq()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::Reader;

    #[test]
    fn quantities_of_every_length_are_read() {
        for (bytes, value) in [
            (&[0x00][..], 0u32),
            (&[0x82, 0x32], 306),
            (&[0x88, 0xd0, 0xb8, 0x80, 0x02], 0x8a0e_0002),
            (&[0x8f, 0xff, 0xff, 0xff, 0x7f], u32::MAX),
        ] {
            assert_eq!(Reader::new(bytes).vlq(), Some(value));
        }
        assert_eq!(Reader::new(&[0x80, 0x80, 0x80, 0x80, 0x80, 0]).vlq(), None);
        assert_eq!(Reader::new(&[0xff; 9]).long_vlq(), Some(u64::MAX));
        assert_eq!(Reader::new(&[0x81]).long_vlq(), None);
    }

    #[test]
    fn a_signed_quantity_carries_its_sign_in_the_first_byte() {
        for (bytes, value) in
            [(&[0x7f][..], -1i64), (&[0x40], -64), (&[0xbf, 0x7f], 8191), (&[0xc0, 0x00], -8192), (&[0x3f], 63)]
        {
            assert_eq!(Reader::new(bytes).signed_vlq(), Some(value), "{bytes:x?}");
        }
    }
}
