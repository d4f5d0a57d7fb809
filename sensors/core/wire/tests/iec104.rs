//! IEC 104 where golden captures show nothing: time, loss, limits, bytes nobody meant well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

mod support;

use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr};
use support::rows;
use wire::flow::assembly::Assembly;
use wire::flow::facts::Endpoint;
use wire::flow::{Facts, Side, Span, Stamp, Transport};
use wire::ledger::Ledger;
use wire::protocol::{PROTOCOLS, Parser, Talk};
use wire::{Place, Settings};

const SECOND: i64 = 1_000_000_000;
const STARTDT: [u8; 6] = [0x68, 4, 7, 0, 0, 0];
const STARTED: [u8; 6] = [0x68, 4, 0x0b, 0, 0, 0];

/// One connection seen from its beginning, data transfer started.
struct Line {
    ledger: Ledger,
    facts: Facts,
    parser: Box<dyn Parser>,
    assemblies: [Assembly; 2],
    stamp: Stamp,
    sent: [u16; 2],
}

impl Line {
    fn new() -> Self {
        let end = |host, port| Endpoint { ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), port, mac: None };
        let mut facts = Facts::new(end(1, 50_000), end(2, 2404), Transport::Tcp, 1);
        (facts.protocol, facts.begun) = (Some("iec104"), true);
        let settings = Settings { full: true, ..Settings::default() };
        let protocol = PROTOCOLS.iter().find(|p| p.name == "iec104").unwrap();
        let mut line = Self {
            ledger: Ledger::new(settings, vec![Place { sensor: "test".into(), ..Place::default() }]),
            facts,
            parser: (protocol.parser)(),
            assemblies: Default::default(),
            stamp: Stamp { time: 1_795_886_912 * SECOND, number: 0, source: 0 },
            sent: [0, 0],
        };
        line.bytes(Side::Client, &STARTDT);
        line.bytes(Side::Server, &STARTED);
        line
    }

    fn bytes(&mut self, side: Side, data: &[u8]) {
        self.stamp.time += 1_000_000;
        self.stamp.number += 1;
        self.ledger.clock = self.stamp.time;
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(self.stamp));
        self.assemblies[side as usize].feed(&mut *self.parser, side, data, self.stamp, &mut talk);
    }

    /// A data unit with the next number, acknowledging all of the other side.
    fn unit(&mut self, side: Side, unit: &[u8]) {
        let (sent, received) = (self.sent[side as usize], self.sent[1 - side as usize]);
        self.sent[side as usize] = (sent + 1) % 0x8000;
        let mut data = vec![0x68, 4 + unit.len() as u8];
        data.extend_from_slice(&(sent << 1).to_le_bytes());
        data.extend_from_slice(&(received << 1).to_le_bytes());
        data.extend_from_slice(unit);
        self.bytes(side, &data);
    }

    fn wait(&mut self, seconds: i64) {
        self.stamp.time += seconds * SECOND;
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(self.stamp));
        self.parser.expire(self.stamp.time, &mut talk);
    }

    fn gap(&mut self, side: Side) {
        self.assemblies[side as usize].gap();
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(self.stamp));
        self.parser.gap(side, &mut talk);
    }

    fn told(&mut self, dataset: &str) -> Vec<String> {
        rows(&self.ledger.batch, &[dataset], &[])
    }

    fn flags(&mut self) -> usize {
        self.told("flag").len()
    }
}

/// C_SC_NA_1 to object 4001.
fn single(cause: u8, order: u8) -> [u8; 10] {
    [45, 1, cause, 0, 1, 0, 0xa1, 0x0f, 0, order]
}

fn has(row: &str, parts: &[&str]) -> bool {
    parts.iter().all(|part| row.contains(part))
}

#[test]
fn a_confirmed_command_waits_two_seconds_for_its_termination() {
    let mut line = Line::new();
    line.unit(Side::Client, &single(6, 1));
    line.unit(Side::Server, &single(7, 1));
    line.wait(1);
    assert_eq!(line.told("transaction").len(), 1, "only STARTDT");
    line.wait(1);
    let told = line.told("transaction");
    assert!(
        has(&told[1], &["ot.operation=control.direct", "event.outcome=success", "\"terminated\":false"]),
        "{told:?}"
    );
    line.unit(Side::Server, &single(10, 1));
    let told = line.told("transaction");
    assert!(has(&told[2], &["ot.subfunction.code=10", "ot.reply=none"]), "{told:?}");
    assert_eq!(line.flags(), 0, "a late termination is no unexpected reply");
}

#[test]
fn a_command_without_any_answer_is_unanswered_but_not_after_a_gap() {
    let mut line = Line::new();
    line.unit(Side::Client, &single(6, 1));
    line.wait(10);
    assert!(has(&line.told("transaction")[1], &["ot.reply=unanswered", "event.outcome=unknown"]));
    line.unit(Side::Client, &single(6, 1));
    line.gap(Side::Server);
    line.wait(10);
    assert!(has(&line.told("transaction")[2], &["ot.reply=none"]));
}

