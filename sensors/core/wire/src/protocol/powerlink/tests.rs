//! What the golden captures do not show: bounds, a manager that hands over, answers of others.

use super::bus::Bus;
use super::{ETHERTYPE, ETHERTYPE_V1, GROUP, OVER_UDP, PROTOCOL, V1, frame, words};
use crate::flow::facts::{Endpoint, Place, mac_end};
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use crate::ledger::{Ledger, Settings};
use crate::protocol::{Guess, Parser, Probe, Talk};

const MANAGER: [u8; 6] = [0x00, 0x60, 0x65, 0x10, 0x00, 0x60];
const OTHER: [u8; 6] = [0x00, 0x60, 0x65, 0x10, 0x00, 0x63];
const DRIVE: [u8; 6] = [0x00, 0x60, 0x65, 0x10, 0x00, 0x61];

struct Network {
    bus: Bus,
    facts: Facts,
    ledger: Ledger,
    number: i64,
}

impl Network {
    fn new() -> Self {
        let end = Endpoint { ip: mac_end(GROUP), port: ETHERTYPE, mac: None };
        Self {
            bus: Bus::default(),
            facts: Facts::new(end, end, Transport::Ethernet, 1),
            ledger: Ledger::new(Settings::default(), vec![Place::default()]),
            number: 0,
        }
    }

    /// One frame; whether it was flagged.
    fn said(&mut self, by: [u8; 6], data: &[u8]) -> bool {
        self.number += 1;
        let span = Span::at(Stamp { time: self.number * 1_000_000, source: 0, number: self.number });
        self.facts.between(mac_end(by), mac_end(GROUP));
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, span);
        talk.begin(span);
        self.bus.message(Side::Client, data, &mut talk);
        talk.flagged()
    }
}

fn soc() -> Vec<u8> {
    let mut out = vec![frame::SOC, frame::ALL, frame::MANAGER];
    out.resize(46, 0);
    out
}

fn preq(node: u8) -> Vec<u8> {
    let mut out = vec![frame::PREQ, node, frame::MANAGER, 0, 1, 0, 0, 0, 4, 0];
    out.resize(46, 0);
    out
}

fn pres(node: u8, state: u8) -> Vec<u8> {
    let mut out = vec![frame::PRES, frame::ALL, node, state, 1, 0, 0, 0, 4, 0];
    out.resize(46, 0);
    out
}

fn sdo(node: u8, number: u8, transaction: u8) -> Vec<u8> {
    let mut out = vec![frame::ASND, node, frame::MANAGER, 5, 2, number << 2 | 2, 0, 0];
    out.extend([0, transaction, 0, 2, 4, 0, 0, 0, 0, 0x10, 0, 0]);
    out.resize(46, 0);
    out
}

fn guess(data: &[u8], transport: Transport, port: u16) -> bool {
    let probe = Probe { data, transport, source_port: port, destination_port: port, ended: false };
    let asked = if transport == Transport::Udp { OVER_UDP.probe } else { PROTOCOL.probe };
    !matches!(asked(&probe), Guess::No)
}

#[test]
fn frames_are_known_by_their_nodes_and_not_by_the_ethertype_alone() {
    assert!(guess(&soc(), Transport::Ethernet, ETHERTYPE));
    assert!(!guess(&soc(), Transport::Ethernet, 0x88a4), "another EtherType");
    let mut other = soc();
    *other.get_mut(2).unwrap() = 7;
    assert!(!guess(&other, Transport::Ethernet, ETHERTYPE), "no node but 240 begins a cycle");
    assert!(!guess(&[0; 46], Transport::Ethernet, ETHERTYPE));
    assert!(!guess(&preq(1)[..12], Transport::Ethernet, ETHERTYPE), "its size is not there");
}

