//! The smallest tests of a filter as instructions, over what `headers` read.

use super::assembler::{Assembler, Do, Is, Label, Load};
use super::headers::{ETHER_TYPE, INNER, NETWORK, NONE, OF_ARP, OUTER, PORTS, PROTOCOL, TRANSPORT, V4, V6, VERSION};
use crate::capture::filter::primitive::{
    Direction, ICMP, ICMPV6, Network, PortRange, Primitive, Protocol, TCP, UDP, mask32, mask128,
};
use crate::link::decode::{ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6};
use std::net::IpAddr;

/// Where to go.
type Ways = (Label, Label);

pub(super) fn write(to: &mut Assembler, primitive: &Primitive, (yes, no): Ways) {
    match primitive {
        Primitive::Protocol(protocol) => of_protocol(to, *protocol, (yes, no)),
        Primitive::IpProtocol(protocol, number) => {
            and_protocol(to, Some(*protocol), no);
            slot(to, PROTOCOL, u32::from(*number), (yes, no));
        }
        Primitive::EtherType(number) => slot(to, ETHER_TYPE, u32::from(*number), (yes, no)),
        Primitive::EtherHost(direction, mac) => {
            sides(to, *direction, &mut |to, side, ways| hardware(to, *mac, side, ways), (yes, no));
        }
        Primitive::Vlan(None) => slot(to, OUTER, NONE, (no, yes)),
        Primitive::Vlan(Some(number)) => {
            let inner = to.label();
            slot(to, OUTER, u32::from(*number), (yes, inner));
            to.here(inner);
            slot(to, INNER, u32::from(*number), (yes, no));
        }
        Primitive::Address(protocol, direction, network) => {
            and_protocol(to, *protocol, no);
            addresses(to, *direction, *network, (yes, no));
        }
        Primitive::Ports(protocol, direction, range) => {
            and_protocol(to, *protocol, no);
            to.load(Load::Scratch(PORTS));
            to.when(Is::Equal(0), no);
            to.run(Do::LoadX(TRANSPORT));
            sides(to, *direction, &mut |to, side, ways| port(to, *range, side, ways), (yes, no));
        }
    }
}

/// Which of two fields is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Source,
    Destination,
}

fn sides(to: &mut Assembler, direction: Direction, write: &mut dyn FnMut(&mut Assembler, Side, Ways), (yes, no): Ways) {
    let other = to.label();
    match direction {
        Direction::Source => return write(to, Side::Source, (yes, no)),
        Direction::Destination => return write(to, Side::Destination, (yes, no)),
        Direction::Either => write(to, Side::Source, (yes, other)),
        Direction::Both => write(to, Side::Source, (other, no)),
    }
    to.here(other);
    write(to, Side::Destination, (yes, no));
}

fn slot(to: &mut Assembler, slot: u32, value: u32, (yes, no): Ways) {
    to.load(Load::Scratch(slot));
    to.branch(Is::Equal(value), yes, no);
}

fn and_protocol(to: &mut Assembler, protocol: Option<Protocol>, no: Label) {
    if let Some(protocol) = protocol {
        let on = to.label();
        of_protocol(to, protocol, (on, no));
        to.here(on);
    }
}

fn of_protocol(to: &mut Assembler, protocol: Protocol, (yes, no): Ways) {
    match protocol {
        Protocol::Ip => slot(to, ETHER_TYPE, u32::from(ETHERTYPE_IPV4), (yes, no)),
        Protocol::Ip6 => slot(to, ETHER_TYPE, u32::from(ETHERTYPE_IPV6), (yes, no)),
        Protocol::Arp => slot(to, ETHER_TYPE, u32::from(ETHERTYPE_ARP), (yes, no)),
        Protocol::Tcp => slot(to, PROTOCOL, u32::from(TCP), (yes, no)),
        Protocol::Udp => slot(to, PROTOCOL, u32::from(UDP), (yes, no)),
        Protocol::Icmp => {
            and_protocol(to, Some(Protocol::Ip), no);
            slot(to, PROTOCOL, u32::from(ICMP), (yes, no));
        }
        Protocol::Icmp6 => {
            and_protocol(to, Some(Protocol::Ip6), no);
            slot(to, PROTOCOL, u32::from(ICMPV6), (yes, no));
        }
    }
}

/// | 0 destination 6 | 6 source 6 |
fn hardware(to: &mut Assembler, [a, b, c, d, e, f]: [u8; 6], side: Side, (yes, no): Ways) {
    let at = if side == Side::Source { 6 } else { 0 };
    to.load(Load::Word(at));
    to.unless(Is::Equal(u32::from_be_bytes([a, b, c, d])), no);
    to.load(Load::Half(at + 4));
    to.branch(Is::Equal(u32::from(u16::from_be_bytes([e, f]))), yes, no);
}

fn port(to: &mut Assembler, range: PortRange, side: Side, (yes, no): Ways) {
    to.load(Load::HalfBehind(if side == Side::Source { 0 } else { 2 }));
    to.unless(Is::NotBelow(u32::from(range.first)), no);
    to.branch(Is::Above(u32::from(range.last)), no, yes);
}

fn addresses(to: &mut Assembler, direction: Direction, network: Network, (yes, no): Ways) {
    to.run(Do::LoadX(NETWORK));
    to.load(Load::Scratch(VERSION));
    match network.address {
        IpAddr::V4(address) => {
            let (ip, mask) = (to.label(), mask32(network.bits));
            let four = |to: &mut Assembler, at: [u32; 2]| {
                let part = (address.to_bits(), mask);
                sides(to, direction, &mut |to, side, ways| masked(to, pick(side, at), &[part], ways), (yes, no));
            };
            to.when(Is::Equal(V4), ip);
            to.unless(Is::Equal(OF_ARP), no);
            four(to, [14, 24]);
            to.here(ip);
            four(to, [12, 16]);
        }
        IpAddr::V6(address) => {
            to.unless(Is::Equal(V6), no);
            let (address, mask) = (words(address.to_bits()), words(mask128(network.bits)));
            let parts: Vec<(u32, u32)> = address.into_iter().zip(mask).collect();
            sides(to, direction, &mut |to, side, ways| masked(to, pick(side, [8, 24]), &parts, ways), (yes, no));
        }
    }
}

fn pick(side: Side, [source, destination]: [u32; 2]) -> u32 {
    if side == Side::Source { source } else { destination }
}

fn words(bits: u128) -> Vec<u32> {
    bits.to_be_bytes().chunks_exact(4).filter_map(|raw| raw.first_chunk()).map(|raw| u32::from_be_bytes(*raw)).collect()
}

/// Whether words at this place behind `X` are these, as far as their masks say.
fn masked(to: &mut Assembler, at: u32, parts: &[(u32, u32)], (yes, no): Ways) {
    for (place, (value, mask)) in (at..).step_by(4).zip(parts).filter(|(_, (_, mask))| *mask != 0) {
        to.load(Load::WordBehind(place));
        to.run(Do::And(*mask));
        to.unless(Is::Equal(value & mask), no);
    }
    to.goto(yes);
}
