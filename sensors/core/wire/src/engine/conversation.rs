//! TCP and UDP conversations: finding the flow, putting bytes in order, recognising and feeding the protocol.

use super::everybody::EVERYBODY;
use super::recognition::payload;
use super::relief::{Relief, matters};
use super::{ACK, Arrival, Engine, FIN, RST, SYN, Segment, segment};
use crate::bytes::be16;
use crate::dataset::Flag;
use crate::flow::entry::{Birth, Flow, FlowKey, Recognition, State};
use crate::flow::facts::is_group;
use crate::flow::held::Held;
use crate::flow::ip::Datagram;
use crate::flow::stream::Piece;
use crate::flow::{Side, Span, Stamp, Transport};
use crate::ledger::Ledger;
use crate::protocol::{self, Talk, promised};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};

impl Engine {
    pub(super) fn udp(&mut self, arrival: Arrival<'_>, datagram: &Datagram<'_>, data: &[u8]) {
        let (Some(source), Some(destination), Some(length)) = (be16(data, 0), be16(data, 2), be16(data, 4)) else {
            self.ledger.counters.add("udp", "bad_header", 1);
            self.ledger.frame_flag(
                Flag::UdpBadLength,
                arrival.stamp,
                Some(datagram.source),
                Some(datagram.destination),
            );
            return;
        };
        let length = usize::from(length);
        if datagram.destination == EVERYBODY
            && let Some(payload) = data.get(8..length)
            && let Some((side, port)) = protocol::said_to_all(payload, (source, destination))
        {
            let ends = ((datagram.source, source), (datagram.destination, destination));
            return self.said_to_all(arrival, ends, (side, port), payload);
        }
        let (source, destination) = protocol::conversation(data.get(8..).unwrap_or_default(), (source, destination));
        let Some(index) = self.flow_of(
            &arrival,
            (datagram.source, datagram.destination),
            Transport::Udp,
            (source, destination),
            None,
        ) else {
            return;
        };
        let Some(flow) = self.flows.get(index) else { return };
        let side = flow.side_of((datagram.source, source) == flow.key.low);
        if length < 8 || (length > data.len() && !datagram.short && !arrival.snapped) {
            self.ledger.flag(&mut flow.facts, Flag::UdpBadLength, Span::at(arrival.stamp), Some(4), None);
        }
        let end = if length < 8 { data.len() } else { length.min(data.len()) };
        flow.answered |= side == Side::Server;
        let payload = data.get(8..end).unwrap_or_default();
        if self.relief >= Relief::Others && !matters(flow) {
            return self.ledger.counters.add("overload", "frames_given_up", 1);
        }
        if !payload.is_empty() {
            deliver(flow, &mut self.ledger, side, &Piece::Bytes(payload, arrival.stamp));
            // A datagram holds whole messages: what is left over is not continued by the next one.
            let side = flow.side_of((datagram.source, source) == flow.key.low);
            if flow.side(side).assembly.buffered() > 0 {
                flow.side(side).assembly = Default::default();
            }
        }
    }

    pub(super) fn tcp(&mut self, arrival: Arrival<'_>, datagram: &Datagram<'_>, data: &[u8]) {
        let Some(segment) = segment(data) else {
            self.ledger.counters.add("tcp", "bad_header", 1);
            self.ledger.frame_flag(
                Flag::TcpBadHeader,
                arrival.stamp,
                Some(datagram.source),
                Some(datagram.destination),
            );
            return;
        };
        let ports = (segment.source_port, segment.destination_port);
        let Some(index) =
            self.flow_of(&arrival, (datagram.source, datagram.destination), Transport::Tcp, ports, Some(&segment))
        else {
            return;
        };
        let Some(flow) = self.flows.get(index) else { return };
        let side = flow.side_of((datagram.source, ports.0) == flow.key.low);
        connection(flow, side, &segment);
        let ledger = &mut self.ledger;
        if self.relief >= Relief::Others && !matters(flow) {
            return ledger.counters.add("overload", "frames_given_up", 1);
        }
        if arrival.snapped && !segment.payload.is_empty() {
            ledger.flag(&mut flow.facts, Flag::LinkSnapped, Span::at(arrival.stamp), None, None);
        }
        if segment.flags & ACK != 0 && segment.flags & SYN == 0 {
            let behind = flow.side(side.other()).stream.acknowledge(segment.acknowledgement);
            // The other side acknowledges bytes nobody saw: its peer's message may be among them, so that silence and
            // lone replies prove nothing until both are in step again.
            if behind && matches!(flow.recognition, Recognition::Known(_)) {
                with_parser(flow, ledger, |flow, ledger, parser| {
                    let span = Span::at(flow.last);
                    parser.gap(side.other(), &mut Talk::new(ledger, &mut flow.facts, span));
                });
            }
        }
        // What waits behind a hole that the receiver has passed came before its answer.
        release(flow, ledger, side.other(), arrival.stamp.time, false);
        if !segment.payload.is_empty() && segment.flags & SYN == 0 {
            let client_low = flow.client_low;
            let mut stream = std::mem::take(&mut flow.side(side).stream);
            let facts = stream.segment(segment.sequence, segment.payload, arrival.stamp, &mut |piece| {
                deliver(flow, ledger, side, &piece);
            });
            flow.put_back(side, client_low, stream);
            if facts.retransmission {
                flow.retransmissions += 1;
            }
            if facts.overlap_differs {
                ledger.flag(&mut flow.facts, Flag::TcpOverlapDiffers, Span::at(arrival.stamp), None, None);
            }
            if facts.refused {
                ledger.counters.add("tcp", "out_of_window", 1);
            }
        }
        if flow.state.over() && !flow.started {
            start(flow, ledger);
        }
        if !segment.payload.is_empty() {
            self.weigh(index);
        }
    }

