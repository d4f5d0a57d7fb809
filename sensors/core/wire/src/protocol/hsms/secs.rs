//! Items of SECS-II (SEMI E5-0712, 9).
//!
//! | 0 format code 6 bits, number of length bytes 2 bits (1–3) | 1 length 1–3 | body |
//!
//! The length of a list counts its items, every other one bytes.

use crate::bytes::u8_at;

/// Format codes (E5, table 1; octal there).
pub const LIST: u8 = 0o0;
pub const BINARY: u8 = 0o10;
pub const BOOLEAN: u8 = 0o11;
pub const ASCII: u8 = 0o20;
pub const JIS8: u8 = 0o21;
pub const CHARACTER: u8 = 0o22;
pub const I8: u8 = 0o30;
pub const I1: u8 = 0o31;
pub const I2: u8 = 0o32;
pub const I4: u8 = 0o34;
pub const F8: u8 = 0o40;
pub const F4: u8 = 0o44;
pub const U8: u8 = 0o50;
pub const U1: u8 = 0o51;
pub const U2: u8 = 0o52;
pub const U4: u8 = 0o54;

/// One item: of a list only its number of items is known, they follow.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    pub format: u8,
    /// Items of a list, else bytes.
    pub length: usize,
    pub body: &'a [u8],
}

/// Octets of one value; None for text, lists and what is no format.
pub const fn width(format: u8) -> Option<usize> {
    Some(match format {
        BINARY | BOOLEAN | I1 | U1 => 1,
        I2 | U2 => 2,
        I4 | U4 | F4 => 4,
        I8 | U8 | F8 => 8,
        _ => return None,
    })
}

/// The type's name in SML, by which people know it.
pub const fn name(format: u8) -> &'static str {
    match format {
        LIST => "L",
        BINARY => "B",
        BOOLEAN => "BOOLEAN",
        ASCII => "A",
        JIS8 => "J",
        CHARACTER => "C2",
        I8 => "I8",
        I1 => "I1",
        I2 => "I2",
        I4 => "I4",
        F8 => "F8",
        F4 => "F4",
        U8 => "U8",
        U1 => "U1",
        U2 => "U2",
        U4 => "U4",
        _ => "?",
    }
}

const fn known(format: u8) -> bool {
    width(format).is_some() || matches!(format, LIST | ASCII | JIS8 | CHARACTER)
}

impl Item<'_> {
    pub const fn text(&self) -> bool {
        matches!(self.format, ASCII | JIS8 | CHARACTER)
    }

    /// Numbers of a numeric item, as far as a double holds them.
    pub fn numbers(&self) -> impl Iterator<Item = f64> {
        let format = self.format;
        self.body.chunks_exact(width(format).unwrap_or(1)).map(move |bytes| number(format, bytes))
    }

    /// A whole number of an item that has just one.
    pub fn integer(&self) -> Option<i128> {
        if self.body.len() != width(self.format)? || matches!(self.format, F4 | F8) {
            return None;
        }
        let signed = matches!(self.format, I1 | I2 | I4 | I8) && self.body.first().is_some_and(|b| *b >= 0x80);
        let start: i128 = if signed { -1 } else { 0 };
        Some(self.body.iter().fold(start, |sum, byte| (sum << 8) | i128::from(*byte)))
    }
}

fn number(format: u8, bytes: &[u8]) -> f64 {
    match (format, bytes) {
        (F4, [a, b, c, d]) => f64::from(f32::from_be_bytes([*a, *b, *c, *d])),
        (F8, bytes) => bytes.first_chunk::<8>().map_or(0.0, |b| f64::from_be_bytes(*b)),
        (I1 | I2 | I4 | I8, [first, ..]) if *first >= 0x80 => {
            bytes.iter().fold(-1.0, |sum, b| sum * 256.0 + f64::from(*b))
        }
        _ => bytes.iter().fold(0.0, |sum, byte| sum * 256.0 + f64::from(*byte)),
    }
}

/// Reads items one after another.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub const fn new(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    /// The next item; None at the end, or where bytes are no item.
    pub fn item(&mut self) -> Option<Item<'a>> {
        let head = u8_at(self.rest, 0)?;
        let octets = usize::from(head & 3);
        let format = head >> 2;
        let length = self.rest.get(1..1 + octets)?;
        if octets == 0 || !known(format) {
            return None;
        }
        let length = length.iter().fold(0usize, |sum, byte| (sum << 8) | usize::from(*byte));
        let bytes = if format == LIST { 0 } else { length };
        let body = self.rest.get(1 + octets..)?.get(..bytes)?;
        if width(format).is_some_and(|width| bytes % width != 0) {
            return None;
        }
        self.rest = self.rest.get(1 + octets + bytes..)?;
        Some(Item { format, length, body })
    }

    /// The next item when it is a list: how many items it has.
    pub fn list(&mut self) -> Option<usize> {
        let mut ahead = *self;
        let item = ahead.item().filter(|item| item.format == LIST)?;
        *self = ahead;
        Some(item.length)
    }

    /// Passes over the next item with all that is in it.
    pub fn skip(&mut self) -> Option<()> {
        let mut left = 1usize;
        // Each round takes two bytes at least.
        while left > 0 {
            let item = self.item()?;
            left = left - 1 + if item.format == LIST { item.length } else { 0 };
        }
        Some(())
    }

    /// The next item, with all that is in it passed over.
    pub fn take(&mut self) -> Option<Item<'a>> {
        let item = Reader { rest: self.rest }.item()?;
        self.skip()?;
        Some(item)
    }
}

/// Whether a text is one item, whole, with nothing behind it.
pub fn whole(text: &[u8]) -> bool {
    let mut reader = Reader::new(text);
    reader.skip().is_some() && reader.rest.is_empty()
}

/// Whether the first byte may begin an item.
pub fn plausible(text: &[u8]) -> bool {
    u8_at(text, 0).is_some_and(|head| head & 3 != 0 && known(head >> 2))
}
