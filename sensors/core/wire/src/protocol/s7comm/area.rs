//! Memory areas and data types of an S7 controller, and how Siemens writes an address.
//!
//! An address of `Object`'s numbers: `start` is the bit (byte * 8 + bit), or the number of a timer or counter; `part` of
//! the notation holds | area 8 | number of the data block 16 | type 8 |.

use crate::protocol::{Address, Form, Notation, Object};
use std::fmt::Write as _;

pub const DATA_RECORD: u8 = 0x01;
pub const SYSTEM_INFO_200: u8 = 0x03;
pub const SYSTEM_FLAGS_200: u8 = 0x05;
pub const ANALOG_INPUTS_200: u8 = 0x06;
pub const ANALOG_OUTPUTS_200: u8 = 0x07;
pub const COUNTERS: u8 = 0x1c;
pub const TIMERS: u8 = 0x1d;
pub const COUNTERS_200: u8 = 0x1e;
pub const TIMERS_200: u8 = 0x1f;
pub const PERIPHERAL: u8 = 0x80;
pub const INPUTS: u8 = 0x81;
pub const OUTPUTS: u8 = 0x82;
pub const FLAGS: u8 = 0x83;
pub const DATA_BLOCKS: u8 = 0x84;
pub const INSTANCE_BLOCKS: u8 = 0x85;
pub const LOCAL: u8 = 0x86;
pub const PREVIOUS_LOCAL: u8 = 0x87;

/// One data type of an S7ANY pointer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Type {
    pub code: u8,
    /// As Siemens writes it in a pointer.
    pub name: &'static str,
    /// Word of `ot.value.type`.
    pub kind: &'static str,
    /// Bytes of one value; 0 for a single bit.
    pub bytes: u8,
    /// How a number of this type is read; None for text and moments. A bit travels as a byte.
    pub form: Option<Form>,
}

const fn number(code: u8, name: &'static str, kind: &'static str, bytes: u8, form: Form) -> Type {
    Type { code, name, kind, bytes, form: Some(form) }
}

pub const BIT: Type = Type { code: 1, name: "BOOL", kind: "bool", bytes: 0, form: Some(Form::Uint8) };
pub const BYTE: Type = number(2, "BYTE", "byte", 1, Form::Uint8);
pub const CHAR: Type = Type { code: 3, name: "CHAR", kind: "char", bytes: 1, form: None };
pub const WORD: Type = number(4, "WORD", "word", 2, Form::Uint16);
pub const INT: Type = number(5, "INT", "int", 2, Form::Int16);
pub const DWORD: Type = number(6, "DWORD", "dword", 4, Form::Uint32);
pub const DINT: Type = number(7, "DINT", "dint", 4, Form::Int32);
pub const REAL: Type = number(8, "REAL", "real", 4, Form::Float32);
pub const DATE_AND_TIME: Type = Type { code: 15, name: "DATE_AND_TIME", kind: "date_and_time", bytes: 8, form: None };

const TYPES: [Type; 15] = [
    BIT,
    BYTE,
    CHAR,
    WORD,
    INT,
    DWORD,
    DINT,
    REAL,
    number(9, "DATE", "date", 2, Form::Uint16),
    number(10, "TIME_OF_DAY", "time_of_day", 4, Form::Uint32),
    number(11, "TIME", "time", 4, Form::Int32),
    number(12, "S5TIME", "s5time", 2, Form::Bcd16Time),
    DATE_AND_TIME,
    number(28, "COUNTER", "counter", 2, Form::Bcd16),
    number(29, "TIMER", "timer", 2, Form::Bcd16Time),
];

/// The type with a code. S7-200 IEC timers and counters and the high-speed counter have none that is known.
pub fn type_of(code: u8) -> Option<Type> {
    TYPES.iter().find(|t| t.code == code).copied()
}

