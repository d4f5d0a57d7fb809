//! Values and texts.

use crate::bytes::{le16, le32, le64};
use crate::protocol::draft::{Drafts, Told};
use crate::text;

/// Characters of a name, and bytes of a value shown in hexadecimal.
const NAME: usize = 256;
const SHOWN: usize = 32;
/// Largest number that a double holds exactly.
const EXACT: u64 = 1 << 53;

/// Types of IEC 61131-3 by the numbers of the runtime (TypeClass): name and size, 0 where it varies.
const fn elementary(class: u32) -> Option<(&'static str, usize)> {
    Some(match class {
        0 => ("BOOL", 1),
        1 => ("BIT", 1),
        2 => ("BYTE", 1),
        3 => ("WORD", 2),
        4 => ("DWORD", 4),
        5 => ("LWORD", 8),
        6 => ("SINT", 1),
        7 => ("INT", 2),
        8 => ("DINT", 4),
        9 => ("LINT", 8),
        10 => ("USINT", 1),
        11 => ("UINT", 2),
        12 => ("UDINT", 4),
        13 => ("ULINT", 8),
        14 => ("REAL", 4),
        15 => ("LREAL", 8),
        16 => ("STRING", 0),
        17 => ("WSTRING", 0),
        18 => ("TIME", 4),
        19 => ("DATE", 4),
        20 => ("DATE_AND_TIME", 4),
        21 => ("TIME_OF_DAY", 4),
        37 => ("LTIME", 8),
        _ => return None,
    })
}

const fn untyped(size: usize) -> Option<u32> {
    Some(match size {
        1 => 2,
        2 => 3,
        4 => 4,
        8 => 5,
        _ => return None,
    })
}

/// A value of a class, or of none that is known: then bits of its size.
pub fn value(class: Option<u32>, data: &[u8], drafts: &mut Drafts) -> Told {
    let class = class.filter(|class| elementary(*class).is_some_and(|(_, size)| size == 0 || size == data.len()));
    let Some(class) = class.or_else(|| untyped(data.len())) else { return bytes(data, drafts) };
    let Some((name, size)) = elementary(class) else { return bytes(data, drafts) };
    if size == 0 {
        return Told::Text(name, drafts.texts(|out| out.push_str(&self::text(data))));
    }
    let from = drafts.numbers.len();
    let Some((number, exact)) = number(class, data) else { return Told::None };
    drafts.numbers.push(number);
    let numbers = from..drafts.numbers.len();
    match exact {
        Some(exact) => Told::Exact(name, numbers, drafts.texts(|out| out.push_str(&exact))),
        None => Told::Numbers(name, numbers),
    }
}

/// A number, and its digits where a double cannot hold them.
fn number(class: u32, data: &[u8]) -> Option<(f64, Option<String>)> {
    let [byte, ..] = *data else { return None };
    Some(match class {
        6 => (f64::from(i8::from_le_bytes([byte])), None),
        7 => (f64::from(i16::from_le_bytes(le16(data, 0)?.to_le_bytes())), None),
        8 => (f64::from(i32::from_le_bytes(le32(data, 0)?.to_le_bytes())), None),
        14 => (f64::from(f32::from_bits(le32(data, 0)?)), None),
        15 => (f64::from_bits(le64(data, 0)?), None),
        9 => {
            let long = i64::from_le_bytes(le64(data, 0)?.to_le_bytes());
            let near =
                f64::from(i32::try_from(long >> 32).ok()?) * 4_294_967_296.0 + f64::from(low(long.to_le_bytes())?);
            (near, (long.unsigned_abs() > EXACT).then(|| long.to_string()))
        }
        5 | 13 | 37 => {
            let long = le64(data, 0)?;
            let near =
                f64::from(u32::try_from(long >> 32).ok()?) * 4_294_967_296.0 + f64::from(low(long.to_le_bytes())?);
            (near, (long > EXACT).then(|| long.to_string()))
        }
        _ => match data.len() {
            1 => (f64::from(byte), None),
            2 => (f64::from(le16(data, 0)?), None),
            _ => (f64::from(le32(data, 0)?), None),
        },
    })
}

fn low(bytes: [u8; 8]) -> Option<u32> {
    le32(&bytes, 0)
}

fn bytes(data: &[u8], drafts: &mut Drafts) -> Told {
    if data.is_empty() {
        return Told::None;
    }
    Told::Text("BYTES", drafts.texts(|out| out.push_str(&text::hex(data, SHOWN))))
}

/// UTF-16 up to its first zero.
pub fn wide(data: &[u8]) -> String {
    let units = data.chunks_exact(2).filter_map(|pair| le16(pair, 0)).take_while(|unit| *unit != 0);
    let signs = char::decode_utf16(units).map(|sign| sign.unwrap_or(char::REPLACEMENT_CHARACTER));
    signs.filter(|sign| !sign.is_control()).take(NAME).collect()
}

/// A text up to its first zero: UTF-16 where every other byte is zero, else UTF-8.
pub fn text(data: &[u8]) -> String {
    let (pairs, rest) = data.as_chunks::<2>();
    if rest.is_empty() && pairs.len() >= 2 && pairs.iter().all(|[_, high]| *high == 0) {
        return wide(data);
    }
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    text::bounded(data.get(..end).unwrap_or_default(), NAME).0
}
