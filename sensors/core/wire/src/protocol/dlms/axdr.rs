//! A-XDR as COSEM uses it (IEC 61334-6; IEC 62056-5-3, `Data`): a tag, then the value; lengths as in BER.

use crate::bytes::{be16, be32, u8_at};

/// How deep arrays, structures and type descriptions may lie in each other.
const DEEPEST: u8 = 16;

pub const ARRAY: u8 = 1;
pub const STRUCTURE: u8 = 2;
pub const BIT_STRING: u8 = 4;
pub const OCTET_STRING: u8 = 9;
pub const VISIBLE_STRING: u8 = 10;
pub const UTF8_STRING: u8 = 12;
pub const BCD: u8 = 13;
pub const COMPACT_ARRAY: u8 = 19;

/// What a tag is called, and the bytes of its value where they are fixed.
pub const fn kind(tag: u8) -> Option<(&'static str, Option<usize>)> {
    Some(match tag {
        0 => ("null-data", Some(0)),
        ARRAY => ("array", None),
        STRUCTURE => ("structure", None),
        3 => ("boolean", Some(1)),
        BIT_STRING => ("bit-string", None),
        5 => ("double-long", Some(4)),
        6 => ("double-long-unsigned", Some(4)),
        OCTET_STRING => ("octet-string", None),
        VISIBLE_STRING => ("visible-string", None),
        UTF8_STRING => ("utf8-string", None),
        BCD => ("bcd", Some(1)),
        15 => ("integer", Some(1)),
        16 => ("long", Some(2)),
        17 => ("unsigned", Some(1)),
        18 => ("long-unsigned", Some(2)),
        COMPACT_ARRAY => ("compact-array", None),
        20 => ("long64", Some(8)),
        21 => ("long64-unsigned", Some(8)),
        22 => ("enum", Some(1)),
        23 => ("float32", Some(4)),
        24 => ("float64", Some(8)),
        25 => ("date-time", Some(12)),
        26 => ("date", Some(5)),
        27 => ("time", Some(4)),
        28 => ("delta-integer", Some(1)),
        29 => ("delta-long", Some(2)),
        30 => ("delta-double-long", Some(4)),
        31 => ("delta-unsigned", Some(1)),
        32 => ("delta-long-unsigned", Some(2)),
        33 => ("delta-double-long-unsigned", Some(4)),
        255 => ("dont-care", Some(0)),
        _ => return None,
    })
}

/// One value: its tag, the number of its elements (arrays, structures) or bits, and the bytes behind tag and length.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    pub tag: u8,
    pub count: usize,
    pub body: &'a [u8],
}

impl<'a> Value<'a> {
    pub fn kind(&self) -> &'static str {
        kind(self.tag).map_or("unknown", |(name, _)| name)
    }

    /// A whole number.
    pub fn integer(&self) -> Option<i128> {
        let unsigned = self.body.iter().fold(0i128, |sum, byte| sum << 8 | i128::from(*byte));
        let bits = u32::try_from(self.body.len()).ok()?.checked_mul(8)?;
        match self.tag {
            3 | 6 | BCD | 17 | 18 | 21 | 22 | 31..=33 => Some(unsigned),
            5 | 15 | 16 | 20 | 28..=30 => {
                let negative = self.body.first().is_some_and(|byte| byte & 0x80 != 0);
                Some(if negative { unsigned - (1i128 << bits) } else { unsigned })
            }
            _ => None,
        }
    }

    /// A number with a fraction.
    pub fn real(&self) -> Option<f64> {
        match self.tag {
            23 => be32(self.body, 0).map(|bits| f64::from(f32::from_bits(bits))),
            24 => self.body.first_chunk::<8>().map(|bytes| f64::from_be_bytes(*bytes)),
            _ => None,
        }
    }

    /// The elements of an array or structure.
    pub fn elements(&self) -> Reader<'a> {
        Reader { left: if matches!(self.tag, ARRAY | STRUCTURE) { self.body } else { &[] } }
    }

    /// The bytes of a string of any kind.
    pub const fn string(&self) -> Option<&'a [u8]> {
        match self.tag {
            OCTET_STRING | VISIBLE_STRING | UTF8_STRING => Some(self.body),
            _ => None,
        }
    }
}

/// What is left to read.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    pub left: &'a [u8],
}

impl<'a> Reader<'a> {
    pub const fn new(left: &'a [u8]) -> Self {
        Self { left }
    }

    pub fn byte(&mut self) -> Option<u8> {
        self.take(1).and_then(|byte| u8_at(byte, 0))
    }

    pub fn word(&mut self) -> Option<u16> {
        self.take(2).and_then(|bytes| be16(bytes, 0))
    }

    pub fn double(&mut self) -> Option<u32> {
        self.take(4).and_then(|bytes| be32(bytes, 0))
    }

    pub fn take(&mut self, size: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.left.split_at_checked(size)?;
        self.left = left;
        Some(taken)
    }

    /// A length, of one byte below 128, else of so many bytes behind it.
    pub fn length(&mut self) -> Option<usize> {
        let first = self.byte()?;
        match first {
            0..=0x7f => Some(usize::from(first)),
            0x81..=0x84 => {
                let bytes = self.take(usize::from(first & 0x7f))?;
                Some(bytes.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte)))
            }
            _ => None,
        }
    }

    /// Octets behind their length.
    pub fn octets(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        self.take(length)
    }

    /// The next value, whole.
    pub fn value(&mut self) -> Option<Value<'a>> {
        let whole = self.whole(DEEPEST)?;
        let mut inside = Reader::new(whole);
        let tag = inside.byte()?;
        let count = match tag {
            ARRAY | STRUCTURE | BIT_STRING | OCTET_STRING | VISIBLE_STRING | UTF8_STRING => inside.length()?,
            _ => 0,
        };
        Some(Value { tag, count, body: inside.left })
    }

    /// The bytes of the next value, tag and all.
    pub fn raw(&mut self) -> Option<&'a [u8]> {
        self.whole(DEEPEST)
    }

    fn whole(&mut self, depth: u8) -> Option<&'a [u8]> {
        let mut walk = *self;
        walk.skip(depth)?;
        self.take(self.left.len() - walk.left.len())
    }

    fn skip(&mut self, depth: u8) -> Option<()> {
        let tag = self.byte()?;
        match (tag, kind(tag)?.1) {
            (_, Some(size)) => self.take(size).map(|_| ()),
            (ARRAY | STRUCTURE, _) => {
                let count = self.length().filter(|count| *count <= self.left.len())?;
                let below = depth.checked_sub(1)?;
                (0..count).try_for_each(|_| self.skip(below))
            }
            (BIT_STRING, _) => {
                let bits = self.length()?;
                self.take(bits.div_ceil(8)).map(|_| ())
            }
            (COMPACT_ARRAY, _) => {
                self.description(depth)?;
                self.octets().map(|_| ())
            }
            _ => self.octets().map(|_| ()),
        }
    }

    /// The type description of a compact array.
    fn description(&mut self, depth: u8) -> Option<()> {
        let below = depth.checked_sub(1)?;
        match self.byte()? {
            ARRAY => {
                self.word()?;
                self.description(below)
            }
            STRUCTURE => {
                let count = self.length().filter(|count| *count <= self.left.len())?;
                (0..count).try_for_each(|_| self.description(below))
            }
            tag => kind(tag).map(|_| ()),
        }
    }
}
