//! Reference memory by segment selector (Denton 2017, table 3; GFK-0529 table 3-9), and how the maker writes its places.
//!
//! In words an offset counts registers, in bytes it counts eight points, in bits it counts points; all from 0, while the
//! maker counts from 1: `%R100`, `%I1-16`. `part` of an address holds the selector; a byte has 8 places a value.

use crate::protocol::{Address, Notation, Object};
use std::fmt::Write as _;

/// How a segment is cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cut {
    Words,
    Bytes,
    Bits,
}

/// %G in bytes, where FANUC robots take commands as text.
pub const GLOBAL_BYTES: u8 = 0x38;

/// Name and cut of a segment.
pub fn of(selector: u8) -> Option<(&'static str, Cut)> {
    Some(match selector {
        0x08 => ("%R", Cut::Words),
        0x0a => ("%AI", Cut::Words),
        0x0c => ("%AQ", Cut::Words),
        0x10 => ("%I", Cut::Bytes),
        0x12 => ("%Q", Cut::Bytes),
        0x14 => ("%T", Cut::Bytes),
        0x16 => ("%M", Cut::Bytes),
        0x18 => ("%SA", Cut::Bytes),
        0x1a => ("%SB", Cut::Bytes),
        0x1c => ("%SC", Cut::Bytes),
        0x1e => ("%S", Cut::Bytes),
        GLOBAL_BYTES => ("%G", Cut::Bytes),
        0x46 => ("%I", Cut::Bits),
        0x48 => ("%Q", Cut::Bits),
        0x4a => ("%T", Cut::Bits),
        0x4c => ("%M", Cut::Bits),
        0x4e => ("%SA", Cut::Bits),
        0x50 => ("%SB", Cut::Bits),
        0x52 => ("%SC", Cut::Bits),
        0x54 => ("%S", Cut::Bits),
        0x56 => ("%G", Cut::Bits),
        _ => return None,
    })
}

/// Bytes that `length` values from `offset` on take; points of a bit segment keep their places within their bytes.
pub fn size(cut: Cut, offset: u16, length: u16) -> usize {
    let (offset, length) = (usize::from(offset), usize::from(length));
    match cut {
        Cut::Words => length.saturating_mul(2),
        Cut::Bytes => length,
        Cut::Bits => (offset % 8).saturating_add(length).div_ceil(8),
    }
}

/// What a request names in system memory.
pub fn object(selector: u8, offset: u16, length: u16) -> Object<'static> {
    let byte = matches!(of(selector), Some((_, Cut::Bytes)));
    let step = if byte { 8 } else { 1 };
    let start = i64::from(offset).saturating_mul(i64::from(step)).saturating_add(1);
    let address = Address::Placed(Notation { part: u64::from(selector), step, write });
    Object { kind: Some("memory"), address, start, count: u32::from(length) }
}

/// `%R100`, `%I1-16`; of an unknown segment its selector: `0x99:7`.
fn write(out: &mut String, part: u64, start: i64, count: u32) {
    let selector = u8::try_from(part & 0xff).unwrap_or(0);
    let known = of(selector);
    let each = if matches!(known, Some((_, Cut::Bytes))) { 8 } else { 1 };
    let last = start.saturating_add(i64::from(count.max(1)).saturating_mul(each) - 1);
    let _ = match known {
        Some((name, _)) => write!(out, "{name}{start}"),
        None => write!(out, "{selector:#04x}:{start}"),
    };
    if last > start {
        let _ = write!(out, "-{last}");
    }
}

#[cfg(test)]
mod tests {
    use super::{Cut, object, size};
    use crate::protocol::Address;

    fn written(selector: u8, offset: u16, length: u16) -> String {
        let (mut out, of) = (String::new(), object(selector, offset, length));
        if let Address::Placed(notation) = of.address {
            (notation.write)(&mut out, notation.part, of.start, of.count);
        }
        out
    }

    #[test]
    fn places_are_written_as_the_maker_does() {
        assert_eq!(written(0x08, 99, 1), "%R100");
        assert_eq!(written(0x08, 0, 20), "%R1-20");
        assert_eq!(written(0x46, 9, 1), "%I10");
        assert_eq!(written(0x10, 1, 1), "%I9-16");
        assert_eq!(written(0x12, 0, 2), "%Q1-16");
        assert_eq!(written(0x99, 6, 1), "0x99:7");
    }

    #[test]
    fn points_keep_their_places_within_a_byte() {
        assert_eq!(size(Cut::Bits, 9, 1), 1);
        assert_eq!(size(Cut::Bits, 7, 2), 2);
        assert_eq!(size(Cut::Bits, 8, 16), 2);
        assert_eq!(size(Cut::Words, 1, 3), 6);
    }
}
