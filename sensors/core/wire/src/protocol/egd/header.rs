//! The head of a data production (GE GFK-2224 4; packet of type 13).
//!
//! | 0 type 1 (13) | 1 version 1 (1) | 2 request id 2 | 4 producer id 4 | 8 exchange id 4 | 12 s since 1970 4 | 16 ns 4 |
//! 20 status 4 | 24 configuration signature 4 | 28 reserved 4 (0) | 32 data, at most 1,400 |; numbers are little-endian.

use crate::bytes::{le16, le32, u8_at};

pub const LENGTH: usize = 32;
pub const DATA: u8 = 13;
const VERSION: u8 = 1;
/// Most data of one exchange.
const MOST: usize = 1_400;
const SECOND: u32 = 1_000_000_000;

#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    pub kind: u8,
    version: u8,
    pub request: u16,
    /// By convention an IPv4 address of the producer.
    pub producer: [u8; 4],
    pub exchange: u32,
    pub seconds: u32,
    nanoseconds: u32,
    pub status: u32,
    pub signature: u32,
    reserved: u32,
    pub data: &'a [u8],
}

impl<'a> Header<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        Some(Self {
            kind: u8_at(data, 0)?,
            version: u8_at(data, 1)?,
            request: le16(data, 2)?,
            producer: *data.get(4..)?.first_chunk()?,
            exchange: le32(data, 8)?,
            seconds: le32(data, 12)?,
            nanoseconds: le32(data, 16)?,
            status: le32(data, 20)?,
            signature: le32(data, 24)?,
            reserved: le32(data, 28)?,
            data: data.get(LENGTH..)?,
        })
    }

    /// Whether it can be a production.
    pub fn sound(&self) -> bool {
        self.kind == DATA
            && self.version == VERSION
            && self.reserved == 0
            && self.nanoseconds < SECOND
            && self.exchange != 0
            && (1..=MOST).contains(&self.data.len())
    }
}

/// Names of the status, and whether it tells of an error.
pub fn status(code: u32) -> Option<(&'static str, bool)> {
    Some(match code {
        0 => ("no new status event", false),
        1 => ("no error", false),
        2 => ("no error, data consumed", false),
        3 => ("SNTP error", true),
        4 => ("specification error", true),
        6 => ("data refresh error", true),
        7 => ("data refresh period exceeded", true),
        10 => ("IP layer not initialised", true),
        12 => ("lack of resource", true),
        16 => ("name resolution in progress", false),
        18 => ("loss of Ethernet interface", true),
        22 => ("Ethernet interface does not support EGD", true),
        26 => ("no response from Ethernet interface", true),
        28 => ("exchange not created", true),
        30 => ("exchange deleted", true),
        _ => return None,
    })
}
