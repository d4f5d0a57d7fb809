//! Tags (clause 20.2.1): | number 4 bits, class 1 bit, length, value or type 3 bits | [number] | [length 1, 2 or 4] | contents |

use crate::bytes::{be16, be32, u8_at};

const BOOLEAN: u8 = 1;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Class {
    Application,
    Context,
    Opening,
    Closing,
}

#[derive(Clone, Copy, Debug)]
pub struct Tag<'a> {
    pub number: u8,
    pub class: Class,
    /// Value of an application boolean, which has no contents.
    pub truth: bool,
    pub contents: &'a [u8],
}

/// Tags one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Tags<'a> {
    pub left: &'a [u8],
}

impl<'a> Tags<'a> {
    /// The next tag and what stands behind it.
    fn peek(&self) -> Option<(Tag<'a>, &'a [u8])> {
        let data = self.left;
        let first = u8_at(data, 0)?;
        let (mut number, mut at, kind) = (first >> 4, 1, first & 7);
        if number == 15 {
            (number, at) = (u8_at(data, 1)?, 2);
        }
        let context = first & 8 != 0;
        let empty = |class| Tag { number, class, truth: kind == 1, contents: &[] };
        match (context, kind) {
            (true, 6) => return Some((empty(Class::Opening), data.get(at..)?)),
            (true, 7) => return Some((empty(Class::Closing), data.get(at..)?)),
            (false, 6 | 7) => return None,
            (false, _) if number == BOOLEAN => return Some((empty(Class::Application), data.get(at..)?)),
            _ => {}
        }
        let mut length = u32::from(kind);
        if kind == 5 {
            (length, at) = match u8_at(data, at)? {
                254 => (u32::from(be16(data, at + 1)?), at + 3),
                255 => (be32(data, at + 1)?, at + 5),
                short => (u32::from(short), at + 1),
            };
        }
        let end = at.checked_add(usize::try_from(length).ok()?)?;
        let class = if context { Class::Context } else { Class::Application };
        Some((Tag { number, class, truth: false, contents: data.get(at..end)? }, data.get(end..)?))
    }

    /// Contents of the context tag `number`, if it comes next.
    pub fn context(&mut self, number: u8) -> Option<&'a [u8]> {
        let (tag, behind) = self.peek()?;
        if (tag.class, tag.number) != (Class::Context, number) {
            return None;
        }
        self.left = behind;
        Some(tag.contents)
    }

    /// Contents of the next tag, if it is of that application type.
    pub fn application(&mut self, number: u8) -> Option<&'a [u8]> {
        let (tag, behind) = self.peek()?;
        if (tag.class, tag.number) != (Class::Application, number) {
            return None;
        }
        self.left = behind;
        Some(tag.contents)
    }

    /// Value of an application boolean, if one comes next.
    pub fn truth(&mut self) -> Option<bool> {
        let (tag, behind) = self.peek()?;
        if (tag.class, tag.number) != (Class::Application, BOOLEAN) {
            return None;
        }
        self.left = behind;
        Some(tag.truth)
    }

    /// What stands between the opening and the closing tag `number`, if that opens next.
    pub fn enclosed(&mut self, number: u8) -> Option<&'a [u8]> {
        let (tag, behind) = self.peek()?;
        if (tag.class, tag.number) != (Class::Opening, number) {
            return None;
        }
        let mut inner = Tags { left: behind };
        let mut depth = 1u32;
        loop {
            let before = inner.left.len();
            let tag = inner.next()?;
            match tag.class {
                Class::Opening => depth = depth.saturating_add(1),
                Class::Closing => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                self.left = inner.left;
                return behind.get(..behind.len().checked_sub(before)?).filter(|_| tag.number == number);
            }
        }
    }

    pub fn unsigned(&mut self, number: u8) -> Option<u32> {
        self.context(number).and_then(unsigned).and_then(|n| u32::try_from(n).ok())
    }

    pub fn object(&mut self, number: u8) -> Option<Object> {
        self.context(number).and_then(Object::read)
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        let (tag, behind) = self.peek()?;
        self.left = behind;
        Some(tag)
    }
}

/// Unsigned integer or enumeration of at most eight bytes (20.2.4, 20.2.11).
pub fn unsigned(contents: &[u8]) -> Option<u64> {
    let fits = !contents.is_empty() && contents.len() <= 8;
    fits.then(|| contents.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// Signed integer of at most eight bytes (20.2.5).
pub fn signed(contents: &[u8]) -> Option<i64> {
    let fits = contents.len() <= 8;
    let first = contents.first().filter(|_| fits)?;
    let begin: i64 = if first & 0x80 == 0 { 0 } else { -1 };
    Some(contents.iter().fold(begin, |sum, byte| sum << 8 | i64::from(*byte)))
}

/// BACnetObjectIdentifier (20.2.14): type 10 bits, instance 22 bits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Object {
    pub kind: u32,
    pub instance: u32,
}

impl Object {
    pub const DEVICE: u32 = 8;
    pub const FILE: u32 = 10;
    pub const PROGRAM: u32 = 16;
    pub const NETWORK_PORT: u32 = 56;

    pub fn read(contents: &[u8]) -> Option<Self> {
        let word = be32(contents, 0).filter(|_| contents.len() == 4)?;
        Some(Self { kind: word >> 22, instance: word & 0x3f_ffff })
    }
}
