//! An object's bytes as a value: little-endian numbers, text, else octets.

use crate::protocol::Values;
use crate::text;

/// Bytes of a value that are shown.
const SHOWN: usize = 256;

/// A value, made readable.
pub struct Value {
    number: Option<(&'static str, [f64; 1])>,
    text: Option<(&'static str, String)>,
}

impl Value {
    /// `textual`: the object is a text by its definition.
    pub fn of(bytes: &[u8], textual: bool) -> Self {
        let number = number(bytes).filter(|_| !textual);
        if bytes.is_empty() || number.is_some() {
            return Self { number: number.map(|(kind, number)| (kind, [number])), text: None };
        }
        Self { number: None, text: Some(readable(bytes)) }
    }

    pub fn values(&self) -> Values<'_> {
        match (&self.number, &self.text) {
            (Some((kind, numbers)), _) => Values::Numbers { kind, numbers, exact: None },
            (_, Some((kind, text))) => Values::Text { kind, text },
            _ => Values::None,
        }
    }
}

fn number(bytes: &[u8]) -> Option<(&'static str, f64)> {
    let kind = match bytes.len() {
        1 => "uint8",
        2 => "uint16",
        3 => "uint24",
        4 => "uint32",
        _ => return None,
    };
    let number = bytes.iter().rev().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    Some((kind, f64::from(number)))
}

/// Bytes as text where they are, else as hexadecimal digits.
pub fn readable(bytes: &[u8]) -> (&'static str, String) {
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
    let trimmed = bytes.get(..end).unwrap_or_default();
    if !trimmed.is_empty() && trimmed.iter().all(|byte| (0x20..0x7f).contains(byte)) {
        return ("string", text::bounded(trimmed, text::TEXT_LIMIT).0);
    }
    ("octets", text::hex(bytes, SHOWN))
}
