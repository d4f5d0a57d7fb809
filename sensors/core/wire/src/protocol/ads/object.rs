//! What index group and offset address, as Beckhoff writes it: `%MW100`, `%IX2.3`, `16#4040:16#10`, a symbol.
//!
//! `part` of a notation holds | index group 32 | width 8 |, the width 0 where `start` is a bit, 1 for bytes.

use super::command;
use super::group;
use super::header::{Ams, port};
use super::symbols::Symbols;
use super::value::{self, Buffers, Told};
use crate::protocol::{Address, Notation, Object};
use std::fmt::Write as _;

/// A part that is no index group: a handle whose symbol is not known.
const HANDLE: u64 = 1 << 40;
/// A notification whose beginning was not seen.
const NOTIFICATION: u64 = 1 << 41;
/// An open file or find whose beginning was not seen.
const FILE: u64 = 1 << 42;

/// Letter of an area of the IEC notation, and whether its offset counts bits.
const fn area(group: u32) -> Option<(char, bool)> {
    Some(match group {
        group::MEMORY => ('M', false),
        group::MEMORY_BIT => ('M', true),
        group::IMAGE_INPUT => ('I', false),
        group::IMAGE_INPUT_BIT => ('I', true),
        group::IMAGE_OUTPUT => ('Q', false),
        group::IMAGE_OUTPUT_BIT => ('Q', true),
        _ => return None,
    })
}

/// A place that is addressed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub device: Ams,
    pub group: u32,
    pub offset: u32,
    pub size: u32,
}

impl Place {
    fn area(&self) -> Option<(char, bool)> {
        area(self.group).filter(|_| !command::numerical(port(self.device)))
    }

    /// What stands there, with the symbol's name where the flow told it.
    pub fn object<'a>(&self, symbols: &'a Symbols) -> Object<'a> {
        if let Some(area) = self.area() {
            return self.memory(area);
        }
        if let Some(symbol) = symbols.at(self.device, self.group, self.offset, self.size) {
            return named("symbol", &symbol.name);
        }
        if self.group == group::SYM_VALBYHND || self.group == group::SYM_RELEASEHND {
            return number("handle", HANDLE, i64::from(self.offset));
        }
        let width = if matches!(self.size, 2 | 4 | 8) { u64::from(self.size) } else { 1 };
        let address =
            Address::Placed(Notation { part: u64::from(self.group) << 8 | width, step: 1, write: write_group });
        Object { kind: Some("index"), address, start: i64::from(self.offset), count: 1 }
    }

    fn memory(&self, (letter, bits): (char, bool)) -> Object<'static> {
        let width = match self.size {
            _ if bits => 0,
            2 | 4 | 8 => self.size,
            _ => 1,
        };
        let count = if width <= 1 { self.size.max(1) } else { 1 };
        let part = u64::from(self.group) << 8 | u64::from(width);
        let address = Address::Placed(Notation { part, step: width.max(1), write: write_memory });
        let kind = match letter {
            'I' => "input",
            'Q' => "output",
            _ => "memory",
        };
        Object { kind: Some(kind), address, start: i64::from(self.offset), count }
    }

    /// The value that stands there.
    pub fn read(&self, symbols: &Symbols, bytes: &[u8], buffers: &mut Buffers) -> Told {
        let code = symbols.at(self.device, self.group, self.offset, self.size).and_then(|symbol| symbol.code);
        if bytes.is_empty() {
            return Told::default();
        }
        match self.area() {
            Some((_, true)) => buffers.read(Some(value::BIT), bytes),
            Some(_) if !matches!(bytes.len(), 1 | 2 | 4 | 8) => buffers.octets(bytes),
            // One number at one place: an array has the places of its bytes.
            Some(_) => buffers.read(code.filter(|code| value::width(*code) == Some(bytes.len())), bytes),
            None => buffers.read(code, bytes),
        }
    }
}

pub const fn named<'a>(kind: &'static str, name: &'a str) -> Object<'a> {
    Object { kind: Some(kind), address: Address::Text(name), start: 0, count: 0 }
}

const fn number(kind: &'static str, part: u64, number: i64) -> Object<'static> {
    let address = Address::Placed(Notation { part, step: 1, write: write_number });
    Object { kind: Some(kind), address, start: number, count: 1 }
}

/// A notification whose beginning was not seen.
pub fn notification(handle: u32) -> Object<'static> {
    number("notification", NOTIFICATION, i64::from(handle))
}

/// An open file whose name was not seen.
pub fn file(handle: u32) -> Object<'static> {
    number("file", FILE, i64::from(handle))
}

fn write_number(out: &mut String, part: u64, start: i64, _count: u32) {
    let word = match part {
        HANDLE => "handle",
        NOTIFICATION => "notification",
        _ => "file",
    };
    let _ = write!(out, "{word}:16#{start:X}");
}

/// `16#4040:16#10`.
fn write_group(out: &mut String, part: u64, start: i64, _count: u32) {
    let _ = write!(out, "16#{:X}:16#{start:X}", part >> 8);
}

/// `%MW100`, `%MX12.3`, `%QB0-9`.
fn write_memory(out: &mut String, part: u64, start: i64, count: u32) {
    let group = u32::try_from(part >> 8).unwrap_or(0);
    let letter = area(group).map_or('M', |(letter, _)| letter);
    let width = match part & 0xff {
        0 => {
            let _ = write!(out, "%{letter}X{}.{}", start / 8, start % 8);
            return;
        }
        2 => 'W',
        4 => 'D',
        8 => 'L',
        _ => 'B',
    };
    let _ = write!(out, "%{letter}{width}{start}");
    if count > 1 {
        let _ = write!(out, "-{}", start.saturating_add(i64::from(count) - 1));
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, notification};
    use crate::protocol::Address;
    use crate::protocol::ads::symbols::Symbols;

    fn written(group: u32, offset: u32, size: u32, port: u64) -> String {
        let symbols = Symbols::default();
        let object = Place { device: 0x0501_0101_0101_0000 | port, group, offset, size }.object(&symbols);
        let mut out = String::new();
        if let Address::Placed(notation) = object.address {
            (notation.write)(&mut out, notation.part, object.start, object.count);
        }
        out
    }

    #[test]
    fn places_are_written_as_beckhoff_does() {
        assert_eq!(written(0x4020, 100, 2, 851), "%MW100");
        assert_eq!(written(0x4020, 100, 10, 851), "%MB100-109");
        assert_eq!(written(0x4021, 99, 1, 851), "%MX12.3");
        assert_eq!(written(0xf030, 0, 1, 851), "%QB0");
        assert_eq!(written(0xf020, 8, 8, 851), "%IL8");
        assert_eq!(written(0x4040, 16, 4, 851), "16#4040:16#10");
        // An axis parameter of a numerical control, no flag memory.
        assert_eq!(written(0x4020, 3, 4, 500), "16#4020:16#3");
        assert_eq!(written(0xf005, 0x2710, 4, 851), "handle:16#2710");
        let mut out = String::new();
        if let Address::Placed(notation) = notification(10).address {
            (notation.write)(&mut out, notation.part, 10, 1);
        }
        assert_eq!(out, "notification:16#A");
    }
}
