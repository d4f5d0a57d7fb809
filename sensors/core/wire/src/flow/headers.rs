//! Headers of a frame as a capture filter sees them.

use super::ip::{self, Datagram};
use crate::bytes::be16;
use crate::capture::filter::FilterView;
use crate::link::decode::{ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6};
use crate::link::{Packet, arp};
use std::net::IpAddr;

/// The datagram that a frame carries, if it carries one.
pub fn datagram<'a>(packet: &Packet<'a>) -> Option<Datagram<'a>> {
    match packet.ether_type {
        Some(ETHERTYPE_IPV4) => ip::ipv4(packet.payload),
        Some(ETHERTYPE_IPV6) => ip::ipv6(packet.payload),
        _ => None,
    }
}

/// What a filter sees of them.
pub fn view(packet: &Packet<'_>, datagram: Option<&Datagram<'_>>) -> FilterView {
    let ports = datagram.filter(|d| matches!(d.protocol, ip::TCP | ip::UDP)).map(|d| d.payload);
    let arp = (packet.ether_type == Some(ETHERTYPE_ARP)).then(|| arp::parse(packet.payload)).flatten();
    FilterView {
        vlan: packet.vlan,
        inner_vlan: packet.inner_vlan,
        ether_type: packet.ether_type,
        source_mac: packet.source_mac,
        destination_mac: packet.destination_mac,
        source: datagram.map(|d| d.source).or(arp.map(|a| IpAddr::V4(a.sender))),
        destination: datagram.map(|d| d.destination).or(arp.map(|a| IpAddr::V4(a.target))),
        ip_protocol: datagram.map(|d| d.protocol),
        source_port: ports.and_then(|p| be16(p, 0)),
        destination_port: ports.and_then(|p| be16(p, 2)),
    }
}
