//! What the golden captures do not show: hostile input, limits, recognition.

use super::direct::{self, List};
use super::header::{self, Header};
use super::layout::Reading;
use super::pdu::{Address, Pdu};
use super::{HartIp, layouts, recognise};
use crate::dataset::{Flag, Operation};
use crate::flow::facts::{Endpoint, Place};
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use crate::ledger::{Ledger, Settings};
use crate::protocol::dialogue::Dialogue;
use crate::protocol::draft::Drafts;
use crate::protocol::{Framing, Guess, Parser, Probe, Talk};

fn message(kind: u8, id: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 8).unwrap().to_be_bytes();
    [&[1, kind, id, 0, 0, 7, length[0], length[1]], body].concat()
}

/// A frame with its check byte.
fn frame(delimiter: u8, command: u8, data: &[u8]) -> Vec<u8> {
    let address: &[u8] = if delimiter & 0x80 == 0 { &[0x80] } else { &[0xa6, 0x4e, 0, 0, 0xd2] };
    let mut out = [&[delimiter], address, &[command, u8::try_from(data.len()).unwrap()], data].concat();
    out.push(out.iter().fold(0, |sum, byte| sum ^ byte));
    out
}

fn opening() -> Vec<u8> {
    message(header::REQUEST, 0, &[1, 0, 0, 0x75, 0x30])
}

struct Flow {
    parser: Dialogue<HartIp<false>>,
    facts: Facts,
    ledger: Ledger,
    number: i64,
    asked: u8,
}

impl Flow {
    fn new() -> Self {
        let end = |port| Endpoint { ip: "10.9.1.30".parse().unwrap(), port, mac: None };
        let facts = Facts::new(end(50_000), end(5094), Transport::Tcp, 1);
        Self {
            parser: Dialogue::default(),
            facts,
            ledger: Ledger::new(Settings::default(), vec![Place::default()]),
            number: 0,
            asked: 0,
        }
    }

    /// Whether the message is flagged. Requests are numbered, responses get the last request's number.
    fn said(&mut self, side: Side, bytes: &[u8]) -> bool {
        self.number += 1;
        self.asked = self.asked.wrapping_add(u8::from(side == Side::Client));
        let mut bytes = bytes.to_vec();
        if let Some(sequence) = bytes.get_mut(5) {
            *sequence = self.asked;
        }
        let span = Span::at(Stamp { time: self.number, source: 0, number: self.number });
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, span);
        talk.begin(span);
        self.parser.message(side, &bytes, &mut talk);
        talk.flagged()
    }
}

#[test]
fn what_is_sound_is_not_flagged_and_each_oddity_is() {
    let mut flow = Flow::new();
    assert!(!flow.said(Side::Client, &opening()));
    assert!(!flow.said(Side::Server, &message(header::RESPONSE, 0, &[1, 0, 0, 0x75, 0x30])));
    let ask = |frame: Vec<u8>| message(header::REQUEST, 3, &frame);
    let tell = |frame: Vec<u8>| message(header::RESPONSE, 3, &frame);
    assert!(!flow.said(Side::Client, &ask(frame(0x82, 1, &[]))));
    assert!(!flow.said(Side::Server, &tell(frame(0x86, 1, &[0, 0, 12, 0x41, 0x20, 0, 0]))));
    assert!(!flow.said(Side::Client, &ask(frame(0x82, 1, &[]))));
    assert!(flow.said(Side::Server, &tell(frame(0x86, 2, &[0, 0]))), "another command");
    assert!(!flow.said(Side::Client, &ask(frame(0x82, 1, &[]))));
    assert!(flow.said(Side::Server, &tell(frame(0x86, 1, &[0, 0, 12]))), "a value is cut");
    assert!(flow.said(Side::Client, &ask(frame(0x86, 1, &[]))), "a reply as request");
    assert!(flow.said(Side::Client, &ask(frame(0x82, 35, &[7]))), "too few data");
    assert!(flow.said(Side::Client, &ask(frame(0x82, 4, &[]))), "not assigned");
    assert!(!flow.said(Side::Client, &ask(frame(0x82, 130, &[]))), "a maker's own");
    let mut wrong = frame(0x82, 1, &[]);
    *wrong.last_mut().unwrap() ^= 1;
    assert!(flow.said(Side::Client, &ask(wrong)), "check byte");
    assert!(flow.said(Side::Client, &message(header::REQUEST, 9, &[])), "message id");
    assert!(flow.said(Side::Client, &message(header::REQUEST, 0, &[7, 0, 0, 0, 0])), "master type");
    assert!(flow.said(Side::Client, &message(header::REQUEST, 2, &[0])), "a body where none is");
    assert!(flow.said(Side::Client, &message(header::REQUEST, 4, &[0, 0, 0, 1, 5])), "a list that is cut");
    assert!(flow.said(Side::Client, &[1, 0, 0]), "cut in its header");
}

