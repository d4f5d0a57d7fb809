//! GOOSE (IEC 61850-8-1, clause 18 and annex A): state of a publisher, repeated until it changes; on Ethernet, or routed.

mod apdu;
mod state;

use super::iec61850::{self as data, published, routed};
use super::{Guess, Probe, Protocol};
use crate::flow::Transport;

/// EtherType of GOOSE type 1 and 1A.
pub const ETHERTYPE: u16 = 0x88b8;

/// Control blocks of one flow.
pub use state::State as ControlBlocks;

pub const PROTOCOL: Protocol = Protocol {
    name: "goose",
    ports: &[ETHERTYPE],
    transports: &[Transport::Ethernet],
    probe,
    parser: || Box::<published::OnEthernet<state::State>>::default(),
};

/// R-GOOSE.
pub const ROUTED: Protocol = Protocol {
    name: "goose",
    ports: &[routed::PORT],
    transports: &[Transport::Udp],
    probe: |probe| routed::probe(probe, routed::Kind::Goose),
    parser: || routed::parser(routed::Kind::Goose),
};

fn probe(probe: &Probe<'_>) -> Guess {
    published::probe(probe, ETHERTYPE, &[apdu::GOOSE_PDU, apdu::MANAGEMENT])
}
