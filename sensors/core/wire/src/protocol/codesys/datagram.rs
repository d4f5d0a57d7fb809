//! The datagram layer: from node to node, over routers.
//!
//! | 0 magic 1 (c5) | 1 hop count 5 bits, length of the header in words 3 bits | 2 priority 2 bits, signal 1, kind of
//! addresses 1, longest block 4 | 3 service 1 | 4 message id 1 | 5 length of the sender's address in words 4 bits, of the
//! receiver's 4 | receiver | sender | zeros to a multiple of four | what the service has to say |
//!
//! Addresses over TCP are | port 2 | IPv4 address 4 |; over UDP the part of the address that the network leaves free, with
//! the number of the port (1740 to 1743) above it. Both big-endian.

use crate::bytes::u8_at;

pub const MAGIC: u8 = 0xc5;
/// Shortest header, in words.
const LEAST_HEADER: usize = 3;

pub const ADDRESS_REQUEST: u8 = 1;
pub const ADDRESS_RESPONSE: u8 = 2;
pub const NAME_REQUEST: u8 = 3;
pub const NAME_RESPONSE: u8 = 4;
pub const CHANNEL: u8 = 64;

/// One datagram.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    pub service: u8,
    pub sender: &'a [u8],
    pub payload: &'a [u8],
    /// Where the payload begins.
    pub offset: usize,
}

impl<'a> Datagram<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        if u8_at(data, 0)? != MAGIC {
            return None;
        }
        let words = usize::from(u8_at(data, 1)? & 7);
        let lengths = u8_at(data, 5)?;
        if words < LEAST_HEADER {
            return None;
        }
        let sender = (words + usize::from(lengths & 0xf)) * 2;
        let end = sender + usize::from(lengths >> 4) * 2;
        let offset = end.next_multiple_of(4);
        Some(Self { service: u8_at(data, 3)?, sender: data.get(sender..end)?, payload: data.get(offset..)?, offset })
    }

    /// Its service is one that is known.
    pub const fn known(&self) -> bool {
        matches!(self.service, ADDRESS_REQUEST..=NAME_RESPONSE | CHANNEL)
    }
}

/// A node's address as text: its bytes, in groups of two.
pub fn address(bytes: &[u8]) -> String {
    let words: Vec<String> = bytes.chunks(2).map(|word| crate::text::hex(word, 2)).collect();
    words.join(".")
}
