//! Object headers (IEEE 1815-2012 4.2.2.7) and the objects behind them.
//!
//! | 0 group 1 | 1 variation 1 | 2 qualifier 1: bits 6-4 prefix of each object, bits 3-0 range | 3 range |

use super::function;
use super::object::{self, Layout};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Flag;

/// How the objects are named.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Range {
    /// First and how many.
    Span(u32, u32),
    /// So many, each with an index or size of its own, or numbered from 0.
    Count(u32),
    All,
}

/// A header and the bytes behind it that belong to it.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    pub group: u8,
    pub variation: u8,
    pub range: Range,
    /// Bytes of an index before each object, 0 for none.
    index: usize,
    /// Bytes of a size before each object, 0 for none.
    size: usize,
    pub layout: Option<Layout>,
    pub with_data: bool,
    pub data: &'a [u8],
}

/// One object: its index and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    pub index: u32,
    pub data: &'a [u8],
}

impl<'a> Header<'a> {
    pub const fn is(&self, group: u8, variation: u8) -> bool {
        self.group == group && self.variation == variation
    }

    /// How many objects are announced.
    pub const fn count(&self) -> u32 {
        match self.range {
            Range::Span(_, count) | Range::Count(count) => count,
            Range::All => 0,
        }
    }

    /// Each object has an index or size of its own.
    pub const fn listed(&self) -> bool {
        self.index > 0 || self.size > 0
    }

    pub fn objects(&self) -> Objects<'a> {
        let first = if let Range::Span(first, _) = self.range { first } else { 0 };
        Objects { header: *self, rest: self.data, next: first, left: self.count() }
    }

    /// Bytes of the object at the head of `rest`, with what stands before it: (prefix, object).
    fn measure(&self, rest: &[u8]) -> Option<(usize, usize)> {
        let size = if self.size > 0 {
            usize::try_from(number(rest, self.size)?).ok()?
        } else if !self.with_data {
            0
        } else {
            match self.layout? {
                Layout::Packed(_) => return None,
                Layout::Point { flags, value, stamp } => usize::from(flags) + value.size() + stamp.size(),
                Layout::Bytes(size) => size,
                Layout::Attribute => 2 + usize::from(u8_at(rest, self.index + 1)?),
            }
        };
        let prefix = self.index + self.size;
        (prefix + size <= rest.len()).then_some((prefix, size))
    }

    /// How many bytes of `rest` belong to the header; the flag says why not all could be told.
    fn extent(&self, rest: &[u8]) -> Result<usize, Flag> {
        if !self.with_data && !self.listed() {
            return Ok(0);
        }
        let count = usize::try_from(self.count()).unwrap_or(usize::MAX);
        if let (Some(Layout::Packed(bits)), false) = (self.layout, self.listed()) {
            let bytes = count.saturating_mul(usize::from(bits)).div_ceil(8);
            return if bytes <= rest.len() { Ok(bytes) } else { Err(Flag::Dnp3ObjectLength) };
        }
        if self.with_data && self.layout.is_none() && self.size == 0 && count > 0 {
            return Err(Flag::Dnp3ObjectUnknown);
        }
        let mut at = 0;
        for _ in 0..count {
            let Some((prefix, size)) = self.measure(rest.get(at..).unwrap_or_default()) else {
                return Err(Flag::Dnp3ObjectLength);
            };
            // Nothing is there to be counted: class objects with a count.
            if prefix + size == 0 {
                break;
            }
            at += prefix + size;
        }
        Ok(at)
    }
}

/// The objects of a header, one after the other; packed ones are read whole by their own reader.
pub struct Objects<'a> {
    header: Header<'a>,
    rest: &'a [u8],
    next: u32,
    left: u32,
}

impl<'a> Iterator for Objects<'a> {
    type Item = Object<'a>;

    fn next(&mut self) -> Option<Object<'a>> {
        self.left = self.left.checked_sub(1)?;
        if self.rest.is_empty() {
            return None;
        }
        let (prefix, size) = self.header.measure(self.rest)?;
        let index = if self.header.index > 0 { number(self.rest, self.header.index)? } else { self.next };
        let data = self.rest.get(prefix..prefix + size)?;
        self.rest = self.rest.get(prefix + size..).unwrap_or_default();
        self.next = self.next.saturating_add(1);
        Some(Object { index, data })
    }
}

