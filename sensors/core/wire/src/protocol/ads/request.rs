//! What requests and replies carry (Beckhoff Information System, "ADS commands"), little-endian.
//!
//! | Read | index group 4 | offset 4 | length 4 |
//! | Write | index group 4 | offset 4 | length 4 | data |
//! | Read Write | index group 4 | offset 4 | length to read 4 | length to write 4 | data |
//! | Write Control | ADS state 2 | device state 2 | length 4 | data |
//! | Add Device Notification | index group 4 | offset 4 | length 4 | transmission mode 4 | max delay 4 | cycle time 4 | 16 |
//! | Delete Device Notification | handle 4 |
//! | replies | result 4 | of Read, Read Write: length 4, data | of Add: handle 4 | of Read State: ADS and device state 2 each |
//! |         | of Read Device Info: version 1, revision 1, build 2, name 16 |

use super::command::{ADD_NOTIFICATION, READ, READ_DEVICE_INFO, READ_STATE, READ_WRITE, WRITE};
use super::header::{HEADER, Header};
use crate::bytes::{le16, le32};

/// Group, offset, lengths and data of a request that names a place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    pub group: u32,
    pub offset: u32,
    /// Bytes wanted, or watched.
    pub size: u32,
    pub data: &'a [u8],
    /// Of a place to watch: transmission mode, longest delay, cycle time, the times in 100 ns.
    pub watch: Option<[u32; 3]>,
    /// The lengths do not fit the packet.
    pub uneven: bool,
}

fn size(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// `length` bytes from `at` on, fewer when there are not so many; and whether it comes out even.
fn counted(body: &[u8], at: usize, length: u32) -> (&[u8], bool) {
    let rest = body.get(at..).unwrap_or_default();
    (rest.get(..size(length)).unwrap_or(rest), rest.len() == size(length))
}

impl<'a> Asked<'a> {
    /// Reads the body of a request; None when it names no place or is too short.
    pub fn read(command: u16, body: &'a [u8]) -> Option<Self> {
        let place = || Some((le32(body, 0)?, le32(body, 4)?, le32(body, 8)?));
        let (group, offset, size) = match command {
            READ | WRITE | READ_WRITE | ADD_NOTIFICATION => place()?,
            _ => return None,
        };
        let (data, even) = match command {
            WRITE => counted(body, 12, size),
            READ_WRITE => counted(body, 16, le32(body, 12)?),
            READ => (&[][..], body.len() == 12),
            _ => (&[][..], body.len() >= 24),
        };
        let watch = || Some([le32(body, 12)?, le32(body, 16)?, le32(body, 20)?]);
        let watch = if command == ADD_NOTIFICATION { watch() } else { None };
        Some(Self { group, offset, size, data, watch, uneven: !even })
    }
}

/// A reply: result, what stands behind it, and whether it is as long as it must be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reply<'a> {
    pub code: Option<u32>,
    pub data: &'a [u8],
    pub uneven: bool,
}

impl<'a> Reply<'a> {
    /// `packet` begins with the AMS header. An error of the router comes without a body.
    pub fn read(packet: &'a [u8]) -> Self {
        let Some(header) = Header::read(packet) else { return Self::default() };
        let body = packet.get(HEADER..).unwrap_or_default();
        if header.error != 0 {
            return Self { code: Some(header.error), data: &[], uneven: false };
        }
        let Some(code) = le32(body, 0) else { return Self { uneven: true, ..Self::default() } };
        let rest = body.get(4..).unwrap_or_default();
        let (data, even) = match header.command {
            READ | READ_WRITE => match le32(rest, 0) {
                Some(length) => counted(rest, 4, length),
                // What was refused needs no length.
                None => (&[][..], code != 0),
            },
            ADD_NOTIFICATION | READ_STATE => (rest, rest.len() == 4 || code != 0),
            READ_DEVICE_INFO => (rest, rest.len() >= 5 || code != 0),
            _ => (rest, true),
        };
        Self { code: Some(code), data, uneven: !even }
    }
}

/// ADS state and device state at the head of a body.
pub fn states(body: &[u8]) -> Option<(u16, u16)> {
    Some((le16(body, 0)?, le16(body, 2)?))
}
