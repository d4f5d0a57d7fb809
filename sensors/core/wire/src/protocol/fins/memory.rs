//! Memory area commands: which memory, which values (W342 5-3-2 to 5-3-6, 5-3-40).
//!
//! | 0101 | area 1 | word 2 | bit 1 | elements 2 |; response: data |
//! | 0102, 0103 | the same, then data, or the word to fill with 2 |
//! | 0104 | area 1 | word 2 | bit 1 |, several; response: area 1 | data |, as many |
//! | 0105 | from: area 1 | word 2 | bit 1 | to: area 1 | word 2 | bit 1 | elements 2 |
//! | 2301 | bits 2 | specification 2 | area 1 | word 2 | bit 1 |, as many |
//! | 230A | area 1 | word 2 | bit 1 | elements 2 |; response: the same, then data |

use super::area::{self, Cut};
use super::command as fc;
use crate::bytes::{be16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Item, Object, Values};

/// Bytes of an address; with an element count behind it.
const ADDRESS: usize = 4;
const RANGE: usize = 6;
/// Bytes of one bit to force.
const FORCED: usize = 6;

pub const fn is_range(command: u16) -> bool {
    matches!(command, fc::MEMORY_AREA_READ | fc::MEMORY_AREA_WRITE | fc::MEMORY_AREA_FILL)
}

pub const fn names_several(command: u16) -> bool {
    matches!(
        command,
        fc::MULTIPLE_MEMORY_AREA_READ
            | fc::MEMORY_AREA_TRANSFER
            | fc::FORCED_SET_RESET
            | fc::MULTIPLE_FORCED_STATUS_READ
    )
}

/// Area, word and bit at `at`.
fn place(text: &[u8], at: usize) -> Option<(u8, u16, u8)> {
    Some((u8_at(text, at)?, be16(text, at + 1)?, u8_at(text, at + 3)?))
}

fn object(text: &[u8], at: usize, count: u16) -> Object<'static> {
    place(text, at).map_or_else(Object::default, |(code, word, bit)| area::object(code, word, bit, u32::from(count)))
}

/// What cannot be in a command's text that is long enough.
pub fn oddity(command: u16, text: &[u8]) -> Option<Flag> {
    let unsound = |at| {
        let (code, _, bit) = place(text, at)?;
        match area::of(code) {
            None => Some(Flag::FinsArea),
            Some(area) if bit > 15 || (bit > 0 && area.cut != Cut::Bits) => Some(Flag::FinsArea),
            Some(_) => None,
        }
    };
    match command {
        fc::MEMORY_AREA_WRITE => unsound(0).or_else(|| {
            let wanted = area::of(u8_at(text, 0)?)?.width() * usize::from(be16(text, 4)?);
            (text.len() != RANGE + wanted).then_some(Flag::FinsItems)
        }),
        fc::MEMORY_AREA_READ | fc::MEMORY_AREA_FILL => unsound(0),
        fc::MEMORY_AREA_TRANSFER => unsound(0).or_else(|| unsound(ADDRESS)),
        fc::MULTIPLE_MEMORY_AREA_READ if !text.len().is_multiple_of(ADDRESS) => Some(Flag::FinsLength),
        fc::MULTIPLE_MEMORY_AREA_READ => (0..text.len() / ADDRESS).find_map(|number| unsound(number * ADDRESS)),
        fc::FORCED_SET_RESET => {
            let wanted = usize::from(be16(text, 0)?) * FORCED;
            (text.len() != 2 + wanted).then_some(Flag::FinsItems)
        }
        _ => None,
    }
}

