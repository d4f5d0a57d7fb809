//! What happens at the borders of packet-time windows, and at the end of flows and of the input.

use super::Engine;
use super::conversation::{release, start, with_parser};
use super::recognition::last_look;
use crate::dataset::Flag;
use crate::dataset::rows::FlowRow;
use crate::delta::{CADENCE_SPAN, RATE_SPAN, SUMMARY_SPAN};
use crate::flow::entry::{Flow, Recognition, SideCounts, State};
use crate::flow::{Side, Span, Transport};
use crate::ledger::{FlowRate, Ledger};
use crate::protocol::{Talk, promised};

/// A flow without packets for so long is over, ns.
const TCP_IDLE: i64 = 3_600_000_000_000;
const UDP_IDLE: i64 = 300_000_000_000;
/// A SYN without an answer for so long is half open, ns.
const SYN_WAIT: i64 = 20_000_000_000;
/// A connection that is over waits so long for its last packets, ns.
const LINGER: i64 = 5_000_000_000;
/// A client that has something to say says it so soon after the connection is open, ns.
const FIRST_WORDS: i64 = 2_000_000_000;
/// Borders of ten seconds that are walked one by one in a silence: two hours, longer than any flow is waited for.
const WALKED: i64 = 720;
/// A first packet so long after its window began ended a silence, ns.
const SILENCE: i64 = 1_000_000_000;
/// A jump in packet time beyond a day is not believed of one frame alone, ns.
const LEAP: i64 = 86_400_000_000_000;

impl Engine {
    /// Moves packet time on to a frame's; at window borders tells what the window held.
    pub(super) fn advance(&mut self, time: i64) {
        let time = self.believed(time).max(self.ledger.clock);
        let border = time.saturating_sub(time.rem_euclid(RATE_SPAN));
        let heard = self.heard.replace(border);
        self.walk(time, false);
        self.ledger.clock = time;
        if heard.is_some_and(|heard| heard != border) {
            // What waited for an answer all through a silence is not told after the packet that ends it.
            if time.saturating_sub(border) >= SILENCE {
                self.expire(time, false);
            }
            // A row of counters ends with a packet: in a silence nobody can say whether a recording went on.
            if heard.is_some_and(|heard| window_of(heard, CADENCE_SPAN) != window_of(time, CADENCE_SPAN)) {
                self.ledger.capture_tick(time);
            }
        }
    }

    /// Nothing arrived until `time` (ns since 1970), as whoever captures live knows; a time before the clock is passed over.
    /// Tells what the windows held that are over by then. However often it is called between two frames, events are the
    /// same: only counters are told in between.
    pub fn quiet(&mut self, time: i64) {
        if time <= self.ledger.clock {
            return;
        }
        self.ledger.counters.began(time);
        self.walk(time, true);
        self.ledger.clock = time;
    }

    /// Ticks at each border of windows up to `time`, as of that border: so no event depends on when the next frame comes.
    fn walk(&mut self, time: i64, counters: bool) {
        let until = time.saturating_sub(time.rem_euclid(RATE_SPAN));
        let Some(begun) = self.window.replace(until) else { return self.ledger.rates_window(time) };
        let mut known = begun;
        while known < until {
            let walked = known.saturating_sub(begun) / RATE_SPAN;
            // Whatever waits for a time is told by then: the rest of a long silence is one step.
            let border = if walked < WALKED { known.saturating_add(RATE_SPAN) } else { until };
            self.border(known, border, counters);
            known = border;
        }
    }

    /// The tick at a border of ten seconds; `known` is the border before it.
    fn border(&mut self, known: i64, border: i64, counters: bool) {
        let crosses = |span| window_of(border, span) != window_of(known, span);
        let cadence = crosses(CADENCE_SPAN);
        self.ledger.clock = self.ledger.clock.max(border);
        self.expire(border, cadence);
        self.ledger.rates_tick();
        self.ledger.silence_tick(border);
        if cadence {
            self.ledger.cadence_tick(border, false);
            self.ledger.flags_tick();
            self.ledger.links_tick();
            if counters {
                self.ledger.capture_tick(border);
            }
        }
        if crosses(SUMMARY_SPAN) {
            self.ledger.summary_tick(border);
        }
        self.ledger.rates_window(border);
    }

