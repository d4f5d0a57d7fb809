//! IEC 101 where golden captures show nothing: limits, loss, sizes that stay open, bytes nobody meant well.
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

/// One connection.
struct Line {
    ledger: Ledger,
    facts: Facts,
    parser: Box<dyn Parser>,
    assemblies: [Assembly; 2],
    stamp: Stamp,
}

impl Line {
    fn new() -> Self {
        let end = |host, port| Endpoint { ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), port, mac: None };
        let mut facts = Facts::new(end(1, 50_000), end(2, 4001), Transport::Tcp, 1);
        (facts.protocol, facts.begun) = (Some("iec101"), true);
        let settings = Settings { full: true, ..Settings::default() };
        Self {
            ledger: Ledger::new(settings, vec![Place { sensor: "test".into(), ..Place::default() }]),
            facts,
            parser: (PROTOCOLS.iter().find(|p| p.name == "iec101").unwrap().parser)(),
            assemblies: Default::default(),
            stamp: Stamp { time: 1_795_886_912 * SECOND, number: 0, source: 0 },
        }
    }

    fn bytes(&mut self, side: Side, data: &[u8]) {
        self.stamp.time += 1_000_000;
        self.stamp.number += 1;
        self.ledger.clock = self.stamp.time;
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(self.stamp));
        self.assemblies[side as usize].feed(&mut *self.parser, side, data, self.stamp, &mut talk);
    }

    fn gap(&mut self, side: Side) {
        self.assemblies[side as usize].gap();
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(self.stamp));
        self.parser.gap(side, &mut talk);
    }

    fn close(&mut self) {
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, Span::at(self.stamp));
        self.parser.close(&mut talk);
    }

    fn told(&mut self, dataset: &str) -> Vec<String> {
        rows(&self.ledger.batch, &[dataset], &[])
    }
}

fn fixed(control: u8, address: u8) -> Vec<u8> {
    vec![0x10, control, address, control.wrapping_add(address), 0x16]
}

fn variable(body: &[u8]) -> Vec<u8> {
    let sum = body.iter().fold(0u8, |sum, octet| sum.wrapping_add(*octet));
    [&[0x68, body.len() as u8, body.len() as u8, 0x68], body, &[sum, 0x16]].concat()
}

fn has(row: &str, parts: &[&str]) -> bool {
    parts.iter().all(|part| row.contains(part))
}

#[test]
fn stations_of_a_line_are_kept_up_to_a_bound() {
    let mut line = Line::new();
    for address in 1..=200 {
        line.bytes(Side::Client, &fixed(0x5b, address));
    }
    assert!(line.told("flag").iter().any(|row| row.contains("parser.limit")));
    assert!(line.parser.weight() < 32 * 1024, "{}", line.parser.weight());
    line.close();
    assert_eq!(line.told("transaction").len(), 200);
}

#[test]
fn a_lost_answer_is_no_silence_and_a_lost_frame_no_wrong_count() {
    let mut line = Line::new();
    line.bytes(Side::Client, &fixed(0x5b, 1));
    line.gap(Side::Server);
    line.gap(Side::Client);
    line.bytes(Side::Client, &fixed(0x5a, 1));
    line.close();
    let told = line.told("transaction");
    assert!(has(&told[0], &["class 2", "ot.reply=none"]), "{told:?}");
    assert!(has(&told[1], &["class 1", "ot.reply=unanswered"]), "{told:?}");
    assert_eq!(line.told("flag"), Vec::<String>::new());
}

#[test]
fn a_command_of_open_sizes_is_told_with_its_value_and_without_an_object() {
    let mut line = Line::new();
    line.bytes(Side::Server, &fixed(0x0b, 1));
    line.bytes(Side::Client, &variable(&[0x73, 1, 45, 1, 6, 1, 0xa1, 0x0f, 1]));
    let told = line.told("transaction");
    assert!(has(&told[0], &["ot.operation=control.direct", "ot.function.code=45"]), "{told:?}");
    assert!(!told[0].contains("ot.object.address"), "{told:?}");
    assert!(line.told("flag").iter().any(|row| row.contains("iec101.sizes_open")));
    // Two objects: only one set of sizes is as long.
    line.bytes(Side::Server, &variable(&[0x08, 1, 1, 2, 20, 1, 0xe9, 3, 1, 0xea, 3, 0]));
    line.bytes(Side::Client, &variable(&[0x53, 1, 45, 1, 6, 1, 0xa1, 0x0f, 1]));
    line.close();
    assert!(line.told("transaction").iter().any(|row| row.contains("ot.object.address=1:4001")));
}

proptest! {
    #[test]
    fn any_frames_are_taken(bodies in prop::collection::vec((prop::collection::vec(any::<u8>(), 1..60), any::<bool>()), 1..40)) {
        let mut line = Line::new();
        for (body, from_client) in bodies {
            let side = if from_client { Side::Client } else { Side::Server };
            line.bytes(side, &variable(&body));
        }
        line.close();
        prop_assert!(line.parser.weight() < 128 * 1024);
    }
}
