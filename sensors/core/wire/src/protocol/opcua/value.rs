//! Values as the parser keeps them until the exchange is told.

use crate::protocol::Values;
use crate::text;
use std::fmt::Write as _;

/// Numbers of one array kept; what follows is passed over.
pub const NUMBERS: usize = 2048;
/// Text of one value, in bytes.
pub const VALUE_TEXT: usize = crate::text::TEXT_LIMIT;

/// Names of the built-in types (Part 6, 5.1.2), by their number.
pub const TYPES: [&str; 26] = [
    "Null",
    "Boolean",
    "SByte",
    "Byte",
    "Int16",
    "UInt16",
    "Int32",
    "UInt32",
    "Int64",
    "UInt64",
    "Float",
    "Double",
    "String",
    "DateTime",
    "Guid",
    "ByteString",
    "XmlElement",
    "NodeId",
    "ExpandedNodeId",
    "StatusCode",
    "QualifiedName",
    "LocalizedText",
    "ExtensionObject",
    "DataValue",
    "Variant",
    "DiagnosticInfo",
];

/// One value, owned.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    None,
    /// A single number, without an allocation; `exact` where a double cannot hold it.
    Number {
        kind: &'static str,
        number: [f64; 1],
        exact: Option<Box<str>>,
    },
    Numbers {
        kind: &'static str,
        numbers: Vec<f64>,
        exact: Option<Box<str>>,
    },
    Text {
        kind: &'static str,
        text: String,
    },
}

impl Value {
    pub fn text(kind: &'static str, text: String) -> Self {
        Self::Text { kind, text }
    }

    pub fn borrow(&self) -> Values<'_> {
        match self {
            Self::None => Values::None,
            Self::Number { kind, number, exact } => Values::Numbers { kind, numbers: number, exact: exact.as_deref() },
            Self::Numbers { kind, numbers, exact } => Values::Numbers { kind, numbers, exact: exact.as_deref() },
            Self::Text { kind, text } => Values::Text { kind, text },
        }
    }

    /// The value as a short text, for lists of arguments and event fields.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::None => out.push_str("null"),
            Self::Number { exact: Some(exact), .. } => out.push_str(exact),
            Self::Number { number: [number], .. } => {
                let _ = write!(out, "{number}");
            }
            Self::Numbers { numbers, .. } => {
                out.push('[');
                for (i, number) in numbers.iter().enumerate() {
                    if out.len() > VALUE_TEXT {
                        out.push('…');
                        break;
                    }
                    let _ = write!(out, "{}{number}", if i == 0 { "" } else { ", " });
                }
                out.push(']');
            }
            Self::Text { text, .. } => out.push_str(text),
        }
    }
}

/// Seconds from 1601-01-01, where DateTime counts from, to 1970-01-01.
const EPOCH_1601: i64 = 11_644_473_600;
/// Last second of the year 9999 since 1970; later ones mean "for ever" (Part 6, 5.2.2.5).
const LAST: i64 = 253_402_300_799;

/// DateTime (100 ns since 1601) as ISO 8601; "" when not set.
pub fn iso(ticks: i64) -> String {
    if ticks <= 0 {
        return String::new();
    }
    let seconds = ticks / 10_000_000 - EPOCH_1601;
    if seconds >= LAST {
        return "9999-12-31T23:59:59Z".to_owned();
    }
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = text::civil(days);
    let mut out = String::with_capacity(28);
    let _ =
        write!(out, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    let fraction = ticks % 10_000_000;
    if fraction != 0 {
        let _ = write!(out, ".{fraction:07}");
        while out.ends_with('0') {
            out.pop();
        }
    }
    out.push('Z');
    out
}
