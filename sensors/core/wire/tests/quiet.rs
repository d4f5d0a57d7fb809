//! Packet time goes on where no packet comes: however often a live sensor says so, events are those of the file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

mod support;

use support::{Taken, engine, frames, golden, rows};
use wire::Engine;
use wire::capture::Frame;

const SECOND: i64 = 1_000_000_000;
const EVENTS: [&str; 13] = [
    "transaction",
    "value",
    "cadence",
    "sequence",
    "flow",
    "session",
    "identity",
    "link",
    "file",
    "flag",
    "sample",
    "rate",
    "finding",
];

fn one(engine: &mut Engine, taken: &Taken, number: usize) {
    engine.frame(&Frame {
        timestamp: taken.time,
        data: &taken.data,
        wire_length: taken.data.len() as u32,
        link: taken.link,
        number: number as i64 + 1,
        source: 0,
        interface: 0,
    });
}

/// All rows, with packet time told every `step` ns of each silence, if it is told at all.
fn events(frames: &[Taken], step: Option<i64>) -> Vec<String> {
    let mut engine = engine(false);
    for (number, taken) in frames.iter().enumerate() {
        if let (Some(step), Some(before)) = (step, number.checked_sub(1)) {
            let mut time = frames[before].time + step;
            while time < taken.time {
                engine.quiet(time);
                time += step;
            }
        }
        one(&mut engine, taken, number);
    }
    engine.finish();
    rows(&engine.take_batch(), &EVENTS, &[])
}

#[test]
fn events_do_not_depend_on_how_often_silence_is_told() {
    for folder in ["modbus", "mqtt", "canopen", "ethercat", "goose", "iec104", "opcua"] {
        let (_, path) = golden().into_iter().find(|(name, _)| name == folder).expect(folder);
        for factor in [1, 40] {
            let mut all = frames(&path);
            let start = all[0].time;
            all.iter_mut().for_each(|taken| taken.time = start + (taken.time - start) * factor);
            let file = events(&all, None);
            assert!(!file.is_empty());
            for step in [SECOND, 7 * SECOND / 3] {
                let live = events(&all, Some(step));
                assert_eq!(live.len(), file.len(), "{folder} stretched {factor} times, told every {step} ns");
                for (a, b) in live.iter().zip(&file) {
                    assert_eq!(a, b, "{folder} stretched {factor} times, told every {step} ns");
                }
            }
        }
    }
}

#[test]
fn a_wire_that_falls_silent_is_told_without_another_packet() {
    let (_, path) = golden().into_iter().find(|(name, _)| name == "goose").expect("goose");
    let all = frames(&path);
    let mut engine = engine(false);
    all.iter().enumerate().for_each(|(number, taken)| one(&mut engine, taken, number));
    engine.take_batch();
    let last = all.last().expect("frames").time;
    engine.quiet(last + 700 * SECOND);
    let batch = engine.take_batch();
    assert!(rows(&batch, &["flag"], &[]).iter().any(|row| row.contains("ot.flag=goose.silent")));
    let told = rows(&batch, &["capture"], &[]);
    assert!(told.iter().any(|row| row.contains("ot.counter=frames") && row.contains("ot.count=0")), "{told:?}");
}

#[test]
fn time_only_goes_forward_and_begins_before_the_first_packet() {
    let mut engine = engine(false);
    engine.quiet(1_700_000_000 * SECOND);
    engine.quiet(1_600_000_000 * SECOND);
    assert_eq!(engine.ledger.clock, 1_700_000_000 * SECOND);
    engine.quiet(1_700_000_301 * SECOND);
    let told = rows(&engine.take_batch(), &["capture"], &[]);
    assert_eq!(told.len(), 1, "a sensor that sees nothing says so: {told:?}");
}

#[test]
fn what_an_interface_counts_is_told_by_interface() {
    let mut engine = engine(false);
    engine.quiet(1_700_000_000 * SECOND);
    for (drops, fill) in [(3, 10), (7, 900), (7, 20)] {
        engine.ledger.counters.set_of(0, "kernel_drops", drops);
        engine.ledger.counters.peak_of(0, "ring_fill_permille", fill);
    }
    let totals = engine.ledger.counters.totals();
    assert!(totals.contains(&("reader", "kernel_drops", 7)), "{totals:?}");
    engine.quiet(1_700_000_301 * SECOND);
    let told = rows(&engine.take_batch(), &["capture"], &[]);
    let of = |counter: &str| told.iter().filter(|row| row.contains(counter)).cloned().collect::<Vec<_>>();
    assert!(of("ot.counter=kernel_drops").iter().all(|row| row.contains("interface.name=golden")));
    assert!(of("ot.counter=kernel_drops")[0].contains("ot.count=7"));
    assert!(of("ot.counter=ring_fill_permille")[0].contains("ot.count=900"));
}
