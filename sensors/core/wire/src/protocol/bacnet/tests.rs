//! What golden captures do not show: limits, numbers that go round, broken structures.

use super::apdu::Segment;
use super::draft::{Drafts, Told};
use super::pairing::{Key, Requests, Waiting};
use super::segments::{Arrived, Segments, Step};
use super::tag::{Class, Tags, signed, unsigned};
use super::{bvlc, npdu, value};
use crate::flow::{Side, Span, Stamp};
use crate::protocol::Reply;

fn span() -> Span {
    Span::at(Stamp { time: 0, source: 0, number: 1 })
}

fn arrived(sequence: u8, more: bool, data: &[u8]) -> Arrived<'_> {
    let segment = Segment { sequence, more };
    Arrived {
        side: Side::Server,
        invoke: 1,
        place: None,
        request: false,
        segment,
        span: span(),
        ordinal: 1,
        bytes: 9,
        data,
    }
}

#[test]
fn segments_are_joined_across_the_end_of_their_numbers() {
    let mut segments = Segments::default();
    for number in 0..300u32 {
        let sequence = u8::try_from(number % 256).unwrap();
        assert!(matches!(segments.take(&arrived(sequence, true, b"ab")), Step::Waiting));
    }
    match segments.take(&arrived(44, false, b"z")) {
        Step::Whole(parts) => assert_eq!((parts.data.len(), parts.count), (601, 301)),
        _ => panic!("not whole"),
    }
    assert_eq!(segments.weight(), 0);
}

#[test]
fn a_message_too_long_or_with_a_hole_is_let_go() {
    let mut segments = Segments::default();
    let big = vec![0; 40_000];
    assert!(matches!(segments.take(&arrived(0, true, &big)), Step::Waiting));
    assert!(matches!(segments.take(&arrived(1, true, &big)), Step::Limit));
    assert!(matches!(segments.take(&arrived(0, true, b"a")), Step::Waiting));
    assert!(matches!(segments.take(&arrived(2, false, b"c")), Step::Missing));
    assert!(matches!(segments.take(&arrived(7, false, b"c")), Step::Missing), "its beginning was not seen");
    assert_eq!(segments.weight(), 0);
}

#[test]
fn messages_in_segments_are_bounded() {
    let mut segments = Segments::default();
    for invoke in 0..=255 {
        let _ = segments.take(&Arrived { invoke, ..arrived(0, true, &[0; 1000]) });
    }
    assert!(segments.weight() < 16 * 1024, "{}", segments.weight());
}

fn request(requests: &mut Requests, invoke: u8, data: &[u8]) -> usize {
    let key = Key::Invoke(invoke, Some(12));
    let mut gone = 0;
    while requests.displaced(key, Side::Client, None, data.len()).is_some() {
        gone += 1;
    }
    let data = requests.buffer(data);
    requests.push(Waiting {
        key,
        side: Side::Client,
        asked: None,
        asker: None,
        data,
        span: span(),
        ordinal: 1,
        bytes: 1,
        segments: 0,
        hops: None,
        repeats: 0,
        flagged: false,
        blind: false,
    });
    gone
}

#[test]
fn waiting_requests_are_bounded_and_paired_by_invoke_id_and_service() {
    let mut requests = Requests::default();
    let given_up: usize = (0..=255).map(|invoke| request(&mut requests, invoke, &[invoke; 2000])).sum();
    assert!(given_up >= 190, "{given_up}");
    assert!(requests.weight() < 128 * 1024);
    assert!(requests.repeated(Key::Invoke(255, Some(12)), Side::Client, None, &[255; 2000]));
    assert!(requests.take(Key::Invoke(255, Some(15)), Side::Server, None, 7).is_none(), "another service");
    assert!(requests.take(Key::Invoke(255, Some(12)), Side::Client, None, 7).is_none(), "its own side");
    assert!(requests.take(Key::Invoke(255, None), Side::Server, None, 7).is_some(), "a reject names no service");
    assert_eq!(requests.lone(Key::Invoke(255, None), 7), Reply::Duplicate);
    assert_eq!(requests.lone(Key::Invoke(255, None), 8), Reply::Unexpected);
}

