//! What golden captures do not show: odd values, limits, order.

use super::acse;
use super::apdu::Sealed;
use super::axdr::Reader;
use super::class;
use super::deed;
use super::hdlc::{self, Frame};
use super::result;
use super::service::{self, Place};
use super::show;
use super::wrapper::Wrapped;
use crate::dataset::Operation;
use crate::flow::facts::{Endpoint, Place as FirstPlace};
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use crate::ledger::{Ledger, Settings};
use crate::protocol::{Framing, Outcome, Parser, Talk};

fn shown(data: &[u8]) -> Option<String> {
    let mut reader = Reader::new(data);
    let value = reader.value()?;
    reader.left.is_empty().then(|| show::text(&value))
}

#[test]
fn values_are_shown_as_people_write_them() {
    assert_eq!(shown(b"\x0f\xfe").as_deref(), Some("-2"));
    assert_eq!(shown(b"\x15\xff\xff\xff\xff\xff\xff\xff\xff").as_deref(), Some("18446744073709551615"));
    assert_eq!(shown(b"\x14\x80\0\0\0\0\0\0\0").as_deref(), Some("-9223372036854775808"));
    assert_eq!(shown(b"\x04\x0b\xa0\x40").as_deref(), Some("10100000010"));
    assert_eq!(shown(b"\x09\x06\x01\x00\x01\x08\x00\xff").as_deref(), Some("1.0.1.8.0.255"));
    assert_eq!(shown(b"\x09\x03\x00\x01\x02").as_deref(), Some("000102"));
    assert_eq!(shown(b"\x02\x02\x01\x00\x17\x3f\xc0\0\0").as_deref(), Some("{[], 1.5}"));
    assert_eq!(shown(b"\x1b\x0c\x1e\xff\xff").as_deref(), Some("12:30:*"));
    let time = b"\x09\x0c\xff\xff\x0b\x1d\xff\x0a\x1e\x00\xff\x80\x00\xff";
    assert_eq!(shown(time).as_deref(), Some("*-11-29T10:30:00"));
    let east = b"\x09\x0c\x07\xea\x0b\x1d\x07\x0a\x1e\x00\x00\xff\x88\x00";
    assert_eq!(shown(east).as_deref(), Some("2026-11-29T10:30:00+02:00"));
}

#[test]
fn data_that_do_not_hold_together_are_none() {
    for broken in [
        &b"\x01\x05\x00"[..],
        b"\x06\0\0\0",
        b"\x09\x04abc",
        b"\x63\0",
        b"\x09\x85\0",
        b"",
        b"\x01\x84\xff\xff\xff\xff",
    ] {
        assert!(shown(broken).is_none(), "{broken:?}");
    }
    let deep: Vec<u8> = [0x01, 0x01].repeat(40).into_iter().chain([0]).collect();
    assert!(shown(&deep).is_none(), "40 arrays in each other");
    assert!(shown(b"\x13\x02\x02\x12\x06\x06\0\x01\0\0\0\x02").is_some(), "a compact array of structures");
}

#[test]
fn what_is_shown_is_bounded() {
    let mut data = vec![0x01, 0x82, 0x10, 0x00];
    data.extend(b"\x09\x10abcdefghijklmnop".repeat(4096));
    let text = shown(&data).unwrap_or_default();
    assert!(text.len() < 600 && text.ends_with("of 4096]"), "{}", text.len());
}

#[test]
fn a_request_that_does_not_hold_together_still_names_its_object() {
    let disconnect = b"\xc3\x01\xc1\x00\x46\x00\x00\x60\x03\x0a\xff\x01\x01\x0f\x00";
    let longer = [&disconnect[..], b"\x00"].concat();
    assert!(service::request(disconnect).is_some() && service::request(&longer).is_none());
    let place = Place::Logical { class: 70, instance: [0, 0, 96, 3, 10, 255], member: 1, method: true };
    for apdu in [&disconnect[..], &longer] {
        assert_eq!(service::read(apdu).targets.first().map(|target| target.place), Some(place));
    }
    assert_eq!(deed::action(place), Operation::ControlOperate);
    let listed = b"\xc3\x03\xc1\x02\x00\x46\x00\x00\x60\x03\x0a\xff\x01\x00\x46\x00\x00\x60\x03\x0b\xff\x01";
    assert_eq!(service::read(listed).targets.len(), 2);
    assert!(service::read(b"\xc3\x03\xc1\xff").targets.is_empty());
}

