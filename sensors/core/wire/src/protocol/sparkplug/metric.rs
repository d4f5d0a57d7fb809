//! Metrics of a Sparkplug B payload (Sparkplug 3.0, 6.4.2 and 6.4.16; fields as in sparkplug_b.proto).

use super::protobuf::{Fields, Wire};
use crate::protocol::mqtt::payload::digest;
use crate::protocol::mqtt::told::Value;
use crate::text::{self, TEXT_LIMIT};

/// One metric, its value still undecoded: only with the data type, maybe told at birth, it can be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Metric<'a> {
    pub name: Option<&'a [u8]>,
    pub alias: Option<u64>,
    pub timestamp: Option<u64>,
    pub datatype: Option<u8>,
    pub historical: bool,
    pub transient: bool,
    pub null: bool,
    pub raw: Raw<'a>,
}

#[derive(Clone, Copy, Debug, Default)]
pub enum Raw<'a> {
    #[default]
    None,
    Int(u32),
    Long(u64),
    Float(f32),
    Double(f64),
    Truth(bool),
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    DataSet(&'a [u8]),
    Template(&'a [u8]),
    Extension,
}

impl<'a> Metric<'a> {
    /// Reads one metric; None when its bytes are no message, or fields have another wire type than theirs.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let mut fields = Fields::new(data);
        let mut metric = Self::default();
        for (number, wire) in &mut fields {
            match (number, wire) {
                (1, Wire::Bytes(name)) => metric.name = Some(name),
                (2, Wire::Varint(alias)) => metric.alias = Some(alias),
                (3, Wire::Varint(time)) => metric.timestamp = Some(time),
                (4, Wire::Varint(kind)) => metric.datatype = u8::try_from(kind).ok(),
                (5, Wire::Varint(truth)) => metric.historical = truth != 0,
                (6, Wire::Varint(truth)) => metric.transient = truth != 0,
                (7, Wire::Varint(truth)) => metric.null = truth != 0,
                (10, Wire::Varint(value)) => metric.raw = Raw::Int(low32(value)),
                (11, Wire::Varint(value)) => metric.raw = Raw::Long(value),
                (12, Wire::Fixed32(bits)) => metric.raw = Raw::Float(f32::from_bits(bits)),
                (13, Wire::Fixed64(bits)) => metric.raw = Raw::Double(f64::from_bits(bits)),
                (14, Wire::Varint(truth)) => metric.raw = Raw::Truth(truth != 0),
                (15, Wire::Bytes(text)) => metric.raw = Raw::Text(text),
                (16, Wire::Bytes(bytes)) => metric.raw = Raw::Bytes(bytes),
                (17, Wire::Bytes(set)) => metric.raw = Raw::DataSet(set),
                (18, Wire::Bytes(template)) => metric.raw = Raw::Template(template),
                (19, Wire::Bytes(_)) => metric.raw = Raw::Extension,
                (1..=19, wire) if !matches!((number, wire), (8 | 9, Wire::Bytes(_))) => return None,
                _ => {}
            }
        }
        (!fields.bad).then_some(metric)
    }

    /// The value, decoded with its data type.
    pub fn value(&self, datatype: Option<u8>) -> Value {
        if self.null {
            return Value::None;
        }
        let kind = datatype.and_then(type_name);
        match self.raw {
            Raw::None | Raw::Extension => Value::None,
            Raw::Int(value) if kind == Some("bool") => Value::number("bool", f64::from(u8::from(value != 0))),
            Raw::Int(value) => Value::number(kind.unwrap_or("uint32"), signed(value, datatype)),
            Raw::Long(value) => long(value, kind.unwrap_or("uint64")),
            Raw::Float(value) => Value::number(kind.unwrap_or("float"), f64::from(value)),
            Raw::Double(value) => Value::number(kind.unwrap_or("double"), value),
            Raw::Truth(truth) => Value::number(kind.unwrap_or("bool"), f64::from(u8::from(truth))),
            Raw::Text(t) => Value::text(kind.unwrap_or("text"), text::bounded(t, TEXT_LIMIT).0),
            Raw::Bytes(bytes) => Value::text(kind.unwrap_or("bytes"), digest(bytes)),
            Raw::DataSet(set) => Value::text("dataset", data_set(set)),
            Raw::Template(template) => Value::text("template", self::template(template)),
        }
    }

    /// Text longer than what is kept.
    pub fn cut(&self) -> bool {
        matches!(self.raw, Raw::Text(t) if t.len() > TEXT_LIMIT) || self.name.is_some_and(|n| n.len() > TEXT_LIMIT)
    }
}

