//! Elementary data types and their values (CIP Networks Library Volume 1, Appendix C-6); structures as Logix sends them
//! (Rockwell publication 1756-PM020).

use crate::bytes::{le16, le32, le64, u8_at};
use crate::hash;
use crate::protocol::draft::{Drafts, Told};
use crate::text;
use std::fmt::Write as _;

pub const BOOL: u16 = 0xc1;
pub const SINT: u16 = 0xc2;
pub const INT: u16 = 0xc3;
pub const DINT: u16 = 0xc4;
pub const LINT: u16 = 0xc5;
pub const USINT: u16 = 0xc6;
pub const UINT: u16 = 0xc7;
pub const UDINT: u16 = 0xc8;
pub const ULINT: u16 = 0xc9;
pub const REAL: u16 = 0xca;
pub const LREAL: u16 = 0xcb;
pub const STIME: u16 = 0xcc;
pub const DATE: u16 = 0xcd;
pub const TIME_OF_DAY: u16 = 0xce;
pub const DATE_AND_TIME: u16 = 0xcf;
pub const STRING: u16 = 0xd0;
pub const BYTE: u16 = 0xd1;
pub const WORD: u16 = 0xd2;
pub const DWORD: u16 = 0xd3;
pub const LWORD: u16 = 0xd4;
pub const SHORT_STRING: u16 = 0xda;
pub const TIME: u16 = 0xdb;
/// A structure: a handle of two bytes follows.
pub const STRUCTURE: u16 = 0x02a0;
/// Handle of the predefined Logix STRING: length 4, characters.
pub const LOGIX_STRING: u16 = 0x0fce;

/// Numbers kept of one value: an array of 500 bytes is the longest one message reads on a small connection.
const NUMBERS: usize = 512;
/// Bytes shown of data without a known layout; the rest goes into a hash.
const SHOWN: usize = 64;

/// Name and size of a type; None where it has no fixed size or is not known.
pub const fn elementary(kind: u16) -> Option<(&'static str, usize)> {
    Some(match kind {
        BOOL => ("BOOL", 1),
        SINT => ("SINT", 1),
        INT => ("INT", 2),
        DINT => ("DINT", 4),
        LINT => ("LINT", 8),
        USINT => ("USINT", 1),
        UINT => ("UINT", 2),
        UDINT => ("UDINT", 4),
        ULINT => ("ULINT", 8),
        REAL => ("REAL", 4),
        LREAL => ("LREAL", 8),
        STIME => ("STIME", 4),
        DATE => ("DATE", 2),
        TIME_OF_DAY => ("TIME_OF_DAY", 4),
        DATE_AND_TIME => ("DATE_AND_TIME", 6),
        BYTE => ("BYTE", 1),
        WORD => ("WORD", 2),
        DWORD => ("DWORD", 4),
        LWORD => ("LWORD", 8),
        TIME => ("TIME", 4),
        _ => return None,
    })
}

/// Values of a type code and the data behind it, as Read Tag answers and Write Tag asks.
///
/// | type 2 | handle 2 (structures only) | data |. Returns also the handle of a structure.
pub fn typed(kind: u16, data: &[u8], drafts: &mut Drafts) -> Told {
    // Bit 13 and above say array dimensions or structure in symbol types; in a service the low byte is the type.
    match elementary(kind) {
        Some((name, size)) => fixed(kind, name, size, data, drafts),
        None => match kind {
            STRING => string(data, 2, drafts),
            SHORT_STRING => string(data, 1, drafts),
            STRUCTURE => bytes("STRUCT", data, drafts),
            _ => bytes("BYTES", data, drafts),
        },
    }
}

