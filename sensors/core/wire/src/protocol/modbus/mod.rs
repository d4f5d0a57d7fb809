//! Modbus/TCP, Modbus RTU and ASCII inside TCP, Modbus RTU on tapped lines: requests paired with replies, values,
//! exceptions, identification.

pub mod ascii;
mod frame;
mod function;
mod identification;
mod items;
pub mod line;
mod reply;
mod request;
pub mod rtu;
mod state;
mod umas;

use super::{Framing, Parser, Protocol, Talk};
use crate::flow::{Side, Transport};

pub const PROTOCOL: Protocol = Protocol {
    name: "modbus",
    ports: &[frame::PORT],
    transports: &[Transport::Tcp, Transport::Udp],
    probe: frame::probe,
    parser: || Box::<Modbus>::default(),
};

/// Modbus with MBAP headers on one flow.
#[derive(Default)]
pub struct Modbus {
    state: state::State,
}

impl Parser for Modbus {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        frame::framing(data)
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let Some(adu) = state::Adu::read(data) else { return };
        match side {
            Side::Client => self.state.request(&adu, talk),
            Side::Server => self.state.reply(&adu, talk),
        }
    }

    fn resynchronise(&self, side: Side, data: &[u8]) -> (usize, bool) {
        frame::resynchronise(side, data)
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