    /// One frame alone from the far future does not move the clock, or everything after it would be in the past; a second
    /// one says that time did pass.
    fn believed(&mut self, time: i64) -> i64 {
        let leap = self.window.is_some() && time.saturating_sub(self.ledger.clock) > LEAP;
        if leap && !self.leapt {
            self.leapt = true;
            self.ledger.counters.add("reader", "time_leaps", 1);
            return self.ledger.clock;
        }
        self.leapt = false;
        time
    }

    /// Ends what waited too long by `now`.
    fn expire(&mut self, now: i64, five_minutes: bool) {
        for index in 0..self.flows.end() {
            let ends = {
                let Some(flow) = self.flows.get(index) else { continue };
                let ledger = &mut self.ledger;
                flush(flow, ledger, now, false);
                with_parser(flow, ledger, |flow, ledger, parser| {
                    let span = Span::at(flow.last);
                    parser.expire(now, &mut Talk::new(ledger, &mut flow.facts, span));
                });
                let ends = timeout(flow, now);
                if !flow.started && !silent_yet(flow, now) {
                    start(flow, ledger);
                } else if five_minutes && flow.started && ends.is_none() && has_counts(flow) {
                    let span = Span { first: flow.first, last: flow.last };
                    flow_row(flow, ledger, "info", span);
                }
                window(flow, ledger, ends);
                ends
            };
            if let Some(state) = ends {
                self.end_flow(index, Some(state));
            }
            self.ledger.relieve();
        }
        let lost = self.fragments.expire(now);
        if lost > 0 {
            self.ledger.counters.add("ip", "fragments_incomplete", i64::try_from(lost).unwrap_or(0));
        }
    }

    /// Ends a flow: what waits is told, the `end` row written, the slot freed.
    pub(super) fn end_flow(&mut self, index: u32, state: Option<State>) {
        let Some(mut flow) = self.flows.remove(index) else { return };
        self.held = self.held.saturating_sub(flow.weight);
        let (flow, ledger) = (&mut *flow, &mut self.ledger);
        flush(flow, ledger, i64::MAX, true);
        last_look(flow, ledger);
        with_parser(flow, ledger, |flow, ledger, parser| {
            let span = Span::at(flow.last);
            parser.close(&mut Talk::new(ledger, &mut flow.facts, span));
        });
        if let Some(state) = state {
            flow.state = state;
        }
        if !flow.started {
            start(flow, ledger);
        }
        window(flow, ledger, state);
        if !flow.started {
            return ledger.counters.add("flow", "silent_not_told", 1);
        }
        let span = Span { first: flow.first, last: flow.last };
        flow_row(flow, ledger, "end", span);
    }

    /// Ends the input.
    pub fn finish(&mut self) {
        while !self.finish_some() {}
    }

    /// Ends the input as far as one batch takes: true when everything is told, false when the batch is to be taken first.
    pub fn finish_some(&mut self) -> bool {
        while self.ended < self.flows.end() {
            let index = self.ended;
            let state = self.flows.get(index).map(|flow| if half_open(flow) { State::HalfOpen } else { flow.state });
            self.end_flow(index, state);
            self.ended += 1;
            if self.batch_full() {
                return false;
            }
        }
        let lost = self.fragments.expire(i64::MAX);
        if lost > 0 {
            self.ledger.counters.add("ip", "fragments_incomplete", i64::try_from(lost).unwrap_or(0));
            let stamp = crate::flow::Stamp { time: self.ledger.clock, ..Default::default() };
            self.ledger.frame_flag(Flag::IpFragmentIncomplete, stamp, None, None);
        }
        self.ledger.finish();
        true
    }
}

/// Index of the window of `span` ns that `time` is in.
fn window_of(time: i64, span: i64) -> i64 {
    time.div_euclid(span)
}

