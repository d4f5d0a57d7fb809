//! Ethernet POWERLINK (EPSG DS 301): a managing node gives each controlled node its turn to send. On Ethernet (EtherType
//! 0x88AB), its service data objects in UDP too (port 3819), and the first version of it (EtherType 0x3E3F).
//!
//! Nodes answer to group addresses, so that all that is said on the network is one flow; who speaks is the source address.

mod bus;
mod command;
mod cycle;
mod frame;
mod identity;
mod nmt;
mod node;
mod objects;
mod part;
mod sdo;
mod sequence;
mod status;
mod tell;
#[cfg(test)]
mod tests;
mod transfer;
mod udp;
mod v1;
mod words;

use super::{Guess, Probe, Protocol};
use crate::flow::{Side, Transport};

const ETHERTYPE: u16 = 0x88ab;
const ETHERTYPE_V1: u16 = 0x3e3f;
/// UDP port of service data objects.
const SDO_PORT: u16 = 3_819;
/// Group address of SoC (DS 301, table 5): it stands for the network.
const GROUP: [u8; 6] = [0x01, 0x11, 0x1e, 0x00, 0x00, 0x01];
const NAME: &str = "powerlink";

pub const PROTOCOL: Protocol = Protocol {
    name: NAME,
    ports: &[ETHERTYPE],
    transports: &[Transport::Ethernet],
    probe,
    parser: || Box::<bus::Bus>::default(),
};

pub const V1: Protocol = Protocol {
    name: NAME,
    ports: &[ETHERTYPE_V1],
    transports: &[Transport::Ethernet],
    probe: v1::probe,
    parser: || Box::<v1::Segment>::default(),
};

pub const OVER_UDP: Protocol = Protocol {
    name: NAME,
    ports: &[SDO_PORT],
    transports: &[Transport::Udp],
    probe: udp::probe,
    parser: || Box::<udp::Conversation>::default(),
};

/// A frame of a type that there is, between nodes that may send and hear it.
fn probe(probe: &Probe<'_>) -> Guess {
    let own = probe.transport == Transport::Ethernet && probe.destination_port == ETHERTYPE;
    match own && frame::Frame::of(probe.data).is_some_and(|frame| frame.likely()) {
        true => Guess::Yes { confidence: 0.98, sender: Some(Side::Client) },
        false => Guess::No,
    }
}

pub const fn heard_by_all(ether_type: u16) -> Option<[u8; 6]> {
    match ether_type {
        ETHERTYPE | ETHERTYPE_V1 => Some(GROUP),
        _ => None,
    }
}
