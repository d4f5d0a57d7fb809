//! The channel layer: connections between client and controller.
//!
//! | 0 type 1 | 1 flags 1 | and then, of what opens and closes channels: | 2 version 2 | 4 CRC-32 of the packet with zeros in
//! this place 4 | 8 … |; of a block: | 2 channel 2 | 4 number of the block 4 | 8 number of the last block received 4 | in the
//! first of a message also 12 size of the message 4 | 16 CRC-32 of the message 4 | data |.
//!
//! Flags of a block: bit 7 from the client, bit 0 the first of a message.

use super::checksum::Crc;
use crate::bytes::{le16, le32, u8_at};

const BLOCK: u8 = 0x01;
const ACKNOWLEDGE: u8 = 0x02;
const KEEP_ALIVE: u8 = 0x03;
const INFO_REQUEST: u8 = 0xc2;
const OPEN_REQUEST: u8 = 0xc3;
const CLOSE: u8 = 0xc4;
const INFO_RESPONSE: u8 = 0x82;
const OPEN_RESPONSE: u8 = 0x83;
const ERROR: u8 = 0x84;
/// Types from here on have a checksum of their own.
const CHECKED: u8 = 0x80;
const FROM_CLIENT: u8 = 0x80;
const FIRST: u8 = 1;
const CHECKSUM_AT: usize = 4;

/// A part of a message, or all of it.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    pub from_client: bool,
    pub channel: u16,
    pub number: u32,
    /// Size and CRC-32 of the message, in its first block.
    pub first: Option<(u32, u32)>,
    pub data: &'a [u8],
}

/// One packet.
#[derive(Clone, Copy, Debug)]
pub enum Packet<'a> {
    Block(Block<'a>),
    Acknowledge,
    KeepAlive { channel: u16 },
    InfoRequest,
    InfoResponse { channels: u16 },
    OpenRequest { message: u32 },
    OpenResponse { message: u32, reason: u16, channel: u16 },
    Close { channel: u16, reason: u16 },
    Error { channel: u16, error: u16 },
}

impl<'a> Packet<'a> {
    /// None: too short, or of no known type.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let flags = u8_at(data, 1)?;
        Some(match u8_at(data, 0)? {
            BLOCK => {
                let first = flags & FIRST != 0;
                Self::Block(Block {
                    from_client: flags & FROM_CLIENT != 0,
                    channel: le16(data, 2)?,
                    number: le32(data, 4)?,
                    first: if first { Some((le32(data, 12)?, le32(data, 16)?)) } else { None },
                    data: data.get(if first { 20 } else { 12 }..)?,
                })
            }
            ACKNOWLEDGE => {
                le32(data, 4)?;
                Self::Acknowledge
            }
            KEEP_ALIVE => Self::KeepAlive { channel: le16(data, 2)? },
            INFO_REQUEST if data.len() >= 8 => Self::InfoRequest,
            INFO_RESPONSE => Self::InfoResponse { channels: le16(data, 8)? },
            OPEN_REQUEST => Self::OpenRequest { message: le32(data, 8)? },
            OPEN_RESPONSE => {
                Self::OpenResponse { message: le32(data, 8)?, reason: le16(data, 12)?, channel: le16(data, 14)? }
            }
            CLOSE => Self::Close { channel: le16(data, 8)?, reason: le16(data, 10)? },
            ERROR => Self::Error { channel: le16(data, 8)?, error: le16(data, 10)? },
            _ => return None,
        })
    }

    /// Who sends it, where its type says so.
    pub const fn by_client(&self) -> Option<bool> {
        match self {
            Self::Block(block) => Some(block.from_client),
            Self::InfoRequest | Self::OpenRequest { .. } => Some(true),
            Self::InfoResponse { .. } | Self::OpenResponse { .. } | Self::Error { .. } => Some(false),
            Self::Acknowledge | Self::KeepAlive { .. } | Self::Close { .. } => None,
        }
    }
}

/// The packet's own checksum is right, or it has none.
pub fn checksum_fits(data: &[u8]) -> bool {
    if u8_at(data, 0).is_none_or(|kind| kind < CHECKED) {
        return true;
    }
    let (Some(told), Some(head), Some(tail)) =
        (le32(data, CHECKSUM_AT), data.get(..CHECKSUM_AT), data.get(CHECKSUM_AT + 4..))
    else {
        return true;
    };
    Crc::default().with(head).with(&[0; 4]).with(tail).finish() == told
}
