//! Values: little-endian, of the type that the symbol table names, else of the width alone (AdsDef.h `ADSDATATYPE`).

use crate::bytes::{le16, le32, le64};
use crate::protocol::Values;
use crate::text;
use std::fmt::Write as _;
use std::ops::Range;

/// Numbers of one value that are read: longer arrays are told by their bytes.
const NUMBERS: usize = 256;
/// Bytes told of what is neither a number nor text.
const TOLD: usize = 64;
/// Bytes told of a text.
const TEXT: usize = 256;
/// Integers beyond it do not fit a double.
const EXACT: u64 = 1 << 53;

pub const BIT: u32 = 33;
const STRING: u32 = 30;
const WSTRING: u32 = 31;

/// Word of `ot.value.type` and width in bytes of a data type with numbers.
const fn numeric(code: u32) -> Option<(&'static str, usize)> {
    Some(match code {
        2 => ("int", 2),
        3 => ("dint", 4),
        4 => ("real", 4),
        5 => ("lreal", 8),
        16 => ("sint", 1),
        17 => ("usint", 1),
        18 => ("uint", 2),
        19 => ("udint", 4),
        20 => ("lint", 8),
        21 => ("ulint", 8),
        BIT => ("bool", 1),
        _ => return None,
    })
}

/// Width in bytes of one number of a data type.
pub fn width(code: u32) -> Option<usize> {
    numeric(code).map(|(_, width)| width)
}

/// The type that a width stands for when none is known.
const fn of_width(width: usize) -> Option<(&'static str, u32)> {
    Some(match width {
        1 => ("byte", 17),
        2 => ("word", 18),
        4 => ("dword", 19),
        8 => ("lword", 21),
        _ => return None,
    })
}

/// What was read, as places in the buffers of the flow.
#[derive(Clone, Debug, Default)]
pub struct Told {
    kind: &'static str,
    numbers: Range<usize>,
    text: Range<usize>,
}

impl Told {
    pub fn values<'a>(&self, buffers: &'a Buffers) -> Values<'a> {
        let numbers = buffers.numbers.get(self.numbers.clone()).unwrap_or_default();
        let text = buffers.text.get(self.text.clone()).unwrap_or_default();
        match (self.kind, numbers.is_empty()) {
            ("", _) => Values::None,
            (kind, true) => Values::Text { kind, text },
            (kind, false) => Values::Numbers { kind, numbers, exact: Some(text).filter(|text| !text.is_empty()) },
        }
    }
}

/// Where the values of a message are read to.
#[derive(Default)]
pub struct Buffers {
    numbers: Vec<f64>,
    text: String,
}

impl Buffers {
    pub fn clear(&mut self) {
        self.numbers.clear();
        self.text.clear();
    }

    pub fn weight(&self) -> usize {
        self.numbers.capacity() * size_of::<f64>() + self.text.capacity()
    }

    /// Reads a value of a data type; None when only its width is known.
    pub fn read(&mut self, code: Option<u32>, bytes: &[u8]) -> Told {
        if bytes.is_empty() {
            return Told::default();
        }
        match code {
            Some(STRING) => {
                let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
                let told = text::bounded(bytes.get(..end).unwrap_or_default(), TEXT).0;
                self.told("string", &told)
            }
            Some(WSTRING) => {
                let units: Vec<u16> =
                    bytes.chunks_exact(2).map_while(|b| le16(b, 0).filter(|u| *u != 0)).take(TEXT).collect();
                let told = String::from_utf16_lossy(&units);
                self.told("wstring", &told)
            }
            Some(code) => match numeric(code) {
                Some((kind, width)) if bytes.len().is_multiple_of(width) && bytes.len() / width <= NUMBERS => {
                    self.numbers(kind, code, width, bytes)
                }
                _ => self.bytes(bytes),
            },
            None => match of_width(bytes.len()) {
                Some((kind, code)) => self.numbers(kind, code, bytes.len(), bytes),
                None => self.bytes(bytes),
            },
        }
    }

    /// Bytes of a memory area, each a number.
    pub fn octets(&mut self, bytes: &[u8]) -> Told {
        self.numbers("byte", 17, 1, bytes.get(..NUMBERS).unwrap_or(bytes))
    }

    fn told(&mut self, kind: &'static str, text: &str) -> Told {
        let from = self.text.len();
        self.text.push_str(text);
        Told { kind, numbers: 0..0, text: from..self.text.len() }
    }

