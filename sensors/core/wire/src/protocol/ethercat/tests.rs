//! What the golden captures do not show: a master whose own address has the bit that the first slave sets, and bounds.

use super::segment::Segment;
use super::{PROTOCOL, alstate, frame, returned, sii};
use crate::dataset::Operation;
use crate::flow::facts::{Endpoint, Place, mac_end};
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use crate::ledger::{Ledger, Settings};
use crate::protocol::{Guess, Parser, Probe, Talk};

const MASTER: [u8; 6] = [0x00, 0x0e, 0x8c, 0x10, 0x00, 0x11];
const FPRD: u8 = 4;
const FPWR: u8 = 5;
const BRD: u8 = 7;

struct Flow {
    segment: Segment,
    facts: Facts,
    ledger: Ledger,
    number: i64,
}

impl Flow {
    fn new() -> Self {
        let end = |mac| Endpoint { ip: mac_end(mac), port: super::ETHERTYPE, mac: Some(mac) };
        Self {
            segment: Segment::default(),
            facts: Facts::new(end(MASTER), end([0xff; 6]), Transport::Ethernet, 1),
            ledger: Ledger::new(Settings::default(), vec![Place::default()]),
            number: 0,
        }
    }

    /// One frame; whether it was flagged.
    fn said(&mut self, side: Side, data: &[u8]) -> bool {
        self.number += 1;
        let span = Span::at(Stamp { time: self.number * 1_000_000, source: 0, number: self.number });
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, span);
        talk.begin(span);
        self.segment.message(side, data, &mut talk);
        talk.flagged()
    }
}

fn datagram(code: u8, place: u16, offset: u16, data: &[u8], counter: u16) -> Vec<u8> {
    let mut out = vec![code, 0x80];
    out.extend(place.to_le_bytes());
    out.extend(offset.to_le_bytes());
    out.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
    out.extend([0, 0]);
    out.extend(data);
    out.extend(counter.to_le_bytes());
    let mut whole = (u16::try_from(out.len()).unwrap() | 1 << 12).to_le_bytes().to_vec();
    whole.extend(out);
    whole
}

/// A message in the mailbox of station 1, as long as it is.
fn mail(kind: u8, counter: u8, data: &[u8], taken: u16) -> Vec<u8> {
    let mut bytes = u16::try_from(data.len()).unwrap().to_le_bytes().to_vec();
    bytes.extend([0, 0, 0, kind | counter << 4]);
    bytes.extend(data);
    datagram(FPWR, 1, 0x1000, &bytes, taken)
}

#[test]
fn the_master_is_known_by_the_address_that_comes_back() {
    let mut back = MASTER;
    back[0] |= 2;
    assert_eq!(returned(super::ETHERTYPE, back), Some(MASTER));
    assert_eq!(returned(super::ETHERTYPE, MASTER), None, "the bit is not set");
    assert_eq!(returned(0x8892, back), None, "another protocol");
}

#[test]
fn a_frame_comes_back_by_its_counter_where_the_address_does_not_tell() {
    let mut flow = Flow::new();
    let sent = datagram(BRD, 0, 0x130, &[0, 0], 0);
    flow.said(Side::Client, &sent);
    flow.said(Side::Client, &sent);
    let before = flow.facts.ordinal;
    flow.said(Side::Client, &datagram(BRD, 2, 0x130, &[8, 0], 2));
    assert_eq!(flow.facts.ordinal, before + 2, "the frame, and its datagram told with the one that was sent");
    assert!(frame::same(&sent[2..], &datagram(BRD, 2, 0x130, &[8, 0], 2)[2..]));
    assert!(!frame::same(&sent[2..], &datagram(BRD, 2, 0x120, &[8, 0], 2)[2..]), "another register");
    assert!(!frame::passed(&sent[2..], &sent[2..]));
}

#[test]
fn in_a_datagram_a_frame_has_to_fit_to_the_last_byte() {
    let probe = |data: &[u8], transport| {
        let probe = Probe { data, transport, source_port: 50_000, destination_port: super::ETHERTYPE, ended: false };
        (PROTOCOL.probe)(&probe) != Guess::No
    };
    let mut data = datagram(FPRD, 1, 0x130, &[0; 6], 0);
    assert!(probe(&data, Transport::Udp));
    data.push(0);
    assert!(!probe(&data, Transport::Udp), "nothing pads a datagram");
    assert!(probe(&data, Transport::Ethernet));
    data[2] = 99;
    assert!(!probe(&data, Transport::Ethernet), "no such command");
}

#[test]
fn a_state_is_a_stop_where_the_slave_was_higher() {
    for (word, before, operation) in [
        (8, Some(4), Operation::ModeRun),
        (4, Some(8), Operation::ModeStop),
        (4, Some(2), Operation::SessionOpen),
        (2, None, Operation::SessionOpen),
        (1, None, Operation::ModeStop),
        (1, Some(2), Operation::SessionClose),
        (3, Some(1), Operation::ModeProgram),
        (0x14, Some(4), Operation::AlarmAcknowledge),
        (0x12, Some(1), Operation::SessionOpen),
    ] {
        assert_eq!(alstate::request(word, before), operation, "{word:#x} after {before:?}");
    }
}

#[test]
fn the_eeprom_is_asked_by_what_stands_behind_the_control_word() {
    assert_eq!(sii::access(&[0, 1, 8, 0, 0, 0], None), Some(sii::Access::Read(8)));
    assert_eq!(sii::access(&[1, 2], Some(4)), Some(sii::Access::Write(4)), "the address was written before");
    assert_eq!(sii::access(&[0, 4], None), Some(sii::Access::Reload));
    assert_eq!(sii::access(&[0, 0, 8, 0], None), None);
    assert_eq!(sii::access(&[0], None), None);
}

#[test]
fn more_slaves_than_there_can_be_are_not_kept() {
    let mut flow = Flow::new();
    for station in 0..20_000_u16 {
        flow.said(Side::Client, &datagram(FPWR, station, 0x120, &[2, 0], 0));
        flow.said(Side::Server, &datagram(FPWR, station, 0x120, &[2, 0], 1));
        flow.said(Side::Client, &datagram(12, station, 0x100, &[0; 4], 0));
        flow.said(Side::Server, &datagram(12, station, 0x100, &[0; 4], 1));
    }
    assert!(flow.segment.weight() < 512 * 1024, "{}", flow.segment.weight());
}

#[test]
fn an_endless_transfer_is_not_kept_whole() {
    let mut flow = Flow::new();
    let begin = [0, 0x20, 0x21, 0, 0x20, 1, 0xff, 0xff, 0xff, 0x7f];
    let mut segment = vec![0, 0x20, 0x00];
    segment.extend([b'A'; 1_000]);
    for (counter, data) in std::iter::once(begin.to_vec()).chain(vec![segment; 400]).enumerate() {
        let counter = u8::try_from(counter % 7 + 1).unwrap();
        flow.said(Side::Client, &mail(3, counter, &data, 0));
        flow.said(Side::Server, &mail(3, counter, &data, 1));
    }
    assert!(flow.segment.weight() < 64 * 1024, "{}", flow.segment.weight());
    let stray = mail(3, 5, &[0, 0x20, 0xff, 0, 0x20, 1, 0, 0, 0, 0], 1);
    assert!(flow.said(Side::Server, &stray), "a counter that was not the next one");
}
