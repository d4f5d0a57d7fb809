//! Values: | 0 flags 1 | 1 type 1 | contents |. Flags: 0x10 array, 0x20 address array, 0x40 sparse array.
//!
//! An array: | count | elements |; a sparse one: | key, element | … | 0 |. A struct: | id 4 | member id, value | … | 0 |, or
//! packed where its id belongs to the types of the program: | id 4 | moment of its interface 8 | transport size 1 |
//! count | bytes |. A blob: | root id | length | bytes |, with a root id 9 unknown bytes and members. Counts, keys and
//! lengths are variable-length quantities.

use super::names;
use super::reader::Reader;
use crate::text;
use std::fmt::Write as _;

const ARRAY: u8 = 0x10;
const ADDRESS_ARRAY: u8 = 0x20;
const SPARSE_ARRAY: u8 = 0x40;
const NULL: u8 = 0x00;
const BOOL: u8 = 0x01;
const UDINT: u8 = 0x04;
const BLOB: u8 = 0x14;
const WSTRING: u8 = 0x15;
const VARIANT: u8 = 0x16;
const STRUCT: u8 = 0x17;
/// Numbers of one value that are kept.
const NUMBERS: usize = 256;
/// Bytes of a text that are kept.
const TEXT: usize = text::TEXT_LIMIT;
/// Structs in structs.
const DEPTH: u8 = 12;
/// Texts of members that are kept.
const MEMBERS: usize = 16;
/// Largest number that a double holds exactly.
const EXACT: u64 = 1 << 53;

/// A value as it was read; used again for the next one.
#[derive(Debug, Default)]
pub struct Value {
    /// Name of the type; empty for none.
    pub kind: &'static str,
    pub numbers: Vec<f64>,
    /// What is no number.
    pub text: String,
    /// The one integer that a double cannot hold.
    pub exact: Option<String>,
    /// Texts of the members of a struct with their ids.
    pub members: Vec<(u32, String)>,
    /// Id of the struct.
    pub structure: Option<u32>,
}

/// One element.
enum Scalar<'a> {
    Null,
    Unsigned(u64),
    Signed(i64),
    Real(f64),
    /// Nanoseconds since 1970.
    Moment(u64),
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    /// A blob with members.
    Members,
}

impl Value {
    pub fn clear(&mut self) {
        self.kind = "";
        self.numbers.clear();
        self.text.clear();
        self.exact = None;
        self.members.clear();
        self.structure = None;
    }

    /// What it says is secret: only its type stays.
    pub fn withhold(&mut self) {
        let kind = self.kind;
        self.clear();
        self.kind = kind;
    }

    /// The number it is, where it is a single one.
    pub fn number(&self) -> Option<f64> {
        if self.numbers.len() == 1 { self.numbers.first().copied() } else { None }
    }

    /// Reads the value at the head. None when it reaches beyond the message, or has a type that is not known.
    pub fn read(&mut self, reader: &mut Reader<'_>) -> Option<()> {
        self.clear();
        self.nested(reader, 0)
    }

    fn nested(&mut self, reader: &mut Reader<'_>, depth: u8) -> Option<()> {
        let (flags, code) = (reader.u8()?, reader.u8()?);
        if depth == 0 {
            self.kind = kind(code)?;
        }
        if code == STRUCT {
            return self.structure(reader, flags, depth);
        }
        if flags & (ARRAY | ADDRESS_ARRAY) != 0 {
            let count = reader.vlq()?;
            // Elements without contents would go on for ever.
            let count = if code == NULL { 0 } else { count };
            self.open(depth, '[');
            for _ in 0..count {
                let code = if code == VARIANT { reader.u8().and_then(|_| reader.u8())? } else { code };
                self.element(reader, code, depth)?;
            }
            self.shut(depth, ']');
            return Some(());
        }
        if flags & SPARSE_ARRAY != 0 {
            self.open(depth, '[');
            while reader.vlq()? != 0 {
                self.element(reader, code, depth)?;
            }
            self.shut(depth, ']');
            return Some(());
        }
        self.element(reader, code, depth)
    }

    fn element(&mut self, reader: &mut Reader<'_>, code: u8, depth: u8) -> Option<()> {
        let one = scalar(reader, code)?;
        if matches!(one, Scalar::Members) {
            return self.members(reader, depth);
        }
        if depth > 0 {
            self.write(&one);
            return Some(());
        }
        match one {
            Scalar::Unsigned(number) => self.integer(i128::from(number)),
            Scalar::Signed(number) => self.integer(i128::from(number)),
            Scalar::Real(number) => self.push(number),
            Scalar::Bytes(bytes) if bytes.len() <= NUMBERS => {
                for byte in bytes {
                    self.push(f64::from(*byte));
                }
            }
            _ => self.write(&one),
        }
        Some(())
    }

