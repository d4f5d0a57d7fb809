//! cEMI frames (KNX 3/6/3 4.1), and the telegram that a link layer service carries (3/3/2 2.2, 3/3/4 2).
//!
//! | 0 message code 1 | 1 length of additional information 1 | additional information | service's own |
//!
//! L_Data: | control 1 | control 2 | source 2 | destination 2 | length 1, of the TPDU less 1 | TPDU |. The TPDU begins with
//! the transport's bits: | data or control 1 bit | numbered 1 bit | sequence 4 bits | 2 bits, of the APCI or the kind |.
//! Local management has no additional information: | code 1 | object type 2 | instance 1 | property 1 | elements 4 bits,
//! first element 12 bits | data |.

use super::apci;
use crate::bytes::{be16, u8_at};
use crate::dataset::Flag;

pub const L_DATA_REQ: u8 = 0x11;
pub const L_DATA_CON: u8 = 0x2e;
pub const L_DATA_IND: u8 = 0x29;
pub const M_PROP_READ_REQ: u8 = 0xfc;
pub const M_PROP_READ_CON: u8 = 0xfb;
pub const M_PROP_WRITE_REQ: u8 = 0xf6;
pub const M_PROP_WRITE_CON: u8 = 0xf5;
pub const M_PROP_INFO_IND: u8 = 0xf7;
pub const M_FUNC_COMMAND_REQ: u8 = 0xf8;
pub const M_FUNC_STATE_REQ: u8 = 0xf9;
pub const M_FUNC_CON: u8 = 0xfa;
pub const M_RESET_REQ: u8 = 0xf1;
pub const M_RESET_IND: u8 = 0xf0;

/// Names; `None` where there is no such code.
pub fn name(code: u8) -> Option<&'static str> {
    Some(match code {
        0x10 => "L_Raw.req",
        L_DATA_REQ => "L_Data.req",
        0x13 => "L_Poll_Data.req",
        0x25 => "L_Poll_Data.con",
        L_DATA_IND => "L_Data.ind",
        0x2b => "L_Busmon.ind",
        0x2d => "L_Raw.ind",
        L_DATA_CON => "L_Data.con",
        0x2f => "L_Raw.con",
        0x41 => "T_Data_Connected.req",
        0x4a => "T_Data_Individual.req",
        0x89 => "T_Data_Connected.ind",
        0x94 => "T_Data_Individual.ind",
        M_RESET_IND => "M_Reset.ind",
        M_RESET_REQ => "M_Reset.req",
        M_PROP_WRITE_CON => "M_PropWrite.con",
        M_PROP_WRITE_REQ => "M_PropWrite.req",
        M_PROP_INFO_IND => "M_PropInfo.ind",
        M_FUNC_COMMAND_REQ => "M_FuncPropCommand.req",
        M_FUNC_STATE_REQ => "M_FuncPropStateRead.req",
        M_FUNC_CON => "M_FuncPropCommand.con",
        M_PROP_READ_CON => "M_PropRead.con",
        M_PROP_READ_REQ => "M_PropRead.req",
        _ => return None,
    })
}

/// A frame with its additional information taken off.
#[derive(Clone, Copy, Debug)]
pub struct Cemi<'a> {
    pub code: u8,
    pub service: &'a [u8],
}

impl<'a> Cemi<'a> {
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let code = u8_at(bytes, 0)?;
        let begin = if code >= 0xf0 { 1 } else { 2 + usize::from(u8_at(bytes, 1)?) };
        Some(Self { code, service: bytes.get(begin..)? })
    }

    /// Whether the code may be sent by who opened the channel; None where both may.
    pub fn by_client(&self) -> Option<bool> {
        match self.code {
            L_DATA_REQ | 0x10 | 0x13 | 0x41 | 0x4a | M_RESET_REQ | M_PROP_READ_REQ | M_PROP_WRITE_REQ => Some(true),
            L_DATA_CON | L_DATA_IND | 0x25 | 0x2b | 0x2d | 0x2f | 0x89 | 0x94 | M_PROP_READ_CON | M_PROP_WRITE_CON => {
                Some(false)
            }
            _ => None,
        }
    }

    /// The telegram, or what is odd about it.
    pub fn telegram(&self) -> Result<Telegram<'a>, Flag> {
        let Some(telegram) = Telegram::read(self.service).filter(|telegram| !telegram.odd) else {
            return Err(Flag::KnxCemi);
        };
        if telegram.transport == Transport::Unknown {
            return Err(Flag::KnxTpci);
        }
        let Some(code) = telegram.application() else { return Ok(telegram) };
        match apci::of(code) {
            None => Err(Flag::KnxApci),
            Some(service) if telegram.content().1.len() < service.least => Err(Flag::KnxApci),
            Some(_) => Ok(telegram),
        }
    }

    pub fn is_link_data(&self) -> bool {
        matches!(self.code, L_DATA_REQ | L_DATA_CON | L_DATA_IND)
    }
}