#[test]
fn addresses_of_all_sizes_are_read_and_checksums_checked() {
    let snrm = b"\x7e\xa0\x07\x03\x21\x93\x0f\x01\x7e";
    let frame = Frame::read(snrm).expect("a frame");
    assert!(frame.sound);
    assert_eq!((frame.destination.logical, frame.source.logical, frame.control), (1, 16, 0x93));
    let mut body = b"\xa0\x0a\x00\x02\x02\x23\x03\x93".to_vec();
    body.extend(hdlc::checksum(&body).to_le_bytes());
    let framed = [b"\x7e", &body[..], b"\x7e"].concat();
    let frame = Frame::read(&framed).expect("four bytes of address");
    assert!(frame.sound);
    assert_eq!((frame.destination.logical, frame.destination.physical), (1, 145));
    let mut wrong = framed.clone();
    wrong[8] ^= 1;
    assert!(!Frame::read(&wrong).expect("a frame").sound);
    assert_eq!(hdlc::framing(b"\x7e\x7e"), Framing::Message(1));
    assert_eq!(hdlc::framing(b"\xa0\x07\x03"), Framing::Message(8), "one flag between two frames");
    assert!(matches!(hdlc::framing(b"\x7e\x50"), Framing::Bad(_)));
}

#[test]
fn ciphering_is_read_and_what_is_only_authenticated_too() {
    let sealed = Sealed::read(b"\xc8\x08\x30\0\0\0\x07abc").expect("sealed");
    assert_eq!((sealed.protection(), sealed.counter, sealed.plain()), ("authenticated-encryption", 7, None));
    let signed = Sealed::read(b"\xdb\x08BTN\0\0\0\0B\x13\x10\0\0\0\x08\x62\x00tag-of-12-by").expect("signed");
    assert_eq!((signed.protection(), signed.plain()), ("authentication", Some(&b"\x62\x00"[..])));
    assert!(Sealed::read(b"\xc8\x09\x30\0\0\0\x07abc").is_none(), "cut");
    assert!(Sealed::read(b"\xc8\x03\x30\0\0").is_none(), "no counter");
}

#[test]
fn a_system_title_says_who_made_it() {
    assert_eq!(acse::title(b"KFM\x66\x40\x02\x77\x81"), "KFM6640027781");
    assert_eq!(acse::maker(b"KFM\x66\x40\x02\x77\x81"), Some("KFM"));
    assert_eq!(acse::maker(b"\x01\x02\x03\x66\x40\x02\x77\x81"), None);
    assert_eq!(acse::title(b"ab"), "6162");
}

#[test]
fn classes_are_in_order_and_members_named() {
    for number in 0..200 {
        assert!(class::of(number).is_none_or(|class| class.number == number));
    }
    assert_eq!(class::member(70, 1, true), Some("remote_disconnect"));
    assert_eq!(class::member(70, 2, false), Some("output_state"));
    assert_eq!(class::member(15, 7, false), Some("secret"));
    assert_eq!(class::member(15, -1, false), None);
    for known in [1, 3, 7, 15, 18, 64, 70, 71, 115, 124] {
        assert!(class::of(known).is_some(), "{known}");
    }
}

#[test]
fn results_say_how_it_ended() {
    assert_eq!(result::of(Some(3)), (Outcome::Failure, Some((3, "read-write-denied"))));
    assert_eq!(result::of(None), (Outcome::Success, None));
    assert_eq!(result::exception(b"\xd8\x01\x06\0\0\0\x01"), Some((262, "invocation-counter-error")));
}

struct Flow {
    parser: Wrapped,
    facts: Facts,
    ledger: Ledger,
    number: i64,
}

impl Flow {
    fn new() -> Self {
        let end = |port| Endpoint { ip: "10.9.1.30".parse().expect("an address"), port, mac: None };
        Self {
            parser: Wrapped::default(),
            facts: Facts::new(end(50_000), end(4_059), Transport::Tcp, 1),
            ledger: Ledger::new(Settings::default(), vec![FirstPlace::default()]),
            number: 0,
        }
    }

