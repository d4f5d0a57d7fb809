//! Variable specifications of requests, and the values that go with them.
//!
//! | 0 type 1 (0x12) | 1 length of what follows 1 | 2 syntax 1 | then by syntax:
//!
//! | S7ANY | 3 data type 1 | 4 count 2 | 6 data block 2 | 8 area 1 | 9 address 3 (in bits) |
//! | DBREAD | 3 areas 1 | 4 for each: bytes 1, data block 2, address 2 (in bytes) |
//! | NCK | 3 area 3 bits, unit 5 bits | 4 column 2 | 6 line 2 | 8 module 1 | 9 lines 1 |
//!
//! Values: | 0 return code 1 | 1 transport size 1 | 2 length 2 | 4 value | fill byte to an even length |

use super::area;
use crate::bytes::{be16, be32, u8_at};
use crate::protocol::Object;
use std::fmt::Write as _;

const SPECIFICATION: u8 = 0x12;
pub const S7ANY: u8 = 0x10;
pub const DBREAD: u8 = 0xb0;
const NCK: [u8; 3] = [0x82, 0x83, 0x84];
/// Longest text of an address that is no S7ANY pointer, in bytes of the item.
const SHOWN: usize = 32;

/// One item that a request names.
#[derive(Clone, Copy, Debug)]
pub enum Spec<'a> {
    Any {
        of: area::Type,
        count: u16,
        block: u16,
        area: u8,
        address: u32,
    },
    /// Anything else: the syntax and what it holds.
    Other {
        syntax: u8,
        rest: &'a [u8],
    },
}

/// Items one after another.
#[derive(Clone, Copy, Debug)]
pub struct Specs<'a> {
    rest: &'a [u8],
}

impl<'a> Specs<'a> {
    pub const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// The next item; None when there is none, or none that can be read.
    pub fn next(&mut self) -> Option<Spec<'a>> {
        if u8_at(self.rest, 0)? != SPECIFICATION {
            return None;
        }
        let length = usize::from(u8_at(self.rest, 1)?);
        let item = self.rest.get(2..2 + length)?;
        let after = self.rest.get(2 + length..).unwrap_or_default();
        // An item of odd length is filled up where another one follows.
        let fill = usize::from(length % 2 == 1 && after.first() == Some(&0));
        self.rest = after.get(fill..).unwrap_or_default();
        let syntax = u8_at(item, 0)?;
        Some(any(item).unwrap_or(Spec::Other { syntax, rest: item.get(1..).unwrap_or_default() }))
    }
}

fn any(item: &[u8]) -> Option<Spec<'_>> {
    if u8_at(item, 0)? != S7ANY || item.len() != 10 {
        return None;
    }
    let area = u8_at(item, 6)?;
    area::kind(area)?;
    Some(Spec::Any {
        of: area::type_of(u8_at(item, 1)?)?,
        count: be16(item, 2)?,
        block: be16(item, 4)?,
        area,
        address: be32(item, 6)? & 0xff_ffff,
    })
}

impl Spec<'_> {
    pub fn object(&self) -> Option<Object<'static>> {
        match self {
            Spec::Any { of, count, block, area, address } => {
                Some(area::object(*area, *block, *of, *address, u32::from(*count)))
            }
            Spec::Other { .. } => None,
        }
    }

    /// Bytes that its value must have; None when nobody knows.
    pub fn bytes(&self) -> Option<usize> {
        match self {
            Spec::Any { of, count, .. } => Some(usize::from(*count) * usize::from(of.bytes.max(1))),
            Spec::Other { .. } => None,
        }
    }

    /// Kind and address of what is no S7ANY pointer.
    pub fn named(&self) -> Option<(&'static str, String)> {
        let Spec::Other { syntax, rest } = self else { return None };
        let mut out = String::new();
        if NCK.contains(syntax)
            && let (Some(unit), Some(column), Some(line), Some(module), Some(lines)) =
                (u8_at(rest, 0), be16(rest, 1), be16(rest, 3), u8_at(rest, 5), u8_at(rest, 6))
        {
            let _ = write!(out, "NCK:{}/{}:{module:#04x}/{column}/{line}", unit >> 5, unit & 31);
            if lines > 1 {
                let _ = write!(out, "*{lines}");
            }
            return Some(("nck", out));
        }
        if *syntax == DBREAD && !rest.is_empty() {
            let areas =
                rest.get(1..).unwrap_or_default().chunks_exact(5).take(usize::from(u8_at(rest, 0).unwrap_or(0)));
            for part in areas {
                let (count, block, at) = (u8_at(part, 0), be16(part, 1), be16(part, 3));
                let (Some(count), Some(block), Some(at)) = (count, block, at) else { break };
                let comma = if out.is_empty() { "" } else { "," };
                let _ = write!(out, "{comma}DB{block}.DBX{at}.0:BYTE");
                if count != 1 {
                    let _ = write!(out, "*{count}");
                }
                if out.len() > crate::text::TEXT_LIMIT {
                    break;
                }
            }
            return Some(("datablock", out));
        }
        let _ = write!(out, "{}:{}", syntax_name(*syntax), crate::text::hex(rest, SHOWN));
        Some(("symbol", out))
    }

    /// Its syntax by name, for what is no S7ANY pointer.
    pub fn syntax(&self) -> Option<&'static str> {
        match self {
            Spec::Any { .. } => None,
            Spec::Other { syntax, .. } => Some(syntax_name(*syntax)),
        }
    }
}

