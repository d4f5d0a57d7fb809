//! S7comm, the protocol of Siemens S7-300, 400 and classic 1200 controllers: jobs and userdata paired with their replies,
//! variables with values, blocks that move, services, identification. S7comm-plus (protocol id 0x72) is not read here.

mod area;
mod block;
mod clock;
mod connection;
mod function;
mod jobs;
mod login;
mod pdu;
mod probe;
mod request;
mod service;
mod spec;
mod state;
mod status;
mod szl;
mod tell;
mod test_job;
mod transfer;
mod userdata;
mod variable;

use super::iso::tpkt;
use super::{Framing, Parser, Protocol, Talk};
use crate::flow::{Side, Transport};

pub const PROTOCOL: Protocol = Protocol {
    name: "s7comm",
    ports: &[tpkt::PORT],
    transports: &[Transport::Tcp],
    probe: probe::probe,
    parser: || Box::<S7>::default(),
};

/// S7comm on one flow.
#[derive(Default)]
pub struct S7 {
    state: state::State,
}

impl Parser for S7 {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        tpkt::framing(data)
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        self.state.transport(side, tpkt::body(data), talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        tpkt::resynchronise(data, pdu::begins)
    }

    fn gap(&mut self, side: Side, _talk: &mut Talk<'_>) {
        self.state.gap(side);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.state.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.state.close(talk);
    }

    fn weight(&self) -> usize {
        self.state.weight()
    }
}