    /// Says an APDU in the wrapper; whether it was flagged.
    fn said(&mut self, side: Side, apdu: &[u8]) -> bool {
        self.number += 1;
        let span = Span::at(Stamp { time: self.number, source: 0, number: self.number });
        let mut talk = Talk::new(&mut self.ledger, &mut self.facts, span);
        talk.begin(span);
        let ports: &[u8] = if side == Side::Client { b"\0\x01\0\x01\0\x02" } else { b"\0\x01\0\x02\0\x01" };
        let length = u16::try_from(apdu.len()).expect("a length").to_be_bytes();
        self.parser.message(side, &[ports, &length, apdu].concat(), &mut talk);
        talk.flagged()
    }
}

const GET: &[u8] = b"\xc0\x01\xc1\x00\x07\x01\x00\x63\x01\x00\xff\x02\x00";

fn block(last: u8, number: u8, raw: &[u8]) -> Vec<u8> {
    let length = [0x82, u8::try_from(raw.len() >> 8).unwrap_or(0), u8::try_from(raw.len() & 0xff).unwrap_or(0)];
    [&b"\xc4\x02\xc1"[..], &[last, 0, 0, 0, number, 0], &length, raw].concat()
}

#[test]
fn a_block_that_is_not_the_next_one_is_flagged_and_long_answers_are_bounded() {
    let mut flow = Flow::new();
    assert!(!flow.said(Side::Client, GET));
    assert!(!flow.said(Side::Server, &block(0, 1, b"\x01\x02")));
    assert!(!flow.said(Side::Client, b"\xc0\x02\xc1\0\0\0\x01"));
    assert!(flow.said(Side::Server, &block(0, 3, b"\x11\x01")), "the second is missing");
    assert!(!flow.said(Side::Client, GET));
    let mut flagged = false;
    for number in 1..60 {
        flagged |= flow.said(Side::Server, &block(0, number, &[0; 4000]));
        flow.said(Side::Client, &[&b"\xc0\x02\xc1\0\0\0"[..], &[number]].concat());
        assert!(flow.parser.weight() < 128 * 1024, "{}", flow.parser.weight());
    }
    assert!(flagged, "more than is put together");
}

#[test]
fn an_apdu_longer_than_agreed_is_flagged() {
    let mut flow = Flow::new();
    let asked = b"\x60\x1d\xa1\x09\x06\x07\x60\x85\x74\x05\x08\x01\x01\xbe\x10\x04\x0e\x01\0\0\0\x06\x5f\x1f\x04\0\0\x1e\x1d\xff\xff";
    let granted = b"\x61\x29\xa1\x09\x06\x07\x60\x85\x74\x05\x08\x01\x01\xa2\x03\x02\x01\x00\xa3\x05\xa1\x03\x02\x01\x00\xbe\x10\x04\x0e\x08\x00\x06\x5f\x1f\x04\0\0\x1e\x1d\x00\x40\x00\x07";
    assert!(!flow.said(Side::Client, asked));
    assert!(!flow.said(Side::Server, granted));
    let written = |size: u8| {
        [&b"\xc1\x01\xc1\x00\x01\x00\x00\x60\x32\x00\xff\x02\x00\x09"[..], &[size], &vec![0x41; usize::from(size)]]
            .concat()
    };
    assert!(!flow.said(Side::Client, &written(40)));
    assert!(flow.said(Side::Client, &written(100)), "64 bytes were agreed");
}

#[test]
fn a_counter_that_does_not_rise_is_flagged_for_its_sender_alone() {
    let mut flow = Flow::new();
    let sealed = |tag: u8, counter: u8| [&[tag, 8, 0x30, 0, 0, 0, counter][..], b"abc"].concat();
    assert!(!flow.said(Side::Client, &sealed(0xcb, 9)));
    assert!(!flow.said(Side::Server, &sealed(0xcf, 3)), "the meter counts by itself");
    assert!(!flow.said(Side::Client, &sealed(0xcb, 10)));
    assert!(flow.said(Side::Client, &sealed(0xcb, 9)));
}
