//! Tags, which the content of a service is made of.
//!
//! | id | length | data |; id and length are numbers of seven bits a byte, the lowest first, bit 7 set in all but the last
//! byte; zeros at their end align what follows. An id with bit 7 has tags in it.

use crate::bytes::u8_at;

/// Bytes of a number at most.
const NUMBER: usize = 8;
/// Bit of an id that says that there are tags inside.
const CONTAINER: u32 = 0x80;
/// Result of a service as a whole: two bytes, although its id has the bit.
pub const RESULT: u32 = 0x3fff;
const DEPTH: u32 = 8;

/// One tag.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'a> {
    pub id: u32,
    pub data: &'a [u8],
}

/// Tags one after another, as far as they are whole.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tags<'a> {
    rest: &'a [u8],
}

impl<'a> Tags<'a> {
    pub const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    fn number(&mut self) -> Option<u32> {
        let mut value: u32 = 0;
        for at in 0..NUMBER {
            let byte = u8_at(self.rest, at)?;
            let low = u32::from(byte & 0x7f);
            let shifted = match u32::try_from(at).ok()?.checked_mul(7).filter(|shift| *shift < 32) {
                Some(shift) if low.leading_zeros() >= shift => low << shift,
                _ if low == 0 => 0,
                _ => return None,
            };
            value |= shifted;
            if byte & 0x80 == 0 {
                self.rest = self.rest.get(at + 1..)?;
                return Some(value);
            }
        }
        None
    }

    /// The first with this id.
    pub fn find(mut self, id: u32) -> Option<&'a [u8]> {
        self.find_map(|tag| (tag.id == id).then_some(tag.data))
    }

    /// Those in the first with this id.
    pub fn inside(self, id: u32) -> Self {
        Self::new(self.find(id).unwrap_or_default())
    }

    /// All are whole, those inside others too.
    pub fn sound(self) -> bool {
        self.sound_at(DEPTH)
    }

    fn sound_at(mut self, depth: u32) -> bool {
        let Some(below) = depth.checked_sub(1) else { return false };
        while !self.rest.is_empty() {
            let Some(tag) = self.next() else { return false };
            let container = tag.id & CONTAINER != 0 && tag.id != RESULT;
            if container && !Self::new(tag.data).sound_at(below) {
                return false;
            }
        }
        true
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        let mut ahead = *self;
        let id = ahead.number()?;
        let length = usize::try_from(ahead.number()?).ok()?;
        let (data, rest) = ahead.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(Tag { id, data })
    }
}
