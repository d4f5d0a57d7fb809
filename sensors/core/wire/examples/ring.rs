//! Fills a ring from a capture, again and again to so many octets, and cuts frames out of it:
//! `ring FOLDER GIGABYTES FILE FILTER…`; with `SEALED` in the environment the ring is encrypted. For `make bench-ring`: no Python, no interface.
#![allow(clippy::unwrap_used, clippy::as_conversions, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};
use std::time::Instant;
use wire::capture::filter::Filter;
use wire::capture::{Frame, Limits, Merged};
use wire::evidence::{Bounds, Chunks, Keeper, Keys, Wanted, by_filter, by_numbers};

const CAPTURE: &str = "eth1@bench";

fn keys() -> Keys {
    Keys::of(std::env::var_os("SEALED").map(|_| vec![[7; 32]]).unwrap_or_default())
}

fn fill(folder: &Path, octets: u64, file: &Path) -> (i64, i64, f64) {
    let bounds = Bounds { bytes: u64::MAX, age: i64::MAX, file_bytes: 32 << 20, file_age: i64::MAX };
    let mut keeper = Keeper::sealing(folder, &[CAPTURE.to_owned()], bounds, keys()).unwrap();
    let (mut chunks, mut number, mut last, mut shift) = (Chunks::default(), 0i64, 0i64, 0i64);
    let mut spent = 0.0;
    while keeper.octets() < octets {
        let mut merged = Merged::open(&[file.to_path_buf()], Limits::default());
        let begin = last;
        let mut first = None;
        while let Some(frame) = merged.next() {
            let at = Instant::now();
            number += 1;
            shift = begin - *first.get_or_insert(frame.timestamp);
            last = frame.timestamp + shift;
            if let Some(chunk) = chunks.take(&Frame { timestamp: last, number, ..frame }) {
                keeper.keep(&chunk).unwrap();
                chunks.spare.push(chunk.records);
            }
            spent += at.elapsed().as_secs_f64();
        }
    }
    let _ = shift;
    chunks.drain().for_each(|chunk| keeper.keep(&chunk).unwrap());
    keeper.close().unwrap();
    (number, last, spent)
}

fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let (folder, octets) = (PathBuf::from(&given[0]), (given[1].parse::<f64>().unwrap() * 1e9) as u64);
    let (frames, last, spent) = fill(&folder, octets, Path::new(&given[2]));
    println!("{frames} frames kept, {:.0} ns a frame with the clock's own", spent * 1e9 / frames as f64);
    let captures = [folder.join(CAPTURE)];
    let begun = Instant::now();
    let found = by_numbers(&captures[0], &[(frames / 2, frames / 2 + 9)], 200, &keys()).unwrap();
    println!("by number: {} frames, {} octets read, {:.3} s", found.frames, found.read, begun.elapsed().as_secs_f64());
    for text in &given[3..] {
        for (name, since) in [("whole", i64::MIN), ("last hundredth", last - last / 100)] {
            let filter = Filter::parse(text).unwrap();
            let begun = Instant::now();
            let wanted = Wanted { filter: &filter, since, until: i64::MAX, most: 64 << 20 };
            let found = by_filter(&captures, &wanted, &keys()).unwrap();
            let seconds = begun.elapsed().as_secs_f64();
            println!("{text} ({name}): {} frames, {} octets read, {seconds:.3} s", found.frames, found.read);
        }
    }
}
