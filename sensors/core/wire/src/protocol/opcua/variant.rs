//! Variant and DataValue (Part 6, 5.2.2.16 and .17).

use super::extension::{ISSUED, USER_NAME, extension, skip_diagnostic};
use super::node::{expanded, localized_text, node_id, qualified_name, write_guid};
use super::reader::{DEPTH, Fault, Read, Reader};
use super::value::{NUMBERS, TYPES, VALUE_TEXT, Value, iso};
use crate::{hash, text};
use std::fmt::Write as _;

/// Bits of a Variant's encoding byte.
const ARRAY: u8 = 0x80;
const DIMENSIONS: u8 = 0x40;
const TYPE: u8 = 0x3f;
/// Greatest integer a double holds exactly with all smaller ones.
const EXACT: i64 = 1 << 53;
/// Bytes of an opaque value shown.
const OPAQUE: usize = 64;

/// Variant: | 0 encoding 1 | [length 4] | values | [dimensions Int32 array] |
pub fn variant(r: &mut Reader<'_>) -> Read<Value> {
    nested(r, 0)
}

fn nested(r: &mut Reader<'_>, depth: u32) -> Read<Value> {
    if depth > DEPTH {
        return Err(Fault::Nesting);
    }
    let encoding = r.u8()?;
    let kind = encoding & TYPE;
    if encoding == 0 {
        return Ok(Value::None);
    }
    if kind == 0 || kind > 31 {
        return Err(Fault::Malformed);
    }
    let value = if encoding & ARRAY != 0 { array(r, kind, depth)? } else { scalar(r, kind, depth)? };
    if encoding & DIMENSIONS != 0 {
        let dimensions = r.array()?;
        r.take(dimensions.saturating_mul(4))?;
    }
    Ok(value)
}

fn scalar(r: &mut Reader<'_>, kind: u8, depth: u32) -> Read<Value> {
    if let Some((number, exact)) = number(r, kind)? {
        return Ok(Value::Number { kind: name(kind), number: [number], exact: exact.map(String::into_boxed_str) });
    }
    match kind {
        // A DataValue or Variant is what it holds.
        23 => Ok(data_value_at(r, depth + 1)?.value),
        24 => nested(r, depth + 1),
        _ => {
            let mut out = String::new();
            element(r, kind, depth, &mut out)?;
            Ok(Value::text(name(kind), out))
        }
    }
}

fn array(r: &mut Reader<'_>, kind: u8, depth: u32) -> Read<Value> {
    let count = r.array()?;
    if count > 0 && matches!(kind, 1..=11 | 19) {
        let mut numbers = Vec::with_capacity(count.min(NUMBERS));
        let mut exacts = String::new();
        for i in 0..count {
            let Some((number, exact)) = number(r, kind)? else { break };
            if i >= NUMBERS {
                r.cut = true;
                continue;
            }
            numbers.push(number);
            if let Some(exact) = exact
                && exacts.len() < VALUE_TEXT
            {
                exacts.push_str(if exacts.is_empty() { "" } else { "," });
                exacts.push_str(&format!("{i}:{exact}"));
            }
        }
        let exact = (!exacts.is_empty()).then(|| exacts.into_boxed_str());
        return Ok(Value::Numbers { kind: name(kind), numbers, exact });
    }
    let mut out = String::from("[");
    let mut part = String::new();
    for i in 0..count {
        part.clear();
        element(r, kind, depth, &mut part)?;
        if out.len() + part.len() > VALUE_TEXT {
            r.cut = true;
            continue;
        }
        out.push_str(if i == 0 { "" } else { ", " });
        out.push_str(&part);
    }
    out.push(']');
    Ok(Value::text(name(kind), out))
}

fn name(kind: u8) -> &'static str {
    // Numbers without a type are to be read as ByteString (Part 6, 5.2.2.16).
    TYPES.get(usize::from(kind)).copied().unwrap_or("ByteString")
}