/// What the transport layer says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transport {
    Data,
    Numbered,
    Connect,
    Disconnect,
    Ack,
    Nak,
    Unknown,
}

impl Transport {
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "T_Data",
            Self::Numbered => "T_Data_Connected",
            Self::Connect => "T_Connect",
            Self::Disconnect => "T_Disconnect",
            Self::Ack => "T_ACK",
            Self::Nak => "T_NAK",
            Self::Unknown => "unknown TPCI",
        }
    }

    fn of(tpci: u8) -> Self {
        match (tpci >> 6, tpci & 3) {
            (0, _) => Self::Data,
            (1, _) => Self::Numbered,
            (2, 0) if tpci & 0x3c == 0 => Self::Connect,
            (2, 1) if tpci & 0x3c == 0 => Self::Disconnect,
            (3, 2) => Self::Ack,
            (3, 3) => Self::Nak,
            _ => Self::Unknown,
        }
    }

    pub fn is_data(self) -> bool {
        matches!(self, Self::Data | Self::Numbered)
    }
}

/// A telegram of the bus.
#[derive(Clone, Copy, Debug)]
pub struct Telegram<'a> {
    /// L_Data.con: it was not sent.
    pub failed: bool,
    pub source: u16,
    pub destination: u16,
    pub to_group: bool,
    pub transport: Transport,
    pub tpci: u8,
    /// Transport and application layer.
    pub tpdu: &'a [u8],
    /// The length byte disagrees with what is there.
    pub odd: bool,
}

impl<'a> Telegram<'a> {
    pub fn read(service: &'a [u8]) -> Option<Self> {
        let (first, second) = (u8_at(service, 0)?, u8_at(service, 1)?);
        let length = usize::from(u8_at(service, 6)?) + 1;
        let rest = service.get(7..)?;
        let tpdu = rest.get(..length.min(rest.len()))?;
        let tpci = u8_at(tpdu, 0)?;
        let transport = Transport::of(tpci);
        let least = if transport.is_data() { 2 } else { 1 };
        Some(Self {
            failed: first & 1 != 0,
            source: be16(service, 2)?,
            destination: be16(service, 4)?,
            to_group: second & 0x80 != 0,
            transport,
            tpci,
            tpdu,
            odd: rest.len() != length || tpdu.len() < least,
        })
    }

    /// Code of the application service.
    pub fn application(&self) -> Option<u16> {
        self.transport.is_data().then(|| be16(self.tpdu, 0).map(|word| word & 0x03ff)).flatten()
    }

    /// The six bits beside the code, and what follows.
    pub fn content(&self) -> (u8, &'a [u8]) {
        (u8_at(self.tpdu, 1).unwrap_or(0) & 0x3f, self.tpdu.get(2..).unwrap_or_default())
    }
}

/// Local management of one property.
#[derive(Clone, Copy, Debug)]
pub struct Local<'a> {
    pub object: u16,
    pub instance: u8,
    pub property: u8,
    pub elements: u8,
    pub data: &'a [u8],
}

impl<'a> Local<'a> {
    pub fn read(code: u8, service: &'a [u8]) -> Option<Self> {
        let counted = matches!(code, 0xf5 | 0xf6 | 0xf7 | 0xfb | 0xfc);
        let word = if counted { be16(service, 4)? } else { 0 };
        Some(Self {
            object: be16(service, 0)?,
            instance: u8_at(service, 2)?,
            property: u8_at(service, 3)?,
            elements: u8::try_from(word >> 12).unwrap_or(0),
            data: service.get(if counted { 6 } else { 4 }..)?,
        })
    }
}