fn fixed(kind: u16, name: &'static str, size: usize, data: &[u8], drafts: &mut Drafts) -> Told {
    let from = drafts.numbers.len();
    let mut exact = 0..0;
    for one in data.chunks_exact(size).take(NUMBERS) {
        let (number, wide) = number(kind, one);
        drafts.numbers.push(number);
        if let Some(wide) = wide {
            let begun = exact.end > exact.start;
            let told = drafts.texts(|out| {
                let _ = write!(out, "{}{wide}", if begun { " " } else { "" });
            });
            exact = if begun { exact.start..told.end } else { told };
        }
    }
    let numbers = from..drafts.numbers.len();
    match (numbers.is_empty(), exact.is_empty()) {
        (true, _) => Told::None,
        (_, true) => Told::Numbers(name, numbers),
        _ => Told::Exact(name, numbers, exact),
    }
}

/// One value; the exact one too where a double cannot hold it.
#[allow(clippy::as_conversions)] // to the nearest double; what that loses stands in the exact text
fn number(kind: u16, data: &[u8]) -> (f64, Option<i128>) {
    let wide = |value: i128| {
        let near = value as f64;
        (near, (near as i128 != value || value.unsigned_abs() > 1 << 53).then_some(value))
    };
    let byte = || u8_at(data, 0).unwrap_or(0);
    let word = || le16(data, 0).unwrap_or(0);
    let double = || le32(data, 0).unwrap_or(0);
    let long = || le64(data, 0).unwrap_or(0);
    match kind {
        BOOL => (f64::from(u8::from(byte() != 0)), None),
        SINT => (f64::from(byte().cast_signed()), None),
        INT => (f64::from(word().cast_signed()), None),
        DINT | STIME | TIME => (f64::from(double().cast_signed()), None),
        LINT => wide(i128::from(long().cast_signed())),
        USINT | BYTE => (f64::from(byte()), None),
        UINT | WORD | DATE => (f64::from(word()), None),
        UDINT | DWORD | TIME_OF_DAY => (f64::from(double()), None),
        ULINT | LWORD => wide(i128::from(long())),
        REAL => (f64::from(f32::from_bits(double())), None),
        LREAL => (f64::from_bits(long()), None),
        // Milliseconds since midnight, days since 1972: as days.
        _ => (f64::from(le16(data, 4).unwrap_or(0)) + f64::from(double()) / 86_400_000.0, None),
    }
}

/// A string behind a length of one or two bytes.
fn string(data: &[u8], width: usize, drafts: &mut Drafts) -> Told {
    let length = if width == 1 { u8_at(data, 0).map(usize::from) } else { le16(data, 0).map(usize::from) };
    let Some(characters) = length.and_then(|n| data.get(width..width + n)) else {
        return bytes("BYTES", data, drafts);
    };
    characters_of("STRING", characters, drafts)
}

/// The predefined STRING of Logix: | length 4 | characters, 82 at most, zeroes behind them |.
pub fn logix_string(data: &[u8], drafts: &mut Drafts) -> Told {
    let length = le32(data, 0).and_then(|n| usize::try_from(n).ok());
    match length.and_then(|n| data.get(4..4_usize.saturating_add(n))) {
        Some(characters) => characters_of("STRING", characters, drafts),
        None => bytes("STRUCT", data, drafts),
    }
}

fn characters_of(kind: &'static str, characters: &[u8], drafts: &mut Drafts) -> Told {
    let (told, _) = text::bounded(characters, text::TEXT_LIMIT);
    Told::Text(kind, drafts.texts(|out| out.push_str(&told)))
}

/// Data without a known layout: its first bytes, and a hash of the whole where these are not all.
pub fn bytes(kind: &'static str, data: &[u8], drafts: &mut Drafts) -> Told {
    if data.is_empty() {
        return Told::None;
    }
    Told::Text(
        kind,
        drafts.texts(|out| {
            for byte in data.iter().take(SHOWN) {
                let _ = write!(out, "{byte:02x}");
            }
            if data.len() > SHOWN {
                let _ = write!(out, "… {} #{:016x}", data.len(), hash::quick(data));
            }
        }),
    )
}
