//! IEC 60870-5-104 (edition 2.0, 2006): APCI with its sequence numbers and data transfer states, commands paired with
//! their confirmations, process values, file transfer. What is inside an APDU is read and told by `iec60870`.

mod flow;
mod frame;
mod probe;
mod sequence;

use super::{Framing, Parser, Protocol, Talk};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};

pub const PROTOCOL: Protocol = Protocol {
    name: "iec104",
    ports: &[probe::PORT],
    transports: &[Transport::Tcp],
    probe: probe::probe,
    parser: || Box::<Iec104>::default(),
};

/// IEC 104 on one connection.
#[derive(Default)]
pub struct Iec104 {
    flow: flow::Flow,
}

impl Parser for Iec104 {
    /// What a connection taken up in its midst begins with may be the octet of a keep-alive: no mistake of the station.
    fn framing(&self, side: Side, data: &[u8]) -> Framing {
        match frame::framing(data) {
            Framing::Bad(Flag::Iec104Start) if !self.flow.spoke(side) => Framing::Bad(Flag::ProtocolResynchronised),
            framing => framing,
        }
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        self.flow.message(side, data, talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        probe::resynchronise(data)
    }

    fn gap(&mut self, side: Side, _talk: &mut Talk<'_>) {
        self.flow.gap(side);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.flow.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.flow.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        self.flow.weight()
    }
}