/// The one range of a read, write or fill. `told` is a response's data, once it came and was no refusal.
pub fn range<'a>(
    command: u16,
    operation: Operation,
    asked: &'a [u8],
    told: Option<&'a [u8]>,
) -> (Item<'a>, Option<Flag>) {
    let mut item = Item::new(operation);
    let count = be16(asked, ADDRESS).unwrap_or(0);
    item.object = object(asked, 0, count);
    let Some(area) = u8_at(asked, 0).and_then(area::of) else { return (item, None) };
    let wanted = area.width().saturating_mul(usize::from(count));
    if command != fc::MEMORY_AREA_READ {
        item.values = area.values(asked.get(RANGE..).unwrap_or_default());
        return (item, told.filter(|data| !data.is_empty()).map(|_| Flag::FinsLength));
    }
    item.values = area.values(told.unwrap_or_default());
    (item, told.filter(|data| data.len() != wanted).map(|_| Flag::FinsItems))
}

/// The objects of a command that names several.
pub fn several<'a>(
    command: u16,
    operation: Operation,
    asked: &'a [u8],
    told: Option<&'a [u8]>,
) -> (Vec<Item<'a>>, Option<Flag>) {
    match command {
        fc::MULTIPLE_MEMORY_AREA_READ => read(operation, asked, told),
        fc::FORCED_SET_RESET => (forced(operation, asked), None),
        fc::MEMORY_AREA_TRANSFER => {
            let count = be16(asked, 2 * ADDRESS).unwrap_or(0);
            // What is read, then what is written with it.
            let from = Item { object: object(asked, 0, count), ..Item::new(Operation::Read) };
            let to = Item { object: object(asked, ADDRESS, count), ..Item::new(operation) };
            (vec![from, to], None)
        }
        _ => {
            let count = be16(asked, ADDRESS).unwrap_or(0);
            let mut item = Item { object: object(asked, 0, count), ..Item::new(operation) };
            let data = told.and_then(|told| told.get(RANGE..)).unwrap_or_default();
            item.values = u8_at(asked, 0).and_then(area::of).map_or(Values::None, |area| area.values(data));
            let echo = told.filter(|told| told.get(..RANGE) != asked.get(..RANGE)).map(|_| Flag::FinsEcho);
            (vec![item], echo)
        }
    }
}

fn read<'a>(operation: Operation, asked: &'a [u8], told: Option<&'a [u8]>) -> (Vec<Item<'a>>, Option<Flag>) {
    let (mut rest, mut odd) = (told.unwrap_or_default(), None);
    let mut items = Vec::with_capacity(asked.len() / ADDRESS);
    for address in asked.chunks_exact(ADDRESS) {
        let mut item = Item { object: object(address, 0, 1), ..Item::new(operation) };
        let area = u8_at(address, 0).and_then(area::of);
        if let (Some(area), Some(_)) = (area, told) {
            match rest.split_first() {
                Some((code, data)) if *code == area.code && data.len() >= area.width() => {
                    let (own, behind) = data.split_at_checked(area.width()).unwrap_or((data, &[]));
                    item.values = area.values(own);
                    rest = behind;
                }
                _ => (rest, odd) = (&[], Some(Flag::FinsItems)),
            }
        }
        items.push(item);
    }
    let odd = odd.or_else(|| (!rest.is_empty()).then_some(Flag::FinsItems));
    (items, odd)
}

fn forced(operation: Operation, asked: &[u8]) -> Vec<Item<'_>> {
    let bits = asked.get(2..).unwrap_or_default();
    bits.chunks_exact(FORCED)
        .map(|bit| {
            let mut item = Item { object: object(bit, 2, 1), ..Item::new(operation) };
            // The lowest bit is what the bit becomes; the highest releases it.
            let text = match be16(bit, 0).unwrap_or(0) {
                0x0000 => "force-reset (OFF)",
                0x0001 => "force-set (ON)",
                0x8000 => "released and turned OFF",
                0x8001 => "released and turned ON",
                0xffff => "released",
                _ => "unknown",
            };
            item.values = Values::Text { kind: "force", text };
            item
        })
        .collect()
}

/// A response whose command was not seen: nobody knows the address.
pub fn unknown(operation: Operation) -> Item<'static> {
    let object = Object { kind: Some("memory"), address: Address::None, start: 0, count: 0 };
    Item { object, ..Item::new(operation) }
}
