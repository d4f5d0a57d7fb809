//! Header of variable data: who the meter is, how it is, how its data are secured (EN 13757-7, 7.5).
//!
//! long  | identification 4 BCD | manufacturer 2 | version 1 | medium 1 | access number 1 | status 1 | configuration 2 |
//! short | access number 1 | status 1 | configuration 2 |

use crate::bytes::{le16, le32, u8_at};
use std::fmt::Write as _;

const LONG: usize = 12;
const SHORT: usize = 4;
/// Identification, manufacturer, version, medium: the secondary address.
pub const SECONDARY: usize = 8;

/// Identification of a meter, or a pattern of it where a master selects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Secondary {
    pub identification: u32,
    pub manufacturer: u16,
    pub version: u8,
    pub medium: u8,
}

#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub meter: Option<Secondary>,
    pub access: u8,
    pub status: u8,
    pub configuration: u16,
}

impl Secondary {
    pub fn read(data: &[u8]) -> Option<Self> {
        Some(Self {
            identification: le32(data, 0)?,
            manufacturer: le16(data, 4)?,
            version: u8_at(data, 6)?,
            medium: u8_at(data, 7)?,
        })
    }

    /// Digits of its identification; F stands for any digit in a pattern.
    pub fn digits(&self) -> String {
        format!("{:08X}", self.identification)
    }

    /// Whether the identification is one: eight decimal digits.
    pub fn decimal(&self) -> bool {
        (0..8).all(|digit| (self.identification >> (4 * digit)) & 0xf <= 9)
    }

    /// Three letters of five bits each (EN 62056-21 flag association); FFFF stands for any.
    pub fn letters(&self) -> Option<String> {
        let letter = |shift: u32| {
            let code = u8::try_from((self.manufacturer >> shift) & 0x1f).ok()?;
            (1..=26).contains(&code).then(|| char::from(code + 64))
        };
        (self.manufacturer & 0x8000 == 0).then(|| [letter(10), letter(5), letter(0)].into_iter().collect()).flatten()
    }

    /// `12345678.ABC.1.water`, `*` where a pattern takes any.
    pub fn text(&self) -> String {
        let mut out = self.digits().replace('F', "*");
        match self.letters() {
            Some(letters) => out.push_str(&format!(".{letters}")),
            None if self.manufacturer == 0xffff => out.push_str(".*"),
            None => {
                let _ = write!(out, ".{:04X}", self.manufacturer);
            }
        }
        let _ = if self.version == 0xff { write!(out, ".*") } else { write!(out, ".{}", self.version) };
        let _ = match (self.medium, medium(self.medium)) {
            (0xff, _) => write!(out, ".*"),
            (_, Some(name)) => write!(out, ".{name}"),
            (code, None) => write!(out, ".{code}"),
        };
        out
    }
}

impl Header {
    /// A long header and the records behind it.
    pub fn long(data: &[u8]) -> Option<(Self, &[u8])> {
        let (head, records) = data.split_at_checked(LONG)?;
        let meter = Secondary::read(head)?;
        let (rest, _) = Self::short(head.get(SECONDARY..)?)?;
        Some((Self { meter: Some(meter), ..rest }, records))
    }

    pub fn short(data: &[u8]) -> Option<(Self, &[u8])> {
        let (head, records) = data.split_at_checked(SHORT)?;
        let header =
            Self { meter: None, access: u8_at(head, 0)?, status: u8_at(head, 1)?, configuration: le16(head, 2)? };
        Some((header, records))
    }

    /// Security mode; 0 is none.
    pub const fn security(&self) -> u16 {
        (self.configuration >> 8) & 0x1f
    }
}

/// What a status octet says (EN 13757-3, table 11).
pub fn status(status: u8) -> impl Iterator<Item = &'static str> {
    let application = match status & 3 {
        1 => Some("application busy"),
        2 => Some("application error"),
        3 => Some("abnormal condition"),
        _ => None,
    };
    let bits = [(4, "power low"), (8, "permanent error"), (16, "temporary error")];
    application.into_iter().chain(bits.into_iter().filter_map(move |(bit, name)| (status & bit != 0).then_some(name)))
}

/// Device types (EN 13757-7, table 13).
pub fn medium(code: u8) -> Option<&'static str> {
    Some(match code {
        0x00 => "other",
        0x01 => "oil",
        0x02 => "electricity",
        0x03 => "gas",
        0x04 => "heat (return)",
        0x05 => "steam",
        0x06 => "warm water",
        0x07 => "water",
        0x08 => "heat cost allocator",
        0x09 => "compressed air",
        0x0a => "cooling (return)",
        0x0b => "cooling (flow)",
        0x0c => "heat (flow)",
        0x0d => "heat and cooling",
        0x0e => "bus or system component",
        0x0f => "unknown",
        0x14 => "calorific value",
        0x15 => "hot water",
        0x16 => "cold water",
        0x17 => "dual water",
        0x18 => "pressure",
        0x19 => "A/D converter",
        0x1a => "smoke detector",
        0x1b => "room sensor",
        0x1c => "gas detector",
        0x20 => "breaker",
        0x21 => "valve",
        0x25 => "customer unit",
        0x28 => "waste water",
        0x29 => "garbage",
        0x31 => "communication controller",
        0x36 => "radio converter (system side)",
        0x37 => "radio converter (meter side)",
        _ => return None,
    })
}
