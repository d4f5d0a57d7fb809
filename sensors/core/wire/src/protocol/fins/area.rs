//! Memory areas by their codes, and addresses as CX-Programmer writes them (W342 5-2-2; CV series: W227 2-2).
//!
//! An address of `Object`'s numbers: `start` is the word, for bits word * 16 + bit, for timers and counters the number;
//! `part` of the notation is the area code.

use crate::protocol::{Address, Form, Notation, Object, Values};
use std::fmt::Write as _;

/// How an area is cut.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cut {
    /// Words of two bytes.
    Words,
    /// Words with their forced status: four bytes.
    ForcedWords,
    /// Bits of words, one byte each.
    Bits,
    /// Flags by their number, one byte each.
    Flags,
    /// Numbered words of two bytes (present values).
    Numbered,
    /// Numbered registers of four bytes.
    Long,
}

/// One memory area.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    pub code: u8,
    pub cut: Cut,
    pub letters: &'static str,
}

impl Area {
    /// Bytes of one element on the wire.
    pub const fn width(self) -> usize {
        match self.cut {
            Cut::Words | Cut::Numbered => 2,
            Cut::ForcedWords | Cut::Long => 4,
            Cut::Bits | Cut::Flags => 1,
        }
    }

    pub fn values(self, data: &[u8]) -> Values<'_> {
        match self.cut {
            _ if data.is_empty() => Values::None,
            Cut::Words | Cut::Numbered => Values::Registers(data),
            Cut::Bits | Cut::Flags => Values::Packed { kind: "bool", form: Form::Uint8, bytes: data },
            Cut::ForcedWords => Values::Packed { kind: "forced word", form: Form::Uint32, bytes: data },
            Cut::Long => Values::Packed { kind: "uint32", form: Form::Uint32, bytes: data },
        }
    }
}

const fn area(code: u8, cut: Cut, letters: &'static str) -> Area {
    Area { code, cut, letters }
}

/// Areas other than the banks of extended memory. Without letters of their own the address decides between several.
static AREAS: [Area; 42] = [
    area(0x00, Cut::Bits, ""),
    area(0x01, Cut::Flags, ""),
    area(0x02, Cut::Bits, "D"),
    area(0x03, Cut::Flags, "TN"),
    area(0x04, Cut::Flags, "ST"),
    area(0x05, Cut::Bits, "FORCED"),
    area(0x06, Cut::Flags, "TK"),
    area(0x07, Cut::Bits, "CF"),
    area(0x09, Cut::Flags, ""),
    area(0x0a, Cut::Bits, "E_"),
    area(0x1b, Cut::Flags, "AC"),
    area(0x30, Cut::Bits, "CIO"),
    area(0x31, Cut::Bits, "W"),
    area(0x32, Cut::Bits, "H"),
    area(0x33, Cut::Bits, "A"),
    area(0x40, Cut::Bits, ""),
    area(0x41, Cut::Flags, ""),
    area(0x43, Cut::Flags, "TN"),
    area(0x44, Cut::Flags, "ST"),
    area(0x46, Cut::Flags, "TK"),
    area(0x49, Cut::Flags, ""),
    area(0x70, Cut::Bits, "CIO"),
    area(0x71, Cut::Bits, "W"),
    area(0x72, Cut::Bits, "H"),
    area(0x80, Cut::Words, ""),
    area(0x81, Cut::Numbered, ""),
    area(0x82, Cut::Words, "D"),
    area(0x84, Cut::Numbered, "ST"),
    area(0x85, Cut::Words, "FORCED"),
    area(0x89, Cut::Numbered, ""),
    area(0x98, Cut::Words, "E_"),
    area(0x9c, Cut::Numbered, "REG"),
    area(0xb0, Cut::Words, "CIO"),
    area(0xb1, Cut::Words, "W"),
    area(0xb2, Cut::Words, "H"),
    area(0xb3, Cut::Words, "A"),
    area(0xbc, Cut::Numbered, "DR"),
    area(0xc0, Cut::ForcedWords, ""),
    area(0xdc, Cut::Long, "IR"),
    area(0xf0, Cut::ForcedWords, "CIO"),
    area(0xf1, Cut::ForcedWords, "W"),
    area(0xf2, Cut::ForcedWords, "H"),
];
/// Scheduled interrupt interval of the CV series.
const INTERRUPT: Area = area(0xdd, Cut::Numbered, "INT");

