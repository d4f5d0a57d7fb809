//! BACnet/IP (ASHRAE 135-2020, annex J): controllers of buildings, on UDP, each side with the same port.
//!
//! | 0 type 1 (0x81) | 1 function 1 | 2 length 2, of everything | function's own | NPDU |
//!
//! Requests and replies of two addresses are one flow, in either direction; what is sent to everybody is a flow of its
//! own, whose answers come on others. Nobody is called silent who was asked by broadcast.

mod access;
mod alarm;
mod apdu;
mod bvlc;
mod device;
mod discovery;
mod draft;
mod file;
mod names;
mod network;
mod npdu;
mod pairing;
mod properties;
mod purpose;
mod reading;
mod segments;
mod service;
mod state;
mod tag;
mod tell;
#[cfg(test)]
mod tests;
mod transfer;
mod value;
mod vendor;

use super::{Framing, Guess, Parser, Probe, Protocol, Talk};
use crate::flow::{Side, Transport};

const PORT: u16 = 47808;

pub const PROTOCOL: Protocol = Protocol {
    name: "bacnet",
    ports: &[PORT],
    transports: &[Transport::Udp],
    probe,
    parser: || Box::<Bacnet>::default(),
};

/// BACnet between two addresses.
#[derive(Default)]
pub struct Bacnet {
    state: state::State,
}

fn probe(probe: &Probe<'_>) -> Guess {
    let Some(frame) = bvlc::Frame::read(probe.data).filter(|frame| frame.whole) else { return Guess::No };
    let confidence = match &frame.content {
        bvlc::Content::Npdu(bytes) => match npdu::Npdu::read(bytes) {
            Some(npdu) if npdu.sound() => 0.97,
            _ => return Guess::No,
        },
        // Four to ten bytes that fit a table to the byte.
        bvlc::Content::Control(_) if bvlc::fits(&frame) => 0.8,
        _ => return Guess::No,
    };
    Guess::Yes { confidence, sender: state::speaker(&frame) }
}

impl Parser for Bacnet {
    /// A datagram holds one message.
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        self.state.datagram(side, data, talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
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