    fn push(&mut self, number: f64) {
        if self.numbers.capacity() == 0 {
            self.numbers.reserve_exact(1);
        }
        if self.numbers.len() < NUMBERS {
            self.numbers.push(number);
        }
    }

    fn integer(&mut self, number: i128) {
        if number.unsigned_abs() > u128::from(EXACT) && self.numbers.is_empty() {
            self.exact = Some(number.to_string());
        }
        self.push(real(number));
    }

    fn structure(&mut self, reader: &mut Reader<'_>, flags: u8, depth: u8) -> Option<()> {
        let id = reader.be32()?;
        if depth == 0 {
            self.structure = Some(id);
        }
        if packed(id) {
            reader.take(9)?;
            let count = reader.vlq()?;
            let bytes = reader.take(usize::try_from(count).ok()?)?;
            self.write(&Scalar::Bytes(bytes));
            return Some(());
        }
        let count = if flags & ADDRESS_ARRAY != 0 { reader.vlq()? } else { 1 };
        for _ in 0..count {
            self.members(reader, depth)?;
        }
        Some(())
    }

    fn members(&mut self, reader: &mut Reader<'_>, depth: u8) -> Option<()> {
        if depth >= DEPTH {
            return None;
        }
        self.begin("{");
        loop {
            let id = reader.vlq()?;
            if id == 0 {
                self.begin("}");
                return Some(());
            }
            self.member(id);
            let head = reader.rest();
            self.nested(reader, depth + 1)?;
            if self.members.len() < MEMBERS && head.get(..2) == Some(&[0, WSTRING]) {
                let mut again = Reader::new(head.get(2..).unwrap_or_default());
                if let Some(Scalar::Text(bytes)) = scalar(&mut again, WSTRING) {
                    self.members.push((id, text::bounded(bytes, TEXT).0));
                }
            }
        }
    }

    /// Room for more text.
    fn room(&self) -> bool {
        self.text.len() < TEXT
    }

    fn begin(&mut self, sign: &str) {
        if self.room() {
            if sign != "}" && self.text.ends_with(|c: char| !matches!(c, '{' | '[' | ' ')) {
                self.text.push_str(", ");
            }
            self.text.push_str(sign);
        }
    }

    fn open(&mut self, depth: u8, sign: char) {
        if depth > 0 && self.room() {
            self.text.push(sign);
        }
    }

    fn shut(&mut self, depth: u8, sign: char) {
        if depth > 0 && self.room() {
            self.text.push(sign);
        }
    }

    fn member(&mut self, id: u32) {
        if self.room() {
            self.begin("");
            match names::attribute(id) {
                Some(name) => self.text.push_str(name),
                None => drop(write!(self.text, "{id}")),
            }
            self.text.push_str(": ");
        }
    }

    fn write(&mut self, one: &Scalar<'_>) {
        if !self.room() {
            return;
        }
        self.begin("");
        let out = &mut self.text;
        match one {
            Scalar::Null | Scalar::Members => out.push('-'),
            Scalar::Unsigned(number) => drop(write!(out, "{number}")),
            Scalar::Signed(number) => drop(write!(out, "{number}")),
            Scalar::Real(number) => drop(write!(out, "{number}")),
            Scalar::Moment(moment) => out.push_str(&moment_text(*moment)),
            Scalar::Text(bytes) => out.push_str(&text::bounded(bytes, TEXT).0),
            Scalar::Bytes(bytes) => out.push_str(&text::hex(bytes, 64)),
        }
        if out.len() > TEXT {
            *out = text::bounded(out.as_bytes(), TEXT).0;
        }
    }
}

/// Types of the program, whose members travel packed.
const fn packed(id: u32) -> bool {
    matches!(id, 0x9000_0001..=0x9fff_fffe | 0x0200_0001..=0x02ff_fffe)
}

fn real(number: i128) -> f64 {
    let magnitude = number.unsigned_abs();
    let part = |shift: u32| u32::try_from((magnitude >> shift) & 0xffff_ffff).map_or(0.0, f64::from);
    let real = part(32) * 4_294_967_296.0 + part(0);
    if number < 0 { -real } else { real }
}

/// Names of the types, as `ot.value.type` has them. None: not known.
pub const fn kind(code: u8) -> Option<&'static str> {
    Some(match code {
        NULL => "null",
        BOOL => "bool",
        0x02 => "usint",
        0x03 => "uint",
        UDINT => "udint",
        0x05 => "ulint",
        0x06 => "sint",
        0x07 => "int",
        0x08 => "dint",
        0x09 => "lint",
        0x0a => "byte",
        0x0b => "word",
        0x0c => "dword",
        0x0d => "lword",
        0x0e => "real",
        0x0f => "lreal",
        0x10 => "timestamp",
        0x11 => "timespan",
        0x12 => "rid",
        0x13 => "aid",
        BLOB => "blob",
        WSTRING => "wstring",
        VARIANT => "variant",
        STRUCT => "struct",
        0x19 => "s7string",
        _ => return None,
    })
}

