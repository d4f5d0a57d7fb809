//! EtherNet/IP with CIP: encapsulation, messages with their services unwrapped, connections, implicit I/O.
//!
//! References are to The CIP Networks Library (ODVA), Volume 1 (CIP) and Volume 2 (EtherNet/IP Adaptation).

mod attribute;
mod data;
mod header;
mod identity;
pub mod io;
mod message;
mod open;
mod packet;
mod path;
mod pccc;
mod reading;
mod service;
mod state;
mod status;
mod symbols;
mod tag;
mod tell;
mod transfer;
mod vendor;

#[cfg(test)]
mod tests;

use super::{Framing, Parser, Protocol, Talk};
use crate::flow::{Side, Transport};

pub const PROTOCOL: Protocol = Protocol {
    name: "enip",
    ports: &[header::PORT],
    transports: &[Transport::Tcp, Transport::Udp],
    probe: header::probe,
    parser: || Box::<Enip>::default(),
};

/// EtherNet/IP encapsulation on one flow.
#[derive(Default)]
pub struct Enip {
    state: state::State,
}

impl Parser for Enip {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        header::framing(data)
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        self.state.message(side, data, talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        header::resynchronise(data)
    }

    fn gap(&mut self, side: Side, _talk: &mut Talk<'_>) {
        self.state.gap(side);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.state.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.state.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        self.state.weight()
    }
}
