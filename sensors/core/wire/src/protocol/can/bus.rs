//! The parser of a bus: hands each frame to the protocol that its identifiers belong to.

use super::flood::Flood;
use super::frame::Frame;
use super::{NAME, error, plain};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::flow::facts::can_end;
use crate::protocol::canopen::{self, Canopen};
use crate::protocol::devicenet::{self, Devicenet};
use crate::protocol::j1939::{self, J1939};
use crate::protocol::{Framing, Parser, Talk};
use crate::text::Details;

/// A protocol above CAN.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Above {
    /// On identifiers of 11 bits.
    Canopen,
    /// On identifiers of 29 bits; a bus may have it beside another.
    J1939,
    Devicenet,
}

/// One bus.
pub struct Bus {
    /// What identifiers of either length belong to is known.
    short: Option<Above>,
    speaks_j1939: bool,
    signs: canopen::Signs,
    canopen: Canopen,
    devicenet_signs: devicenet::Signs,
    devicenet: Devicenet,
    long_signs: j1939::Signs,
    j1939: J1939,
    flood: Flood,
}

impl Bus {
    /// A bus that is known to speak a protocol, or not to.
    pub fn new(above: Option<Above>) -> Self {
        Self {
            short: above.filter(|above| *above != Above::J1939),
            speaks_j1939: above == Some(Above::J1939),
            signs: canopen::Signs::default(),
            canopen: Canopen::default(),
            devicenet_signs: devicenet::Signs::default(),
            devicenet: Devicenet::default(),
            long_signs: j1939::Signs::default(),
            j1939: J1939::default(),
            flood: Flood::default(),
        }
    }

    /// The protocol that the bus is called after.
    fn name(&self) -> &'static str {
        match (self.short, self.speaks_j1939) {
            (Some(Above::Canopen), _) => canopen::NAME,
            (Some(Above::Devicenet), _) => devicenet::NAME,
            (_, true) => j1939::NAME,
            _ => NAME,
        }
    }

    fn frame(&mut self, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        if self.short.is_none() && !frame.extended {
            self.signs.take(frame);
            self.devicenet_signs.take(frame);
            self.short = match (self.signs.tell(), self.devicenet_signs.tell()) {
                (true, _) => Some(Above::Canopen),
                (_, true) => Some(Above::Devicenet),
                _ => None,
            };
        }
        if !self.speaks_j1939 && frame.extended {
            self.long_signs.take(frame);
            self.speaks_j1939 = self.long_signs.tell();
        }
        if !frame.whole() {
            talk.flag(Flag::CanLength, None, None);
        }
        if let Some(count) = self.flood.exceeded(frame, talk.now()) {
            let mut details = Details::default();
            details.text("identifier", &format!("{:#05X}", frame.id)).number("frames", count);
            talk.flag(Flag::CanFlood, None, details.finish().as_deref());
        }
        match (frame.extended, self.short) {
            (false, Some(Above::Canopen)) if !frame.flexible => {
                talk.facts.protocol = Some(canopen::NAME);
                self.canopen.frame(frame, talk);
            }
            (false, Some(Above::Devicenet)) if !frame.flexible => {
                talk.facts.protocol = Some(devicenet::NAME);
                self.devicenet.frame(frame, talk);
            }
            (true, _) if self.speaks_j1939 && !frame.flexible && !frame.remote => {
                talk.facts.protocol = Some(j1939::NAME);
                self.j1939.frame(frame, talk);
            }
            _ => {
                talk.facts.protocol = Some(NAME);
                plain::tell(frame, talk);
            }
        }
    }
}

impl Parser for Bus {
    /// A frame of the bus is one message.
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, _side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let bus = can_end(talk.span().last.source, None);
        talk.between(bus, bus);
        talk.facts.protocol = Some(self.name());
        match Frame::read(data) {
            None => talk.flag(Flag::CanLength, None, None),
            Some((frame, _)) if frame.error => error::tell(&frame, talk),
            Some((frame, _)) => self.frame(&frame, talk),
        }
        talk.between(bus, bus);
        talk.facts.protocol = Some(self.name());
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        let bus = (talk.facts.client.ip, talk.facts.server.ip);
        if self.speaks_j1939 {
            talk.facts.protocol = Some(j1939::NAME);
            self.j1939.expire(now, talk);
        }
        match self.short {
            Some(Above::Canopen) => {
                talk.facts.protocol = Some(canopen::NAME);
                self.canopen.expire(now, talk);
            }
            Some(Above::Devicenet) => {
                talk.facts.protocol = Some(devicenet::NAME);
                self.devicenet.expire(now, talk);
            }
            _ => {}
        }
        talk.facts.protocol = Some(self.name());
        talk.between(bus.0, bus.1);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        let signs = self.signs.weight() + self.long_signs.weight() + self.devicenet_signs.weight();
        let above = self.canopen.weight() + self.j1939.weight() + self.devicenet.weight();
        size_of::<Self>() + self.flood.weight() + signs + above
    }
}
