//! PROFIBUS DP (IEC 61158 type 3, EN 50170-2; IEC 61784-1 CPF 3/1 with DPV1) as a tap on the bus shows it
//! (LINKTYPE_PROFIBUS_DL: a frame from its start to its end delimiter): requests paired with answers, the token, services
//! of DP by their access points, process data, diagnosis.
//!
//! All stations of a bus hear each other: it is one flow with itself, whose frames name sender and receiver.

mod bus;
mod diagnosis;
mod extended;
mod frame;
mod function;
mod identity;
mod parameters;
mod request;
mod service;
mod tell;
#[cfg(test)]
mod tests;
mod token;

use super::{Framing, Guess, Parser, Probe, Protocol, Talk};
use crate::flow::facts::profibus_end;
use crate::flow::{Side, Transport};
use frame::Frame;

pub const NAME: &str = "profibus";
pub const PROTOCOL: Protocol = Protocol {
    name: NAME,
    ports: &[],
    transports: &[Transport::Profibus],
    probe,
    parser: || Box::<Profibus>::default(),
};

/// One bus.
#[derive(Default)]
pub struct Profibus {
    bus: bus::Bus,
}

/// One frame with a right checksum and a function that there is. A token or an acknowledgement alone says too little.
fn probe(probe: &Probe<'_>) -> Guess {
    let mut rest = probe.data;
    while let Some(length) = frame::length(rest).filter(|length| *length <= rest.len()) {
        let (one, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        if let Ok(Frame::Telegram(telegram)) = frame::read(one)
            && function::name(&telegram).is_some()
        {
            return Guess::Yes { confidence: 0.95, sender: Some(Side::Client) };
        }
        rest = behind;
    }
    // The capture itself says that its frames are of this bus.
    if probe.ended { Guess::Yes { confidence: 0.5, sender: Some(Side::Client) } } else { Guess::Need }
}

impl Parser for Profibus {
    /// A frame of the bus is one message.
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, _side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let bus = profibus_end(talk.span().last.source, None);
        talk.between(bus, bus);
        self.bus.frame(data, talk);
        talk.between(bus, bus);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn gap(&mut self, _side: Side, _talk: &mut Talk<'_>) {
        self.bus.gap();
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        let ends = (talk.facts.client.ip, talk.facts.server.ip);
        self.bus.expire(now, talk);
        talk.between(ends.0, ends.1);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        self.bus.weight()
    }
}