/// Little-endian number of 1, 2 or 4 bytes at the head.
fn number(data: &[u8], size: usize) -> Option<u32> {
    match size {
        1 => u8_at(data, 0).map(u32::from),
        2 => le16(data, 0).map(u32::from),
        4 => le32(data, 0),
        _ => None,
    }
}

/// The headers of a fragment, until its end or until something cannot be read.
pub struct Headers<'a> {
    function: u8,
    data: &'a [u8],
    at: usize,
    /// Why the rest could not be read, and where.
    pub oddity: Option<(Flag, usize)>,
}

impl<'a> Headers<'a> {
    pub fn of(function: u8, data: &'a [u8]) -> Self {
        Self { function, data, at: 0, oddity: None }
    }

    fn stop(&mut self, flag: Flag) {
        self.oddity = Some((flag, self.at));
        self.at = self.data.len();
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        let rest = self.data.get(self.at..).filter(|rest| !rest.is_empty())?;
        let Some((group, variation, qualifier)) = head(rest) else {
            self.stop(Flag::Dnp3ObjectLength);
            return None;
        };
        let Some((range, index, size)) = qualified(qualifier, rest.get(3..).unwrap_or_default()) else {
            self.stop(if known(qualifier) { Flag::Dnp3ObjectLength } else { Flag::Dnp3Qualifier });
            return None;
        };
        let behind = rest.get(3 + range.1..).unwrap_or_default();
        let layout = if object::sized_by_variation(group) {
            Some(Layout::Bytes(usize::from(variation)))
        } else {
            object::layout(group, variation)
        };
        let with_data = size > 0 || function::carries(self.function, group);
        let mut header = Header { group, variation, range: range.0, index, size, layout, with_data, data: &[] };
        match header.extent(behind) {
            Ok(bytes) => {
                header.data = behind.get(..bytes).unwrap_or_default();
                self.at += 3 + range.1 + bytes;
            }
            Err(flag) => {
                // What is whole of it is kept.
                let packed = matches!(layout, Some(Layout::Packed(_)));
                header.data = if flag == Flag::Dnp3ObjectUnknown || packed { &[] } else { behind };
                self.stop(flag);
            }
        }
        Some(header)
    }
}

fn head(rest: &[u8]) -> Option<(u8, u8, u8)> {
    Some((u8_at(rest, 0)?, u8_at(rest, 1)?, u8_at(rest, 2)?))
}

const fn known(qualifier: u8) -> bool {
    qualifier & 0x80 == 0 && qualifier >> 4 <= 6 && matches!(qualifier & 0x0f, 0..=9 | 11)
}

/// Range with its bytes, index and size of the prefix (tables 4-5 and 4-6).
fn qualified(qualifier: u8, data: &[u8]) -> Option<((Range, usize), usize, usize)> {
    if !known(qualifier) {
        return None;
    }
    let span = |width: usize| {
        let (first, last) = (number(data, width)?, number(data.get(width..)?, width)?);
        // A range that ends before it begins holds nothing.
        let count = last.checked_sub(first).map_or(0, |n| n.saturating_add(1));
        Some((Range::Span(first, count), width * 2))
    };
    let range = match qualifier & 0x0f {
        0 | 3 => span(1)?,
        1 | 4 => span(2)?,
        2 | 5 => span(4)?,
        6 => (Range::All, 0),
        7 | 11 => (Range::Count(number(data, 1)?), 1),
        8 => (Range::Count(number(data, 2)?), 2),
        _ => (Range::Count(number(data, 4)?), 4),
    };
    let (index, size) = match qualifier >> 4 {
        1 => (1, 0),
        2 => (2, 0),
        3 => (4, 0),
        4 => (0, 1),
        5 => (0, 2),
        6 => (0, 4),
        _ => (0, 0),
    };
    Some((range, index, size))
}
