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

const SECOND: i64 = 1_000_000_000;

/// Rows of kind `silent` when client 10.1.0.1 of `polling(1)` is heard for `heard` seconds only, as (begin, end, count)
/// with times in ns since the start; the others go on.
fn silences(heard: i64) -> Vec<(i64, i64, i64)> {
    let all = polling(1);
    let start = all[0].time;
    let frames: Vec<Taken> = all
        .into_iter()
        .filter(|frame| {
            let (from, to) = (&frame.data[26..30], &frame.data[30..34]);
            frame.time - start < heard || from != [10, 1, 0, 1] && to != [10, 1, 0, 1]
        })
        .collect();
    let mut engine = Engine::new(Settings::default(), vec![Place::default()], None);
    play(&mut engine, &frames);
    engine.finish();
    let number = |row: &str, name: &str| {
        let at = row.find(name).expect(name) + name.len();
        row[at..].split(' ').next().unwrap().parse::<i64>().unwrap()
    };
    rows(&engine.take_batch(), &["cadence"], &[])
        .iter()
        .filter(|row| row.contains("ot.cadence.kind=silent"))
        .map(|row| {
            assert!(row.contains("ot.client.ip=10.1.0.1 "), "another client fell silent: {row}");
            let (begin, end) = (number(row, "@timestamp="), number(row, "event.end="));
            (begin - start, end - start, number(row, "ot.cadence.count="))
        })
        .collect()
}

#[test]
fn a_silence_is_told_of_the_moment_it_is_certain_apart_from_what_was_counted() {
    let found = silences(75 * SECOND);
    assert_eq!(found.len(), 5, "one for each range: {found:?}");
    for (begin, end, count) in found {
        assert!((83 * SECOND..=85 * SECOND).contains(&begin), "{begin}");
        assert_eq!(begin, end);
        assert_eq!(count, 0);
    }
}

#[test]
fn a_job_of_half_a_minute_that_ends_is_no_silence() {
    assert_eq!(silences(30 * SECOND), []);
}
