//! With 0.2 % of packets missing at least 99 % of the transactions outside the gaps still appear, and gaps are flagged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

#[path = "../examples/cyclic/traffic.rs"]
mod traffic;

mod support;

use support::{Taken, engine, play, rows};
use wire::capture::{FileSource, Limits};

fn capture(packets: usize) -> Vec<Taken> {
    let mut bytes = Vec::new();
    traffic::write(&mut bytes, packets, 50);
    let mut source =
        FileSource::from_reader(Box::new(std::io::Cursor::new(bytes)), "cyclic", Limits::default()).unwrap();
    let mut all = Vec::new();
    while let Some(frame) = source.next().unwrap() {
        all.push(Taken { time: frame.timestamp, data: frame.data.to_vec(), link: frame.link });
    }
    all
}

#[test]
fn one_packet_in_five_hundred_missing() {
    let whole = capture(60_000);
    let mut state = 1u64;
    let mut lost = Vec::new();
    let kept: Vec<Taken> = whole
        .iter()
        .enumerate()
        .filter(|(i, _)| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let gone = (state >> 33).is_multiple_of(500);
            if gone {
                lost.push(*i);
            }
            !gone
        })
        .map(|(_, taken)| taken.clone())
        .collect();
    // Request, reply and acknowledgement follow each other: a transaction is outside the gaps when its first two stayed.
    let outside = (0..whole.len() / 3).filter(|t| !lost.contains(&(t * 3)) && !lost.contains(&(t * 3 + 1))).count();
    let mut engine = engine(true);
    play(&mut engine, &kept);
    engine.finish();
    let batch = engine.take_batch();
    let seen = rows(&batch, &["transaction"], &[]).iter().filter(|row| row.contains("ot.reply=answered")).count();
    assert!(lost.len() > 80, "{} packets lost", lost.len());
    assert!(seen * 1000 >= outside * 999, "{seen} of {outside} transactions outside the gaps");
    assert!(rows(&batch, &["flag"], &[]).iter().any(|row| row.contains("tcp.gap")), "the gaps are flagged");
    let accused = rows(&batch, &["flag"], &[]).iter().filter(|row| row.contains("pairing.")).count();
    assert_eq!(accused, 0, "loss is no attack");
}
