//! The wire format of protocol buffers: | key, varint: field number << 3, wire type | value |, one after the other.

use crate::bytes::{le32, le64};

/// One value as the wire carries it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
}

/// The fields of one message, in order. `bad` is set when the bytes are no message; the iterator then ends.
pub struct Fields<'a> {
    rest: &'a [u8],
    pub bad: bool,
}

impl<'a> Fields<'a> {
    pub const fn new(data: &'a [u8]) -> Self {
        Self { rest: data, bad: false }
    }

    fn field(&mut self) -> Option<(u64, Wire<'a>)> {
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Wire::Varint(self.varint()?),
            1 => {
                let value = le64(self.rest, 0)?;
                self.rest = self.rest.get(8..)?;
                Wire::Fixed64(value)
            }
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                let bytes = self.rest.get(..length)?;
                self.rest = self.rest.get(length..)?;
                Wire::Bytes(bytes)
            }
            5 => {
                let value = le32(self.rest, 0)?;
                self.rest = self.rest.get(4..)?;
                Wire::Fixed32(value)
            }
            _ => return None,
        };
        (key >> 3 != 0).then_some((key >> 3, value))
    }

    /// Seven bits a byte, least significant first, at most ten bytes.
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u64, Wire<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() || self.bad {
            return None;
        }
        let field = self.field();
        self.bad = field.is_none();
        field
    }
}
