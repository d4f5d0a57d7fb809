//! MMS (ISO 9506) as IEC 61850-8-1 uses it: association, confirmed services paired by invoke id, names in the form of
//! IEC 61850, reads and writes with values, the control model, reports, files. Plain MMS has the same services; ICCP too,
//! whose names stay as they are.

mod acse;
mod association;
mod control;
mod file;
mod list;
mod name;
mod pdu;
mod probe;
mod report;
mod request;
mod service;
mod session;
mod state;
mod status;
mod tell;
mod transfer;
mod variable;

use super::iso::tpkt;
use super::{Framing, Parser, Protocol, Talk};
use crate::flow::{Side, Transport};

pub const PROTOCOL: Protocol = Protocol {
    name: "mms",
    ports: &[tpkt::PORT],
    transports: &[Transport::Tcp],
    probe: probe::probe,
    parser: || Box::<Mms>::default(),
};

/// MMS on one flow.
#[derive(Default)]
pub struct Mms {
    state: state::State,
}

impl Parser for Mms {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        tpkt::framing(data)
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        self.state.transport(side, tpkt::body(data), talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        tpkt::resynchronise(data, session::begins)
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
