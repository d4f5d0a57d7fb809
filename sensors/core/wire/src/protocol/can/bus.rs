//! The parser of a bus: hands each frame to the protocol that its identifiers belong to.

use super::flood::Flood;
use super::frame::Frame;
use super::{NAME, error, plain};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::flow::facts::can_end;
use crate::protocol::canopen::{self, Canopen};
use crate::protocol::{Framing, Parser, Talk};
use crate::text::Details;

/// A protocol above CAN.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Above {
    Canopen,
}

/// One bus.
pub struct Bus {
    /// What identifiers of 11 bits belong to, once it is known.
    standard: Option<Above>,
    signs: canopen::Signs,
    canopen: Canopen,
    flood: Flood,
}

impl Bus {
    /// A bus that is known to speak a protocol, or not to.
    pub fn new(above: Option<Above>) -> Self {
        Self { standard: above, signs: canopen::Signs::default(), canopen: Canopen::default(), flood: Flood::default() }
    }

    /// The protocol that the bus is called after.
    fn name(&self) -> &'static str {
        match self.standard {
            Some(Above::Canopen) => canopen::NAME,
            None => NAME,
        }
    }

    fn frame(&mut self, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        if self.standard.is_none() && !frame.extended {
            self.signs.take(frame);
            if self.signs.tell() {
                self.standard = Some(Above::Canopen);
            }
        }
        if !frame.whole() {
            talk.flag(Flag::CanLength, None, None);
        }
        if let Some(count) = self.flood.exceeded(frame, talk.now()) {
            let mut details = Details::default();
            details.text("identifier", &format!("{:#05X}", frame.id)).number("frames", count);
            talk.flag(Flag::CanFlood, None, details.finish().as_deref());
        }
        match self.standard {
            Some(Above::Canopen) if !frame.extended && !frame.flexible => {
                talk.facts.protocol = Some(canopen::NAME);
                self.canopen.frame(frame, talk);
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
        self.canopen.expire(now, talk);
        talk.between(bus.0, bus.1);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.flood.weight() + self.signs.weight() + self.canopen.weight()
    }
}
