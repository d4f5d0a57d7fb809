use std::fs;
use std::path::PathBuf;

use super::build::{End, at_seconds};
use super::discover::Folder;
use super::source;
use crate::capture::{CaptureErrorKind, Limits, Merged};

const SECOND: i64 = 1_000_000_000;

/// (source, second, number) of every frame.
fn drained(merged: &mut Merged) -> Vec<(u32, i64, i64)> {
    let mut seen = Vec::new();
    loop {
        let peeked = merged.peek_time();
        let Some(frame) = merged.next() else {
            assert_eq!(peeked, None);
            return seen;
        };
        assert_eq!(peeked, Some(frame.timestamp));
        seen.push((frame.source, frame.timestamp / SECOND, frame.number));
    }
}

fn of(captures: &[Vec<u8>]) -> Merged {
    Merged::from_sources(captures.iter().map(|bytes| source(bytes).unwrap()).collect())
}

#[test]
fn orders_by_time_and_ties_by_source() {
    let mut merged = of(&[at_seconds(&[1, 4, 4, 9]), at_seconds(&[2, 4, 5]), at_seconds(&[])]);
    let expected = [(0, 1, 1), (1, 2, 1), (0, 4, 2), (0, 4, 3), (1, 4, 2), (1, 5, 3), (0, 9, 4)];
    assert_eq!(drained(&mut merged), expected);
    assert_eq!(merged.counters().frames, 7);
    assert!(merged.errors().is_empty());
    assert!(merged.summaries().all(|summary| summary.ended));
}

#[test]
fn keeps_the_order_inside_a_source_whose_clock_steps_back() {
    let mut merged = of(&[at_seconds(&[5, 3, 6]), at_seconds(&[4, 7])]);
    assert_eq!(drained(&mut merged), [(1, 4, 1), (0, 5, 1), (0, 3, 2), (0, 6, 3), (1, 7, 2)]);
    assert_eq!(merged.counters().out_of_order, 1);
}

#[test]
fn a_failing_source_gives_its_frames_and_the_others_go_on() {
    let cut = at_seconds(&[1, 3, 5]);
    let mut merged = of(&[cut[..cut.len() - 2].to_vec(), at_seconds(&[2, 4, 6])]);
    assert_eq!(drained(&mut merged), [(0, 1, 1), (1, 2, 1), (0, 3, 2), (1, 4, 2), (1, 6, 3)]);
    let kinds: Vec<_> = merged.errors().iter().map(|error| error.kind.code()).collect();
    assert_eq!(kinds, ["truncated"]);
    assert_eq!(merged.summaries().map(|summary| summary.counters.frames).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn interfaces_of_all_sources_share_a_table() {
    let end = End::Little;
    let two = [
        end.section(),
        end.interface(1, 0, &[end.option(2, b"eth0")]),
        end.interface(101, 0, &[end.option(2, b"tun0")]),
        end.enhanced(1, 2_000_000, b"x", &[]),
    ];
    let mut merged = of(&[at_seconds(&[3]), two.concat()]);
    let frame = merged.next().unwrap();
    let (row, source) = (frame.interface, frame.source);
    let interface = merged.interfaces().get(row).unwrap();
    assert_eq!((interface.name.as_str(), interface.source, source), ("tun0", 1, 1));
    let row = merged.next().unwrap().interface;
    let interface = merged.interfaces().get(row).unwrap();
    assert_eq!((interface.name.as_str(), interface.source), ("made.pcap", 0));
}

#[test]
fn bad_files_are_told_and_good_ones_read() {
    let folder = Folder::new("merged-bad");
    let good = folder.file("good.pcap", &at_seconds(&[1]));
    let text = folder.file("notes.txt", b"not a capture");
    let missing = folder.path("missing.pcap");
    let mut merged = Merged::open(&[text, missing, good], Limits::default());
    let codes: Vec<_> = merged.errors().iter().map(|error| error.kind.code()).collect();
    assert_eq!(codes, ["not_a_capture", "unreadable"]);
    assert_eq!(drained(&mut merged), [(2, 1, 1)]);
    assert_eq!(merged.errors().len(), 2);
}

#[test]
fn files_are_open_only_while_their_time_has_come() {
    let folder = Folder::new("merged-many");
    let paths: Vec<PathBuf> =
        (0..40).map(|index| folder.file(&format!("{index}.pcap"), &at_seconds(&[100 - index]))).collect();
    let mut merged = Merged::open(&paths, Limits::default());
    assert_eq!(merged.next().unwrap().source, 39);
    // A file that is gone by its turn proves that it was not held open.
    fs::remove_file(&paths[0]).unwrap();
    let rest = drained(&mut merged);
    assert_eq!(rest.iter().map(|(source, ..)| *source).collect::<Vec<_>>(), (1..39).rev().collect::<Vec<_>>());
    assert_eq!(merged.errors().len(), 1);
    assert!(matches!(merged.errors()[0].kind, CaptureErrorKind::Unreadable { .. }));
}

#[test]
fn files_read_like_open_sources() {
    let folder = Folder::new("merged-same");
    let captures = [at_seconds(&[5, 3, 6]), at_seconds(&[4, 7, 7]), at_seconds(&[1, 20]), at_seconds(&[])];
    let paths: Vec<PathBuf> =
        captures.iter().enumerate().map(|(index, bytes)| folder.file(&index.to_string(), bytes)).collect();
    assert_eq!(drained(&mut Merged::open(&paths, Limits::default())), drained(&mut of(&captures)));
}

#[test]
fn nothing_gives_nothing() {
    assert_eq!(drained(&mut Merged::open(&[], Limits::default())), []);
}

#[test]
fn says_how_many_bytes_of_the_files_are_read() {
    let folder = Folder::new("progress");
    let plain = at_seconds(&[1, 3]);
    let packed = zstd::encode_all(&at_seconds(&[2, 4])[..], 1).unwrap();
    let sizes = u64::try_from(plain.len() + packed.len()).unwrap();
    let paths = [folder.file("a.pcap", &plain), folder.file("b.pcap.zst", &packed)];
    let mut merged = Merged::open(&paths, Limits::default());
    let read = merged.bytes_read();
    assert_eq!(read.get(), 0, "looking at the first time stamps is not reading");
    assert_eq!(drained(&mut merged).len(), 4);
    assert_eq!(read.get(), sizes);
}
