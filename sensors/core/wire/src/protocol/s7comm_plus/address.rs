//! Addresses of variables: | symbol CRC | access area | count of ids | access sub-area | ids |, all variable-length. With a
//! CRC (or in an optimised block) the ids are LIDs of the symbol's path; without one, 3 (classic blob), first byte,
//! count of bytes and perhaps a bit are a place in memory.
//!
//! `DB2.LID:10.1`, `M.LID:9` by symbol, `DB1.DBX2.0:BYTE*4`, `MX8.0:BYTE*2` by place.

use super::names;
use super::reader::Reader;
use std::fmt::Write as _;

const CLASSIC_BLOB: u32 = 3;
/// Ids of one address that are written out.
const IDS: u32 = 16;

/// What a variable is called.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Place {
    pub kind: &'static str,
    pub text: String,
    /// Object and attribute it belongs to.
    pub object: u32,
    pub attribute: u32,
}

impl Place {
    /// An attribute of an object; that of the session itself and its subscriptions without their changing ids.
    pub fn attribute(object: u32, attribute: u32, session: u32) -> Self {
        let mut text = owner(object, attribute, session);
        text.push('.');
        match names::attribute(attribute) {
            Some(name) => text.push_str(name),
            None => drop(write!(text, "{attribute}")),
        }
        Self { kind: "attribute", text, object, attribute }
    }

    /// Reads the address at the head.
    pub fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let crc = reader.vlq()?;
        let area = reader.vlq()?;
        let count = reader.vlq()?;
        Self::behind(reader, crc, area, count)
    }

    /// The sub-area and the ids behind it. `count` counts both.
    pub fn behind(reader: &mut Reader<'_>, crc: u32, area: u32, count: u32) -> Option<Self> {
        let attribute = reader.vlq()?;
        let (kind, mut text) = base(area);
        let values = matches!(attribute, names::DB_ACTUAL | names::AREA_ACTUAL);
        if !values {
            let mut place = Self::attribute(area, attribute, 0);
            // An initial value is where the actual one is, in the load memory.
            if matches!(attribute, names::DB_INITIAL | names::AREA_INITIAL) {
                (place.kind, place.text) = (kind, format!("{text}.ValueInitial"));
            }
            append(reader, count.saturating_sub(1), ".", &mut place.text)?;
            return Some(place);
        }
        let mut rest = count.saturating_sub(1);
        let mut ahead = *reader;
        if crc == 0 && rest >= 3 && ahead.vlq() == Some(CLASSIC_BLOB) {
            *reader = ahead;
            let (start, bytes) = (reader.vlq()?, reader.vlq()?);
            rest = rest.saturating_sub(3);
            let bit = if rest > 0 { Some(reader.vlq()?) } else { None };
            rest = rest.saturating_sub(1);
            let memory = if names::block(area).is_some() { ".DBX" } else { "X" };
            let _ = match bit {
                Some(bit) => write!(text, "{memory}{start}.{bit}:BOOL"),
                None if bytes == 1 => write!(text, "{memory}{start}.0:BYTE"),
                None => write!(text, "{memory}{start}.0:BYTE*{bytes}"),
            };
            append(reader, rest, ".LID:", &mut text)?;
        } else {
            append(reader, rest, ".LID:", &mut text)?;
        }
        Some(Self { kind, text, object: area, attribute })
    }

    /// Whether it is a variable of the program.
    pub const fn variable(&self) -> bool {
        matches!(self.attribute, names::DB_ACTUAL | names::AREA_ACTUAL)
    }
}

fn append(reader: &mut Reader<'_>, count: u32, first: &str, text: &mut String) -> Option<()> {
    for i in 0..count {
        let id = reader.vlq()?;
        if i < IDS {
            let _ = write!(text, "{}{id}", if i == 0 { first } else { "." });
        }
    }
    Some(())
}

/// Kind and beginning of the address of an area.
fn base(area: u32) -> (&'static str, String) {
    match area {
        80 => ("input", "I".to_owned()),
        81 => ("output", "Q".to_owned()),
        82 => ("merker", "M".to_owned()),
        83 => ("counter", "C".to_owned()),
        84 => ("timer", "T".to_owned()),
        _ => ("datablock", object(area)),
    }
}

/// Name of an object, or its number.
pub fn object(id: u32) -> String {
    names::object(id)
        .map(str::to_owned)
        .or_else(|| names::block_name(id))
        .unwrap_or_else(|| if id >= 0x1_0000 { format!("{id:#010x}") } else { id.to_string() })
}

fn owner(id: u32, attribute: u32, session: u32) -> String {
    match attribute {
        names::SUBSCRIPTION..=1005 | 1040..=1054 | 1082 => "subscription".to_owned(),
        _ if id == session && id != 0 => "session".to_owned(),
        289..=310 | names::STRUCT_SECURITY_KEY..=names::LEGITIMATE => "session".to_owned(),
        _ => object(id),
    }
}
