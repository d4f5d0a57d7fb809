//! Devices by their codes, and how the maker writes their numbers (SH-080956 5-2).
//!
//! | Q, L | number 3 | code 1 |, in ASCII code 2 letters, number 6 digits; iQ-R | number 4 | code 2 |, 4 letters, 8 digits |
//! In ASCII the number is decimal or hexadecimal as the device is numbered.
//!
//! An address of `Object`'s numbers: `start` is the device's number; `part` holds | in words 1 | code 16 |: bit devices in
//! words have 16 numbers a value.

use super::reader::Reader;
use crate::protocol::{Address, Notation, Object};
use std::fmt::Write as _;

/// A value of 16 bit devices.
const IN_WORDS: u64 = 0x1_0000;

pub struct Device {
    pub code: u16,
    pub letters: &'static str,
    /// Numbered in hexadecimal.
    pub hexadecimal: bool,
    pub bit: bool,
}

const fn word(code: u16, letters: &'static str) -> Device {
    Device { code, letters, hexadecimal: false, bit: false }
}

const fn bit(code: u16, letters: &'static str) -> Device {
    Device { code, letters, hexadecimal: false, bit: true }
}

const fn hexadecimal(device: Device) -> Device {
    Device { hexadecimal: true, ..device }
}

static DEVICES: [Device; 41] = [
    word(0x2c, "RD"),
    bit(0x50, "LTC"),
    bit(0x51, "LTS"),
    word(0x52, "LTN"),
    bit(0x54, "LCC"),
    bit(0x55, "LCS"),
    word(0x56, "LCN"),
    bit(0x58, "LSTC"),
    bit(0x59, "LSTS"),
    word(0x5a, "LSTN"),
    word(0x62, "LZ"),
    bit(0x90, "M"),
    bit(0x91, "SM"),
    bit(0x92, "L"),
    bit(0x93, "F"),
    bit(0x94, "V"),
    bit(0x98, "S"),
    hexadecimal(bit(0x9c, "X")),
    hexadecimal(bit(0x9d, "Y")),
    hexadecimal(bit(0xa0, "B")),
    hexadecimal(bit(0xa1, "SB")),
    hexadecimal(bit(0xa2, "DX")),
    hexadecimal(bit(0xa3, "DY")),
    word(0xa8, "D"),
    word(0xa9, "SD"),
    word(0xab, "G"),
    word(0xaf, "R"),
    word(0xb0, "ZR"),
    hexadecimal(word(0xb4, "W")),
    hexadecimal(word(0xb5, "SW")),
    bit(0xc0, "TC"),
    bit(0xc1, "TS"),
    word(0xc2, "TN"),
    bit(0xc3, "CC"),
    bit(0xc4, "CS"),
    word(0xc5, "CN"),
    bit(0xc6, "STC"),
    bit(0xc7, "STS"),
    word(0xc8, "STN"),
    word(0xcc, "Z"),
    bit(0xd0, "FD"),
];

pub fn of(code: u16) -> Option<&'static Device> {
    DEVICES.binary_search_by_key(&code, |device| device.code).ok().and_then(|at| DEVICES.get(at))
}

/// Code and number of a device. `long`: the form of iQ-R.
pub fn read(reader: &mut Reader<'_>, long: bool) -> Option<(u16, u32)> {
    if !reader.ascii {
        return if long {
            let number = reader.u32()?;
            Some((reader.u16()?, number))
        } else {
            let number = reader.u24()?;
            Some((u16::from(reader.u8()?), number))
        };
    }
    let (letters, digits) = if long { (4, 8) } else { (2, 6) };
    let name = std::str::from_utf8(reader.take(letters)?).ok()?.trim_end_matches(['*', ' ']);
    let number = std::str::from_utf8(reader.take(digits)?).ok()?.trim_start_matches([' ']);
    let device = DEVICES.iter().find(|device| device.letters == name)?;
    let number = u32::from_str_radix(number, if device.hexadecimal { 16 } else { 10 }).ok()?;
    Some((device.code, number))
}

/// `count` values of a device from a number on. `in_words`: as words, whatever the device is.
pub fn object(code: u16, number: u32, count: u32, in_words: bool) -> Object<'static> {
    let wide = in_words && of(code).is_some_and(|device| device.bit);
    let part = u64::from(code) | if wide { IN_WORDS } else { 0 };
    let address = Address::Placed(Notation { part, step: if wide { 16 } else { 1 }, write });
    Object { kind: Some("device"), address, start: i64::from(number), count }
}

/// `D100`, `X1F`, `M100-115`.
fn write(out: &mut String, part: u64, start: i64, count: u32) {
    let code = u16::try_from(part & 0xffff).unwrap_or(0);
    let each = if part & IN_WORDS != 0 { 16 } else { 1 };
    let last = start.saturating_add(i64::from(count.max(1)).saturating_mul(each) - 1);
    let device = of(code);
    let _ = match device {
        Some(device) => write!(out, "{}", device.letters),
        None => write!(out, "{code:#04x}:"),
    };
    let hexadecimal = device.is_some_and(|device| device.hexadecimal);
    let _ = if hexadecimal { write!(out, "{start:X}") } else { write!(out, "{start}") };
    if last > start {
        let _ = if hexadecimal { write!(out, "-{last:X}") } else { write!(out, "-{last}") };
    }
}

#[cfg(test)]
mod tests {
    use super::{DEVICES, object, read};
    use crate::protocol::Address;
    use crate::protocol::slmp::reader::Reader;

    fn written(code: u16, number: u32, count: u32, in_words: bool) -> String {
        let (mut out, of) = (String::new(), object(code, number, count, in_words));
        if let Address::Placed(notation) = of.address {
            (notation.write)(&mut out, notation.part, of.start, of.count);
        }
        out
    }

    #[test]
    fn addresses_are_written_as_the_maker_does() {
        assert_eq!(written(0xa8, 100, 1, true), "D100");
        assert_eq!(written(0x9c, 0x1f, 1, false), "X1F");
        assert_eq!(written(0x90, 100, 2, true), "M100-131");
        assert_eq!(written(0x9d, 0x20, 16, false), "Y20-2F");
        assert_eq!(written(0xb4, 0xff, 2, true), "WFF-100");
        assert_eq!(written(0x77, 5, 1, true), "0x77:5");
    }

    #[test]
    fn devices_are_read_in_all_four_forms() {
        let of = |data: &[u8], ascii, long| read(&mut Reader::new(data, ascii), long);
        assert_eq!(of(&[0x64, 0, 0, 0xa8], false, false), Some((0xa8, 100)));
        assert_eq!(of(&[0x64, 0, 0, 0, 0xa8, 0], false, true), Some((0xa8, 100)));
        assert_eq!(of(b"D*000100", true, false), Some((0xa8, 100)));
        assert_eq!(of(b"X*00001F", true, false), Some((0x9c, 0x1f)));
        assert_eq!(of(b"ZR**00000100", true, true), Some((0xb0, 100)));
        assert_eq!(of(b"Q*000100", true, false), None);
        assert_eq!(of(b"D*0001", true, false), None);
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(DEVICES.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