    fn bytes(&mut self, bytes: &[u8]) -> Told {
        let from = self.text.len();
        for byte in bytes.iter().take(TOLD) {
            let _ = write!(self.text, "{byte:02x}");
        }
        Told { kind: "bytes", numbers: 0..0, text: from..self.text.len() }
    }

    fn numbers(&mut self, kind: &'static str, code: u32, width: usize, bytes: &[u8]) -> Told {
        let (from, text) = (self.numbers.len(), self.text.len());
        for value in bytes.chunks_exact(width) {
            self.numbers.push(number(code, value));
        }
        if width == 8 && bytes.len() == 8 && code != 5 {
            self.exact(code, le64(bytes, 0).unwrap_or(0));
        }
        Told { kind, numbers: from..self.numbers.len(), text: text..self.text.len() }
    }

    fn exact(&mut self, code: u32, value: u64) {
        let signed = code == 20;
        let size = if signed { value.cast_signed().unsigned_abs() } else { value };
        if size > EXACT {
            let _ = if signed { write!(self.text, "{}", value.cast_signed()) } else { write!(self.text, "{value}") };
        }
    }
}

/// One number; of 64 bits as near as a double comes.
fn number(code: u32, bytes: &[u8]) -> f64 {
    let (byte, word) = (bytes.first().copied().unwrap_or(0), le16(bytes, 0).unwrap_or(0));
    let (double, quad) = (le32(bytes, 0).unwrap_or(0), le64(bytes, 0).unwrap_or(0));
    match code {
        2 => f64::from(word.cast_signed()),
        3 => f64::from(double.cast_signed()),
        4 => f64::from(f32::from_bits(double)),
        5 => f64::from_bits(quad),
        16 => f64::from(byte.cast_signed()),
        18 => f64::from(word),
        19 => f64::from(double),
        20 => wide(quad.cast_signed().unsigned_abs()) * if quad.cast_signed() < 0 { -1.0 } else { 1.0 },
        21 => wide(quad),
        _ => f64::from(byte),
    }
}

fn wide(value: u64) -> f64 {
    let half = |shift: u32| f64::from(u32::try_from(value >> shift & 0xffff_ffff).unwrap_or(0));
    half(32) * 4_294_967_296.0 + half(0)
}

#[cfg(test)]
mod tests {
    use super::Buffers;
    use crate::protocol::Values;

    fn read(code: Option<u32>, bytes: &[u8]) -> String {
        let mut buffers = Buffers::default();
        let told = buffers.read(code, bytes);
        match told.values(&buffers) {
            Values::Numbers { kind, numbers, exact } => format!("{kind} {numbers:?} {}", exact.unwrap_or("-")),
            Values::Text { kind, text } => format!("{kind} {text}"),
            _ => "none".into(),
        }
    }

    #[test]
    fn values_are_read_by_type_else_by_width() {
        assert_eq!(read(Some(2), &[0xff, 0xff]), "int [-1.0] -");
        assert_eq!(read(Some(4), &21.5_f32.to_le_bytes()), "real [21.5] -");
        assert_eq!(read(Some(5), &(-0.25_f64).to_le_bytes()), "lreal [-0.25] -");
        assert_eq!(read(Some(17), &[1, 2, 3]), "usint [1.0, 2.0, 3.0] -");
        assert_eq!(read(Some(20), &(-5_i64).to_le_bytes()), "lint [-5.0] -");
        assert_eq!(read(Some(20), &i64::MIN.to_le_bytes()), "lint [-9.223372036854776e18] -9223372036854775808");
        assert_eq!(read(Some(21), &u64::MAX.to_le_bytes()), "ulint [1.8446744073709552e19] 18446744073709551615");
        assert_eq!(read(Some(30), b"Tank\0rest"), "string Tank");
        assert_eq!(read(Some(31), b"T\0k\0\0\0x\0"), "wstring Tk");
        assert_eq!(read(Some(33), &[1]), "bool [1.0] -");
        assert_eq!(read(None, &[1, 2]), "word [513.0] -");
        assert_eq!(read(None, &[1, 2, 3]), "bytes 010203");
        assert_eq!(read(Some(65), &[1, 2]), "bytes 0102");
        // An array that does not come out even is told by its bytes.
        assert_eq!(read(Some(2), &[1, 2, 3]), "bytes 010203");
        assert_eq!(read(Some(2), &[]), "none");
    }
}
