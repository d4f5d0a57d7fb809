//! GOOSE (IEC 61850-8-1, clause 18 and annex A): state of a publisher, repeated until it changes.
//!
//! | 0 APPID 2 | 2 length 2 (from APPID on) | 4 reserved 1: simulated bit, device-defined | 6 reserved 2 | 8 APDU |

mod apdu;
mod state;

use super::iec61850 as data;
use super::{Framing, Guess, Parser, Probe, Protocol, Talk};
use crate::bytes::be16;
use crate::flow::{Side, Transport};

/// EtherType of GOOSE type 1 and 1A.
pub const ETHERTYPE: u16 = 0x88b8;
/// Bytes before the APDU.
const HEADER: usize = 8;

pub const PROTOCOL: Protocol = Protocol {
    name: "goose",
    ports: &[ETHERTYPE],
    transports: &[Transport::Ethernet],
    probe,
    parser: || Box::<Goose>::default(),
};

/// GOOSE between one sender and one group address.
#[derive(Default)]
pub struct Goose {
    state: state::State,
}

fn probe(probe: &Probe<'_>) -> Guess {
    let fits = probe.destination_port == ETHERTYPE && be16(probe.data, 2).is_some_and(|l| usize::from(l) > HEADER);
    let apdu = probe.data.get(HEADER).is_some_and(|tag| *tag == apdu::GOOSE_PDU || *tag == apdu::MANAGEMENT);
    if fits && apdu { Guess::Yes { confidence: 0.98, sender: Some(Side::Client) } } else { Guess::No }
}

impl Parser for Goose {
    /// A frame holds one message, and what pads it to the least length of Ethernet.
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, _side: Side, data: &[u8], talk: &mut Talk<'_>) {
        self.state.frame(data, talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.state.expire(now, talk);
    }

    fn weight(&self) -> usize {
        self.state.weight()
    }
}
