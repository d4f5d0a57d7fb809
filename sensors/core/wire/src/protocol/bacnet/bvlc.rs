//! BACnet virtual link layer (annex J.2).
//!
//! | 0 type 1 (0x81) | 1 function 1 | 2 length 2 | 4 … |
//! 0x00 result 2 · 0x01, 0x03 entries of 10: address 4, port 2, mask 4 · 0x04 origin 6, NPDU · 0x05 time to live 2 (s) ·
//! 0x07 entries of 10: address 4, port 2, time to live 2, remaining 2 · 0x08 address 4, port 2 · 0x09, 0x0A, 0x0B NPDU ·
//! 0x0C secured, opaque.

use crate::bytes::{be16, u8_at};

pub const TYPE: u8 = 0x81;
pub const HEADER: usize = 4;

pub const RESULT: u8 = 0x00;
pub const WRITE_BROADCAST_DISTRIBUTION_TABLE: u8 = 0x01;
pub const READ_BROADCAST_DISTRIBUTION_TABLE: u8 = 0x02;
pub const READ_BROADCAST_DISTRIBUTION_TABLE_ACK: u8 = 0x03;
pub const FORWARDED_NPDU: u8 = 0x04;
pub const REGISTER_FOREIGN_DEVICE: u8 = 0x05;
pub const READ_FOREIGN_DEVICE_TABLE: u8 = 0x06;
pub const READ_FOREIGN_DEVICE_TABLE_ACK: u8 = 0x07;
pub const DELETE_FOREIGN_DEVICE_TABLE_ENTRY: u8 = 0x08;
pub const DISTRIBUTE_BROADCAST_TO_NETWORK: u8 = 0x09;
pub const ORIGINAL_UNICAST_NPDU: u8 = 0x0a;
pub const ORIGINAL_BROADCAST_NPDU: u8 = 0x0b;
pub const SECURE_BVLL: u8 = 0x0c;

/// Bytes of an entry of either table, and of an address with its port.
pub const ENTRY: usize = 10;
pub const ADDRESS: usize = 6;

pub const fn name(function: u8) -> Option<&'static str> {
    Some(match function {
        RESULT => "BVLC-Result",
        WRITE_BROADCAST_DISTRIBUTION_TABLE => "Write-Broadcast-Distribution-Table",
        READ_BROADCAST_DISTRIBUTION_TABLE => "Read-Broadcast-Distribution-Table",
        READ_BROADCAST_DISTRIBUTION_TABLE_ACK => "Read-Broadcast-Distribution-Table-Ack",
        FORWARDED_NPDU => "Forwarded-NPDU",
        REGISTER_FOREIGN_DEVICE => "Register-Foreign-Device",
        READ_FOREIGN_DEVICE_TABLE => "Read-Foreign-Device-Table",
        READ_FOREIGN_DEVICE_TABLE_ACK => "Read-Foreign-Device-Table-Ack",
        DELETE_FOREIGN_DEVICE_TABLE_ENTRY => "Delete-Foreign-Device-Table-Entry",
        DISTRIBUTE_BROADCAST_TO_NETWORK => "Distribute-Broadcast-To-Network",
        ORIGINAL_UNICAST_NPDU => "Original-Unicast-NPDU",
        ORIGINAL_BROADCAST_NPDU => "Original-Broadcast-NPDU",
        SECURE_BVLL => "Secure-BVLL",
        _ => return None,
    })
}

/// Result codes (J.2.1.1); each belongs to the function it refuses.
pub const fn result(code: u16) -> Option<&'static str> {
    Some(match code {
        0x0000 => "successful completion",
        0x0010 => "Write-Broadcast-Distribution-Table NAK",
        0x0020 => "Read-Broadcast-Distribution-Table NAK",
        0x0030 => "Register-Foreign-Device NAK",
        0x0040 => "Read-Foreign-Device-Table NAK",
        0x0050 => "Delete-Foreign-Device-Table-Entry NAK",
        0x0060 => "Distribute-Broadcast-To-Network NAK",
        _ => return None,
    })
}

/// Function that a result other than 0 refuses.
pub const fn refused(code: u16) -> Option<u8> {
    Some(match code {
        0x0010 => WRITE_BROADCAST_DISTRIBUTION_TABLE,
        0x0020 => READ_BROADCAST_DISTRIBUTION_TABLE,
        0x0030 => REGISTER_FOREIGN_DEVICE,
        0x0040 => READ_FOREIGN_DEVICE_TABLE,
        0x0050 => DELETE_FOREIGN_DEVICE_TABLE_ENTRY,
        0x0060 => DISTRIBUTE_BROADCAST_TO_NETWORK,
        _ => return None,
    })
}

#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    Npdu(&'a [u8]),
    Control(&'a [u8]),
}

/// A datagram.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub function: u8,
    /// Who said it first, of a Forwarded-NPDU: address 4, port 2.
    pub origin: Option<&'a [u8]>,
    pub content: Content<'a>,
    /// The length field is that of the datagram.
    pub whole: bool,
}

impl<'a> Frame<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let function = u8_at(data, 1).filter(|_| u8_at(data, 0) == Some(TYPE))?;
        let length = usize::from(be16(data, 2)?);
        let rest = data.get(HEADER..length).or_else(|| data.get(HEADER..))?;
        let (origin, content) = match function {
            FORWARDED_NPDU => (Some(rest.get(..ADDRESS)?), Content::Npdu(rest.get(ADDRESS..)?)),
            DISTRIBUTE_BROADCAST_TO_NETWORK | ORIGINAL_UNICAST_NPDU | ORIGINAL_BROADCAST_NPDU => {
                (None, Content::Npdu(rest))
            }
            _ => (None, Content::Control(rest)),
        };
        Some(Self { function, origin, content, whole: length == data.len() })
    }

    /// Sent to everybody, so that nobody need answer on this flow.
    pub const fn broadcast(&self) -> bool {
        !matches!(self.function, ORIGINAL_UNICAST_NPDU)
    }
}

/// Whether a message without NPDU has the length its function has.
pub fn fits(frame: &Frame<'_>) -> bool {
    let Content::Control(rest) = frame.content else { return true };
    match frame.function {
        RESULT => be16(rest, 0).is_some_and(|code| result(code).is_some()) && rest.len() == 2,
        REGISTER_FOREIGN_DEVICE => rest.len() == 2,
        READ_BROADCAST_DISTRIBUTION_TABLE | READ_FOREIGN_DEVICE_TABLE => rest.is_empty(),
        DELETE_FOREIGN_DEVICE_TABLE_ENTRY => rest.len() == ADDRESS,
        WRITE_BROADCAST_DISTRIBUTION_TABLE | READ_BROADCAST_DISTRIBUTION_TABLE_ACK | READ_FOREIGN_DEVICE_TABLE_ACK => {
            rest.len().is_multiple_of(ENTRY)
        }
        SECURE_BVLL => !rest.is_empty(),
        _ => false,
    }
}
