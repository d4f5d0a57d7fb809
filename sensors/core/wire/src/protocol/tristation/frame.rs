//! A TriStation datagram: the frame of the communication module (TCM) and, in a command, the packet for the controller.
//!
//! | 0 type 2 | 2 size 2 | 4 packet, of that size | CRC 2: CRC-16/ARC of all before it | numbers are little-endian
//!
//! | 0 direction 1 | 1 channel 1 | 2 command or reply 1 | 3 number 1 | 4 reserved 2 | 6 checksum 2: sum of all bytes with
//! 0 in its place, and of the size | 8 size of the packet 2 | 10 data |

use crate::bytes::{le16, u8_at};

pub const HEADER: usize = 4;
/// Header and CRC.
const FRAME: usize = HEADER + 2;
const PACKET: usize = 10;

pub const CONNECTION_REQUEST: u16 = 1;
pub const CONNECTION_RESPONSE: u16 = 2;
pub const DISCONNECTION_RESPONSE: u16 = 3;
pub const DISCONNECTION_REQUEST: u16 = 4;
pub const EXECUTION_COMMAND: u16 = 5;
pub const PING: u16 = 6;
pub const CONNECTION_LIMIT_REACHED: u16 = 7;
pub const NOT_CONNECTED: u16 = 8;
pub const MPS_ARE_DEAD: u16 = 9;
pub const ACCESS_DENIED: u16 = 10;
pub const CONNECTION_FAILED: u16 = 11;

/// Name of a frame's type.
pub const fn name(kind: u16) -> Option<&'static str> {
    Some(match kind {
        CONNECTION_REQUEST => "connection request",
        CONNECTION_RESPONSE => "connection response",
        DISCONNECTION_RESPONSE => "disconnection response",
        DISCONNECTION_REQUEST => "disconnection request",
        EXECUTION_COMMAND => "execution command",
        PING => "ping",
        CONNECTION_LIMIT_REACHED => "connection limit reached",
        NOT_CONNECTED => "not connected",
        MPS_ARE_DEAD => "main processors are dead",
        ACCESS_DENIED => "access denied",
        CONNECTION_FAILED => "connection failed",
        _ => return None,
    })
}

/// CRC-16/ARC: polynomial 8005 reflected, begins with 0.
pub fn crc(data: &[u8]) -> u16 {
    data.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 })
    })
}

/// Whether type and size are those of a frame.
pub fn may_be(data: &[u8]) -> bool {
    let size = le16(data, 2).map(usize::from);
    le16(data, 0).is_some_and(|kind| name(kind).is_some()) && size == data.len().checked_sub(FRAME)
}

/// A frame of the communication module.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub kind: u16,
    /// What the header says of the length of `inside`.
    pub size: u16,
    pub inside: &'a [u8],
    pub crc_fits: bool,
}

impl<'a> Frame<'a> {
    /// None below the length of a frame with nothing in it.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let end = data.len().checked_sub(2).filter(|end| *end >= FRAME - 2)?;
        Some(Self {
            kind: le16(data, 0)?,
            size: le16(data, 2)?,
            inside: data.get(HEADER..end)?,
            crc_fits: crc(data.get(..end)?) == le16(data, end)?,
        })
    }

    pub fn size_fits(&self) -> bool {
        usize::from(self.size) == self.inside.len()
    }

    /// The packet of a command, or of its reply.
    pub fn packet(&self) -> Option<Packet<'a>> {
        if self.kind == EXECUTION_COMMAND { Packet::read(self.inside) } else { None }
    }
}

/// What the controller is told, or tells.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// A command, or a reply.
    pub code: u8,
    /// Counts the commands of a connection; a reply has its command's.
    pub number: u8,
    pub size: u16,
    pub data: &'a [u8],
    pub checksum_fits: bool,
    whole: usize,
}

impl<'a> Packet<'a> {
    pub fn read(packet: &'a [u8]) -> Option<Self> {
        let (size, checksum) = (le16(packet, 8)?, le16(packet, 6)?);
        let sum = packet.iter().fold(u32::from(size), |sum, byte| sum.saturating_add(u32::from(*byte)));
        let own = checksum.to_le_bytes().iter().map(|byte| u32::from(*byte)).sum::<u32>();
        Some(Self {
            code: u8_at(packet, 2)?,
            number: u8_at(packet, 3)?,
            size,
            data: packet.get(PACKET..)?,
            checksum_fits: sum.saturating_sub(own) & 0xffff == u32::from(checksum),
            whole: packet.len(),
        })
    }

    pub fn size_fits(&self) -> bool {
        usize::from(self.size) == self.whole
    }
}
