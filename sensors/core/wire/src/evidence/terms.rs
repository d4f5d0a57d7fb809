//! Headers of a frame as terms: numbers of 32 bits that an index looks up. Two things may share one; a filter decides.

use crate::capture::LinkType;
use crate::capture::filter::{FilterView, Need};
use crate::flow::headers;
use crate::hash;
use crate::link::decode;
use std::net::IpAddr;

/// What a filter sees of a frame; what cannot be decoded shows nothing.
pub fn view_of(link: LinkType, data: &[u8]) -> FilterView {
    decode::decode(link, data)
        .map(|packet| headers::view(&packet, headers::datagram(&packet).as_ref()))
        .unwrap_or_default()
}

/// The term of a thing. It has no seed: an index is read by other processes.
pub fn term(need: Need) -> u32 {
    match need {
        Need::Mac(mac) => hashed(1, &mac),
        Need::EtherType(number) => hashed(2, &number.to_be_bytes()),
        Need::Vlan(number) => hashed(3, &number.to_be_bytes()),
        Need::Address(IpAddr::V4(address)) => hashed(4, &address.octets()),
        Need::Address(IpAddr::V6(address)) => hashed(4, &address.octets()),
        Need::Port(number) => hashed(5, &number.to_be_bytes()),
    }
}

/// All terms of a frame.
pub fn each(view: &FilterView, tell: &mut impl FnMut(u32)) {
    let mut told = |need: Option<Need>| need.map(term).into_iter().for_each(&mut *tell);
    told(view.source_mac.map(Need::Mac));
    told(view.destination_mac.map(Need::Mac));
    told(view.ether_type.map(Need::EtherType));
    told(view.vlan.map(Need::Vlan));
    told(view.inner_vlan.map(Need::Vlan));
    told(view.source.map(Need::Address));
    told(view.destination.map(Need::Address));
    told(view.source_port.map(Need::Port));
    told(view.destination_port.map(Need::Port));
}

fn hashed(kind: u8, value: &[u8]) -> u32 {
    let mut bytes = [0u8; 24];
    if let Some((first, rest)) = bytes.split_first_mut() {
        *first = kind;
        rest.iter_mut().zip(value).for_each(|(to, from)| *to = *from);
    }
    let mixed = hash::quick(&bytes);
    u32::try_from((mixed ^ (mixed >> 32)) & u64::from(u32::MAX)).unwrap_or_default()
}
