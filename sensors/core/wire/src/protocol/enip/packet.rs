//! Common packet format: a list of address and data items (CIP Networks Library Volume 2, 2-6).
//!
//! | 0 item count 2 | then for each item: type 2 | length 2 | data |, low byte first.

use crate::bytes::{le16, le32};

pub const NULL_ADDRESS: u16 = 0x0000;
pub const LIST_IDENTITY: u16 = 0x000c;
pub const CONNECTED_ADDRESS: u16 = 0x00a1;
pub const CONNECTED_DATA: u16 = 0x00b1;
pub const UNCONNECTED_DATA: u16 = 0x00b2;
pub const LIST_SERVICES: u16 = 0x0100;
pub const SEQUENCED_ADDRESS: u16 = 0x8002;

/// Items of one packet that matter, and whether they fill it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Packet<'a> {
    /// Connection of a connected or sequenced address item.
    pub connection: Option<u32>,
    /// Encapsulation sequence number of a sequenced address item.
    pub sequence: Option<u32>,
    /// The data item and its type.
    pub data: Option<(u16, &'a [u8])>,
    /// Lengths add up, and an address item comes with a data item of its kind.
    pub whole: bool,
}

impl<'a> Packet<'a> {
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let count = le16(bytes, 0)?;
        let mut packet = Self::default();
        let (mut at, mut address) = (2, None);
        for _ in 0..count.min(8) {
            let (Some(kind), Some(length)) = (le16(bytes, at), le16(bytes, at + 2)) else { return Some(packet) };
            let end = at + 4 + usize::from(length);
            let Some(data) = bytes.get(at + 4..end) else { return Some(packet) };
            match kind {
                NULL_ADDRESS => address = address.or(Some(kind)),
                CONNECTED_ADDRESS | SEQUENCED_ADDRESS => {
                    address = Some(kind);
                    packet.connection = le32(data, 0);
                    packet.sequence = le32(data, 4).filter(|_| kind == SEQUENCED_ADDRESS);
                }
                CONNECTED_DATA | UNCONNECTED_DATA => packet.data = packet.data.or(Some((kind, data))),
                _ => {}
            }
            at = end;
        }
        let fits = match packet.data.map(|(kind, _)| kind) {
            Some(CONNECTED_DATA) => packet.connection.is_some(),
            Some(UNCONNECTED_DATA) => address == Some(NULL_ADDRESS),
            _ => false,
        };
        packet.whole = fits && at == bytes.len() && count <= 8;
        Some(packet)
    }

    /// The CIP message: behind the sequence count where it is connected.
    pub fn message(&self) -> Option<&'a [u8]> {
        match self.data? {
            (CONNECTED_DATA, data) => data.get(2..),
            (_, data) => Some(data),
        }
    }

    /// Sequence count of a connected message of transport class 1 to 3 (Volume 1, 3-6).
    pub fn count_of_message(&self) -> u16 {
        self.data.filter(|(kind, _)| *kind == CONNECTED_DATA).and_then(|(_, data)| le16(data, 0)).unwrap_or(0)
    }
}

/// The items of a reply to ListIdentity, ListServices or ListInterfaces.
pub fn items(bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let count = le16(bytes, 0).unwrap_or(0);
    let mut at = 2;
    (0..count).map_while(move |_| {
        let (kind, length) = (le16(bytes, at)?, le16(bytes, at + 2)?);
        let data = bytes.get(at + 4..at + 4 + usize::from(length))?;
        at += 4 + usize::from(length);
        Some((kind, data))
    })
}