    /// Takes note of what a flow holds; while all together hold too much, the heaviest of a few end. What they waited
    /// for is told, and their next packet begins a flow in its midst.
    pub(super) fn weigh(&mut self, index: u32) {
        let Some(flow) = self.flows.get(index) else { return };
        let now = flow.held();
        self.held = self.held.saturating_sub(std::mem::replace(&mut flow.weight, now)).saturating_add(now);
        while self.held > self.ledger.settings.max_held
            && let Some(victim) = self.heaviest()
        {
            self.ledger.counters.add("tcp", "flows_shed", 1);
            self.end_flow(victim, Some(State::Timeout));
        }
    }

    /// The heaviest flow of a stretch of the table in which any holds something.
    fn heaviest(&mut self) -> Option<u32> {
        (0..=self.flows.end() / 64).find_map(|_| self.flows.heaviest())
    }

    /// The flow a packet belongs to, new or known.
    pub(super) fn flow_of(
        &mut self,
        arrival: &Arrival<'_>,
        ends: (IpAddr, IpAddr),
        transport: Transport,
        ports: (u16, u16),
        tcp: Option<&Segment<'_>>,
    ) -> Option<u32> {
        let (source, destination) = ((ends.0, ports.0), (ends.1, ports.1));
        let source_low = source <= destination;
        let (low, high) = if source_low { (source, destination) } else { (destination, source) };
        let vlans = (arrival.packet.vlan, arrival.packet.inner_vlan);
        // What is one flow with itself is another one on each interface.
        let segment = if low == high { arrival.stamp.source } else { 0 };
        let key = FlowKey { low, high, transport, vlans, segment };
        let macs = (arrival.packet.source_mac, arrival.packet.destination_mac);
        let opening = tcp.is_some_and(|s| s.flags & (SYN | ACK) == SYN);
        let mut found = self.flows.find(&key).or_else(|| self.flows.join(&key, source_low));
        if let Some(index) = found
            && opening
            && self.flows.get(index).is_some_and(|f| reopened(f, tcp))
        {
            self.end_flow(index, None);
            found = None;
        }
        let index = match found {
            Some(index) => index,
            None if self.refuses(transport, ports, tcp) => return None,
            None => {
                self.make_room();
                let (source_is_client, oriented) = orientation(transport, ends, ports, tcp);
                let birth = Birth { key, source_low, source_is_client, oriented, stamp: arrival.stamp, macs };
                self.flows.insert(&birth)?
            }
        };
        let flow = self.flows.get(index)?;
        if flow.bare && !flow.is_bare() {
            self.flows.spoken(index);
        }
        let flow = self.flows.get(index)?;
        let side = flow.side_of(source_low);
        let end = match side {
            Side::Client => &mut flow.facts.client,
            Side::Server => &mut flow.facts.server,
        };
        let first_from = flow.client.counts.packets.min(flow.server.counts.packets) == 0 && flow.rows == 0;
        if (end.mac != macs.0 && macs.0.is_some()) || first_from {
            end.mac = macs.0;
            self.ledger.seen(&mut flow.facts, side, Span::at(arrival.stamp), false);
        }
        flow.count(side, arrival.wire_length, arrival.stamp);
        if flow.replies(side) {
            self.ledger.answered(&mut flow.facts, side, Span::at(arrival.stamp));
        }
        Some(index)
    }
}

impl Engine {
    /// Ends a flow where there are too many, of all or of those on which nothing was said.
    fn make_room(&mut self) {
        let settings = &self.ledger.settings;
        let full = self.flows.len() >= settings.max_flows;
        if !full && self.flows.bare() < settings.max_bare {
            return;
        }
        if let Some(victim) = self.flows.victim(!full) {
            let counter = if full { "flows_forgotten" } else { "silent_forgotten" };
            self.ledger.counters.add("flow", counter, 1);
            self.end_flow(victim, Some(State::Timeout));
        }
    }
}

/// A SYN on a flow that is over, or with another initial sequence number, is a new connection.
fn reopened(flow: &Flow, tcp: Option<&Segment<'_>>) -> bool {
    flow.state.over()
        || (flow.syn_sequence.is_some() && flow.syn_sequence != tcp.map(|s| s.sequence))
        || flow.syn_sequence.is_none()
}