#[test]
fn the_first_version_is_known_with_its_reserved_bit_set() {
    let known = |data: &[u8]| {
        let (transport, source_port) = (Transport::Ethernet, ETHERTYPE_V1);
        let probe = Probe { data, transport, source_port, destination_port: ETHERTYPE_V1, ended: false };
        !matches!((V1.probe)(&probe), Guess::No)
    };
    assert!(known(&[0x85, 237, 0, 1]) && known(&[0x05, 237, 0, 1]), "an invitation, as old nodes send it and without");
    assert!(!known(&[0x85, 0, 7, 1]), "nobody but the managing node invites");
    assert!(!known(&[0x09, 1, 0, 1]));
}

#[test]
fn a_datagram_of_sdo_has_states_that_go_together() {
    assert!(guess(&[6, 0, 0, 5, 0, 1, 0, 0], Transport::Udp, 3_819));
    assert!(guess(&[6, 0, 0, 5, 0, 1, 0, 0], Transport::Udp, 50_000), "whatever the port");
    assert!(!guess(&[6, 0, 0, 5, 0, 2, 0, 0], Transport::Udp, 3_819), "valid without a beginning");
    assert!(!guess(&[6, 0, 0, 5, 2, 2, 0, 0], Transport::Udp, 3_819), "an acknowledgement says too little");
    assert!(!guess(&[6, 0, 0, 5, 0, 1, 9, 0], Transport::Udp, 3_819), "reserved bytes");
    assert!(guess(&sdo(0, 1, 1), Transport::Udp, 3_819));
}

#[test]
fn a_second_manager_is_told_until_the_first_hands_over() {
    let mut network = Network::new();
    assert!(!network.said(MANAGER, &soc()));
    assert!(network.said(OTHER, &soc()), "another station begins a cycle");
    assert!(!network.said(OTHER, &soc()), "told once");
    let stop = [frame::ASND, 1, frame::MANAGER, 4, 0x22, 0];
    assert!(network.said(OTHER, &stop), "its commands are not the manager's");
    assert!(!network.said(MANAGER, &stop));
    let mut amni = vec![frame::AMNI, frame::ALL, 241];
    amni.resize(46, 0);
    network.said(OTHER, &amni);
    assert!(!network.said(OTHER, &stop), "now they are");
    assert!(network.said(MANAGER, &stop));
}

#[test]
fn a_node_that_falls_is_told_unless_it_was_commanded() {
    let mut network = Network::new();
    network.said(MANAGER, &soc());
    assert!(!network.said(DRIVE, &pres(1, words::OPERATIONAL)));
    assert!(network.said(DRIVE, &pres(1, words::STOPPED)));
    assert!(!network.said(DRIVE, &pres(1, words::OPERATIONAL)));
    network.said(MANAGER, &[frame::ASND, 1, frame::MANAGER, 4, 0x22, 0]);
    assert!(!network.said(DRIVE, &pres(1, words::STOPPED)), "it was stopped");
}

#[test]
fn a_node_that_answered_once_and_no_more_is_told_once() {
    let mut network = Network::new();
    let unheard: Vec<bool> = (0..8).map(|_| network.said(MANAGER, &preq(2))).collect();
    assert!(!unheard.contains(&true), "nothing was heard of it, so its silence proves nothing");
    network.said(DRIVE, &pres(1, words::OPERATIONAL));
    let told = (0..20).filter(|_| network.said(MANAGER, &preq(1))).count();
    assert_eq!(told, 1);
}

#[test]
fn what_waits_is_bounded() {
    let mut network = Network::new();
    for node in 1..=200 {
        for transaction in 0..8 {
            network.said(MANAGER, &sdo(node, transaction + 1, transaction));
        }
    }
    assert!(network.bus.weight() < 128 * 1024, "{}", network.bus.weight());
    for station in 0..=255 {
        network.said([2, 0, 0, 0, 0, station], &pres(3, words::OPERATIONAL));
    }
    assert!(network.bus.weight() < 128 * 1024, "{}", network.bus.weight());
}
