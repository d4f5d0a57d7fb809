//! All layers: a capture file out of bytes, every frame through the engine.

use crate::rows::counts;
use std::io::Cursor;
use wire::capture::{FileSource, Frame, Limits, LinkType};
use wire::{Engine, Place, Settings};

/// Small, so that the reader's window does not cost more than the frames.
const LIMITS: Limits = Limits { frame: 65_536, window: 4096 };
/// A packed file of a few KiB may hold millions of empty frames; they teach nothing more.
const FRAMES: usize = 2048;

struct Taken {
    time: i64,
    data: Vec<u8>,
    wire_length: u32,
    link: LinkType,
    number: i64,
}

/// Runs one input.
pub fn run(data: &[u8]) {
    let frames = read(data);
    if frames.is_empty() {
        return;
    }
    // The input's length chooses: the delta filter on or off, and whether to run again (it doubles the time).
    let full = data.len().is_multiple_of(2);
    let whole = play(&frames, full, false);
    if (data.len() / 2).is_multiple_of(2) {
        let split = play(&frames, full, true);
        assert_eq!(whole, split, "rows depend on the size of batches");
    }
}

/// The file's frames up to its end or first error; reading on after the end must give nothing.
fn read(data: &[u8]) -> Vec<Taken> {
    let reader = Box::new(Cursor::new(data.to_vec()));
    let Ok(mut source) = FileSource::from_reader(reader, "fuzz", LIMITS) else { return Vec::new() };
    let mut taken = Vec::new();
    while taken.len() < FRAMES {
        match source.next() {
            Ok(Some(frame)) => taken.push(keep(&frame)),
            Ok(None) => break,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                assert!(matches!(source.next(), Ok(None)), "frames behind an error");
                break;
            }
        }
    }
    taken
}

fn keep(frame: &Frame<'_>) -> Taken {
    let Frame { timestamp: time, wire_length, link, number, .. } = *frame;
    assert!((0..=wire::capture::LATEST).contains(&time), "time {time}");
    Taken { time, data: frame.data.to_vec(), wire_length, link, number }
}

/// Rows by dataset, summed over all batches.
fn play(frames: &[Taken], full: bool, split: bool) -> Vec<(&'static str, usize)> {
    let place = Place { sensor: "fuzz".into(), ..Place::default() };
    let mut engine = Engine::new(Settings { full, samples: true, ..Settings::default() }, vec![place], None);
    let mut total = Vec::new();
    for taken in frames {
        engine.frame(&Frame {
            timestamp: taken.time,
            data: &taken.data,
            wire_length: taken.wire_length,
            link: taken.link,
            number: taken.number,
            source: 0,
            interface: 0,
        });
        if split {
            add(&mut total, counts(&engine.take_batch()));
        }
    }
    engine.finish();
    add(&mut total, counts(&engine.take_batch()));
    total
}

fn add(total: &mut Vec<(&'static str, usize)>, more: Vec<(&'static str, usize)>) {
    if total.is_empty() {
        *total = more;
        return;
    }
    for ((_, sum), (_, count)) in total.iter_mut().zip(more) {
        *sum += count;
    }
}
