//! The thread that reads: frames to batches, without Python.

use crate::batch::Filled;
use crate::pace::{Pace, SPAN};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use wire::Engine;
use wire::capture::{BytesRead, CaptureError, Limits, Merged};

/// Frames between two looks at the stop flag, and between two updates of how far it is.
const STRIDE: u64 = 1024;

/// What the thread tells.
pub enum Message {
    Batch(Box<Filled>),
    /// A file that could not be read to its end; the others go on.
    BadFile(Box<CaptureError>),
    Failed(String),
}

/// What both sides look at while it runs.
#[derive(Default)]
pub struct Shared {
    pub stop: AtomicBool,
    frames: AtomicU64,
    bytes: OnceLock<BytesRead>,
}

impl Shared {
    /// Bytes read from the files, packed as they are, and frames taken out of them.
    pub fn position(&self) -> (u64, u64) {
        (self.bytes.get().map_or(0, BytesRead::get), self.frames.load(Ordering::Relaxed))
    }
}

/// Reads to the end of the captures, at a pace if there is one. A receiver that is gone ends it, and the stop flag does.
pub fn read(
    paths: &[PathBuf],
    mut engine: Engine,
    sender: &SyncSender<Message>,
    shared: &Arc<Shared>,
    mut pace: Option<Pace>,
) {
    let mut merged = Merged::open(paths, Limits::default());
    let _ = shared.bytes.set(merged.bytes_read());
    // Blocks while Python is behind, as the end of a batch does. Whether it still listens is seen there.
    let relief = sender.clone();
    engine.ledger.hand_over = Some(Box::new(move |batch, counters, clock| {
        let _ = relief.send(message(Filled::of(&batch, counters, clock)));
    }));
    let (mut told, mut frames) = (0, 0u64);
    loop {
        let more = match merged.next() {
            Some(frame) => {
                if let Some(pace) = &mut pace
                    && !awaited(frame.timestamp, pace, &mut engine, sender, shared)
                {
                    return;
                }
                engine.frame(&frame);
                true
            }
            None => false,
        };
        frames = frames.saturating_add(u64::from(more));
        if frames.is_multiple_of(STRIDE) || !more {
            shared.frames.store(frames, Ordering::Relaxed);
            if shared.stop.load(Ordering::Relaxed) {
                return;
            }
        }
        let mut over = false;
        if !more {
            reader_counters(&mut engine, &merged);
            over = engine.finish_some();
        }
        if engine.batch_full() || !more {
            for error in merged.errors().iter().skip(told) {
                if sender.send(Message::BadFile(Box::new(error.clone()))).is_err() {
                    return;
                }
            }
            told = merged.errors().len();
            if sender.send(message(Filled::take(&mut engine))).is_err() || over {
                return;
            }
        }
    }
}

/// Waits until a frame of this time is due; batches go on meanwhile. False when nobody takes them any more.
fn awaited(
    time: i64,
    pace: &mut Pace,
    engine: &mut Engine,
    sender: &SyncSender<Message>,
    shared: &Arc<Shared>,
) -> bool {
    let mut sent = Instant::now();
    while let Some(nap) = pace.nap(time) {
        std::thread::sleep(nap);
        if shared.stop.load(Ordering::Relaxed) {
            return false;
        }
        if sent.elapsed() < SPAN {
            continue;
        }
        sent = Instant::now();
        if let Some(quiet) = pace.quiet() {
            engine.quiet(quiet.min(time));
        }
        if sender.send(message(Filled::take(engine))).is_err() {
            return false;
        }
    }
    true
}

pub fn message(filled: Result<Filled, String>) -> Message {
    filled.map_or_else(Message::Failed, |filled| Message::Batch(Box::new(filled)))
}

fn reader_counters(engine: &mut Engine, merged: &Merged) {
    let (counters, drops) = (merged.counters(), merged.drops());
    let pairs = [
        ("out_of_order", counters.out_of_order),
        ("odd_times", counters.odd_times),
        ("untimed", counters.untimed),
        ("without_interface", counters.without_interface),
        ("longer_than_wire", counters.longer_than_wire),
        ("dropped_by_interface", drops.interface),
        ("dropped_by_system", drops.system),
        ("dropped_between_packets", drops.between_packets),
    ];
    for (name, value) in pairs {
        if value > 0 {
            engine.ledger.counters.set("reader", name, i64::try_from(value).unwrap_or(i64::MAX));
        }
    }
}