fn scalar<'a>(reader: &mut Reader<'a>, code: u8) -> Option<Scalar<'a>> {
    Some(match code {
        NULL => Scalar::Null,
        BOOL | 0x02 | 0x0a => Scalar::Unsigned(u64::from(reader.u8()?)),
        0x03 | 0x0b => Scalar::Unsigned(u64::from(reader.be16()?)),
        UDINT | 0x13 | VARIANT => Scalar::Unsigned(u64::from(reader.vlq()?)),
        0x05 => Scalar::Unsigned(reader.long_vlq()?),
        0x06 => Scalar::Signed(i64::from(i8::from_be_bytes([reader.u8()?]))),
        0x07 => Scalar::Signed(i64::from(i16::from_be_bytes(reader.be16()?.to_be_bytes()))),
        0x08 | 0x09 | 0x11 => Scalar::Signed(reader.signed_vlq()?),
        0x0c | 0x12 => Scalar::Unsigned(u64::from(reader.be32()?)),
        0x0d => Scalar::Unsigned(reader.be64()?),
        0x0e => Scalar::Real(f64::from(f32::from_bits(reader.be32()?))),
        0x0f => Scalar::Real(f64::from_bits(reader.be64()?)),
        0x10 => Scalar::Moment(reader.be64()?),
        BLOB => {
            if reader.vlq()? > 0 {
                reader.take(9)?;
                return Some(Scalar::Members);
            }
            let length = reader.vlq()?;
            Scalar::Bytes(reader.take(usize::try_from(length).ok()?)?)
        }
        WSTRING | 0x19 => {
            let length = reader.vlq()?;
            Scalar::Text(reader.take(usize::try_from(length).ok()?)?)
        }
        _ => return None,
    })
}

/// Nanoseconds since 1970 as ISO 8601.
fn moment_text(moment: u64) -> String {
    let seconds = i64::try_from(moment / 1_000_000_000).unwrap_or(0);
    let (year, month, day) = text::civil(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:09}Z", moment % 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::{Reader, Value};

    fn value(bytes: &[u8]) -> Option<Value> {
        let mut value = Value::default();
        let mut reader = Reader::new(bytes);
        value.read(&mut reader)?;
        assert!(reader.rest().is_empty());
        Some(value)
    }

    #[test]
    fn every_type_has_its_value() {
        for (bytes, kind, number) in [
            (&[0, 1, 1][..], "bool", 1.0),
            (&[0, 6, 0xff], "sint", -1.0),
            (&[0, 7, 0xff, 0xfe], "int", -2.0),
            (&[0, 8, 0x81, 0x25], "dint", 165.0),
            (&[0, 14, 0x3f, 0x80, 0, 0], "real", 1.0),
            (&[0, 15, 0x40, 0, 0, 0, 0, 0, 0, 0], "lreal", 2.0),
            (&[0, 18, 0, 0, 3, 0xe9], "rid", 1001.0),
            (&[0, 20, 0, 1, 7], "blob", 7.0),
        ] {
            let value = value(bytes).unwrap();
            assert_eq!((value.kind, value.number()), (kind, Some(number)));
        }
        assert_eq!(value(&[0, 16, 0, 0, 0, 0, 0x3b, 0x9a, 0xca, 1]).unwrap().text, "1970-01-01T00:00:01.000000001Z");
        assert_eq!(value(&[0, 21, 2, b'h', b'i']).unwrap().text, "hi");
        let big = value(&[0, 13, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).unwrap();
        assert_eq!(big.exact.as_deref(), Some("18446744073709551615"));
        assert!(value(&[0, 0x18, 0]).is_none());
    }

    #[test]
    fn arrays_and_structs_are_read_as_far_as_they_go() {
        assert_eq!(value(&[0x10, 2, 3, 1, 2, 3]).unwrap().numbers, [1.0, 2.0, 3.0]);
        assert_eq!(value(&[0x40, 4, 9, 1, 8, 2, 0]).unwrap().numbers, [1.0, 2.0]);
        let version = [0, 23, 0, 0, 1, 0x3a, 0x82, 0x3b, 0, 4, 0, 0x82, 0x3f, 0, 21, 1, b'x', 0];
        let version = value(&version).unwrap();
        assert_eq!(version.members, [(319, "x".to_owned())]);
        assert_eq!(version.text, "{LID_SessionVersionSystemOMS: 0, LID_SessionVersionSystemPAOMString: x}");
        // A billion elements without contents, structs without end.
        assert!(value(&[0x10, 0, 0x84, 0x80, 0x80, 0x80, 0]).is_some());
        let deep: Vec<u8> = [0u8, 23, 0, 0, 0, 9, 5].repeat(100);
        assert!(value(&deep).is_none());
    }
}