/// Who the client is: the one that sent the SYN; else a guess by addresses and ports that content may correct. A group
/// address never asks.
fn orientation(
    transport: Transport,
    ends: (IpAddr, IpAddr),
    ports: (u16, u16),
    tcp: Option<&Segment<'_>>,
) -> (bool, bool) {
    if matches!(transport, Transport::Ethernet | Transport::Can | Transport::Profibus) {
        return (true, true);
    }
    if let Some(segment) = tcp
        && segment.flags & SYN != 0
    {
        return (segment.flags & ACK == 0, true);
    }
    match (is_group(ends.0), is_group(ends.1)) {
        (true, false) => return (false, false),
        (false, true) => return (true, false),
        _ => {}
    }
    let (source, destination) = ports;
    match (promised(transport, source).is_some(), promised(transport, destination).is_some()) {
        (true, false) => (false, false),
        (false, true) => (true, false),
        _ => (source >= destination, false),
    }
}

/// Moves the connection's state along.
fn connection(flow: &mut Flow, side: Side, segment: &Segment<'_>) {
    let syn = segment.flags & SYN != 0;
    if syn && segment.flags & ACK == 0 {
        flow.state = State::Syn;
        flow.syn_sequence = Some(segment.sequence);
        flow.facts.begun = true;
    }
    if syn {
        flow.side(side).stream.open(segment.sequence);
    }
    if side == Side::Server {
        flow.answered = true;
    }
    if flow.state == State::Syn && side == Side::Server && syn {
        flow.state = State::Established;
    }
    if segment.flags & RST != 0 {
        flow.state = State::Reset;
        flow.reset_in_window = true;
    } else if segment.flags & FIN != 0 {
        flow.side(side).finished = true;
        if flow.side(side.other()).finished {
            flow.state = State::Closed;
        }
    }
}

/// Ordered bytes or a hole, on to recognition or the parser.
pub(super) fn deliver(flow: &mut Flow, ledger: &mut Ledger, side: Side, piece: &Piece<'_>) {
    match piece {
        Piece::Gap(missing) => {
            flow.gaps += 1;
            ledger.counters.add("tcp", "gaps", 1);
            ledger.counters.add("tcp", "gap_bytes", i64::from(*missing));
            let span = Span::at(flow.last);
            ledger.flag(&mut flow.facts, Flag::TcpGap, span, None, None);
            flow.side(side).assembly.gap();
            match flow.recognition {
                Recognition::Probing(_) => flow.side(side).held.gap(),
                _ => flow.side(side).held = Held::default(),
            }
            with_parser(flow, ledger, |flow, ledger, parser| {
                parser.gap(side, &mut Talk::new(ledger, &mut flow.facts, span));
            });
        }
        Piece::Bytes(bytes, stamp) => payload(flow, ledger, side, bytes, *stamp),
    }
}

/// Delivers what waits behind a hole that nobody will fill, all of it when the connection ends.
pub(super) fn release(flow: &mut Flow, ledger: &mut Ledger, side: Side, now: i64, all: bool) {
    if !flow.side(side).stream.is_waiting() {
        return;
    }
    let client_low = flow.client_low;
    let mut stream = std::mem::take(&mut flow.side(side).stream);
    stream.flush(now, all, &mut |piece| deliver(flow, ledger, side, &piece));
    flow.put_back(side, client_low, stream);
}

/// Bytes to the parser and its assembly.
pub(super) fn feed(flow: &mut Flow, ledger: &mut Ledger, side: Side, bytes: &[u8], stamp: Stamp) {
    with_parser(flow, ledger, |flow, ledger, parser| {
        let mut assembly = std::mem::take(&mut flow.side(side).assembly);
        let mut talk = Talk::new(ledger, &mut flow.facts, Span::at(stamp));
        assembly.feed(parser, side, bytes, stamp, &mut talk);
        flow.side(side).assembly = assembly;
    });
}

/// Runs something with the flow's parser. A panic in it is caught, counted and named; the flow goes on without it.
pub(super) fn with_parser(
    flow: &mut Flow,
    ledger: &mut Ledger,
    run: impl FnOnce(&mut Flow, &mut Ledger, &mut dyn crate::protocol::Parser),
) {
    let mut parser = match std::mem::replace(&mut flow.recognition, Recognition::Unknown) {
        Recognition::Known(parser) => parser,
        other => {
            flow.recognition = other;
            return;
        }
    };
    let done = catch_unwind(AssertUnwindSafe(|| {
        run(flow, ledger, &mut *parser);
        parser
    }));
    match done {
        Ok(parser) => flow.recognition = Recognition::Known(parser),
        Err(_) => {
            flow.recognition = Recognition::Failed;
            ledger.counters.add(flow.facts.protocol.unwrap_or("protocol"), "parser_failed", 1);
            let span = Span::at(flow.last);
            ledger.flag(&mut flow.facts, Flag::ParserFailed, span, None, None);
        }
    }
}

/// Writes the `start` row. A flow without a word may have to wait for it, or goes without.
pub(super) fn start(flow: &mut Flow, ledger: &mut Ledger) {
    if flow.is_bare() && !ledger.silent_flow() {
        return;
    }
    flow.started = true;
    let span = Span { first: flow.first, last: flow.last };
    super::ticks::flow_row(flow, ledger, "start", span);
}
