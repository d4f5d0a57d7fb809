//! Transport PDUs of class 0 (ITU-T X.224, 13).
//!
//! | 0 length indicator 1 (of the header behind it) | 1 code 1 | then by code:
//!
//! | CR, CC | 2 destination reference 2 | 4 source reference 2 | 6 class and options 1 | 7 parameters |
//! | DR | 2 destination reference 2 | 4 source reference 2 | 6 reason 1 | 7 parameters |
//! | DC | 2 destination reference 2 | 4 source reference 2 | 6 parameters |
//! | ER | 2 destination reference 2 | 4 reject cause 1 | 5 parameters |
//! | DT | 2 end of transport service data unit 1 bit, number 7 bits | 3 data |
//!
//! A parameter: | code 1 | length 1 | value |

use crate::bytes::{be16, u8_at};

pub const CR: u8 = 0xe0;
pub const CC: u8 = 0xd0;
pub const DR: u8 = 0x80;
pub const DC: u8 = 0xc0;
pub const DT: u8 = 0xf0;
pub const ER: u8 = 0x70;
/// Header of a data PDU: length indicator, code, number.
pub const DATA_HEADER: u8 = 3;
const EOT: u8 = 0x80;
const CALLING_TSAP: u8 = 0xc1;
const CALLED_TSAP: u8 = 0xc2;

/// What the first two bytes of a transport PDU say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shape {
    Data,
    Other,
}

/// Whether length indicator and code are those of a class 0 PDU.
pub const fn shape(length: u8, code: u8) -> Option<Shape> {
    match (code & 0xf0, length) {
        (DT, 2) => Some(Shape::Data),
        (CR | CC | DR, 6..=254) | (DC, 5..=254) | (ER, 4..=254) => Some(Shape::Other),
        _ => None,
    }
}

/// A connection that is asked for or confirmed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Connect<'a> {
    pub calling: Option<&'a [u8]>,
    pub called: Option<&'a [u8]>,
}

/// One transport PDU.
#[derive(Clone, Copy, Debug)]
pub enum Tpdu<'a> {
    Request(Connect<'a>),
    Confirm(Connect<'a>),
    Disconnect { reason: u8 },
    DisconnectConfirm,
    Error { cause: u8 },
    Data { end: bool, data: &'a [u8] },
}

impl<'a> Tpdu<'a> {
    /// None for what is no PDU of class 0, or is too short for what it says.
    pub fn read(pdu: &'a [u8]) -> Option<Self> {
        let (length, code) = (u8_at(pdu, 0)?, u8_at(pdu, 1)?);
        shape(length, code)?;
        let header = pdu.get(..=usize::from(length))?;
        Some(match code & 0xf0 {
            CR => Self::Request(connect(header.get(7..)?)?),
            CC => Self::Confirm(connect(header.get(7..)?)?),
            DR => Self::Disconnect { reason: u8_at(header, 6)? },
            DC => Self::DisconnectConfirm,
            ER => Self::Error { cause: u8_at(header, 4)? },
            _ => Self::Data { end: u8_at(header, 2)? & EOT != 0, data: pdu.get(3..)? },
        })
    }
}

fn connect(mut parameters: &[u8]) -> Option<Connect<'_>> {
    let mut out = Connect::default();
    while let (Some(code), Some(length)) = (u8_at(parameters, 0), u8_at(parameters, 1)) {
        let value = parameters.get(2..2 + usize::from(length))?;
        match code {
            CALLING_TSAP => out.calling = Some(value),
            CALLED_TSAP => out.called = Some(value),
            _ => {}
        }
        parameters = parameters.get(2 + usize::from(length)..)?;
    }
    parameters.is_empty().then_some(out)
}

/// Why a connection was refused or released (13.5.3 d).
pub const fn reason(code: u8) -> &'static str {
    match code {
        0 => "Reason not specified",
        1 => "Congestion at TSAP",
        2 => "Session entity not attached to TSAP",
        3 => "Address unknown",
        128 => "Normal disconnect",
        129 => "Remote transport entity congestion",
        130 => "Connection negotiation failed",
        131 => "Duplicate source reference",
        132 => "Mismatched references",
        133 => "Protocol error",
        135 => "Reference overflow",
        136 => "Connection request refused on this network connection",
        138 => "Header or parameter length invalid",
        _ => "Unknown reason",
    }
}

/// Why a PDU was rejected (13.12.3 c).
pub const fn cause(code: u8) -> &'static str {
    match code {
        0 => "Reason not specified",
        1 => "Invalid parameter code",
        2 => "Invalid TPDU type",
        3 => "Invalid parameter value",
        _ => "Unknown cause",
    }
}

/// A TSAP as text: printable ones as they are, others in hexadecimal.
pub fn tsap(value: &[u8]) -> String {
    if value.len() > 2 && value.iter().all(u8::is_ascii_graphic) {
        return String::from_utf8_lossy(value).into_owned();
    }
    crate::text::hex(value, 32)
}

/// Two bytes of a TSAP.
pub fn short(value: Option<&[u8]>) -> Option<u16> {
    value.filter(|v| v.len() == 2).and_then(|v| be16(v, 0))
}

#[cfg(test)]
mod tests {
    use super::{Tpdu, short, tsap};

    #[test]
    fn a_connection_request_tells_its_tsaps_in_any_order() {
        let pdu = [17, 0xe0, 0, 0, 0, 1, 0, 0xc0, 1, 10, 0xc2, 2, 1, 2, 0xc1, 2, 1, 0];
        let Some(Tpdu::Request(connect)) = Tpdu::read(&pdu) else { panic!("no request") };
        assert_eq!((short(connect.calling), short(connect.called)), (Some(0x100), Some(0x102)));
    }

    #[test]
    fn a_parameter_beyond_the_header_is_no_connection_request() {
        assert!(Tpdu::read(&[10, 0xe0, 0, 0, 0, 1, 0, 0xc1, 9, 1, 0]).is_none());
        assert!(Tpdu::read(&[200, 0xe0, 0, 0, 0, 1, 0]).is_none());
        assert!(Tpdu::read(&[2, 0xf1]).is_none());
        assert!(Tpdu::read(&[3, 0xf0, 0x80, 0x80]).is_none());
    }

    #[test]
    fn a_tsap_of_text_is_shown_as_text() {
        assert_eq!(tsap(b"SIMATIC-ROOT-ES"), "SIMATIC-ROOT-ES");
        assert_eq!(tsap(&[1, 2]), "0102");
        assert_eq!(tsap(b"KT"), "4b54");
    }
}
