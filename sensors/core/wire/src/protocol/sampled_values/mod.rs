//! Sampled values (IEC 61850-9-2, IEC 61869-9): currents and voltages of merging units, thousands of times a second; on
//! Ethernet, or routed.

mod apdu;
mod counter;
mod state;
mod stream;
#[cfg(test)]
mod tests;

use super::iec61850::{published, routed};
use super::{Guess, Probe, Protocol};
use crate::flow::Transport;

/// Streams of one flow.
pub use state::State as Streams;

/// EtherType of sampled values.
pub const ETHERTYPE: u16 = 0x88ba;

pub const PROTOCOL: Protocol = Protocol {
    name: "sampled_values",
    ports: &[ETHERTYPE],
    transports: &[Transport::Ethernet],
    probe,
    parser: || Box::<published::OnEthernet<state::State>>::default(),
};

/// R-SV.
pub const ROUTED: Protocol = Protocol {
    name: "sampled_values",
    ports: &[routed::PORT],
    transports: &[Transport::Udp],
    probe: |probe| routed::probe(probe, routed::Kind::SampledValues),
    parser: || routed::parser(routed::Kind::SampledValues),
};

fn probe(probe: &Probe<'_>) -> Guess {
    published::probe(probe, ETHERTYPE, &[apdu::SAV_PDU])
}
