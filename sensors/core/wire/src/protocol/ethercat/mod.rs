//! EtherCAT (IEC 61158-4-12 and -6-12, ETG.1000): a master sends a frame through all slaves of a segment, which read and
//! write in it as it passes, and gets the same frame back. On Ethernet (EtherType 0x88A4) and in UDP (port 34980).
//!
//! The master is the client. The first slave sets the second bit of the source address of what goes back, where the master
//! has it clear; else only the working counters tell the frame that comes back from the one that was sent.

mod alstate;
mod aoe;
mod bus;
mod coe;
mod command;
mod eoe;
mod foe;
mod frame;
mod identity;
mod info;
mod mailbox;
mod post;
mod process;
mod publisher;
mod register;
mod sdo;
mod segment;
mod sii;
mod slave;
mod soe;
mod tell;
#[cfg(test)]
mod tests;

use super::{Guess, Probe, Protocol};
use crate::flow::{Side, Transport};

/// EtherType of EtherCAT, which is also the number of its UDP port.
pub const ETHERTYPE: u16 = 0x88a4;
/// Set by the first slave in the first byte of the source address (locally administered).
const PASSED: u8 = 0x02;

pub const PROTOCOL: Protocol = Protocol {
    name: "ethercat",
    ports: &[ETHERTYPE],
    transports: &[Transport::Ethernet, Transport::Udp],
    probe,
    parser: || Box::<segment::Segment>::default(),
};

/// A frame whose datagrams follow each other to its end. Whose EtherType says it needs the first of them only.
fn probe(probe: &Probe<'_>) -> Guess {
    let ethernet = probe.transport == Transport::Ethernet;
    if ethernet && probe.destination_port != ETHERTYPE {
        return Guess::No;
    }
    match frame::likely(probe.data, !ethernet) {
        true => Guess::Yes { confidence: 0.98, sender: Some(Side::Client).filter(|_| !ethernet) },
        false => Guess::No,
    }
}

/// The master that a frame comes back to.
pub fn returned(ether_type: u16, source: [u8; 6]) -> Option<[u8; 6]> {
    let [first, rest @ ..] = source;
    let [b, c, d, e, f] = rest;
    (ether_type == ETHERTYPE && first & PASSED != 0).then_some([first & !PASSED, b, c, d, e, f])
}
