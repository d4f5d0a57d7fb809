//! Shapes: what a channel does again and again (function and object range), with its rhythm and last reply.

use crate::dataset::Operation;
use crate::flow::{Side, Span, Stamp};
use crate::protocol::{Function, Notation};
use smallvec::SmallVec;
use std::fmt::Write as _;
use std::sync::Arc;

/// Repetitions that make a rhythm, and the relative deviation that still is one.
const CYCLE: u32 = 5;
const CYCLE_DEVIATION: f64 = 0.35;
/// Silent after so many periods, but not before ten seconds, and only what was a cycle for a minute (rule G24): a job of
/// some seconds with even steps (a file read in blocks, a script that writes) is done, not silent.
const SILENT_PERIODS: i64 = 5;
const SILENT_LEAST: i64 = 10_000_000_000;
const CYCLE_LEAST: i64 = 60_000_000_000;
/// A span with fewer requests goes on behind the border of its five minutes, for at most 55 minutes, ns: with the border
/// it is told at, an hour.
const SPAN_LEAST: u32 = 30;
const SPAN_LONGEST: i64 = 3_300_000_000_000;

/// `ot.cadence.kind`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Cadence {
    #[default]
    Once,
    Irregular,
    Cyclic,
    Silent,
}

impl Cadence {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Irregular => "irregular",
            Self::Cyclic => "cyclic",
            Self::Silent => "silent",
        }
    }
}

/// Counts of one span.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpanCounts {
    pub count: u32,
    pub failed: u32,
    pub unanswered: u32,
    pub late: u32,
    pub bytes: i64,
    pub gap_min: i64,
    pub gap_max: i64,
    gaps: u32,
    mean: f64,
    m2: f64,
}

impl SpanCounts {
    fn gap(&mut self, gap: i64) {
        self.gap_min = if self.gaps == 0 { gap } else { self.gap_min.min(gap) };
        self.gap_max = self.gap_max.max(gap);
        self.gaps += 1;
        let x = seconds(gap);
        let delta = x - self.mean;
        self.mean += delta / f64::from(self.gaps);
        self.m2 += delta * (x - self.mean);
    }

    /// Mean and standard deviation of the gaps, ns.
    pub fn period(&self) -> Option<(i64, i64)> {
        if self.gaps == 0 {
            return None;
        }
        let deviation = (self.m2 / f64::from(self.gaps)).max(0.0).sqrt();
        Some((nanoseconds(self.mean), nanoseconds(deviation)))
    }

    /// Whether a gap was counted, for `gap_min` and `gap_max`.
    pub fn has_gaps(&self) -> bool {
        self.gaps > 0
    }
}

// Both conversions lose less than a nanosecond for anything a capture can hold.
#[allow(clippy::as_conversions)]
fn seconds(ns: i64) -> f64 {
    ns as f64 / 1e9
}

#[allow(clippy::as_conversions)]
fn nanoseconds(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}

/// What is done to what kind of object: a few that thousands of shapes share.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Service {
    pub operation: Operation,
    pub function: Function,
    pub subfunction: Function,
    pub kind: Option<&'static str>,
}

/// One shape. There are hundreds of thousands: what many share and what few have is behind a pointer.
pub struct Shape {
    pub channel: u32,
    /// Who sends it: a topic may be published to a broker and by it.
    pub sender: Side,
    pub service: Arc<Service>,
    pub start: i64,
    pub count: u32,
    pub address: Option<Box<str>>,
    pub(super) ranged: bool,
    /// Its points are parts of what has that address.
    pub elements: bool,
    /// How its places are written, where kind and numbers do not say all.
    pub(super) place: Option<Box<Notation>>,
    /// Hash of the name of the client that publishes, 0 for none: behind one address there may be several.
    pub publisher: u64,
    /// Function and address without the channel, for 3-grams.
    pub symbol: u64,
    pub last_time: i64,
    /// First packet of the span's first message.
    pub first: Stamp,
    pub last: Span,
    pub seen: u32,
    pub span: SpanCounts,
    pub cadence: Cadence,
    /// Time of the message that made it cyclic.
    pub(super) cyclic_since: i64,
    /// Long-run period and deviation (exponentially weighted), seconds.
    pub(super) period: f64,
    pub(super) deviation: f64,
    /// Status of the last reply; None = no reply seen yet.
    pub status: Option<Option<u32>>,
    pub failed_before: bool,
    /// Bytes of the last values and the device's version they were seen at.
    pub raw: SmallVec<[u8; 16]>,
    pub version: u32,
    /// Most shapes read one object: it needs no memory of its own.
    pub points: SmallVec<[u32; 4]>,
    /// Which of `points` are continuous: their samples count at every read.
    pub continuous: SmallVec<[u64; 2]>,
    /// Hash of the two symbols that came before when the last 3-gram was looked up.
    pub before: u64,
    /// Window in which it was last counted as an object addressed.
    pub window: i64,
    pub(super) hash: u64,
    /// The shape of the item that came behind it in the same message, last time one did.
    pub(super) next: u32,
}

