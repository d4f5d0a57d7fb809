//! A frame opened as far as the counters need.

use super::Mac;
use crate::bytes::{be16, u8_at};
use crate::capture::Frame;
use crate::flow::ip::{Datagram, ipv4, ipv6};
use crate::link::Packet;
use crate::link::decode::{ETHERTYPE_IPV4, ETHERTYPE_IPV6, decode};

/// A frame and the datagram in it.
pub struct View<'a> {
    pub time: i64,
    pub packet: Packet<'a>,
    pub ip: Option<Inet<'a>>,
}

/// A datagram and what its header says beside.
pub struct Inet<'a> {
    pub datagram: Datagram<'a>,
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// Identification of IPv4.
    pub id: Option<u16>,
    /// Length of the datagram as its header says, bytes; 0 where a network card was to say it.
    pub length: usize,
}

impl<'a> View<'a> {
    /// None: a frame that is no frame of a network, or too short for one.
    pub fn open(frame: &Frame<'a>) -> Option<Self> {
        let packet = decode(frame.link, frame.data).ok()?;
        let data = packet.payload;
        let ip = match packet.ether_type {
            Some(ETHERTYPE_IPV4) => ipv4(data).and_then(|datagram| {
                let (length, id) = (usize::from(be16(data, 2)?), be16(data, 4));
                Some(Inet { datagram, ttl: u8_at(data, 8)?, id, length })
            }),
            Some(ETHERTYPE_IPV6) => ipv6(data).and_then(|datagram| {
                let length = usize::from(be16(data, 4)?);
                let length = if length == 0 { 0 } else { length.saturating_add(40) };
                Some(Inet { datagram, ttl: u8_at(data, 7)?, id: None, length })
            }),
            _ => None,
        };
        Some(Self { time: frame.timestamp, packet, ip })
    }

    /// Both stations, where the frame has them.
    pub fn stations(&self) -> Option<(Mac, Mac)> {
        Some((self.packet.source_mac?, self.packet.destination_mac?))
    }

    /// Whether the frame goes to one station; true where frames have no stations.
    pub fn unicast(&self) -> bool {
        self.packet.destination_mac.is_none_or(|mac| !is_group(mac))
    }
}

/// Whether an address is that of a group: multicast or broadcast (IEEE 802, the lowest bit of the first byte).
pub fn is_group(mac: Mac) -> bool {
    mac.first().is_some_and(|first| first & 1 == 1)
}
