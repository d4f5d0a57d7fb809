//! Symbols that a flow told of: their handles, their places and their types.
//!
//! | 0 length of the entry 4 | 4 index group 4 | 8 index offset 4 | 12 size 4 | 16 data type 4 | 20 flags 4 |
//! | 24 length of the name 2 | 26 of the type 2 | 28 of the comment 2 | 30 name, type, comment, each with a NUL |
//! (AdsDef.h `AdsSymbolEntry`)

use super::group;
use super::header::Ams;
use crate::bytes::{le16, le32};
use crate::text;
use std::collections::BTreeMap;

/// Symbols and handles kept of one flow, and the longest name of one.
const SYMBOLS: usize = 2048;
const LONGEST: usize = 128;
const ENTRY: usize = 30;

/// A symbol at a place.
#[derive(Debug)]
pub struct Symbol {
    pub name: Box<str>,
    /// Data type, where an entry of the symbol table told it.
    pub code: Option<u32>,
    /// Bytes that it takes; 0 when they are not known, or for a bit.
    size: u32,
}

/// Symbols of the devices of a flow. A handle is a place too: that of the index group of values by handle.
#[derive(Default)]
pub struct Symbols {
    places: BTreeMap<(Ams, u32, u32), Symbol>,
    types: BTreeMap<(Ams, Box<str>), u32>,
    bytes: usize,
}

impl Symbols {
    /// The symbol that takes up `size` bytes of a place: what only begins there is no symbol.
    pub fn at(&self, device: Ams, group: u32, offset: u32, size: u32) -> Option<&Symbol> {
        let group = if group == group::SYM_RELEASEHND { group::SYM_VALBYHND } else { group };
        self.places.get(&(device, group, offset)).filter(|symbol| symbol.size == 0 || symbol.size == size)
    }

    /// Data type that an entry told of a symbol; names have no case.
    pub fn of_name(&self, device: Ams, name: &str) -> Option<u32> {
        self.types.get(&(device, name.to_ascii_uppercase().into_boxed_str())).copied()
    }

    /// A handle stands for a name from now on. False when there is no room.
    pub fn handle(&mut self, device: Ams, handle: u32, name: &str) -> bool {
        let symbol = Symbol { name: name.into(), code: self.of_name(device, name), size: 0 };
        self.keep((device, group::SYM_VALBYHND, handle), symbol)
    }

    pub fn release(&mut self, device: Ams, handle: u32) {
        if let Some(old) = self.places.remove(&(device, group::SYM_VALBYHND, handle)) {
            self.bytes = self.bytes.saturating_sub(old.name.len());
        }
    }

    /// Takes the entries of a reply; returns how many there are, and whether one had no room or reaches beyond.
    pub fn learn(&mut self, device: Ams, mut entries: &[u8]) -> Learned {
        let mut out = Learned::default();
        while entries.len() >= ENTRY {
            let Some((entry, length)) = entry(entries) else {
                out.malformed = true;
                break;
            };
            out.count = out.count.saturating_add(1);
            out.full |= !self.entry(device, &entry);
            entries = entries.get(length..).unwrap_or_default();
        }
        out
    }

    fn entry(&mut self, device: Ams, entry: &Entry<'_>) -> bool {
        let name = text::bounded(entry.name, LONGEST).0;
        if name.is_empty() {
            return true;
        }
        let key = (device, name.to_ascii_uppercase().into_boxed_str());
        if self.types.len() >= SYMBOLS && !self.types.contains_key(&key) {
            return false;
        }
        self.bytes += if self.types.contains_key(&key) { 0 } else { key.1.len() };
        self.types.insert(key, entry.code);
        let symbol = Symbol { name: name.into_boxed_str(), code: Some(entry.code), size: entry.size };
        self.keep((device, entry.group, entry.offset), symbol)
    }

    fn keep(&mut self, key: (Ams, u32, u32), symbol: Symbol) -> bool {
        if self.places.len() >= SYMBOLS && !self.places.contains_key(&key) {
            return false;
        }
        self.bytes += symbol.name.len();
        if let Some(old) = self.places.insert(key, symbol) {
            self.bytes = self.bytes.saturating_sub(old.name.len());
        }
        true
    }

    pub fn weight(&self) -> usize {
        self.bytes
            + self.places.len() * (size_of::<Symbol>() + size_of::<(Ams, u32, u32)>()) * 2
            + self.types.len() * (size_of::<(Ams, Box<str>)>() + size_of::<u32>()) * 2
    }
}

/// What a piece of a symbol table was good for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Learned {
    pub count: u32,
    pub full: bool,
    pub malformed: bool,
}

struct Entry<'a> {
    group: u32,
    offset: u32,
    size: u32,
    code: u32,
    name: &'a [u8],
}

/// The entry at the head with its length.
fn entry(data: &[u8]) -> Option<(Entry<'_>, usize)> {
    let length = usize::try_from(le32(data, 0)?).ok().filter(|length| *length >= ENTRY)?;
    let name = data.get(ENTRY..ENTRY + usize::from(le16(data, 24)?))?;
    let (group, offset, size) = (le32(data, 4)?, le32(data, 8)?, le32(data, 12)?);
    let entry = Entry { group, offset, size, code: le32(data, 16)?, name };
    Some((entry, length))
}

#[cfg(test)]
mod tests {
    use super::{SYMBOLS, Symbols};

    fn entry(name: &str, group: u32, offset: u32, code: u32) -> Vec<u8> {
        let length = 30 + u32::try_from(name.len()).unwrap() + 3;
        let mut out: Vec<u8> = [length, group, offset, 4, code, 0].iter().flat_map(|n| n.to_le_bytes()).collect();
        out.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        out.extend_from_slice(&[0, 0, 0, 0]);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&[0, 0, 0]);
        out
    }

    #[test]
    fn a_table_names_places_and_types_and_handles_take_them_over() {
        let mut symbols = Symbols::default();
        let learned = symbols.learn(7, &[entry("MAIN.level", 0x4040, 16, 4), entry("MAIN.n", 0x4040, 20, 2)].concat());
        assert_eq!((learned.count, learned.full, learned.malformed), (2, false, false));
        assert_eq!(symbols.at(7, 0x4040, 16, 4).unwrap().code, Some(4));
        assert!(symbols.at(7, 0x4040, 16, 40).is_none(), "a block that begins there");
        assert!(symbols.at(8, 0x4040, 16, 4).is_none(), "another device");
        assert!(symbols.handle(7, 99, "main.LEVEL"));
        assert_eq!(symbols.at(7, 0xf005, 99, 4).unwrap().code, Some(4), "names have no case");
        symbols.release(7, 99);
        assert!(symbols.at(7, 0xf005, 99, 4).is_none());
    }

    #[test]
    fn hostile_tables_are_bounded_and_flagged() {
        let mut symbols = Symbols::default();
        let mut cut = entry("X", 1, 1, 1);
        cut[24] = 200;
        assert!(symbols.learn(7, &cut).malformed);
        let mut endless = entry("X", 1, 1, 1);
        endless[0] = 0;
        assert!(symbols.learn(7, &endless).malformed);
        let many: Vec<u8> = (0..4000).flat_map(|n| entry(&format!("MAIN.v{n}"), 0x4040, n, 2)).collect();
        let learned = symbols.learn(7, &many);
        assert!(learned.count == 4000 && learned.full && symbols.places.len() == SYMBOLS);
        assert!(symbols.weight() < 1 << 20);
    }
}