impl Shape {
    /// Takes the time of one more request; true when the kind of cadence changed.
    pub(super) fn tick(&mut self, span: Span, bytes: i64, failed: bool, unanswered: bool) -> bool {
        let time = span.first.time;
        self.span.count += 1;
        self.span.bytes += bytes;
        self.span.failed += u32::from(failed);
        self.span.unanswered += u32::from(unanswered);
        if self.span.count == 1 {
            self.first = span.first;
        }
        self.last = span;
        let gap = time.saturating_sub(self.last_time);
        self.seen = self.seen.saturating_add(1);
        self.last_time = self.last_time.max(time);
        if self.seen == 1 {
            return false;
        }
        if gap < 0 {
            return false;
        }
        self.span.gap(gap);
        let x = seconds(gap);
        if self.cadence == Cadence::Cyclic && x > self.period * 1.5 {
            self.span.late += 1;
        }
        let weight = if self.seen <= 9 { 1.0 / f64::from(self.seen - 1) } else { 0.125 };
        let distance = x - self.period;
        self.period += weight * distance;
        self.deviation += weight * (distance.abs() - self.deviation);
        let kind = if self.seen <= CYCLE {
            Cadence::Irregular
        } else if self.deviation <= CYCLE_DEVIATION * self.period {
            Cadence::Cyclic
        } else {
            Cadence::Irregular
        };
        if kind == Cadence::Cyclic && self.cadence != Cadence::Cyclic {
            self.cyclic_since = time;
        }
        let changed = kind != self.cadence && self.seen > CYCLE + 1;
        self.cadence = kind;
        changed
    }

    /// Whether this shape is an established cycle (heartbeat, watchdog, poll).
    pub fn established(&self) -> bool {
        self.cadence == Cadence::Cyclic && self.seen > CYCLE
    }

    /// Nobody listened until `time`, ns: what a cycle did meanwhile is neither late nor silent.
    pub(super) fn unheard(&mut self, time: i64) {
        if self.cadence == Cadence::Cyclic {
            self.last_time = self.last_time.max(time);
        }
    }

    /// Turns a cyclic shape silent when nothing came for five periods; the moment that was certain, when it did so now.
    pub(super) fn falls_silent(&mut self, now: i64) -> Option<i64> {
        let certain = self.heard_until();
        if now <= certain {
            return None;
        }
        self.cadence = Cadence::Silent;
        Some(certain)
    }

    /// Time up to which it is not silent if nothing more comes, ns; for what was no cycle for long enough, for ever.
    pub(super) fn heard_until(&self) -> i64 {
        if self.cadence != Cadence::Cyclic || self.last_time.saturating_sub(self.cyclic_since) < CYCLE_LEAST {
            return i64::MAX;
        }
        let patience = nanoseconds(self.period).saturating_mul(SILENT_PERIODS).max(SILENT_LEAST);
        self.last_time.saturating_add(patience)
    }

    /// The same whatever still comes: no period is so short that it would be silent before.
    pub(super) fn heard_at_least_until(&self) -> i64 {
        if self.cadence == Cadence::Cyclic { self.last_time.saturating_add(SILENT_LEAST) } else { i64::MAX }
    }

    /// The rhythm it had in the long run: period and deviation, ns.
    pub fn rhythm(&self) -> (i64, i64) {
        (nanoseconds(self.period), nanoseconds(self.deviation))
    }

    /// Whether the span is told at the border of five minutes at `now`: a slow one goes on, or each poll would be a row.
    pub fn span_is_full(&self, now: i64) -> bool {
        self.span.count >= SPAN_LEAST || now.saturating_sub(self.first.time) >= SPAN_LONGEST
    }

    /// `holding:100-109`, a text address, or None.
    pub fn write_address(&self, out: &mut String) -> bool {
        out.clear();
        if let Some(text) = &self.address {
            out.push_str(text);
            return true;
        }
        if let Some(place) = &self.place {
            (place.write)(out, place.part, self.start, self.count);
            return true;
        }
        if !self.ranged {
            return false;
        }
        write_range(out, self.service.kind, self.start, self.count);
        true
    }

    pub fn place(&self) -> Option<Notation> {
        self.place.as_deref().copied()
    }

    /// Distance of two neighbouring points in `start`.
    pub fn step(&self) -> u32 {
        self.place.as_ref().map_or(1, |place| place.step)
    }

    /// Places that one point takes: all of them where a text is the only one.
    pub fn point_count(&self) -> u32 {
        if self.points.len() == 1 { self.count.max(1) } else { 1 }
    }

    /// Readable form for 3-grams.
    pub fn readable(&self, out: &mut String) -> String {
        let address = if self.write_address(out) { format!(" {out}") } else { String::new() };
        format!("{}{address}", self.service.operation.name())
    }
}

/// `kind:start-end`, or `kind:start` for one.
pub fn write_range(out: &mut String, kind: Option<&str>, start: i64, count: u32) {
    let end = start.saturating_add(i64::from(count)).saturating_sub(1);
    let kind = kind.unwrap_or("object");
    let _ = if count > 1 { write!(out, "{kind}:{start}-{end}") } else { write!(out, "{kind}:{start}") };
}
