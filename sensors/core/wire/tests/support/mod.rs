//! Golden captures, and rows as text to compare.
// Each test program compiles this module for itself and uses its own part of it.
#![allow(dead_code)]

use std::fmt::Write;
use std::path::PathBuf;
use wire::capture::{Limits, Merged};
use wire::dataset::Batch;
use wire::dataset::column::ColumnView;
use wire::{Engine, Place, Settings};

/// A frame taken out of a capture, to be changed and played again.
#[derive(Clone)]
pub struct Taken {
    pub time: i64,
    pub data: Vec<u8>,
    pub link: wire::capture::LinkType,
}

/// Golden captures of the protocols of the list: (protocol folder, file).
pub fn golden() -> Vec<(String, PathBuf)> {
    let listed = |name: &str| wire::protocol::PROTOCOLS.iter().any(|protocol| protocol.name == name);
    let found: Vec<_> = all_golden().into_iter().filter(|(folder, _)| listed(folder)).collect();
    assert!(!found.is_empty(), "no golden captures");
    found
}

/// All of them, also those that dissectors read, which the core alone does not know.
pub fn all_golden() -> Vec<(String, PathBuf)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../tests/golden");
    let mut found = Vec::new();
    for folder in std::fs::read_dir(root).expect("tests/golden").flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        for file in std::fs::read_dir(folder.path()).into_iter().flatten().flatten() {
            if file.path().extension().is_some_and(|e| e == "pcap") {
                found.push((name.clone(), file.path()));
            }
        }
    }
    found.sort();
    found
}

pub fn frames(path: &PathBuf) -> Vec<Taken> {
    let mut merged = Merged::open(std::slice::from_ref(path), Limits::default());
    let mut all = Vec::new();
    while let Some(frame) = merged.next() {
        all.push(Taken { time: frame.timestamp, data: frame.data.to_vec(), link: frame.link });
    }
    assert!(merged.errors().is_empty(), "{:?}", merged.errors());
    all
}

pub fn engine(full: bool) -> Engine {
    let place = Place {
        sensor: "test".into(),
        interface: "golden".into(),
        segment: "test".into(),
        capture: "golden".into(),
        drill: false,
    };
    Engine::new(Settings { full, ..Settings::default() }, vec![place], None)
}

/// Plays frames through an engine.
pub fn play(engine: &mut Engine, frames: &[Taken]) {
    for (i, taken) in frames.iter().enumerate() {
        engine.frame(&wire::capture::Frame {
            timestamp: taken.time,
            data: &taken.data,
            wire_length: taken.data.len() as u32,
            link: taken.link,
            number: i as i64 + 1,
            source: 0,
            interface: 0,
        });
    }
}

/// Rows of some datasets as text, one a line, columns that `skip` names left out.
pub fn rows(batch: &Batch, datasets: &[&str], skip: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    batch.visit(&mut |name, each, count| {
        if !datasets.is_empty() && !datasets.contains(&name) {
            return;
        }
        let mut texts = vec![format!("{name}:"); count];
        each(&mut |column, view| {
            if skip.contains(&column) {
                return;
            }
            for (i, line) in texts.iter_mut().enumerate() {
                put(line, column, &view, i, batch);
            }
        });
        lines.extend(texts);
    });
    lines
}

fn slice_of(offsets: &[i32], i: usize) -> std::ops::Range<usize> {
    offsets[i] as usize..offsets[i + 1] as usize
}

/// Fails with the first rows that differ, not with all of them.
pub fn same(left: &[String], right: &[String], what: &str) {
    let differ = left.iter().zip(right).position(|(a, b)| a != b);
    if let Some(i) = differ {
        panic!("{what}: row {i} differs\n  {}\n  {}", left[i], right[i]);
    }
    assert_eq!(left.len(), right.len(), "{what}: rows");
}

/// Adds ` column=value` to a line, nothing where there is no value; written in place, for tests make millions of these.
fn put(line: &mut String, column: &str, view: &ColumnView<'_>, i: usize, batch: &Batch) {
    let valid = |bytes: &[u8]| bytes[i / 8] >> (i % 8) & 1 == 1;
    let slice = |offsets: &[i32]| slice_of(offsets, i);
    let written = match view {
        ColumnView::Time(c) | ColumnView::I64(c) if valid(&c.valid.bytes) => write!(line, " {column}={}", c.values[i]),
        ColumnView::U16(c) if valid(&c.valid.bytes) => write!(line, " {column}={}", c.values[i]),
        ColumnView::U32(c) if valid(&c.valid.bytes) => write!(line, " {column}={}", c.values[i]),
        ColumnView::F32(c) if valid(&c.valid.bytes) => write!(line, " {column}={}", c.values[i]),
        ColumnView::F64(c) if valid(&c.valid.bytes) => write!(line, " {column}={}", c.values[i]),
        ColumnView::Bool(c) if valid(&c.valid.bytes) => write!(line, " {column}={}", c.values[i]),
        ColumnView::Word(c) if valid(&c.valid.bytes) => write!(line, " {column}={}", batch.words.word(c.keys[i])),
        ColumnView::Text(c) if valid(&c.valid.bytes) => {
            write!(line, " {column}={}", String::from_utf8_lossy(&c.bytes[slice(&c.offsets)]))
        }
        ColumnView::NumberList(c) if valid(&c.valid.bytes) => {
            write!(line, " {column}={:?}", &c.values[slice(&c.offsets)])
        }
        ColumnView::TextList(c) if valid(&c.valid.bytes) => {
            let texts = slice(&c.offsets)
                .map(|k| String::from_utf8_lossy(&c.texts.bytes[slice_of(&c.texts.offsets, k)]).into_owned());
            write!(line, " {column}={}", texts.collect::<Vec<_>>().join(", "))
        }
        _ => Ok(()),
    };
    written.expect("a text takes everything");
}
