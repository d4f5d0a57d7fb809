//! Records of a tap on a serial line: octets of each wire to the protocol of the line, and what befell the line.
//!
//! A line is one flow between its two wires. Nobody opens it and the tap begins anywhere, so the first octets may be the
//! end of a frame; a wire that is silent within a frame broke it off.

use super::conversation::{deliver, with_parser};
use super::{Arrival, Engine};
use crate::dataset::Flag;
use crate::flow::entry::{Flow, Recognition};
use crate::flow::facts::serial_end;
use crate::flow::fieldbus::Wire;
use crate::flow::held::Held;
use crate::flow::stream::Piece;
use crate::flow::{Side, Span, Stamp, Transport};
use crate::ledger::Ledger;
use crate::link::rtac::{Event, Record};
use crate::protocol::{Framing, Parser, Talk};
use crate::text::Details;

const STAGE: &str = "serial";

impl Engine {
    /// One record of a tap.
    pub(super) fn serial(&mut self, arrival: Arrival<'_>) {
        let Some(record) = Record::read(arrival.packet.payload) else { return };
        match record.event {
            Event::Octets(wire) => self.octets(arrival, wire, record.octets),
            Event::Status => self.nothing_said(STAGE, "status_changes", record.octets),
            Event::Complete => self.nothing_said(STAGE, "captures_complete", record.octets),
            Event::Lost => {
                self.nothing_said(STAGE, "data_lost", record.octets);
                self.befell(arrival, Flag::SerialDataLost, &[Side::Client, Side::Server], None);
            }
            Event::Fault(flag, lost) => {
                self.ledger.counters.add(STAGE, "faults", 1);
                let sides = if lost { &[Side::Server][..] } else { &[] };
                self.befell(arrival, flag, sides, None);
                // Only a receiver meets faults; what it made of the octets is on the line, and a checksum judges it.
                if !record.octets.is_empty() {
                    self.octets(arrival, Wire::Receive, record.octets);
                }
            }
            Event::Unknown(code) => {
                self.nothing_said(STAGE, "unknown_events", record.octets);
                let mut details = Details::default();
                details.number("event", code);
                self.befell(arrival, Flag::SerialEventUnknown, &[], details.finish());
            }
        }
    }

    /// Counts a record without octets of a wire; those it has are nobody's.
    fn nothing_said(&mut self, stage: &'static str, counter: &'static str, octets: &[u8]) {
        self.ledger.counters.add(stage, counter, 1);
        if !octets.is_empty() {
            self.ledger.counters.add(stage, "octets_of_no_wire", i64::try_from(octets.len()).unwrap_or(0));
        }
    }

    /// The flow of the line, and the side of it that drives a wire.
    fn line(&mut self, arrival: &Arrival<'_>, wire: Wire) -> Option<(u32, Side)> {
        let interface = arrival.stamp.source;
        let other = if wire == Wire::Transmit { Wire::Receive } else { Wire::Transmit };
        let ends = (serial_end(interface, wire), serial_end(interface, other));
        let index = self.flow_of(arrival, ends, Transport::Serial, (0, 0), None)?;
        let flow = self.flows.get(index)?;
        Some((index, flow.side_of((ends.0, 0) == flow.key.low)))
    }

    fn octets(&mut self, arrival: Arrival<'_>, wire: Wire, octets: &[u8]) {
        let Some((index, side)) = self.line(&arrival, wire) else { return };
        let Some(flow) = self.flows.get(index) else { return };
        let ledger = &mut self.ledger;
        if !octets.is_empty() {
            for each in [side, side.other()] {
                silence(flow, ledger, each, arrival.stamp);
            }
            if !std::mem::replace(&mut flow.side(side).spoke, true) {
                ledger.seen(&mut flow.facts, side, Span::at(arrival.stamp), false);
            }
            deliver(flow, ledger, side, &Piece::Bytes(octets, arrival.stamp));
        }
        if arrival.snapped {
            // Recognition may have exchanged the sides.
            let ends = serial_end(arrival.stamp.source, wire);
            let side = flow.side_of((ends, 0) == flow.key.low);
            ledger.flag(&mut flow.facts, Flag::LinkSnapped, Span::at(arrival.stamp), None, None);
            missing(flow, ledger, side, arrival.stamp);
        }
        self.weigh(index);
    }

    /// Flags what befell the line; octets of the wires of `sides`, as the receiving wire names them, are missing.
    fn befell(&mut self, arrival: Arrival<'_>, flag: Flag, sides: &[Side], details: Option<String>) {
        let Some((index, side)) = self.line(&arrival, Wire::Receive) else { return };
        let Some(flow) = self.flows.get(index) else { return };
        let ledger = &mut self.ledger;
        ledger.flag(&mut flow.facts, flag, Span::at(arrival.stamp), None, details.as_deref());
        for named in sides {
            let side = if *named == Side::Server { side } else { side.other() };
            missing(flow, ledger, side, arrival.stamp);
        }
    }
}

/// Octets of a wire are missing: what was begun cannot be finished.
fn missing(flow: &mut Flow, ledger: &mut Ledger, side: Side, stamp: Stamp) {
    flow.gaps += 1;
    ledger.counters.add(STAGE, "gaps", 1);
    flow.side(side).assembly.gap();
    flow.side(side).held = Held::default();
    with_parser(flow, ledger, |flow, ledger, parser| {
        parser.gap(side, &mut Talk::new(ledger, &mut flow.facts, Span::at(stamp)));
    });
}

/// Gives up a frame after a silence that its protocol does not allow within one. The next octet begins a frame.
fn silence(flow: &mut Flow, ledger: &mut Ledger, side: Side, now: Stamp) {
    let Recognition::Known(parser) = &flow.recognition else { return };
    let Some(longest) = parser.silence() else { return };
    let Some(last) = flow.side(side).assembly.waits_since() else { return };
    if now.time.saturating_sub(last.time) <= longest {
        return;
    }
    if flow.side(side).assembly.is_lost() {
        // What is left of a frame that was told as broken.
        flow.side(side).assembly = Default::default();
        return;
    }
    let mut details = Details::default();
    details.number("octets", i64::try_from(flow.side(side).assembly.buffered()).unwrap_or(i64::MAX));
    flow.side(side).assembly = Default::default();
    ledger.flag(&mut flow.facts, Flag::SerialBrokenOff, Span::at(last), None, details.finish().as_deref());
    with_parser(flow, ledger, |flow, ledger, parser| {
        parser.gap(side, &mut Talk::new(ledger, &mut flow.facts, Span::at(last)));
    });
}

/// A protocol was recognised on a line: where what a wire said begins within a frame, that frame's end is passed over.
pub(super) fn begin(flow: &mut Flow, ledger: &mut Ledger) {
    for side in [Side::Client, Side::Server] {
        let held = std::mem::take(&mut flow.side(side).held);
        let within = match &flow.recognition {
            Recognition::Known(parser) => within_a_frame(&**parser, side, held.bytes()),
            _ => false,
        };
        if within {
            ledger.counters.add(STAGE, "began_within_a_frame", 1);
            flow.side(side).assembly.gap();
        }
        flow.side(side).held = held;
    }
}

fn within_a_frame(parser: &dyn Parser, side: Side, octets: &[u8]) -> bool {
    if octets.is_empty() || matches!(parser.framing(side, octets), Framing::Message(length) if length <= octets.len()) {
        return false;
    }
    let (passed, found) = parser.resynchronise(side, octets);
    passed > 0 && found
}
