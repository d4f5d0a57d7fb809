//! Device attributes, group 0: what an outstation says of itself (IEEE 1815-2012 A.1).
//!
//! | 0 data type 1 | 1 length 1 | 2 data |; the variation is the attribute, the index the set (0: the standard's own).

use super::header::Header;
use super::items::{Held, Part, Parts};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::Operation;
use crate::text;

const VISIBLE_STRING: u8 = 1;
const UNSIGNED: u8 = 2;
const INTEGER: u8 = 3;
const FLOAT: u8 = 4;

/// Name of an attribute of set 0, and the word of `ot.attribute` it is.
const fn term(variation: u8) -> Option<(&'static str, Option<&'static str>)> {
    Some(match variation {
        211 => ("user_attributes", None),
        240 => ("max_transmit_fragment", None),
        241 => ("max_receive_fragment", None),
        242 => ("software_version", Some("firmware")),
        243 => ("hardware_version", Some("hardware")),
        244 => ("owner", None),
        245 => ("location", Some("location")),
        246 => ("user_id", None),
        247 => ("user_name", Some("name")),
        248 => ("serial_number", Some("serial")),
        249 => ("conformance", None),
        250 => ("product", Some("model")),
        252 => ("manufacturer", Some("vendor")),
        254 => ("all", None),
        255 => ("list", None),
        _ => return None,
    })
}

/// `attribute:product`, or set and number where the standard has no name.
pub fn address(set: u32, variation: u8) -> String {
    match term(variation).filter(|_| set == 0) {
        Some((name, _)) => format!("attribute:{name}"),
        None => format!("attribute:{set}/{variation}"),
    }
}

pub fn read(header: &Header<'_>, operation: Operation, parts: &mut Parts) {
    let attribute = term(header.variation).and_then(|(_, attribute)| attribute);
    for each in header.objects() {
        let mut part = Part::of(operation, header).named(address(each.index, header.variation));
        let (kind, data) = (u8_at(each.data, 0).unwrap_or(0), each.data.get(2..).unwrap_or_default());
        let number = match (kind, data.len()) {
            (UNSIGNED, 1) => u8_at(data, 0).map(f64::from),
            (UNSIGNED, 2) => le16(data, 0).map(f64::from),
            (UNSIGNED, 4) => le32(data, 0).map(f64::from),
            (INTEGER, 1) => u8_at(data, 0).map(|n| f64::from(n.cast_signed())),
            (INTEGER, 2) => le16(data, 0).map(|n| f64::from(n.cast_signed())),
            (INTEGER, 4) => le32(data, 0).map(|n| f64::from(n.cast_signed())),
            (FLOAT, 4) => le32(data, 0).map(|n| f64::from(f32::from_bits(n))),
            _ => None,
        };
        if let Some(number) = number {
            parts.numbers.push(number);
            part.held = Held::Numbers("number", parts.numbers.len() - 1..parts.numbers.len());
        } else if kind == VISIBLE_STRING {
            let value = text::bounded(data, text::TEXT_LIMIT).0;
            if let Some(attribute) = attribute.filter(|_| each.index == 0 && operation == Operation::IdentifyDevice) {
                parts.identity.push((attribute, value.trim().to_owned()));
            }
            part.held = Held::Text("text", value);
        } else if !data.is_empty() {
            part.held = Held::Text("bytes", text::hex(data, 64));
        }
        parts.push(part);
    }
}
