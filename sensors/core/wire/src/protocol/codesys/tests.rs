//! What the golden captures do not show: bytes of real controllers, hostile input, recognition.

use super::channel::Packet;
use super::checksum::crc;
use super::datagram::Datagram;
use super::description::Account;
use super::layers::Layers;
use super::service::{Content, read};
use super::tag::Tags;
use super::{block, recognise};
use crate::dataset::Operation;
use crate::flow::facts::{Endpoint, Place};
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use crate::ledger::{Ledger, Settings};
use crate::protocol::draft::{Drafts, Told};
use crate::protocol::{Framing, Guess, Parser, Probe, Talk};
use crate::text::Details;

/// A keep-alive of a real controller (published with a fuzzer of the protocol).
const KEEP_ALIVE: &[u8] = &[
    0xc5, 0x73, 0x40, 0x40, 0, 0x34, 0xb0, 0x32, 0xc0, 0xa8, 0x78, 1, 0, 0, 0x2d, 0xdc, 0xc0, 0xa8, 0x78, 0x80, 3, 0,
    0x80, 0xcf,
];
/// What the programming system asks a controller for its identity with (published there too): a length with padding.
const IDENTIFY: &[u8] = &[
    0x55, 0xcd, 0x10, 0, 1, 0, 1, 0, 0x60, 0x2b, 0x99, 0x8b, 0x10, 0, 0, 0, 0, 0, 0, 0, 1, 0x8c, 0x80, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0,
];
/// A scanner's question to all nodes: a header of four words.
const SEARCH: &[u8] = &[0xc5, 0x7c, 0x40, 3, 0, 0x10, 0, 1, 0, 31, 0, 0, 2, 0xc2, 0, 4, 1, 0, 0, 0];

fn framed(inside: &[u8]) -> Vec<u8> {
    let length = u32::try_from(inside.len() + block::HEADER).unwrap();
    [&block::MAGIC.to_le_bytes()[..], &length.to_le_bytes(), inside].concat()
}

fn datagram(payload: &[u8]) -> Vec<u8> {
    [&[0xc5, 0x6b, 0x40, 64, 0, 0x11, 0, 31, 0, 80, 0, 0], payload].concat()
}

/// The first block of a message of `size` bytes.
fn first(number: u8, size: usize, data: &[u8], message: &[u8]) -> Vec<u8> {
    let size = u32::try_from(size).unwrap().to_le_bytes();
    let head = [1, 0x81, 7, 0, number, 0, 0, 0, 0, 0, 0, 0];
    datagram(&[&head[..], &size, &crc(message).to_le_bytes(), data].concat())
}

fn later(number: u8, data: &[u8]) -> Vec<u8> {
    datagram(&[&[1, 0x80, 7, 0, number, 0, 0, 0, 0, 0, 0, 0], data].concat())
}

/// Which of these is flagged.
fn flagged(messages: &[Vec<u8>]) -> Vec<bool> {
    let end = |port| Endpoint { ip: "10.9.1.80".parse().unwrap(), port, mac: None };
    let mut facts = Facts::new(end(50_000), end(1740), Transport::Udp, 1);
    let mut ledger = Ledger::new(Settings::default(), vec![Place::default()]);
    let span = Span::at(Stamp { time: 1, source: 0, number: 1 });
    let mut talk = Talk::new(&mut ledger, &mut facts, span);
    let mut layers = Layers::on_datagrams();
    let said = messages.iter().map(|message| {
        talk.begin(span);
        layers.message(Side::Client, message, &mut talk);
        talk.flagged()
    });
    said.collect()
}

#[test]
fn bytes_of_real_controllers_are_read() {
    let datagram = Datagram::read(KEEP_ALIVE).unwrap();
    assert_eq!(datagram.sender, [0x2d, 0xdc, 0xc0, 0xa8, 0x78, 0x80], "port 11740 of the controller");
    assert!(matches!(Packet::read(datagram.payload), Some(Packet::KeepAlive { channel: 0xcf80 })));
    let Some(Content::Service(service)) = read(IDENTIFY) else { panic!("no service") };
    assert_eq!((service.group, service.service, service.told), (1, 1, 16));
    assert_eq!(service.tags().find(1).map(<[u8]>::len), Some(12));
    assert!(service.tags().sound());
}

