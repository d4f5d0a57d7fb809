//! DNP3 (IEEE 1815-2012) over TCP, UDP and serial lines: link frames, transport segments, application fragments; requests
//! paired with responses, points with values and quality, controls with their select, files, secure authentication as facts.

mod attribute;
mod authentication;
mod control;
mod crc;
mod file;
mod function;
mod header;
mod indication;
mod items;
mod link;
mod object;
mod pairing;
mod point;
mod reply;
mod state;
mod station;
mod time;

#[cfg(test)]
mod tests;

use super::serial_line::{Heard, Line, OnLine, Speaker};
use super::{Framing, Parser, Protocol, Talk};
use crate::flow::{Side, Transport};

pub const PROTOCOL: Protocol = Protocol {
    name: "dnp3",
    ports: &[link::PORT],
    transports: &[Transport::Tcp, Transport::Udp],
    probe: link::probe,
    parser: || Box::<Dnp3>::default(),
};

/// On a serial line, the way DNP3 began (clause 9: the same frames).
pub const ON_LINE: Protocol = Protocol {
    name: "dnp3",
    ports: &[],
    transports: &[Transport::Serial],
    probe: link::probe_line,
    parser: || Box::<Line<Dnp3>>::default(),
};

impl OnLine for Dnp3 {
    /// The DIR bit says whether a master sends.
    fn speaker(&self, _heard: &Heard, frame: &[u8]) -> Speaker {
        let master = link::Frame::read(frame).is_none_or(link::Frame::by_master);
        Speaker::Sure(if master { Side::Client } else { Side::Server })
    }
}

/// DNP3 on one flow.
#[derive(Default)]
pub struct Dnp3 {
    state: state::State,
}

impl Parser for Dnp3 {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        link::framing(data)
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        self.state.frame(side, data, talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        link::resynchronise(data)
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
