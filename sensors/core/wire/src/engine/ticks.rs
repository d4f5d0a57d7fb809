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
/// A jump in packet time beyond a day is not believed of one frame alone, ns.
const LEAP: i64 = 86_400_000_000_000;

impl Engine {
    /// Moves packet time on; at window borders tells what the window held. Windows nothing happened in are not walked.
    pub(super) fn advance(&mut self, time: i64) {
        let time = self.believed(time).max(self.ledger.clock);
        let windows = [RATE_SPAN, CADENCE_SPAN, SUMMARY_SPAN].map(|span| time.div_euclid(span));
        let [rate, cadence, summary] = windows;
        match self.windows {
            Some(known) if known == windows => {}
            Some([known_rate, known_cadence, known_summary]) => {
                self.ledger.clock = self.ledger.clock.max(rate.saturating_mul(RATE_SPAN));
                if rate != known_rate {
                    self.ten_seconds(time, cadence != known_cadence);
                }
                if cadence != known_cadence {
                    self.ledger.cadence_tick(time, false);
                    self.ledger.flags_tick();
                    self.ledger.links_tick();
                    self.ledger.capture_tick(time);
                }
                if summary != known_summary {
                    self.ledger.summary_tick(time);
                }
                self.ledger.rates_window(time);
                self.windows = Some(windows);
            }
            None => {
                self.ledger.rates_window(time);
                self.windows = Some(windows);
            }
        }
        self.ledger.clock = time;
    }

    /// One frame alone from the far future does not move the clock, or everything after it would be in the past; a second
    /// one says that time did pass.
    fn believed(&mut self, time: i64) -> i64 {
        let leap = self.windows.is_some() && time.saturating_sub(self.ledger.clock) > LEAP;
        if leap && !self.leapt {
            self.leapt = true;
            self.ledger.counters.add("reader", "time_leaps", 1);
            return self.ledger.clock;
        }
        self.leapt = false;
        time
    }

    fn ten_seconds(&mut self, now: i64, five_minutes: bool) {
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
        self.ledger.rates_tick();
        self.ledger.silence_tick(now);
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