#[test]
fn a_selection_lasts_a_minute_and_one_execution() {
    let mut line = Line::new();
    let order = |line: &mut Line, value| {
        line.unit(Side::Client, &single(6, value));
        line.unit(Side::Server, &single(7, value));
        line.wait(2);
        line.told("transaction").last().unwrap().clone()
    };
    assert!(order(&mut line, 0x81).contains("control.select"));
    assert!(order(&mut line, 1).contains("control.operate"));
    assert!(order(&mut line, 1).contains("control.direct"));
    order(&mut line, 0x81);
    line.wait(60);
    assert!(order(&mut line, 1).contains("control.direct"));
}

#[test]
fn a_selection_whose_request_was_lost_is_known_by_its_confirmation() {
    let mut line = Line::new();
    line.gap(Side::Client);
    line.sent[0] += 1;
    line.unit(Side::Server, &single(7, 0x81));
    line.unit(Side::Client, &single(6, 1));
    line.unit(Side::Server, &single(10, 1));
    let told = line.told("transaction");
    assert!(has(told.last().unwrap(), &["control.operate", "ot.reply=answered"]), "{told:?}");
    assert_eq!(line.flags(), 0);
}

#[test]
fn sequence_numbers_go_round_and_gaps_accuse_nobody() {
    let mut line = Line::new();
    let value = [13, 1, 3, 0, 1, 0, 1, 0, 0, 0, 0, 0xc0, 0x3f, 0];
    for _ in 0..33_000 {
        line.unit(Side::Server, &value);
        let received = (line.sent[1] << 1).to_le_bytes();
        line.bytes(Side::Client, &[0x68, 4, 1, 0, received[0], received[1]]);
    }
    assert_eq!(line.flags(), 0);
    for side in [Side::Client, Side::Server] {
        line.gap(side);
        line.sent[side as usize] += 5;
        line.unit(Side::Server, &value);
    }
    assert_eq!(line.flags(), 0);
}

#[test]
fn the_window_is_told_once_and_a_late_acknowledgement_too() {
    let mut line = Line::new();
    let value = [1, 1, 3, 0, 1, 0, 1, 0, 0, 1];
    for _ in 0..15 {
        line.unit(Side::Server, &value);
    }
    assert_eq!(line.flags(), 1);
    line.wait(16);
    line.bytes(Side::Client, &[0x68, 4, 1, 0, 30, 0]);
    let flags = line.told("flag");
    let named = |name: &str| flags.iter().filter(|row| row.contains(name)).count();
    assert_eq!((named("window_exceeded"), named("ack_late"), named("ack_timeout")), (1, 1, 1), "{flags:?}");
}

#[test]
fn an_interrogation_counts_what_it_brought_and_a_read_gets_its_value() {
    let mut line = Line::new();
    line.unit(Side::Client, &[100, 1, 6, 0, 0xff, 0xff, 0, 0, 0, 20]);
    line.unit(Side::Server, &[100, 1, 7, 0, 1, 0, 0, 0, 0, 20]);
    line.unit(Side::Server, &[1, 0x83, 20, 0, 1, 0, 1, 0, 0, 1, 0, 1]);
    line.wait(9);
    line.unit(Side::Server, &[1, 1, 20, 0, 1, 0, 9, 0, 0, 1]);
    line.unit(Side::Server, &[100, 1, 10, 0, 1, 0, 0, 0, 0, 20]);
    let told = line.told("transaction");
    assert!(has(told.last().unwrap(), &["ot.operation=read", "\"points\":4,\"terminated\":true", "ot.unit=65535"]));
    line.unit(Side::Client, &[102, 1, 5, 0, 1, 0, 9, 0, 0]);
    line.unit(Side::Server, &[1, 1, 5, 0, 1, 0, 9, 0, 0, 1]);
    let told = line.told("transaction");
    assert!(has(told.last().unwrap(), &["ot.function.code=102", "1:9", "ot.value.numbers=[1.0]", "ot.reply=answered"]));
}

#[test]
fn requests_that_nobody_answers_are_bounded() {
    let mut line = Line::new();
    for number in 0..3000u16 {
        let mut unit = single(6, 0x81);
        unit[6..8].copy_from_slice(&number.to_le_bytes());
        line.unit(Side::Client, &unit);
        line.bytes(Side::Server, &[0x68, 4, 1, 0, (line.sent[0] << 1) as u8, (line.sent[0] >> 7) as u8]);
        let file = [120, 1, 13, 0, 1, 0, number as u8, 1, 0, number as u8, 0, 1, 0, 0, 0];
        line.unit(Side::Server, &file);
        assert!(line.parser.weight() < 64 << 10, "{}", line.parser.weight());
    }
    assert!(line.told("flag").iter().any(|row| row.contains("parser.limit")));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_data_unit_is_taken(units in prop::collection::vec(
        (any::<bool>(), any::<u8>(), any::<u8>(), any::<u8>(), prop::collection::vec(any::<u8>(), 0..60)), 0..40,
    )) {
        let mut line = Line::new();
        for (client, code, structure, cause, rest) in units {
            let side = if client { Side::Client } else { Side::Server };
            line.unit(side, &[&[code, structure, cause, 0, 1, 0][..], &rest].concat());
        }
        line.wait(100);
        prop_assert!(line.parser.weight() < 128 << 10);
    }
}
