//! What the golden captures do not show: odd layouts, hostile messages, limits.

use super::Enip;
use super::message;
use super::reading::Reading;
use crate::dataset::{Flag, Operation};
use crate::flow::assembly::Assembly;
use crate::flow::facts::{Endpoint, Place};
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use crate::ledger::{Ledger, Settings};
use crate::protocol::draft::Told;
use crate::protocol::{Outcome, Parser, Talk};

/// Items of a request with its reply.
fn read(request: &[u8], reply: Option<&[u8]>) -> Reading {
    let mut reading = Reading::default();
    message::read(request, reply, 0, &mut reading);
    reading
}

fn address(reading: &Reading, item: usize) -> &str {
    &reading.drafts.text[reading.drafts.list[item].address.clone()]
}

fn text(reading: &Reading, item: usize) -> &str {
    match &reading.drafts.list[item].told {
        Told::Text(_, range) | Told::Exact(_, _, range) => &reading.drafts.text[range.clone()],
        _ => "",
    }
}

fn numbers(reading: &Reading, item: usize) -> &[f64] {
    match &reading.drafts.list[item].told {
        Told::Numbers(_, range) | Told::Exact(_, range, _) => &reading.drafts.numbers[range.clone()],
        _ => &[],
    }
}

#[test]
fn a_logix_string_is_read_as_text() {
    let mut reply = vec![0xcc, 0, 0, 0, 0xa0, 0x02, 0xce, 0x0f, 5, 0, 0, 0];
    reply.extend_from_slice(b"Mixed");
    reply.resize(12 + 82, 0);
    let found = read(b"\x4c\x04\x91\x05Batch\0\x01\0", Some(&reply));
    assert_eq!((address(&found, 0), text(&found, 0)), ("Batch", "Mixed"));
    assert!(found.oddities.is_empty());
}

#[test]
fn numbers_beyond_a_double_are_told_exactly() {
    let mut reply = vec![0xcc, 0, 0, 0, 0xc5, 0];
    reply.extend_from_slice(&(i64::MAX - 1).to_le_bytes());
    let found = read(b"\x4c\x03\x91\x04Wide\x01\0", Some(&reply));
    assert_eq!(text(&found, 0), "9223372036854775806");
}

#[test]
fn a_fragment_that_begins_inside_an_element_keeps_to_whole_ones() {
    let request = b"\x52\x03\x91\x04Wide\x09\0\x06\0\0\0";
    let found = read(request, Some(&[0xd2, 0, 6, 0, 0xc4, 0, 9, 9, 7, 0, 0, 0, 8, 0, 0, 0]));
    assert_eq!((address(&found, 0), numbers(&found, 0)), ("Wide[2-3]", &[7.0, 8.0][..]));
}

#[test]
fn a_packet_that_holds_itself_ends() {
    // Two services, both at the beginning of the packet's own data.
    let found = read(b"\x0a\x02\x20\x02\x24\x01\x02\0\0\0\0\0", None);
    assert_eq!(found.drafts.list.len(), 1);
    assert!(found.oddities.contains(&Flag::EnipServiceLength));
    // Sent on, and on, and on.
    let mut request = b"\x07\x02\x20\x8e\x24\x01".to_vec();
    for _ in 0..20 {
        let size = u16::try_from(request.len()).unwrap().to_le_bytes();
        let mut outer = b"\x52\x02\x20\x06\x24\x01\x0a\x05".to_vec();
        outer.extend_from_slice(&size);
        outer.append(&mut request);
        outer.resize(outer.len().next_multiple_of(2), 0);
        outer.extend_from_slice(b"\x01\0\x01\0");
        request = outer;
    }
    let found = read(&request, None);
    assert_eq!(found.drafts.list.len(), 1);
}

#[test]
fn services_of_one_packet_end_each_on_their_own() {
    let request = b"\x0a\x02\x20\x02\x24\x01\x02\0\x06\0\x0e\0\x4c\x02\x91\x01A\0\x01\0\x4c\x02\x91\x01B\0\x01\0";
    let reply = b"\x8a\0\x1e\0\x02\0\x06\0\x0e\0\xcc\0\0\0\xc2\0\xff\0\xcc\0\x05\x01\0\0";
    let found = read(request, Some(reply));
    let ends: Vec<_> = found.drafts.list.iter().map(|draft| draft.outcome).collect();
    assert_eq!(ends, [Some(Outcome::Success), Some(Outcome::Failure)]);
    assert_eq!((address(&found, 0), address(&found, 1)), ("A", "B"));
    assert_eq!(found.drafts.list[1].status, Some((5, "Path destination unknown")));
}

#[test]
fn what_a_lock_is_told_is_not_shown() {
    let found = read(b"\x4c\x04\x20\x8e\x24\x01\x20\x74\x24\x01PASSWORD", None);
    assert_eq!(found.drafts.list[0].operation, Operation::SecurityUnlock);
    assert!(!found.drafts.text.contains("50415353"), "{}", found.drafts.text);
    assert!(found.drafts.text.contains("\"data_size\":8"));
    let found = read(b"\x10\x03\x20\x5d\x24\x01\x30\x02PASSWORD", None);
    assert_eq!(found.drafts.list[0].operation, Operation::ConfigureAccess);
    assert!(!found.drafts.text.contains("50415353"));
}