#[test]
fn tags_of_every_length_are_read_and_broken_ones_are_not() {
    let long = [vec![0x65, 254, 1, 0], vec![7; 256]].concat();
    assert_eq!(Tags { left: &long }.next().unwrap().contents.len(), 256);
    let longer = [vec![0x65, 255, 0, 1, 0, 0], vec![7; 65_536]].concat();
    assert_eq!(Tags { left: &longer }.next().unwrap().contents.len(), 65_536);
    let extended = Tags { left: &[0xf9, 200, 5] }.next().unwrap();
    assert_eq!((extended.number, extended.class), (200, Class::Context));
    for broken in
        [&[0x65u8, 255, 255, 255, 255, 255][..], &[0x16], &[0x17], &[0x24, 1, 2], &[0xf9], &[0x65, 254, 1], &[]]
    {
        let mut tags = Tags { left: broken };
        let read = tags.next().is_some_and(|tag| tag.number != 1);
        assert!(!read, "{broken:?}");
    }
    assert_eq!(Tags { left: &[0x3e, 0x4e, 0x09, 1, 0x4f, 0x3f, 9] }.enclosed(3), Some(&[0x4e, 0x09, 1, 0x4f][..]));
    assert_eq!(Tags { left: &[0x3e, 0x4e, 0x3f, 0x4f] }.enclosed(3), None, "closed by another one");
    assert_eq!(Tags { left: &[0x3e; 5000] }.enclosed(3), None, "never closed");
    assert_eq!((unsigned(&[]), unsigned(&[0; 9]), signed(&[0xff, 0xfe])), (None, None, Some(-2)));
}

fn told(contents: &[u8]) -> (Option<Told>, Drafts) {
    let mut drafts = Drafts::default();
    (value::read(contents, &mut drafts), drafts)
}

#[test]
fn values_become_numbers_or_text() {
    let text = |contents: &[u8]| match told(contents) {
        (Some(Told::Text(kind, range)), drafts) => (kind, drafts.text_of(&range).to_owned()),
        other => panic!("{:?}", other.0),
    };
    assert_eq!(text(&[0x00]), ("null", "null".to_owned()));
    assert_eq!(text(&[0x82, 0x04, 0xa0]), ("bitstring", "1010".to_owned()));
    assert_eq!(text(&[0xa4, 126, 255, 28, 255]), ("date", "2026-*-28".to_owned()));
    assert_eq!(text(&[0x75, 5, 4, 0, 0xe9, 0x20, 0xac]).1, "é€", "UCS-2");
    assert_eq!(text(&[0x73, 5, 0xe9, 0x41]).1, "éA", "ISO 8859-1");
    assert_eq!(text(&[0x2e, 0x44, 0x41, 0xa0, 0, 0, 0x2f]), ("constructed", "[2]{20}".to_owned()));
    let (numbers, drafts) = told(&[0x44, 0x41, 0xa0, 0, 0, 0x44, 0x42, 0x20, 0, 0]);
    assert!(matches!(numbers, Some(Told::Numbers("real", _))));
    assert_eq!(drafts.numbers, [20.0, 40.0]);
    assert!(matches!(told(&[0x25, 8, 0x7f, 255, 255, 255, 255, 255, 255, 255]).0, Some(Told::Exact(..))));
    assert!(told(&[0x44, 0x41, 0xa0, 0]).0.is_none_or(|told| matches!(told, Told::Text("list", _))));
    assert!(told(&[0x43, 1, 2, 3]).0.is_none(), "a real of three bytes");
}

#[test]
fn the_text_of_a_structure_is_bounded() {
    let hostile = [0x0e, 0x73, 0, 0xc3, 0xa9].repeat(20_000);
    let (found, drafts) = told(&hostile);
    assert!(found.is_some());
    assert!(drafts.text.len() <= 512, "{}", drafts.text.len());
}

#[test]
fn headers_that_cannot_be_are_not_sound() {
    let sound = |bytes: &[u8]| npdu::Npdu::read(bytes).is_some_and(|npdu| npdu.sound());
    assert!(sound(&[1, 0, 0x10, 8]));
    assert!(!sound(&[2, 0, 0x10, 8]), "version");
    assert!(!sound(&[1, 0x40, 0x10, 8]), "reserved bit");
    assert!(!sound(&[1, 0x08, 0xff, 0xff, 1, 1, 0x10, 8]), "a source on all networks");
    assert!(!sound(&[1, 0x08, 0, 7, 0, 0x10, 8]), "a source without address");
    assert!(!sound(&[1, 0, 0x90, 8]), "a PDU type that does not exist");
    assert!(!sound(&[1, 0x20, 0, 7, 200, 1]), "an address that is cut off");
    let fits = |bytes: &[u8]| bvlc::Frame::read(bytes).is_some_and(|frame| bvlc::fits(&frame));
    assert!(fits(&[0x81, 2, 0, 4]) && fits(&[0x81, 0, 0, 6, 0, 0x30]));
    assert!(!fits(&[0x81, 0, 0, 6, 0, 0x31]) && !fits(&[0x81, 5, 0, 5, 1]));
}
