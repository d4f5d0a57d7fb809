//! Rows of dataset `cadence`: slow polling is folded too, and no request goes uncounted, however small the tables.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

#[path = "../examples/cyclic/traffic.rs"]
mod traffic;

mod support;

use support::{Taken, play, rows};
use wire::capture::{FileSource, Limits};
use wire::{Engine, Place, Settings};

const SESSIONS: usize = 4;
const TRANSACTIONS: usize = 2_000;

/// Four clients that poll five ranges each, every range once in `seconds`.
fn polling(seconds: i64) -> Vec<Taken> {
    let mut bytes = Vec::new();
    traffic::write(&mut bytes, TRANSACTIONS * 3, SESSIONS);
    let mut source =
        FileSource::from_reader(Box::new(std::io::Cursor::new(bytes)), "cyclic", Limits::default()).unwrap();
    let mut all = Vec::new();
    while let Some(frame) = source.next().unwrap() {
        all.push(Taken { time: frame.timestamp, data: frame.data.to_vec(), link: frame.link });
    }
    // Replies stay where they are behind their request: only the time between exchanges is stretched.
    let start = all[0].time;
    for exchange in all.chunks_mut(3) {
        let moved = (exchange[0].time - start) * (seconds - 1);
        exchange.iter_mut().for_each(|frame| frame.time += moved);
    }
    all
}

/// (rows, requests counted in them) of dataset `cadence`.
fn cadence(frames: &[Taken], max_shapes: usize) -> (usize, usize) {
    let settings = Settings { max_shapes, ..Settings::default() };
    let mut engine = Engine::new(settings, vec![Place::default()], None);
    play(&mut engine, frames);
    engine.finish();
    let found = rows(&engine.take_batch(), &["cadence"], &[]);
    let count = |row: &String| {
        let at = row.find("ot.cadence.count=").expect("a count") + "ot.cadence.count=".len();
        row[at..].split(' ').next().unwrap().parse::<usize>().unwrap()
    };
    (found.len(), found.iter().map(count).sum())
}

#[test]
fn a_poll_once_a_minute_is_no_row_each() {
    let (slow, counted) = cadence(&polling(60), 1_000);
    assert_eq!(counted, TRANSACTIONS);
    assert!(slow * 20 <= TRANSACTIONS, "{slow} rows of {TRANSACTIONS} requests");
}

#[test]
fn what_was_counted_of_a_forgotten_shape_is_told() {
    let (told, counted) = cadence(&polling(1), 8);
    assert_eq!(counted, TRANSACTIONS);
    assert!(told > SESSIONS * 6, "the table was too large to forget anything: {told} rows");
}
