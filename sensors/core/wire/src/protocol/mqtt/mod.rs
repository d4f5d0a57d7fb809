//! MQTT 3.1, 3.1.1 and 5: sessions, publications with their payloads as values, subscriptions; Sparkplug B inside.
//!
//! References are to MQTT Version 5.0 (OASIS, 2019) unless they say otherwise.

mod acknowledge;
mod alias;
mod connect;
mod content;
mod control;
mod fits;
mod flow;
mod frame;
mod json;
mod lexer;
mod packet;
mod path;
pub(super) mod payload;
mod probe;
mod property;
mod publish;
mod reader;
mod reason;
mod session;
mod subscribe;
pub(super) mod told;
mod waiting;

#[cfg(test)]
pub(super) mod tests;

use super::{Framing, Parser, Protocol, Talk};
use crate::flow::{Side, Transport};

pub const PROTOCOL: Protocol = Protocol {
    name: "mqtt",
    ports: &[probe::PORT],
    transports: &[Transport::Tcp],
    probe: probe::probe,
    parser: || Box::<Mqtt>::default(),
};

/// MQTT on one connection.
#[derive(Default)]
pub struct Mqtt {
    flow: flow::Flow,
}

impl Parser for Mqtt {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        frame::framing(data)
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let frame::Head::Good(header) = frame::header(data) else { return };
        self.flow.packet(side, &header, data.get(header.body..).unwrap_or_default(), talk);
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
