//! Tests of the counters, over frames assembled byte by byte. What they mean together is tested over captures
//! (`tests/integration/test_mirror_doctor.py`).

use super::Examiner;
use super::stream::Stream;
use crate::capture::{Frame, LinkType};

fn frame(data: &[u8], time: i64, wire_length: usize) -> Frame<'_> {
    let wire_length = u32::try_from(wire_length).unwrap();
    Frame { timestamp: time, data, wire_length, link: LinkType::ETHERNET, number: 1, source: 0, interface: 0 }
}

/// A TCP segment with data, between 10.0.0.1:1000 and 10.0.0.2:502.
fn segment(id: u16, sequence: u32, acknowledged: u32, data: &[u8], ttl: u8) -> Vec<u8> {
    let total = u16::try_from(40 + data.len()).unwrap();
    let mut made = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0];
    made.extend(total.to_be_bytes());
    made.extend(id.to_be_bytes());
    made.extend([0, 0, ttl, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    made.extend([0x03, 0xe8, 0x01, 0xf6]);
    made.extend(sequence.to_be_bytes());
    made.extend(acknowledged.to_be_bytes());
    made.extend([0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
    made.extend(data);
    made
}

#[test]
fn bytes_that_were_acknowledged_and_never_seen_are_a_gap() {
    let mut stream = Stream::default();
    stream.seen(100, 10);
    stream.seen(120, 10);
    stream.acknowledged(130);
    assert_eq!((stream.gaps, stream.gap_bytes, stream.late), (1, 10, 0));
    stream.seen(130, 5);
    stream.acknowledged(135);
    assert_eq!(stream.gaps, 1);
}

#[test]
fn an_answer_that_was_heard_before_its_question_is_late_not_lost() {
    let mut stream = Stream::default();
    stream.seen(u32::MAX - 4, 5);
    stream.acknowledged(20);
    assert_eq!(stream.gaps, 1);
    stream.seen(0, 20);
    assert_eq!((stream.gaps, stream.gap_bytes, stream.late), (0, 0, 1));
}

#[test]
fn disorder_is_no_gap() {
    let mut stream = Stream::default();
    stream.seen(0, 10);
    stream.seen(20, 10);
    stream.seen(30, 10);
    stream.seen(10, 10);
    stream.acknowledged(40);
    assert_eq!((stream.gaps, stream.late), (0, 0));
}

#[test]
fn copies_are_told_from_what_was_sent_again() {
    let mut examiner = Examiner::new(Vec::new());
    let plain = segment(7, 1, 1, b"read", 64);
    let mut tagged = plain.clone();
    tagged.splice(12..12, [0x81, 0, 0, 10]);
    let routed = segment(7, 1, 1, b"read", 63);
    let again = segment(8, 1, 1, b"read", 64);
    for (data, time) in [(&plain, 0), (&plain, 100), (&tagged, 200), (&routed, 300), (&again, 400)] {
        examiner.frame(&frame(data, time, data.len()));
    }
    let later = 1_000_000_000;
    examiner.frame(&frame(&plain, later, plain.len()));
    let counts = examiner.facts().counts;
    let told = ["twins_possible", "twins_same", "twins_vlan", "twins_routed"].map(|name| counts[name]);
    assert_eq!(told, [6, 1, 1, 1], "{counts:?}");
}

#[test]
fn frames_are_cut_by_the_capture_or_before_it() {
    let mut examiner = Examiner::new(Vec::new());
    let whole = segment(1, 1, 1, &[0; 100], 64);
    examiner.frame(&frame(&whole[..60], 0, whole.len()));
    examiner.frame(&frame(&whole[..60], 0, 60));
    let counts = examiner.facts().counts;
    assert_eq!((counts["cut_in_capture"], counts["cut_before"]), (1, 1));
}

#[test]
fn a_station_that_answers_all_at_once_is_heard() {
    let mut examiner = Examiner::new(Vec::new());
    let request = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xab, 3, 1, 240].repeat(4);
    let answer = [1, 0x11, 0x1e, 0, 0, 2, 2, 0, 0, 0, 0, 2, 0x88, 0xab, 4, 255, 1].repeat(4);
    (0..6).for_each(|time| examiner.frame(&frame(&request, time, request.len())));
    assert_eq!(examiner.facts().counts["pairs_one_way"], 1);
    examiner.frame(&frame(&answer, 7, answer.len()));
    assert_eq!(examiner.facts().counts["pairs_one_way"], 0);
}

#[test]
fn what_goes_to_this_machine_is_its_own() {
    let mut examiner = Examiner::new(vec![[2, 0, 0, 0, 0, 2]]);
    let data = segment(1, 1, 1, b"ssh", 64);
    examiner.frame(&frame(&data, 0, data.len()));
    let counts = examiner.facts().counts;
    assert_eq!((counts["own"], counts["unicast"], counts["pairs"]), (1, 0, 0));
}

#[test]
fn any_bytes_are_counted_and_nothing_more() {
    let data = segment(1, 1, 1, &[0x81; 60], 64);
    let mut examiner = Examiner::new(Vec::new());
    let mut given = 0;
    for length in 0..=data.len() {
        for place in 0..length {
            for value in [0, 0x0f, 0x45, 0x81, 0x88, 0xff] {
                let mut odd = data[..length].to_vec();
                odd[place] = value;
                examiner.frame(&frame(&odd, given, length));
                given += 1;
            }
        }
    }
    assert_eq!(examiner.facts().counts["frames"], u64::try_from(given).unwrap());
}

/// Ethernet's head, an EtherType and what follows.
fn ethernet(kind: u16, rest: &[u8]) -> Vec<u8> {
    [&[1, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1][..], &kind.to_be_bytes(), rest].concat()
}

#[test]
fn what_lies_in_any_link_or_tunnel_may_be_odd() {
    let mut datagram = vec![0x45, 0, 0, 92, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2];
    datagram.extend([0, 123, 18, 181, 0, 72, 0, 0, 0x24, 2, 6, 0xec]);
    datagram.extend([0xd0; 60]);
    let mut v6 = vec![0x60, 0, 0, 0, 0, 40, 6, 64];
    v6.extend([0xfd; 32]);
    v6.extend([3, 232, 1, 246, 0, 0, 0, 1, 0, 0, 0, 0, 0xa0, 2, 255, 255, 0, 0, 0, 0, 2, 4, 5, 180, 1, 1, 8, 10]);
    v6.extend([0; 12]);
    let made = [
        (LinkType::ETHERNET, ethernet(0x0800, &datagram)),
        (LinkType::ETHERNET, ethernet(0x86dd, &v6)),
        (LinkType::ETHERNET, ethernet(0x88f7, &[[0x0b, 2, 0, 64, 0, 0, 0, 0x0c], [0; 8]].concat().repeat(4))),
        (LinkType::ETHERNET, ethernet(0x0806, &[0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1].repeat(2))),
        (LinkType::RAW, datagram.clone()),
        (LinkType::LINUX_SLL, [&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0][..], &datagram].concat()),
        (LinkType(9999), datagram),
    ];
    let mut examiner = Examiner::new(Vec::new());
    let mut given = 0;
    for (link, data) in made {
        for place in 0..data.len() {
            for value in [0, 1, 2, 7, 0x0f, 0x2f, 0x45, 0x7f, 0x80, 0xfe, 0xff] {
                let mut odd = data.clone();
                odd[place] = value;
                let cut = if place % 2 == 0 { odd.len() } else { place };
                examiner.frame(&Frame { link, ..frame(&odd[..cut], given, data.len()) });
                given += 1;
            }
        }
    }
    let facts = examiner.facts();
    assert_eq!(facts.counts["frames"], u64::try_from(given).unwrap());
    assert!(!facts.clocks.is_empty() && facts.counts["unread"] > 0);
}

#[test]
fn tables_are_bounded() {
    let mut examiner = Examiner::new(Vec::new());
    let number = 40_000u32;
    for n in 0..number {
        let mut data = segment(1, 1, 1, b"x", 64);
        data[6..10].copy_from_slice(&(n << 1).to_be_bytes());
        data[26..30].copy_from_slice(&(0x0a00_0001 + n).to_be_bytes());
        examiner.frame(&frame(&data, i64::from(n), data.len()));
    }
    let facts = examiner.facts();
    assert_eq!((facts.stations.len(), facts.addresses.len()), (16, 4096));
    assert_eq!(facts.counts["talks_untold"], u64::from(number) - 16_384);
    assert!(facts.counts["pairs_untold"] > 0 && facts.counts["hosts_untold"] > 0);
}
