//! What the golden captures do not show: many streams, many samples a frame, copies of every frame.

use super::ETHERTYPE;
use crate::capture::{Frame, LinkType};
use crate::flow::facts::Place;
use crate::{Engine, Settings};
use std::collections::BTreeMap;

const MICROSECOND: i64 = 1_000;

fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], &length[..], contents].concat()
}

fn asdu(id: &str, count: u16, sample: &[u8]) -> Vec<u8> {
    let fields = [
        element(0x80, id.as_bytes()),
        element(0x82, &count.to_be_bytes()),
        element(0x83, &[0, 0, 0, 1]),
        element(0x85, &[2]),
        element(0x87, sample),
    ];
    element(0x30, &fields.concat())
}

fn frame(asdus: &[Vec<u8>]) -> Vec<u8> {
    let number = u16::try_from(asdus.len()).unwrap().to_be_bytes();
    let pdu = element(0x60, &[element(0x80, &number), element(0xa2, &asdus.concat())].concat());
    let head = [1, 0x0c, 0xcd, 4, 0, 1, 2, 0, 0, 0, 0, 1];
    let length = u16::try_from(pdu.len() + 8).unwrap().to_be_bytes();
    [&head[..], &ETHERTYPE.to_be_bytes(), &[0x40, 0], &length, &[0; 4], &pdu].concat()
}

/// Rows by dataset of frames 250 µs apart.
fn rows(frames: &[Vec<u8>]) -> BTreeMap<String, usize> {
    let mut engine = Engine::new(Settings::default(), vec![Place::default()], None);
    for (i, data) in frames.iter().enumerate() {
        let number = i64::try_from(i).unwrap() + 1;
        engine.frame(&Frame {
            timestamp: 1_700_000_000_000_000_000 + number * 250 * MICROSECOND,
            data,
            wire_length: u32::try_from(data.len()).unwrap(),
            link: LinkType::ETHERNET,
            number,
            source: 0,
            interface: 0,
        });
    }
    engine.finish();
    let mut counts = BTreeMap::new();
    engine.take_batch().visit(&mut |name, _, count| *counts.entry(name.to_owned()).or_insert(0) += count);
    counts
}

#[test]
fn a_frame_of_many_streams_is_told_whole_up_to_the_limit() {
    let of = |count: u16| frame(&(0..count).map(|n| asdu(&format!("MU{n}"), 7, &[1; 16])).collect::<Vec<_>>());
    let told = rows(&[of(13)]);
    assert_eq!((told["transaction"], told.get("flag").copied().unwrap_or(0)), (13, 0));
    let told = rows(&[of(70)]);
    assert_eq!((told["transaction"], told["flag"]), (64, 1), "the parser's limit");
}

#[test]
fn streams_beyond_the_limit_are_counted_and_not_kept() {
    let frames: Vec<_> = (0..200).map(|n| frame(&[asdu(&format!("MU{n}"), 7, &[0; 8])])).collect();
    let told = rows(&frames);
    assert_eq!(told["transaction"], 64);
}

#[test]
fn samples_that_are_in_turn_are_no_rows() {
    let sample = |count: u16| [[0, 0, count.to_be_bytes()[0], count.to_be_bytes()[1], 0, 0, 0, 0]; 8].concat();
    let frames: Vec<_> = (0..8_000)
        .map(|n| frame(&[asdu("MU", n % 4_000, &sample(n * 7)), asdu("MV", n % 4_000, &sample(n))]))
        .collect();
    let told = rows(&frames);
    assert!(told["transaction"] < 20, "{told:?}");
    assert!(!told.contains_key("flag") || told["flag"] == 0, "{told:?}");
    assert!(told["value"] >= 16, "summaries of the channels: {told:?}");
}

#[test]
fn a_copy_of_every_frame_is_no_row_each() {
    let frames: Vec<_> = (0..4_000).map(|n| frame(&[asdu("MU", n / 2, &[0; 64])])).collect();
    let told = rows(&frames);
    assert!(told["transaction"] < 8, "{told:?}");
    assert_eq!(told["flag"], 2, "the first copy, and how many followed");
}