pub fn of(code: u8) -> Option<Area> {
    let listed = || AREAS.binary_search_by_key(&code, |area| area.code).ok().and_then(|at| AREAS.get(at)).copied();
    match code {
        0x20..=0x2f | 0xe0..=0xe8 => Some(area(code, Cut::Bits, "E")),
        0x60..=0x68 | 0x90..=0x97 | 0xa0..=0xaf => Some(area(code, Cut::Words, "E")),
        0xdd => Some(INTERRUPT),
        _ => listed(),
    }
}

/// Bank of the extended memory that a code stands for.
const fn bank(code: u8) -> u8 {
    match code {
        0x60..=0x68 => 0x10 + (code - 0x60),
        0xe0..=0xe8 => 0x10 + (code - 0xe0),
        0x90..=0x97 => code - 0x90,
        _ => code & 0x0f,
    }
}

/// `count` elements of an area from an address on: word or number, and bit.
pub fn object(code: u8, word: u16, bit: u8, count: u32) -> Object<'static> {
    let bits = of(code).is_some_and(|area| area.cut == Cut::Bits);
    let start = if bits { i64::from(word) * 16 + i64::from(bit) } else { i64::from(word) };
    let address = Address::Placed(Notation { part: u64::from(code), step: 1, write });
    Object { kind: Some("memory"), address, start, count }
}

/// `D100`, `CIO0-9`, `W10.05`, `H2.14-3.01`, `T5`, `C17`, `E1_100`.
fn write(out: &mut String, part: u64, start: i64, count: u32) {
    let code = u8::try_from(part).unwrap_or(0);
    let last = start.saturating_add(i64::from(count.max(1)) - 1);
    let Some(area) = of(code) else {
        let _ = write!(out, "{code:#04x}:{start}");
        if last > start {
            let _ = write!(out, "-{last}");
        }
        return;
    };
    let bits = area.cut == Cut::Bits;
    let (letters, from) = if area.letters.is_empty() { shared(code, start) } else { (area.letters, 0) };
    let _ = match letters {
        "E" => write!(out, "E{:X}_", bank(code)),
        _ => write!(out, "{letters}"),
    };
    place(out, start - from, bits);
    if last > start {
        out.push('-');
        place(out, last - from, bits);
    }
}

fn place(out: &mut String, at: i64, bits: bool) {
    let _ = if bits { write!(out, "{}.{:02}", at.div_euclid(16), at.rem_euclid(16)) } else { write!(out, "{at}") };
}

/// Letters of an address in an area that holds several, and where those begin.
fn shared(code: u8, start: i64) -> (&'static str, i64) {
    match code {
        // Timers up to 2047, counters from 0x0800 on (CV); counters from 0x8000 on (CS, CJ).
        0x01 | 0x41 | 0x81 => {
            if start >= 0x800 {
                ("C", 0x800)
            } else {
                ("T", 0)
            }
        }
        0x09 | 0x49 | 0x89 => {
            if start >= 0x8000 {
                ("C", 0x8000)
            } else {
                ("T", 0)
            }
        }
        _ => {
            let (word, unit) = if matches!(code, 0x00 | 0x40) { (start / 16, 16) } else { (start, 1) };
            match word {
                0x0a00..=0x0aff => ("G", 0x0a00 * unit),
                0x0b00..=0x0cff => ("A", 0x0b00 * unit),
                _ => ("CIO", 0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AREAS, object};
    use crate::protocol::Address;

    fn written(code: u8, word: u16, bit: u8, count: u32) -> String {
        let (mut out, of) = (String::new(), object(code, word, bit, count));
        if let Address::Placed(notation) = of.address {
            (notation.write)(&mut out, notation.part, of.start, of.count);
        }
        out
    }

    #[test]
    fn addresses_are_written_as_the_maker_does() {
        assert_eq!(written(0x82, 100, 0, 1), "D100");
        assert_eq!(written(0xb0, 0, 0, 10), "CIO0-9");
        assert_eq!(written(0x31, 10, 5, 1), "W10.05");
        assert_eq!(written(0x32, 2, 14, 4), "H2.14-3.01");
        assert_eq!(written(0x89, 5, 0, 1), "T5");
        assert_eq!(written(0x89, 0x8011, 0, 2), "C17-18");
        assert_eq!(written(0xa1, 100, 0, 1), "E1_100");
        assert_eq!(written(0x62, 7, 0, 1), "E12_7");
        assert_eq!(written(0x80, 0x0b05, 0, 1), "A5");
        assert_eq!(written(0x00, 0x0a01, 3, 1), "G1.03");
        assert_eq!(written(0x81, 0x0802, 0, 1), "C2");
        assert_eq!(written(0x55, 7, 0, 2), "0x55:7-8");
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(AREAS.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