/// Word of `ot.object.kind`.
pub const fn kind(area: u8) -> Option<&'static str> {
    Some(match area {
        DATA_BLOCKS | INSTANCE_BLOCKS => "datablock",
        FLAGS => "merker",
        INPUTS | ANALOG_INPUTS_200 => "input",
        OUTPUTS | ANALOG_OUTPUTS_200 => "output",
        TIMERS | TIMERS_200 => "timer",
        COUNTERS | COUNTERS_200 => "counter",
        PERIPHERAL => "peripheral",
        LOCAL | PREVIOUS_LOCAL => "local",
        DATA_RECORD | SYSTEM_INFO_200 | SYSTEM_FLAGS_200 => "system",
        _ => return None,
    })
}

/// Areas whose places are numbered, not addressed by byte and bit.
pub const fn numbered(area: u8) -> bool {
    matches!(area, TIMERS | COUNTERS | TIMERS_200 | COUNTERS_200)
}

/// `count` values of a type from `start` on in an area.
pub fn object(area: u8, block: u16, of: Type, start: u32, count: u32) -> Object<'static> {
    let part = u64::from(area) << 24 | u64::from(block) << 8 | u64::from(of.code);
    let step = if numbered(area) { 1 } else { u32::from(of.bytes).saturating_mul(8).max(1) };
    let address = Address::Placed(Notation { part, step, write });
    Object { kind: kind(area), address, start: i64::from(start), count }
}

/// `DB10.DBX4.0:BYTE*20`, `M2.1:BOOL`, `T5`.
fn write(out: &mut String, part: u64, start: i64, count: u32) {
    let [.., area, high, low, code] = part.to_be_bytes();
    let block = u16::from_be_bytes([high, low]);
    let _ = match area {
        TIMERS | TIMERS_200 => write!(out, "T{start}"),
        COUNTERS | COUNTERS_200 => write!(out, "C{start}"),
        DATA_BLOCKS => write!(out, "DB{block}.DBX{}.{}", start / 8, start % 8),
        INSTANCE_BLOCKS => write!(out, "DI{block}.DIX{}.{}", start / 8, start % 8),
        _ => write!(out, "{}{}.{}", letters(area), start / 8, start % 8),
    };
    if !numbered(area) {
        let _ = write!(out, ":{}", type_of(code).map_or("BYTE", |t| t.name));
    }
    if count > 1 {
        let _ = write!(out, "*{count}");
    }
}

const fn letters(area: u8) -> &'static str {
    match area {
        FLAGS => "M",
        INPUTS => "I",
        OUTPUTS => "Q",
        PERIPHERAL => "P",
        LOCAL => "L",
        PREVIOUS_LOCAL => "V",
        SYSTEM_FLAGS_200 => "SM",
        ANALOG_INPUTS_200 => "AI",
        ANALOG_OUTPUTS_200 => "AQ",
        _ => "S",
    }
}

#[cfg(test)]
mod tests {
    use super::{BIT, BYTE, DATA_BLOCKS, FLAGS, TIMERS, object, type_of};
    use crate::protocol::Address;

    fn written(of: crate::protocol::Object<'_>) -> String {
        let mut out = String::new();
        if let Address::Placed(notation) = of.address {
            (notation.write)(&mut out, notation.part, of.start, of.count);
        }
        out
    }

    #[test]
    fn addresses_are_written_as_siemens_does() {
        assert_eq!(written(object(DATA_BLOCKS, 10, BYTE, 32, 20)), "DB10.DBX4.0:BYTE*20");
        assert_eq!(written(object(FLAGS, 0, BIT, 17, 1)), "M2.1:BOOL");
        assert_eq!(written(object(TIMERS, 0, type_of(29).unwrap(), 5, 1)), "T5");
        assert_eq!(written(object(DATA_BLOCKS, 65535, type_of(8).unwrap(), 0xff_ffff, 1)), "DB65535.DBX2097151.7:REAL");
    }
}