#[test]
fn a_stream_is_framed_by_its_bytes_alone_and_tls_is_passed_over() {
    let opening = opening();
    assert_eq!(header::framing(&opening), Framing::Message(13));
    assert_eq!(header::framing(&opening[..7]), Framing::Need);
    assert_eq!(header::framing(&[3, 0, 0, 0, 0, 0, 0, 8]), Framing::Bad(Flag::HartIpHeader));
    assert_eq!(header::framing(&[1, 0, 0, 0, 0, 0, 0, 7]), Framing::Bad(Flag::HartIpHeader));
    assert_eq!(header::framing(&[22, 3, 3, 0, 4, 1, 0, 0, 0]), Framing::Message(9));
    assert_eq!(header::framing(&[22, 3, 3, 0xff, 0xff]), Framing::Bad(Flag::HartIpHeader));
    assert_eq!(header::framing(&[22, 9, 3, 0]), Framing::Bad(Flag::HartIpHeader));
    assert_eq!(header::resynchronise(&[&[9, 9, 9][..], &opening].concat()), (3, true));
    assert_eq!(header::resynchronise(&[9, 9, 1, 0]), (2, false));
    assert!(!Flow::new().said(Side::Client, &[22, 3, 3, 0, 1, 1]));
}

#[test]
fn a_frame_is_read_whatever_stands_before_it() {
    let bare = frame(0x82, 9, &[0, 1]);
    let pdu = Pdu::read(&bare).unwrap();
    assert_eq!((pdu.command(), pdu.counted, pdu.checked), ((9, &[0_u8, 1][..]), true, true));
    assert_eq!(pdu.address, Address::Unique([0x26, 0x4e, 0, 0, 0xd2]), "without the master's bit");
    assert!(Pdu::read(&[&[0xff; 5][..], &bare].concat()).unwrap().checked, "preambles");
    assert_eq!(Pdu::read(&frame(0x82, 31, &[3, 0, 1])).unwrap().command(), (768, &[1_u8][..]));
    assert_eq!(Pdu::read(&frame(0x86, 31, &[0, 0, 3, 0, 1])).unwrap().command(), (768, &[1_u8][..]));
    assert!(Pdu::read(&[0x82, 1]).is_none() && Pdu::read(&[0xff; 9]).is_none());
}

#[test]
fn lists_of_commands_end_where_one_does_not_fit() {
    let body = [0, 0, 0, 1, 1, 0, 0, 48, 2, 0, 9];
    assert!(direct::fits(&body, true) && direct::fits(&body, false));
    assert_eq!(List::of(&body).map(|entry| entry.number).collect::<Vec<_>>(), [1, 48]);
    assert!(!direct::fits(&body[..10], true) && !direct::fits(&[0, 0], false));
    assert!(!direct::fits(&[0, 0, 0, 1, 0], true), "a response without a code");
    assert_eq!(List::aggregated(&[1, 0, 3, 1, 0]).unwrap().count(), 1);
    assert_eq!(List::aggregated(&[0x20, 1, 0, 3, 1, 0]).unwrap().count(), 1);
    assert!(List::aggregated(&[2, 0, 3, 1, 0]).is_none());
}

#[test]
fn slots_that_are_not_used_and_values_that_are_none_say_nothing() {
    let mut drafts = Drafts::default();
    let data = [0, 246, 65, 32, 0x41, 0xa4, 0, 0, 0xc0, 250, 0, 250, 0x7f, 0xa0, 0, 0, 0x30];
    assert!(Reading::new(&mut drafts, Operation::Read).read(&layouts::told(9).unwrap(), &data));
    let names: Vec<_> = drafts.list.iter().map(|draft| drafts.text[draft.address.clone()].to_owned()).collect();
    assert_eq!(names, ["extended_status", "pv", "pv.quality"]);
    assert_eq!(drafts.numbers, [0.0, 20.5, 192.0]);
}

#[test]
fn it_is_known_by_its_bytes_and_eight_of_them_do_not_do_elsewhere() {
    let guess = |data: &[u8], port, transport| {
        recognise::probe(&Probe { data, transport, source_port: 50_000, destination_port: port, ended: false })
    };
    let yes = |guess| matches!(guess, Guess::Yes { .. });
    assert!(yes(guess(&opening(), 9, Transport::Udp)));
    assert!(yes(guess(&message(header::REQUEST, 3, &frame(2, 0, &[])), 9, Transport::Udp)));
    let keep_alive = message(header::REQUEST, 2, &[]);
    assert!(yes(guess(&keep_alive, 5094, Transport::Udp)));
    assert_eq!(guess(&keep_alive, 9, Transport::Udp), Guess::No);
    assert_eq!(guess(&opening()[..10], 5094, Transport::Tcp), Guess::Need);
    assert_eq!(guess(&opening()[..10], 5094, Transport::Udp), Guess::No);
    let mut wrong = message(header::REQUEST, 3, &frame(2, 0, &[]));
    wrong[9] ^= 1;
    assert_eq!(guess(&wrong, 5094, Transport::Udp), Guess::No, "its check byte is wrong");
}

#[test]
fn the_answer_to_a_session_from_another_port_goes_with_its_request() {
    let answer = message(header::RESPONSE, 0, &[1, 0, 0, 0, 9]);
    assert_eq!(recognise::conversation(&answer, (5095, 49_905)), Some((5094, 49_905)));
    assert_eq!(recognise::conversation(&answer, (5094, 49_905)), None);
    assert_eq!(recognise::conversation(&opening(), (49_905, 5095)), None);
    assert!(Header::read(&answer).is_some_and(|header| header.answers()));
}