/// Numeric types as a double, with all digits where a double is too short. None: not a number.
fn number(r: &mut Reader<'_>, kind: u8) -> Read<Option<(f64, Option<String>)>> {
    let plain = |number: f64| Some((number, None));
    Ok(match kind {
        1 => plain(f64::from(u8::from(r.truth()?))),
        2 => plain(f64::from(i8::from_le_bytes([r.u8()?]))),
        3 => plain(f64::from(r.u8()?)),
        4 => plain(f64::from(i16::from_le_bytes(r.u16()?.to_le_bytes()))),
        5 => plain(f64::from(r.u16()?)),
        6 => plain(f64::from(r.i32()?)),
        7 | 19 => plain(f64::from(r.u32()?)),
        8 => {
            let whole = r.i64()?;
            Some((wide(i128::from(whole)), (whole.unsigned_abs() > EXACT.unsigned_abs()).then(|| whole.to_string())))
        }
        9 => {
            let whole = r.u64()?;
            Some((wide(i128::from(whole)), (whole > EXACT.unsigned_abs()).then(|| whole.to_string())))
        }
        10 => plain(f64::from(r.f32()?)),
        11 => plain(r.f64()?),
        _ => None,
    })
}

// The nearest double is meant; `exact` keeps what it loses.
#[allow(clippy::as_conversions)]
fn wide(whole: i128) -> f64 {
    whole as f64
}

/// One element of a type that is no number, as text.
fn element(r: &mut Reader<'_>, kind: u8, depth: u32, out: &mut String) -> Read<()> {
    match kind {
        12 | 16 => out.push_str(&r.text()?),
        13 => out.push_str(&iso(r.i64()?)),
        14 => write_guid(out, &r.guid()?),
        17 => {
            let node = node_id(r)?;
            node.write(out, r);
        }
        18 => {
            let node = expanded(r)?;
            out.push_str(&node.text(r));
        }
        20 => out.push_str(&qualified_name(r)?),
        21 => out.push_str(&localized_text(r)?),
        22 => {
            let object = extension(r)?;
            out.push_str(&object.type_id);
            out.push(':');
            match object.standard {
                USER_NAME | ISSUED => {
                    let _ = write!(out, "({} bytes, hidden)", object.body.len());
                }
                _ => opaque(object.body, out),
            }
        }
        23 => data_value_at(r, depth + 1)?.value.write(out),
        24 => nested(r, depth + 1)?.write(out),
        25 => skip_diagnostic(r)?,
        1..=11 | 19 => {
            if let Some((number, exact)) = number(r, kind)? {
                out.push_str(&exact.unwrap_or_else(|| number.to_string()));
            }
        }
        _ => {
            let bytes = r.bytes()?.unwrap_or_default();
            opaque(bytes, out);
        }
    }
    Ok(())
}

/// Bytes without a meaning: the first as hexadecimal; longer ones with length and hash, so that a change shows.
fn opaque(bytes: &[u8], out: &mut String) {
    out.push_str(&text::hex(bytes, OPAQUE));
    if bytes.len() > OPAQUE {
        let _ = write!(out, "…{} bytes, {:016x}", bytes.len(), hash::quick(bytes));
    }
}

/// A value with its quality and times.
#[derive(Clone, Debug, Default)]
pub struct DataValue {
    pub value: Value,
    pub status: u32,
    /// DateTime of the source, 0 if absent.
    pub source: i64,
}

/// DataValue: | mask 1 | [value] | [status 4] | [source time 8] | [source picoseconds 2] | [server time 8] | [server picoseconds 2] |
pub fn data_value(r: &mut Reader<'_>) -> Read<DataValue> {
    data_value_at(r, 0)
}

fn data_value_at(r: &mut Reader<'_>, depth: u32) -> Read<DataValue> {
    let mask = r.u8()?;
    let mut out = DataValue::default();
    if mask & 0x01 != 0 {
        out.value = nested(r, depth)?;
    }
    if mask & 0x02 != 0 {
        out.status = r.u32()?;
    }
    if mask & 0x04 != 0 {
        out.source = r.i64()?;
    }
    if mask & 0x10 != 0 {
        r.u16()?;
    }
    if mask & 0x08 != 0 {
        r.i64()?;
    }
    if mask & 0x20 != 0 {
        r.u16()?;
    }
    Ok(out)
}
