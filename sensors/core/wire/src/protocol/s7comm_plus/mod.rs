//! S7comm-plus, the protocol of Siemens S7-1200 and S7-1500 controllers: objects with attributes that are explored, created,
//! read, written, called and subscribed to, in sessions that are open, signed or inside TLS.
//!
//! A connection belongs to the protocol of its first message: classic S7 messages (0x32) among these ones are flagged.

mod address;
mod deed;
mod explore;
mod facts;
mod frame;
mod function;
mod names;
mod object;
mod pairing;
mod probe;
mod publication;
mod reader;
mod session;
mod state;
mod status;
mod subject;
mod subscription;
mod tell;
#[cfg(test)]
mod tests;
mod value;

use super::iso::tpkt;
use super::{Framing, Parser, Protocol, Talk};
use crate::flow::{Side, Transport};

pub const PROTOCOL: Protocol = Protocol {
    name: "s7comm_plus",
    ports: &[tpkt::PORT],
    transports: &[Transport::Tcp],
    probe: probe::probe,
    parser: || Box::<S7Plus>::default(),
};

/// S7comm-plus on one flow.
#[derive(Default)]
pub struct S7Plus {
    state: state::State,
}

impl Parser for S7Plus {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        tpkt::framing(data)
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        self.state.transport(side, tpkt::body(data), talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        tpkt::resynchronise(data, frame::begins)
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
