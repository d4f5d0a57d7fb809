//! IEC 60870-5-101 (edition 2, 2003) on serial lines and in TCP, as serial device servers carry it: FT1.2 frames, the
//! services of the link paired with their answers, balanced and unbalanced lines. The sizes of addresses are found from what
//! is sent; what is inside a data unit is read and told by `iec60870`.

mod line;
mod link;
mod open;
mod probe;
mod sizes;
mod tell;
#[cfg(test)]
mod tests;

use super::ft12::{self, Head};
use super::serial_line::{self, Heard, OnLine, Speaker};
use super::{Framing, Parser, Protocol, Talk};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};

pub const PROTOCOL: Protocol = Protocol {
    name: "iec101",
    // Device servers use any port; none is registered for it.
    ports: &[],
    transports: &[Transport::Tcp],
    probe: probe::probe,
    parser: || Box::<Iec101>::default(),
};

/// On a serial line, for which it was made.
pub const ON_LINE: Protocol = Protocol {
    name: "iec101",
    ports: &[],
    transports: &[Transport::Serial],
    probe: probe::probe_line,
    parser: || Box::<serial_line::Line<Iec101>>::default(),
};

impl OnLine for Iec101 {
    /// Where both wires speak, each end of the line has its own; on an unbalanced one a slave beside the tap may be heard
    /// on the master's. On a single wire PRM tells. A single character answers what was said before.
    fn speaker(&self, heard: &Heard, frame: &[u8]) -> Speaker {
        let control = match ft12::read(frame) {
            Some(ft12::Frame::Fixed { control, .. } | ft12::Frame::Variable { control, .. }) => control,
            _ if heard.other && !matches!(heard.roles, [_, true]) => return Speaker::Likely(heard.wire),
            _ => return Speaker::Likely(heard.last.map_or(heard.wire, Side::other)),
        };
        match control.primary() || control.direction() {
            false => Speaker::Sure(Side::Server),
            true if heard.other => Speaker::Likely(heard.wire),
            true => Speaker::Likely(Side::Client),
        }
    }
}

/// IEC 101 on one connection.
#[derive(Default)]
pub struct Iec101 {
    line: line::Line,
}

impl Parser for Iec101 {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        match ft12::head(data, self.line.width()) {
            Head::Frame(length) => Framing::Message(length),
            Head::Need => Framing::Need,
            Head::Broken => Framing::Bad(Flag::Iec101Frame),
            Head::None => Framing::Bad(Flag::Iec101Start),
        }
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        self.line.message(side, data, talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        ft12::resynchronise(data, self.line.width())
    }

    fn gap(&mut self, side: Side, _talk: &mut Talk<'_>) {
        self.line.gap(side);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.line.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.line.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        self.line.weight()
    }
}