/// Data types by their number.
pub const fn type_name(datatype: u8) -> Option<&'static str> {
    Some(match datatype {
        1 => "int8",
        2 => "int16",
        3 => "int32",
        4 => "int64",
        5 => "uint8",
        6 => "uint16",
        7 => "uint32",
        8 => "uint64",
        9 => "float",
        10 => "double",
        11 => "bool",
        12 => "string",
        13 => "datetime",
        14 => "text",
        15 => "uuid",
        16 => "dataset",
        17 => "bytes",
        18 => "file",
        19 => "template",
        20 => "propertyset",
        21 => "propertysetlist",
        22 => "int8[]",
        23 => "int16[]",
        24 => "int32[]",
        25 => "int64[]",
        26 => "uint8[]",
        27 => "uint16[]",
        28 => "uint32[]",
        29 => "uint64[]",
        30 => "float[]",
        31 => "double[]",
        32 => "bool[]",
        33 => "string[]",
        34 => "datetime[]",
        _ => return None,
    })
}

fn low32(value: u64) -> u32 {
    u32::try_from(value & 0xffff_ffff).unwrap_or(0)
}

/// Signed types travel as two's complement; some senders fill all 32 bits and some only those of the type.
fn signed(value: u32, datatype: Option<u8>) -> f64 {
    let [low, second, ..] = value.to_le_bytes();
    match datatype {
        Some(1) => f64::from(i8::from_le_bytes([low])),
        Some(2) => f64::from(i16::from_le_bytes([low, second])),
        Some(3) => f64::from(value.cast_signed()),
        _ => f64::from(value),
    }
}

/// 64 bits as a double, and as text where a double cannot hold them.
fn long(value: u64, kind: &'static str) -> Value {
    let exact_from = 1u64 << 53;
    let (negative, magnitude) = match kind {
        "int64" => (value.cast_signed() < 0, value.cast_signed().unsigned_abs()),
        _ => (false, value),
    };
    let (high, low) = (magnitude >> 32, magnitude & 0xffff_ffff);
    let number = f64::from(low32(high)) * 4_294_967_296.0 + f64::from(low32(low));
    let sign = if negative { "-" } else { "" };
    let exact = (magnitude > exact_from).then(|| format!("{sign}{magnitude}").into_boxed_str());
    Value::Number { kind, number: [if negative { -number } else { number }], exact }
}

/// A data set by its shape: columns by name, and how many rows.
fn data_set(data: &[u8]) -> String {
    let (mut columns, mut rows) = (Vec::new(), 0u32);
    for (number, wire) in Fields::new(data) {
        match (number, wire) {
            (2, Wire::Bytes(name)) if columns.len() < 16 => columns.push(text::bounded(name, 32).0),
            (4, Wire::Bytes(_)) => rows += 1,
            _ => {}
        }
    }
    format!("columns {}; rows {rows}", columns.join(", "))
}

/// A template by its reference and how many metrics it has.
fn template(data: &[u8]) -> String {
    let (mut reference, mut metrics, mut definition) = (String::new(), 0u32, false);
    for (number, wire) in Fields::new(data) {
        match (number, wire) {
            (2, Wire::Bytes(_)) => metrics += 1,
            (4, Wire::Bytes(name)) => reference = text::bounded(name, 256).0,
            (5, Wire::Varint(truth)) => definition = truth != 0,
            _ => {}
        }
    }
    let what = if definition { "definition" } else { "instance" };
    format!("{what} {reference}; metrics {metrics}")
}
