//! How much in how long.

use super::Counts;
use crate::capture::Frame;

/// The busiest of spans so long is told, ns: a port's buffer holds some of that.
const SPAN: i64 = 100_000_000;
/// Steps back in time below this are those of two directions that were captured apart, ns.
const STEP: i64 = 1_000_000;

/// Frames and bytes in time.
#[derive(Default)]
pub struct Pace {
    frames: u64,
    bytes: u64,
    first: Option<i64>,
    last: i64,
    /// Number of the span, and bytes in it so far.
    span: (i64, u64),
    busiest: u64,
    steps_back: u64,
}

impl Pace {
    pub fn frame(&mut self, frame: &Frame<'_>) {
        let (time, length) = (frame.timestamp, u64::from(frame.wire_length));
        self.frames += 1;
        self.bytes = self.bytes.saturating_add(length);
        if self.first.is_none() {
            self.first = Some(time);
        } else {
            self.steps_back += u64::from(self.last.saturating_sub(time) > STEP);
        }
        self.last = time;
        let number = time / SPAN;
        if number != self.span.0 {
            self.span = (number, 0);
        }
        self.span.1 = self.span.1.saturating_add(length);
        self.busiest = self.busiest.max(self.span.1);
    }

    /// Time of the first and the last frame.
    pub fn span(&self) -> Option<(i64, i64)> {
        self.first.map(|first| (first, self.last))
    }

    pub fn tell(&self, counts: &mut Counts) {
        counts.extend([
            ("frames", self.frames),
            ("bytes", self.bytes),
            ("busiest_bytes_100ms", self.busiest),
            ("steps_back", self.steps_back),
        ]);
    }
}
