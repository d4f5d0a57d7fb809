//! A token-passing PDU: a frame of the HART data link layer as it would go over the loop (TS20081; TS20085 10.3.2.4).
//!
//! | preambles 0xff, mostly none | delimiter 1 | address 1 or 5 | expansion 0 to 3 | command 1 | byte count 1 | data | check 1 |
//!
//! Delimiter: | 7 address has five bytes | 6-5 expansion bytes | 4-3 physical layer | 2-0 frame type |. Data of a reply:
//! | response code 1 | device status 1 | data |. The check byte is the exclusive or of what stands before, from the delimiter.

use crate::bytes::{be16, u8_at};
use crate::text::hex;
use std::fmt::Write as _;

/// Frame types: burst, request of a master, reply of a device.
pub const BURST: u8 = 1;
pub const REQUEST: u8 = 2;
pub const REPLY: u8 = 6;
const LONG: u8 = 0x80;
/// Of a short address: the polling address. Of a long one: its first byte without master and burst bit.
const ADDRESS: u8 = 0x3f;
/// Extends a command number to two bytes, which stand before the data.
pub const EXTENDED: u8 = 31;

/// Whom a frame is for, or from.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Address {
    /// The device at the other end itself: a direct PDU names none.
    #[default]
    Own,
    Polling(u8),
    /// Expanded device type, 14 bits, and device id.
    Unique([u8; 5]),
}

impl Address {
    /// The address at the head of `data`, and what follows.
    pub fn read(delimiter: u8, data: &[u8]) -> Option<(Self, &[u8])> {
        if delimiter & LONG == 0 {
            let (address, rest) = data.split_first()?;
            return Some((Self::Polling(address & ADDRESS), rest));
        }
        let (address, rest) = data.split_first_chunk::<5>()?;
        let mut unique = *address;
        unique[0] &= ADDRESS;
        Some((Self::Unique(unique), rest))
    }

    pub fn write(self, out: &mut String) {
        match self {
            Self::Own => {}
            Self::Polling(address) => {
                let _ = write!(out, "{address}");
            }
            Self::Unique(address) => out.push_str(&hex(&address, 5)),
        }
    }
}

/// One frame.
#[derive(Clone, Copy, Debug)]
pub struct Pdu<'a> {
    pub delimiter: u8,
    pub address: Address,
    pub command: u8,
    /// As many bytes as there are, at most as its byte count says.
    pub data: &'a [u8],
    /// Whether byte count and check byte are right.
    pub counted: bool,
    pub checked: bool,
}

impl<'a> Pdu<'a> {
    pub fn read(body: &'a [u8]) -> Option<Self> {
        let from = body.iter().position(|byte| *byte != 0xff)?;
        let frame = body.get(from..)?;
        let (delimiter, rest) = frame.split_first()?;
        let (address, rest) = Address::read(*delimiter, rest)?;
        let (_, rest) = rest.split_at_checked(usize::from(delimiter >> 5 & 3))?;
        let (command, count) = (u8_at(rest, 0)?, usize::from(u8_at(rest, 1)?));
        let behind = rest.get(2..)?;
        let (sum, check) = frame.split_last().map(|(last, sum)| (sum.iter().fold(0, |sum, byte| sum ^ byte), *last))?;
        Some(Self {
            delimiter: *delimiter,
            address,
            command,
            data: behind.get(..count).unwrap_or_else(|| behind.split_last().map_or(&[], |(_, data)| data)),
            counted: behind.len() == count.saturating_add(1),
            checked: sum == check,
        })
    }

    pub const fn frame_type(&self) -> u8 {
        self.delimiter & 7
    }

    /// Command number with its extension, and the data behind it. A reply's extension stands behind its status.
    pub fn command(&self) -> (u16, &'a [u8]) {
        let at = if self.frame_type() == REQUEST { 0 } else { 2 };
        match be16(self.data, at) {
            Some(number) if self.command == EXTENDED => (number, self.data.get(at + 2..).unwrap_or_default()),
            _ => (u16::from(self.command), self.data.get(at..).unwrap_or_default()),
        }
    }

    /// Response code and device status of a reply.
    pub fn status(&self) -> Option<(u8, u8)> {
        Some((u8_at(self.data, 0)?, u8_at(self.data, 1)?))
    }
}

/// A frame inside command 77, which goes to a device behind the one that is asked (TS20151 7.45).
///
/// | I/O card 1 | channel 1 | preambles 1, of a request only | delimiter 1 | address 1 or 5 | command 1 | byte count 1 | data |
#[derive(Clone, Copy, Debug)]
pub struct Embedded<'a> {
    pub card: u8,
    pub channel: u8,
    pub address: Address,
    pub command: u8,
    pub data: &'a [u8],
    pub counted: bool,
}

impl<'a> Embedded<'a> {
    pub fn read(data: &'a [u8], request: bool) -> Option<Self> {
        let (card, channel) = (u8_at(data, 0)?, u8_at(data, 1)?);
        let at = if request { 3 } else { 2 };
        let (address, rest) = Address::read(u8_at(data, at)?, data.get(at + 1..)?)?;
        let (command, count, behind) = (u8_at(rest, 0)?, usize::from(u8_at(rest, 1)?), rest.get(2..)?);
        let (data, counted) = (behind.get(..count).unwrap_or(behind), behind.len() == count);
        Some(Self { card, channel, address, command, data, counted })
    }
}