#[test]
fn cut_requests_are_flagged_and_told() {
    for request in [&b"\x4c"[..], b"\x4c\xff\x91", b"\x0e\x02\x20\x01\x25\0", b"\x54\x02\x20\x06\x24\x01\x01"] {
        let found = read(request, Some(b"\xcc"));
        assert_eq!(found.drafts.list.len(), 1, "{request:?}");
        assert!(!found.oddities.is_empty(), "{request:?}");
    }
}

fn message(command: u16, session: u32, context: u64, data: &[u8]) -> Vec<u8> {
    let mut out = command.to_le_bytes().to_vec();
    out.extend_from_slice(&u16::try_from(data.len()).unwrap().to_le_bytes());
    out.extend_from_slice(&session.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&context.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(data);
    out
}

fn rr_data(context: u64, cip: &[u8]) -> Vec<u8> {
    let mut data = vec![0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0xb2, 0];
    data.extend_from_slice(&u16::try_from(cip.len()).unwrap().to_le_bytes());
    data.extend_from_slice(cip);
    message(0x6f, 1, context, &data)
}

/// One flow that never sees an answer: what waits is bounded in number and in bytes.
#[test]
fn requests_without_replies_do_not_pile_up() {
    let end = |port| Endpoint { ip: "10.9.1.30".parse().unwrap(), port, mac: None };
    let mut facts = Facts::new(end(50_000), end(44_818), Transport::Tcp, 1);
    facts.protocol = Some("enip");
    let mut ledger = Ledger::new(Settings::default(), vec![Place::default()]);
    let mut parser = Enip::default();
    let mut assembly = Assembly::default();
    let mut cip = b"\x4d\x02\x91\x01A\0\xc2\0\xff\x0f".to_vec();
    cip.resize(20_000, 1);
    for number in 0..500_u16 {
        let stamp = Stamp { time: 1_700_000_000_000_000_000 + i64::from(number), number: i64::from(number), source: 0 };
        let mut talk = Talk::new(&mut ledger, &mut facts, Span::at(stamp));
        let size = if number % 2 == 0 { cip.len() } else { 10 };
        let bytes = rr_data(u64::from(number), &cip[..size]);
        assembly.feed(&mut parser, Side::Client, &bytes, stamp, &mut talk);
        assert!(parser.weight() < 256 * 1024, "{}", parser.weight());
    }
}

#[test]
fn a_tag_read_by_number_has_the_name_the_list_gave_it() {
    let mut reading = Reading::default();
    let list = b"\x55\x02\x20\x6b\x24\0\x02\0\x01\0\x02\0";
    let names = b"\xd5\0\0\0\x07\0\0\0\x04\0Tank\xc4\0";
    message::read(list, Some(names), 0, &mut reading);
    assert!(reading.drafts.text.contains("{\"tags\":1}"), "{}", reading.drafts.text);
    reading.clear();
    message::read(b"\x4c\x02\x20\x6b\x24\x07\x02\0", Some(b"\xcc\0\0\0\xc4\0\x05\0\0\0\x06\0\0\0"), 0, &mut reading);
    let draft = &reading.drafts.list[0];
    assert_eq!((address(&reading, 0), numbers(&reading, 0)), ("class:0x6B/7[0-1]", &[5.0, 6.0][..]));
    assert_eq!(&reading.drafts.text[draft.details.clone()], "{\"tag\":\"Tank\"}");
    reading.clear();
    message::read(b"\x4c\x02\x20\x6b\x24\x07\x01\0", Some(b"\xcc\0\xff\x01\x05\x21"), 0, &mut reading);
    let draft = &reading.drafts.list[0];
    assert_eq!(&reading.drafts.text[draft.details.clone()], "{\"extended_status\":8453,\"tag\":\"Tank\"}");
}

/// Offsets that go back and forth, packet in packet: each byte is read once on each level, and the items are bounded.
#[test]
fn a_packet_of_packets_does_not_multiply() {
    let packet = |inner: &[u8], count: u16| {
        let mut out = b"\x0a\x02\x20\x02\x24\x01".to_vec();
        out.extend_from_slice(&count.to_le_bytes());
        let head = 2 + 2 * count;
        for number in 0..count {
            out.extend_from_slice(&(if number % 2 == 0 { head } else { 60_000 }).to_le_bytes());
        }
        out.extend_from_slice(inner);
        out
    };
    let mut request = vec![0x0e; 40_000];
    for _ in 0..4 {
        request = packet(&request, 512);
    }
    assert!(read(&request, None).drafts.list.len() <= 512);
    let mut many = b"\x0a\x02\x20\x02\x24\x01".to_vec();
    many.extend_from_slice(&2000_u16.to_le_bytes());
    for number in 0..2000_u16 {
        many.extend_from_slice(&(4002 + 2 * number).to_le_bytes());
    }
    many.resize(many.len() + 4000, 0);
    let found = read(&many, None);
    assert_eq!(found.drafts.list.len(), 512);
    assert!(found.oddities.contains(&Flag::ParserLimit));
}
