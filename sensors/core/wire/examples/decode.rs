//! Decodes capture files and says what came of it: `decode [--full] [--rows=N] FILES`. For profilers: no Python, no store.
#![allow(clippy::unwrap_used, clippy::as_conversions)]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use wire::capture::{Limits, Merged};
use wire::{Engine, Place, Settings};

fn main() {
    let (options, files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let paths: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
    let places = files.iter().map(|name| Place { sensor: "decode".into(), capture: name.clone(), ..Place::default() });
    let rows = options.iter().find_map(|o| o.strip_prefix("--rows=")).map(|rows| rows.parse().unwrap());
    let usual = Settings::default();
    let batch_rows = rows.unwrap_or(usual.batch_rows);
    let settings = Settings { full: options.iter().any(|o| o == "--full"), batch_rows, ..usual };
    let mut engine = Engine::new(settings, places.collect(), None);
    let mut merged = Merged::open(&paths, Limits::default());
    let relieved = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&relieved);
    engine.ledger.hand_over = Some(Box::new(move |batch, _, _| {
        counted.fetch_add(batch.rows(), Ordering::Relaxed);
    }));
    let (began, mut frames, mut rows) = (Instant::now(), 0u64, 0);
    while let Some(frame) = merged.next() {
        engine.frame(&frame);
        frames += 1;
        if engine.batch_full() {
            rows += engine.take_batch().rows();
        }
    }
    while !engine.finish_some() {
        rows += engine.take_batch().rows();
    }
    rows += engine.take_batch().rows() + relieved.load(Ordering::Relaxed);
    let seconds = began.elapsed().as_secs_f64();
    println!("{frames} frames, {rows} rows, {seconds:.3} s, {:.0} ns a frame", seconds * 1e9 / frames.max(1) as f64);
}
