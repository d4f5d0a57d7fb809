//! Variables named by memory block and byte offset, in READ_VARIABLES and WRITE_VARIABLES.

use super::function;
use crate::bytes::{le16, u8_at};

/// Variables told of one message.
const MOST: usize = 64;

/// One variable of a request: where it stands, how its bytes are grouped, and, in a write, the bytes.
pub struct Variable<'a> {
    pub block: u16,
    pub offset: u32,
    /// Bytes of one element: 1, 2, 4 or 8.
    pub width: usize,
    pub elements: usize,
    pub data: &'a [u8],
}

impl Variable<'_> {
    pub fn bytes(&self) -> usize {
        self.width * self.elements
    }

    /// Offset of the last of so many bytes.
    pub fn last(&self, bytes: usize) -> u64 {
        u64::from(self.offset).saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX)).saturating_sub(1)
    }
}

/// Bytes of an element by its size index; None for what is not known.
const fn width(index: u8) -> Option<usize> {
    match index {
        1 => Some(1),
        2 => Some(2),
        3 => Some(4),
        4 => Some(8),
        _ => None,
    }
}

/// Variables of a request: | 0 project CRC 4 | 4 count 1 | references |, and whether all were understood.
///
/// A reference of a read: | array flag 4 bit, size index 4 bit | block 2 | 0x01 | offset / 256 2 | offset mod 256 1 |
/// elements 2, of an array |; of a write: | flags 1 | block 2 | offset low 2 | offset high 2 | elements 2 | data |
pub fn variables(code: u16, data: &[u8]) -> (Vec<Variable<'_>>, bool) {
    let count = usize::from(u8_at(data, 4).unwrap_or(0));
    let mut found = Vec::new();
    let mut at = 5;
    while found.len() < count.min(MOST) {
        let Some((variable, size)) = data.get(at..).and_then(|rest| reference(code, rest)) else {
            return (found, false);
        };
        found.push(variable);
        at += size;
    }
    let whole = found.len() == count;
    (found, whole)
}

fn reference(code: u16, data: &[u8]) -> Option<(Variable<'_>, usize)> {
    let flags = u8_at(data, 0)?;
    let (width, block) = (width(flags & 0x0f)?, le16(data, 1)?);
    let (offset, mut at) = if code == function::READ_VARIABLES {
        (u32::from(le16(data, 4)?) * 256 + u32::from(u8_at(data, 6)?), 7)
    } else {
        (u32::from(le16(data, 3)?) | u32::from(le16(data, 5)?) << 16, 7)
    };
    let elements = if flags >> 4 == 0 {
        1
    } else {
        at += 2;
        usize::from(le16(data, at - 2)?)
    };
    let bytes = if code == function::WRITE_VARIABLES { data.get(at..at + width * elements)? } else { &[] };
    Some((Variable { block, offset, width, elements, data: bytes }, at + bytes.len()))
}

/// Elements as unsigned numbers; eight bytes beyond 2^53 lose their last digits.
pub fn numbers(width: usize, data: &[u8]) -> Vec<f64> {
    let number = |part: &[u8]| part.iter().rev().fold(0.0, |sum, byte| sum * 256.0 + f64::from(*byte));
    data.chunks_exact(width.max(1)).take(MOST).map(number).collect()
}

/// Type of an element: what it holds is in the project, not in the message.
pub const fn kind(width: usize) -> &'static str {
    match width {
        1 => "uint8",
        2 => "uint16",
        4 => "uint32",
        _ => "uint64",
    }
}
