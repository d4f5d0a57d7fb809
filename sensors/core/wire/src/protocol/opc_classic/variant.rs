//! Values of OPC: VARIANT as it stands on the wire (MS-OAUT 2.2.29.2), from a multiple of 8 on.
//!
//! | size 4, in 8 bytes | 0 | type 2 | 0 0 0 | type 4 | value |. Texts: | pointer to | letters 4 | bytes 4 | letters 4 | letters |.
//! Arrays: | pointer to | pointer to | dimensions 4 | dimensions 2 | features 2 | size 4 | locks 4 | form 4 | elements 4 |
//! pointer | dimensions of | elements 4 | first 4 | elements |.

use crate::protocol::dcerpc::ndr::Ndr;

/// Elements of an array that are told.
const ELEMENTS: usize = 128;
/// Greatest integer a double holds exactly with all smaller ones.
const EXACT: u64 = 1 << 53;
const ARRAY: u16 = 0x2000;
const TYPES: u16 = 0x0fff;
const EMPTY: u16 = 0;
const NULL: u16 = 1;
const TEXT: u16 = 8;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    None,
    Numbers { kind: &'static str, numbers: Vec<f64>, exact: Option<String> },
    Text { kind: &'static str, text: String },
}

/// Types of numbers (VARENUM, MS-OAUT 2.2.7): word, size.
const fn number(kind: u16) -> Option<(&'static str, usize)> {
    Some(match kind {
        2 => ("int16", 2),
        3 | 22 => ("int32", 4),
        4 => ("float32", 4),
        5 => ("float64", 8),
        6 => ("currency", 8),
        7 => ("date", 8),
        10 => ("error", 4),
        11 => ("bool", 2),
        16 => ("int8", 1),
        17 => ("uint8", 1),
        18 => ("uint16", 2),
        19 | 23 => ("uint32", 4),
        20 => ("int64", 8),
        21 => ("uint64", 8),
        _ => return None,
    })
}

/// A type's word.
pub const fn word(kind: u16) -> Option<&'static str> {
    match number(kind & TYPES) {
        Some((word, _)) => Some(word),
        None if kind & TYPES == TEXT => Some("string"),
        None => None,
    }
}

/// A number of a type, with its digits where a double cannot hold it.
fn read(stub: &mut Ndr<'_>, kind: u16) -> Option<(f64, Option<String>)> {
    Some(match kind {
        2 => (f64::from(stub.u16()?.cast_signed()), None),
        3 | 22 => (f64::from(stub.u32()?.cast_signed()), None),
        4 => (f64::from(stub.f32()?), None),
        5 | 7 => (stub.f64()?, None),
        // Ten-thousandths.
        6 => {
            let (number, exact) = signed(stub.u64()?.cast_signed());
            (number / 10_000.0, exact.map(|exact| format!("{exact}e-4")))
        }
        10 | 19 | 23 => (f64::from(stub.u32()?), None),
        11 => (f64::from(u8::from(stub.u16()? != 0)), None),
        16 => (f64::from(stub.u8()?.cast_signed()), None),
        17 => (f64::from(stub.u8()?), None),
        18 => (f64::from(stub.u16()?), None),
        20 => signed(stub.u64()?.cast_signed()),
        21 => unsigned(stub.u64()?),
        _ => return None,
    })
}

/// 64 bits as a double: halves are exact, their sum is rounded once.
fn unsigned(value: u64) -> (f64, Option<String>) {
    let half = |bits: u64| f64::from(u32::try_from(bits & 0xffff_ffff).unwrap_or(0));
    let number = half(value >> 32) * 4_294_967_296.0 + half(value);
    (number, (value > EXACT).then(|| value.to_string()))
}

fn signed(value: i64) -> (f64, Option<String>) {
    let (size, exact) = unsigned(value.unsigned_abs());
    if value < 0 { (-size, exact.map(|digits| format!("-{digits}"))) } else { (size, exact) }
}

/// The value at a place. None: it does not fit, or what follows cannot be found behind it.
pub fn variant(stub: &mut Ndr<'_>) -> Option<Value> {
    stub.align(8);
    let start = *stub;
    let size = usize::try_from(stub.u32()?).ok()?;
    stub.u32()?;
    let kind = stub.u16()?;
    stub.take(6)?;
    stub.u32()?;
    let read = match kind {
        EMPTY | NULL => Some(Value::None),
        TEXT => text(stub),
        kind if kind & ARRAY != 0 => array(stub, kind & TYPES),
        kind => scalar(stub, kind),
    };
    if read.is_none() {
        // A type that is not read: its size leads over it, where the sender gives one.
        let size = size.checked_mul(8).filter(|size| *size > 20)?;
        *stub = start;
        stub.take(size)?;
        return Some(Value::None);
    }
    read
}

fn scalar(stub: &mut Ndr<'_>, kind: u16) -> Option<Value> {
    let (word, _) = number(kind)?;
    let (number, exact) = read(stub, kind)?;
    Some(Value::Numbers { kind: word, numbers: vec![number], exact })
}

fn text(stub: &mut Ndr<'_>) -> Option<Value> {
    if !stub.pointer()? {
        return Some(Value::Text { kind: "string", text: String::new() });
    }
    let (_, _) = (stub.u32()?, stub.u32()?);
    let letters = stub.count(2)?;
    Some(Value::Text { kind: "string", text: stub.letters(letters)? })
}

/// An array of numbers of one dimension or more; of more, its elements in the order they stand in.
fn array(stub: &mut Ndr<'_>, kind: u16) -> Option<Value> {
    let (word, size) = number(kind)?;
    if !stub.pointer()? || !stub.pointer()? {
        return Some(Value::None);
    }
    let dimensions = stub.count(8)?;
    let (_, _) = (stub.u16()?, stub.u16()?);
    let (_, _) = (stub.u32()?, stub.u32()?);
    let (_, _) = (stub.u32()?, stub.u32()?);
    let there = stub.pointer()?;
    stub.take(dimensions.checked_mul(8)?)?;
    if !there {
        return Some(Value::None);
    }
    let count = stub.count(size)?;
    let mut numbers = Vec::new();
    let mut exact = None;
    for _ in 0..count {
        let (number, digits) = read(stub, kind)?;
        if numbers.len() < ELEMENTS {
            exact = exact.or(digits.map(|digits| format!("{}:{digits}", numbers.len())));
            numbers.push(number);
        }
    }
    Some(Value::Numbers { kind: word, numbers, exact })
}

/// An array of values: | count 4 | pointers | values |. What could be read of it, and whether that is all.
pub fn variants(stub: &mut Ndr<'_>) -> Option<(Vec<Value>, bool)> {
    let count = stub.count(4)?;
    let mut there = Vec::new();
    for _ in 0..count {
        there.push(stub.pointer()?);
    }
    Some(behind(stub, &there))
}

/// Values that pointers before them lead to.
pub fn behind(stub: &mut Ndr<'_>, there: &[bool]) -> (Vec<Value>, bool) {
    let mut found = Vec::new();
    for there in there {
        let read = if *there { variant(stub) } else { Some(Value::None) };
        let Some(value) = read else { return (found, false) };
        found.push(value);
    }
    (found, true)
}
