//! Numbers, texts and arrays in NDR, the transfer syntax of version 2 (C706 chapter 14): each number stands at a multiple of
//! its size, counted from where the stub begins.

use super::uuid::Uuid;
use crate::text::TEXT_LIMIT;

/// A place in a stub.
#[derive(Clone, Copy, Debug)]
pub struct Ndr<'a> {
    data: &'a [u8],
    at: usize,
    pub little: bool,
}

macro_rules! number {
    ($name:ident $of:ty, $size:literal) => {
        pub fn $name(&mut self) -> Option<$of> {
            self.align($size);
            let bytes = self.take($size)?.first_chunk::<$size>()?;
            Some(if self.little { <$of>::from_le_bytes(*bytes) } else { <$of>::from_be_bytes(*bytes) })
        }
    };
}

impl<'a> Ndr<'a> {
    pub const fn new(data: &'a [u8], little: bool) -> Self {
        Self { data, at: 0, little }
    }

    number!(u16 u16, 2);
    number!(u32 u32, 4);
    number!(u64 u64, 8);
    number!(f32 f32, 4);
    number!(f64 f64, 8);

    pub fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub fn align(&mut self, size: usize) {
        self.at = self.at.next_multiple_of(size.max(1));
    }

    /// So many bytes.
    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let taken = self.data.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    pub fn left(&self) -> usize {
        self.data.len().saturating_sub(self.at)
    }

    /// Whether a pointer leads anywhere: | referent 4 |.
    pub fn pointer(&mut self) -> Option<bool> {
        self.u32().map(|referent| referent != 0)
    }

    /// The count of a conformant array, which cannot have more elements than there are bytes for.
    pub fn count(&mut self, size: usize) -> Option<usize> {
        let count = usize::try_from(self.u32()?).ok()?;
        (count <= self.left() / size.max(1)).then_some(count)
    }

    /// A conformant and varying string of 2 bytes a letter (14.3.3.4): | most 4 | offset 4 | letters 4 | letters |.
    pub fn text(&mut self) -> Option<String> {
        let (_, _) = (self.u32()?, self.u32()?);
        let letters = self.count(2)?;
        self.letters(letters)
    }

    /// So many letters of 2 bytes; those behind a letter 0, and those beyond what a text may have, are passed over.
    pub fn letters(&mut self, count: usize) -> Option<String> {
        let little = self.little;
        let bytes = self.take(count.checked_mul(2)?)?;
        let units = bytes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| if little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) })
            .take_while(|unit| *unit != 0);
        Some(shown(units))
    }

    pub fn uuid(&mut self) -> Option<Uuid> {
        Uuid::next(self)
    }
}

/// UTF-16 as a bounded text; control characters are no part of a name.
pub fn shown(units: impl Iterator<Item = u16>) -> String {
    let mut out = String::new();
    for letter in char::decode_utf16(units) {
        let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
        if out.len() + letter.len_utf8() > TEXT_LIMIT {
            break;
        }
        if !letter.is_control() {
            out.push(letter);
        }
    }
    out
}