/// A connection so young that nothing was said on it yet: its `start` row waits for the protocol.
fn silent_yet(flow: &Flow, now: i64) -> bool {
    let young = now.saturating_sub(flow.first.time) < FIRST_WORDS;
    young && flow.state == State::Established && matches!(flow.recognition, Recognition::Probing(0))
}

/// A connection request nobody answered.
fn half_open(flow: &Flow) -> bool {
    flow.state == State::Syn && !flow.answered
}

/// Whether the flow is over by time.
fn timeout(flow: &Flow, now: i64) -> Option<State> {
    let idle = now.saturating_sub(flow.last.time);
    match (flow.key.transport, flow.state) {
        (_, state) if state.over() => (idle >= LINGER).then_some(state),
        (Transport::Tcp, State::Syn) if half_open(flow) => (idle >= SYN_WAIT).then_some(State::HalfOpen),
        // What is known of the stations of a bus outlives its pauses.
        (Transport::Tcp | Transport::Can | Transport::Serial | Transport::Profibus, _) => {
            (idle >= TCP_IDLE).then_some(State::Timeout)
        }
        _ => (idle >= UDP_IDLE).then_some(State::Timeout),
    }
}

fn flush(flow: &mut Flow, ledger: &mut Ledger, now: i64, all: bool) {
    for side in [Side::Client, Side::Server] {
        release(flow, ledger, side, now, all);
    }
}

fn has_counts(flow: &Flow) -> bool {
    flow.client.counts.packets + flow.server.counts.packets > 0
}

/// Counts the window of a flow into its hosts.
fn window(flow: &mut Flow, ledger: &mut Ledger, ends: Option<State>) {
    let (client, server) = (flow.client.counts, flow.server.counts);
    if client.window_packets + server.window_packets == 0 && !flow.reset_in_window && ends != Some(State::HalfOpen) {
        return;
    }
    let rate = FlowRate {
        packets: [client.window_packets, server.window_packets],
        bytes: [client.window_bytes, server.window_bytes],
        reset: std::mem::take(&mut flow.reset_in_window),
        half_open: ends == Some(State::HalfOpen),
    };
    for counts in [&mut flow.client.counts, &mut flow.server.counts] {
        (counts.window_packets, counts.window_bytes) = (0, 0);
    }
    ledger.flow_rate(&flow.facts, rate);
}

/// One row of dataset `flow` with what was counted since the last one.
pub(super) fn flow_row(flow: &mut Flow, ledger: &mut Ledger, phase: &str, span: Span) {
    let (client, server) = (take(&mut flow.client.counts), take(&mut flow.server.counts));
    let arrivals = flow.take_arrivals();
    let port = flow.facts.server.port;
    // Told once it is settled: rows before it say nothing of it.
    let cluster = flow.cluster.clone();
    let row = FlowRow {
        ot_cluster: cluster.as_ref().map(|cluster| cluster.name.as_str()),
        ot_cluster_shape: cluster.as_ref().map(|cluster| cluster.shape.as_str()),
        source_bytes: Some(client.bytes),
        source_packets: Some(client.packets),
        destination_bytes: Some(server.bytes),
        destination_packets: Some(server.packets),
        ot_gaps: Some(std::mem::take(&mut flow.gaps)),
        ot_retransmissions: Some(std::mem::take(&mut flow.retransmissions)),
        ot_flow_state: Some(flow.state.name()),
        ot_confidence: flow.facts.protocol.map(|_| flow.confidence),
        ot_port_protocol: promised(flow.key.transport, port),
        ot_iat_mean: arrivals.map(|a| a.0),
        ot_iat_deviation: arrivals.map(|a| a.1),
        ..FlowRow::default()
    };
    ledger.flow(&mut flow.facts, Side::Client, span, phase, flow.rows, row);
    flow.rows += 1;
}

fn take(counts: &mut SideCounts) -> SideCounts {
    let taken = *counts;
    (counts.packets, counts.bytes) = (0, 0);
    taken
}