/// Name of a syntax id.
pub const fn syntax_name(syntax: u8) -> &'static str {
    match syntax {
        S7ANY => "S7ANY",
        0x13 => "PBC-R_ID",
        0x15 => "ALARM_LOCKFREE",
        0x16 => "ALARM_IND",
        0x19 => "ALARM_ACK",
        0x1a => "ALARM_QUERYREQ",
        0x1c => "NOTIFY_IND",
        0x82 => "NCK",
        0x83 => "NCK_M",
        0x84 => "NCK_I",
        0xa2 => "DRIVEESANY",
        DBREAD => "DBREAD",
        0xb2 => "1200SYM",
        _ => "unknown syntax",
    }
}

/// How the length of a value is counted, and what it is.
mod transport {
    pub const NULL: u8 = 0;
    pub const BIT: u8 = 3;
    pub const BYTE: u8 = 4;
    pub const INTEGER: u8 = 5;
    pub const DINTEGER: u8 = 6;
    pub const REAL: u8 = 7;
}

/// One value with its return code.
#[derive(Clone, Copy, Debug)]
pub struct Datum<'a> {
    pub code: u8,
    pub transport: u8,
    pub bytes: &'a [u8],
}

impl Datum<'_> {
    /// The type that the transport size promises, where the request says none.
    pub const fn of(&self) -> area::Type {
        match self.transport {
            transport::BIT => area::BIT,
            transport::INTEGER => area::INT,
            transport::DINTEGER => area::DINT,
            transport::REAL => area::REAL,
            _ => area::BYTE,
        }
    }
}

/// Values one after another.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a> {
    rest: &'a [u8],
    /// A value reached beyond the message.
    pub cut: bool,
}

impl<'a> Data<'a> {
    pub const fn new(rest: &'a [u8]) -> Self {
        Self { rest, cut: false }
    }

    pub fn next(&mut self) -> Option<Datum<'a>> {
        let (code, size, length) = (u8_at(self.rest, 0)?, u8_at(self.rest, 1)?, be16(self.rest, 2)?);
        let length = match size {
            transport::NULL => 0,
            transport::BIT | transport::BYTE | transport::INTEGER => usize::from(length).div_ceil(8),
            _ => usize::from(length),
        };
        let rest = self.rest.get(4..).unwrap_or_default();
        let bytes = rest.get(..length).unwrap_or_else(|| {
            self.cut = true;
            rest
        });
        self.rest = rest.get(length + length % 2..).unwrap_or_default();
        Some(Datum { code, transport: size, bytes })
    }

    /// Return codes alone, as the replies of writes carry them.
    pub fn code(&mut self) -> Option<u8> {
        let code = u8_at(self.rest, 0)?;
        self.rest = self.rest.get(1..).unwrap_or_default();
        Some(code)
    }
}

#[cfg(test)]
mod tests {
    use super::{Data, Spec, Specs};

    #[test]
    fn items_of_any_syntax_are_named_and_a_cut_one_ends_the_list() {
        let any = [0x12, 10, 0x10, 2, 0, 20, 0, 10, 0x84, 0, 0, 32];
        let nck = [0x12, 8, 0x82, 0x41, 0, 1, 0, 2, 0x7f, 3];
        let symbol = [0x12, 5, 0xb2, 0xff, 0, 0, 1];
        let all = [&any[..], &nck, &symbol, &[0], &any[..6]].concat();
        let mut specs = Specs::new(&all);
        assert!(matches!(specs.next(), Some(Spec::Any { count: 20, block: 10, area: 0x84, address: 32, .. })));
        assert_eq!(specs.next().unwrap().named().unwrap().1, "NCK:2/1:0x7f/1/2*3");
        assert_eq!(specs.next().unwrap().named().unwrap().1, "1200SYM:ff000001");
        assert!(specs.next().is_none());
        let dbread = [0x12, 12, 0xb0, 2, 4, 0, 10, 0, 8, 1, 0, 11, 0, 0];
        let named = Specs::new(&dbread).next().unwrap().named().unwrap();
        assert_eq!(named, ("datablock", "DB10.DBX8.0:BYTE*4,DB11.DBX0.0:BYTE".to_owned()));
    }

    #[test]
    fn lengths_are_in_bits_or_bytes_by_the_transport_size() {
        let data = [0xff, 3, 0, 1, 1, 0, 0xff, 4, 0, 16, 1, 2, 0xff, 9, 0, 2, 3, 4, 10, 0, 0, 0, 0xff, 4, 1, 0, 7];
        let mut values = Data::new(&data);
        assert_eq!(values.next().unwrap().bytes, [1]);
        assert_eq!(values.next().unwrap().bytes, [1, 2]);
        assert_eq!(values.next().unwrap().bytes, [3, 4]);
        assert_eq!(values.next().unwrap().code, 10);
        assert!(!values.cut);
        assert_eq!(values.next().unwrap().bytes, [7]);
        assert!(values.cut && values.next().is_none());
    }
}
