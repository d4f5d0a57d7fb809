//! What the golden captures do not show: prefixes, the alarm service's lengths, recognition.

use super::frame::{self, Message};
use super::{item, probe};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Probe};

fn message(kind: u16, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 3).unwrap();
    [&length.to_le_bytes()[..], &kind.to_le_bytes(), body, &[frame::END]].concat()
}

fn alarm(prefix: &[u8], length: usize) -> Vec<u8> {
    let mut data = prefix.to_vec();
    data.extend([0, 0x11, 0x22, 0x33, 0xde, 0x2d]);
    data.resize(prefix.len() + length, 0);
    data
}

#[test]
fn each_prefix_needs_more_or_says_the_same_as_the_whole() {
    let query = [&[45u8][..], &frame::QUERY, &[0; 29]].concat();
    let old = [&frame::QUERY_OLD[..], b"View", &[0; 28]].concat();
    let update = message(frame::UPDATE, &[1, 0, 0, 0, 0, 0, 0xc0, 0, 1, 1]);
    let alarms = [alarm(&[0x20], 0x20), alarm(&[0, 0x20, 1], 0x120), alarm(&[0, 0, 0, 0x20, 1, 0, 0], 0x120)];
    let long = message(frame::UPDATE, &[0; 0x200]);
    let all = [query, old, update, message(0x4024, &[]), message(0x7777, &[1, 2]), vec![2, 5, 0], long];
    for whole in all.iter().chain(&alarms) {
        for end in 1..whole.len() {
            let told = frame::framing(&whole[..end]);
            assert!(matches!(told, Framing::Need) || told == Framing::Message(whole.len()), "{end}: {told:?}");
        }
        assert_eq!(frame::framing(whole), Framing::Message(whole.len()));
        let more = [&whole[..], &message(0x4024, &[])].concat();
        assert_eq!(frame::framing(&more), Framing::Message(whole.len()), "with more behind it");
    }
}

#[test]
fn what_is_no_message_is_bad() {
    for odd in [&[1, 0, 9, 0, 0xa5][..], &[6, 0, 0x77, 0x77, 1, 2, 3, 4], &[0xff, 0xff, 0x77, 0x77, 0, 0, 0, 0, 0]] {
        assert!(matches!(frame::framing(odd), Framing::Bad(Flag::SuitelinkFrame)), "{odd:02x?}");
    }
    let huge = alarm(&[0, 0, 0, 0, 0, 0x10, 0], 64);
    assert_eq!(frame::framing(&huge), Framing::Oversize(0x10_0000 + 7));
}

#[test]
fn the_next_message_is_found_behind_what_is_lost() {
    let sound = message(frame::UPDATE, &[1, 0, 0, 0, 0, 0, 0xc0, 0, 1, 1]);
    let data = [&[9u8, 9, 9, 9, 9, 9][..], &sound, &sound].concat();
    assert_eq!(frame::resynchronise(&data), (6, true));
}

#[test]
fn values_go_by_their_type() {
    let text = [&[7u8, 0, 0, 0, 10, 0, 0x08, 0, 4, 2, 0][..], b"on", &[1, 2]].concat();
    let (tag, rest) = item::update(&text).unwrap();
    assert_eq!((tag.id, tag.quality, tag.value, rest), (7, Some(8), item::Value::Message(b"on"), &[1u8, 2][..]));
    assert!(item::update(&[7, 0, 0, 0, 0, 0, 0, 0, 9, 1, 1, 1, 1]).is_none(), "no such type");
    assert!(item::poke(&[7, 0, 0, 0, 3, 0, 0, 0]).is_none(), "a real is four bytes");
}

#[test]
fn recognised_by_magic_or_a_whole_message_and_never_by_the_port() {
    let guess = |data: &[u8], port| {
        let transport = Transport::Tcp;
        probe(&Probe { data, transport, source_port: 40_000, destination_port: port, ended: false })
    };
    let query = [&[45u8][..], &frame::QUERY, &[0; 29]].concat();
    assert_eq!(guess(&query, 9), Guess::Yes { confidence: 0.97, sender: Some(Side::Client) });
    assert_eq!(guess(&query[..8], 9), Guess::Need);
    let update = message(frame::UPDATE, &[1, 0, 0, 0, 0, 0, 0xc0, 0, 1, 1]);
    assert_eq!(guess(&update, 5413), Guess::Yes { confidence: 0.9, sender: Some(Side::Server) });
    assert!(matches!(guess(&update, 9), Guess::Yes { confidence, .. } if confidence < 0.8));
    for other in
        [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1], &message(frame::UPDATE, &[1, 2, 3])]
    {
        assert_eq!(guess(other, 5413), Guess::No, "{other:02x?}");
    }
    assert_eq!(frame::read(&message(0x4024, &[])), Some(Message::Tags(0x4024, &[])));
}
