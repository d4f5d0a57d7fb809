//! What an earlier run kept is read once more: all of it, known frames first, each as the frame it was.

use super::super::{Bounds, Chunks, Former, Keeper, Past, Reach};
use crate::capture::{Frame, LinkType};
use std::fs;
use std::path::{Path, PathBuf};

const SECOND: i64 = 1_000_000_000;
const BOUNDS: Bounds = Bounds { bytes: u64::MAX, age: i64::MAX, file_bytes: 2000, file_age: i64::MAX };
const ALL: Reach = Reach { frames: u64::MAX, window: i64::MAX, gap: 60 * SECOND };

struct Scratch(PathBuf);

impl Scratch {
    fn new(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("bittern-past-{}-{test}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Frames at these seconds, each with its number as its bytes.
fn keep(folder: &Path, capture: &str, times: impl Iterator<Item = i64>) {
    let mut keeper = Keeper::begin(folder, &[capture.to_owned()], BOUNDS).unwrap();
    let mut chunks = Chunks::default();
    for (number, time) in (1i64..).zip(times) {
        let data = number.to_be_bytes();
        let frame = Frame {
            timestamp: time * SECOND,
            data: &data,
            wire_length: 8,
            link: LinkType::ETHERNET,
            number,
            source: 0,
            interface: 0,
        };
        let broken = chunks.take(&frame);
        broken.into_iter().chain(chunks.drain()).for_each(|chunk| keeper.keep(&chunk).unwrap());
    }
    keeper.close().unwrap();
}

fn former(folder: &Path, capture: &str, source: u32, handed: i64) -> Former {
    Former { folder: folder.join(capture), source, handed }
}

/// Source, number and time in seconds of every frame, and whether it is known.
fn read(formers: &[Former], now: i64, reach: Reach) -> Vec<(u32, i64, i64, bool)> {
    let mut past = Past::open(formers, now * SECOND, reach).unwrap();
    let mut found = Vec::new();
    while let Some(is_known) = past.is_next_known().unwrap() {
        past.give(&mut |frame| {
            assert_eq!(frame.data, frame.number.to_be_bytes());
            found.push((frame.source, frame.number, frame.timestamp / SECOND, is_known));
        })
        .unwrap();
    }
    found
}

#[test]
fn known_frames_come_first_and_all_by_time() {
    let scratch = Scratch::new("order");
    keep(&scratch.0, "a@1", (0..100).map(|n| 2 * n));
    keep(&scratch.0, "b@1", (0..100).map(|n| 2 * n + 1));
    let found = read(&[former(&scratch.0, "a@1", 1, 60), former(&scratch.0, "b@1", 2, 50)], 210, ALL);
    assert_eq!(found.len(), 200);
    let known = found.iter().take_while(|(.., known)| *known).count();
    assert_eq!(known, 110);
    for part in [&found[..known], &found[known..]] {
        assert!(part.is_sorted_by_key(|(.., time, _)| *time));
    }
    assert!(found.iter().all(|(source, number, _, known)| *known == (*number <= if *source == 1 { 60 } else { 50 })));
}

#[test]
fn only_what_is_near_is_taken_up() {
    let scratch = Scratch::new("reach");
    keep(&scratch.0, "a@1", 0..1000);
    let formers = [former(&scratch.0, "a@1", 0, i64::MAX)];
    let numbers = |reach| read(&formers, 1010, reach).iter().map(|(_, number, ..)| *number).collect::<Vec<_>>();
    assert_eq!(numbers(Reach { window: 100 * SECOND, ..ALL }), (900..=1000).collect::<Vec<_>>());
    assert_eq!(numbers(Reach { frames: 30, ..ALL }), (971..=1000).collect::<Vec<_>>());
    assert_eq!(numbers(Reach { gap: 5 * SECOND, ..ALL }), Vec::<i64>::new(), "it ended too long ago");
    assert_eq!(read(&formers, 500, ALL), Vec::new(), "the clock was set back since");
}

#[test]
fn known_frames_can_be_passed_over() {
    let scratch = Scratch::new("forget");
    keep(&scratch.0, "a@1", 0..300);
    let mut past = Past::open(&[former(&scratch.0, "a@1", 0, 250)], 300 * SECOND, ALL).unwrap();
    past.give(&mut |frame| assert_eq!(frame.number, 1)).unwrap();
    past.forget_known().unwrap();
    assert_eq!(past.is_next_known().unwrap(), Some(false));
    past.give(&mut |frame| assert_eq!(frame.number, 251)).unwrap();
}

#[test]
fn what_was_not_handed_over_and_is_too_long_ago_is_counted() {
    let scratch = Scratch::new("left-out");
    keep(&scratch.0, "a@1", 0..1000);
    let left_out =
        |handed, now, reach| Past::open(&[former(&scratch.0, "a@1", 0, handed)], now * SECOND, reach).unwrap().left_out;
    let near = Reach { window: 100 * SECOND, ..ALL };
    assert_eq!(left_out(i64::MAX, 1010, near), 0);
    assert_eq!(left_out(950, 1010, near), 0, "all that is new is near");
    assert_eq!(left_out(500, 1010, near), 399, "frames 501 to 899");
    assert_eq!(left_out(500, 1010, Reach { frames: 30, ..ALL }), 470);
    assert_eq!(left_out(500, 2000, ALL), 500, "it ended too long ago");
}