#[test]
fn numbers_of_tags_have_bounds() {
    let tag = |data: &[u8]| Tags::new(data).next().map(|tag| (tag.id, tag.data.len()));
    assert_eq!(tag(&[0x81, 0x01, 0x02, 5, 6]), Some((0x81, 2)));
    assert_eq!(tag(&[0xff, 0x7f, 2, 2, 3]), Some((0x3fff, 2)));
    assert_eq!(tag(&[0x10, 0x82, 0x80, 0, 1, 2]), Some((0x10, 2)), "padded");
    assert_eq!(tag(&[0x10, 5, 1, 2]), None, "longer than there is");
    assert_eq!(tag(&[0xff; 12]), None, "no end");
    assert_eq!(tag(&[0x80, 0x80, 0x80, 0x80, 0x7f, 0]), None, "more than 32 bits");
    let deep: Vec<u8> = (0..40).rev().fold(Vec::new(), |inside, _| {
        [&[0x81, 0x81, 0, u8::try_from(inside.len()).unwrap_or(0)][..3], &inside].concat()
    });
    assert!(!Tags::new(&deep).sound());
}

#[test]
fn a_message_in_several_blocks_is_put_together() {
    let (head, tail) = IDENTIFY.split_at(7);
    let begin = first(1, IDENTIFY.len(), head, IDENTIFY);
    assert_eq!(flagged(&[begin.clone(), later(2, tail)]), [false, false]);
    assert_eq!(flagged(&[begin.clone(), begin.clone(), later(2, tail)]), [false; 3], "sent again");
    assert_eq!(flagged(&[begin.clone(), later(2, &tail[..4]), later(2, &tail[..4]), later(3, &tail[4..])]), [false; 4]);
    assert_eq!(flagged(&[begin.clone(), later(3, tail)]), [false, true], "one is missing");
    assert_eq!(flagged(&[later(2, tail)]), [true], "without a beginning");
    assert_eq!(flagged(&[begin.clone(), first(5, 36, head, IDENTIFY)]), [false, true], "one that never ended");
    let mut wrong = tail.to_vec();
    *wrong.last_mut().unwrap() = 9;
    assert_eq!(flagged(&[begin, later(2, &wrong)]), [false, true], "checksum");
    assert_eq!(flagged(&[first(1, 36, IDENTIFY, IDENTIFY)]), [false]);
    assert_eq!(flagged(&[first(1, 35, IDENTIFY, IDENTIFY)]), [true], "longer than told");
}

#[test]
fn recognised_by_form_on_any_port() {
    let by = |probe: fn(&Probe<'_>) -> Guess, data: &[u8], port: u16, transport| {
        probe(&Probe { data, transport, source_port: port, destination_port: port, ended: false })
    };
    let udp = |data: &[u8], port| match by(recognise::datagram, data, port, Transport::Udp) {
        Guess::Yes { sender, .. } => Some(sender),
        _ => None,
    };
    assert_eq!(udp(SEARCH, 9), Some(Some(Side::Client)));
    assert_eq!(udp(&first(1, 36, IDENTIFY, IDENTIFY), 9), Some(Some(Side::Client)));
    assert_eq!(udp(KEEP_ALIVE, 9), None, "too little to say so on any port");
    assert_eq!(udp(KEEP_ALIVE, 1740), Some(None));
    assert_eq!(udp(&datagram(&[0xc3, 0, 1, 1, 1, 2, 3, 4, 0, 0, 0, 0]), 1740), None, "checksum");
    for wrong in [&SEARCH[..12], &[0xc5; 32], &[0; 20], &datagram(&[1, 0x81, 0, 0])[..]] {
        assert_eq!(udp(wrong, 1740), None, "{wrong:?}");
    }
    let tcp = |data: &[u8]| by(recognise::stream, data, 9, Transport::Tcp);
    assert!(matches!(tcp(&framed(KEEP_ALIVE)), Guess::Yes { sender: None, .. }));
    assert_eq!(tcp(&framed(KEEP_ALIVE)[..9]), Guess::Need);
    assert_eq!(tcp(&framed(&[1; 20])), Guess::No);
    assert_eq!(tcp(b"GET / HTTP/1.1\r\n"), Guess::No);
    assert_eq!(
        block::framing(&framed(&[0; 5])),
        Framing::Bad(crate::dataset::Flag::CodesysBlock),
        "no datagram is so short"
    );
}

#[test]
fn what_screens_poll_is_quiet_though_its_services_have_no_names() {
    let unnamed = |code| super::group::of(code).map(|group| (group.name, group.unnamed));
    assert_eq!(unnamed(0x04), Some(("CmpVisuServer", Operation::Query)));
    assert_eq!(unnamed(0x07), Some(("SysEthernet", Operation::Unknown)));
}

#[test]
fn objects_beyond_those_told_are_counted() {
    let mut drafts = Drafts::default();
    let mut account =
        Account { drafts: &mut drafts, details: Details::default(), operation: Operation::Read, untold: 0 };
    for place in 0..300 {
        account.object("variable", &place.to_string(), Told::None);
    }
    assert_eq!(account.untold, 44);
    assert_eq!(drafts.list.len(), 256, "a picture with more variables than 64 is told whole");
}
