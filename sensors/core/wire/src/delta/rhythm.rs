//! The rhythm of a shape that came more than once: the gaps of its span, its period in the long run, what kind that is.

use crate::flow::Stamp;
use smallvec::SmallVec;

/// Repetitions that make a rhythm, and the relative deviation that still is one.
pub(super) const CYCLE: u32 = 5;
const CYCLE_DEVIATION: f64 = 0.35;
/// Silent after so many periods, but not before ten seconds, and only what was a cycle for a minute (rule G24): a job of
/// some seconds with even steps (a file read in blocks, a script that writes) is done, not silent.
const SILENT_PERIODS: i64 = 5;
pub(super) const SILENT_LEAST: i64 = 10_000_000_000;
const CYCLE_LEAST: i64 = 60_000_000_000;

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

/// Gaps between the messages of one span.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gaps {
    pub min: i64,
    pub max: i64,
    /// Those of half a period more than a cycle has.
    pub late: u32,
    count: u32,
    mean: f64,
    m2: f64,
}

impl Gaps {
    fn add(&mut self, gap: i64) {
        self.min = if self.count == 0 { gap } else { self.min.min(gap) };
        self.max = self.max.max(gap);
        self.count += 1;
        let x = seconds(gap);
        let delta = x - self.mean;
        self.mean += delta / f64::from(self.count);
        self.m2 += delta * (x - self.mean);
    }

    /// Mean and standard deviation of the gaps, ns.
    pub fn period(&self) -> Option<(i64, i64)> {
        if self.count == 0 {
            return None;
        }
        let deviation = (self.m2 / f64::from(self.count)).max(0.0).sqrt();
        Some((nanoseconds(self.mean), nanoseconds(deviation)))
    }

    /// Whether there is one, for `min` and `max`.
    pub fn any(&self) -> bool {
        self.count > 0
    }
}

/// What only a shape has that came again, and what of its values moves: of the many of a crowd two in three are seen
/// once.
#[derive(Debug, Default)]
pub struct Repetition {
    pub kind: Cadence,
    pub gaps: Gaps,
    /// First packet of the span's first message.
    pub(super) first: Stamp,
    /// Time of the message that made it cyclic.
    cyclic_since: i64,
    /// Long-run period and deviation (exponentially weighted), seconds.
    period: f64,
    deviation: f64,
    /// Which of the shape's points are continuous: their samples count at every read.
    pub continuous: SmallVec<[u64; 2]>,
    /// Hash of the two symbols that came before when the last 3-gram was looked up.
    pub before: u64,
}

impl Repetition {
    /// That of what was counted from `first` on.
    pub(super) fn since(first: Stamp) -> Self {
        Self { first, ..Self::default() }
    }

    /// Takes the gap (ns) before the message at `time`, which is the `seen`th; true when the kind changed.
    pub(super) fn take(&mut self, gap: i64, time: i64, seen: u32) -> bool {
        self.gaps.add(gap);
        let x = seconds(gap);
        if self.kind == Cadence::Cyclic && x > self.period * 1.5 {
            self.gaps.late += 1;
        }
        let weight = if seen <= 9 { 1.0 / f64::from(seen - 1) } else { 0.125 };
        let distance = x - self.period;
        self.period += weight * distance;
        self.deviation += weight * (distance.abs() - self.deviation);
        let even = seen > CYCLE && self.deviation <= CYCLE_DEVIATION * self.period;
        let kind = if even { Cadence::Cyclic } else { Cadence::Irregular };
        if kind == Cadence::Cyclic && self.kind != Cadence::Cyclic {
            self.cyclic_since = time;
        }
        let changed = kind != self.kind && seen > CYCLE + 1;
        self.kind = kind;
        changed
    }

    /// Time up to which what came last at `last`, ns, is not silent; for what was no cycle for long enough, for ever.
    pub(super) fn heard_until(&self, last: i64) -> i64 {
        if self.kind != Cadence::Cyclic || last.saturating_sub(self.cyclic_since) < CYCLE_LEAST {
            return i64::MAX;
        }
        let patience = nanoseconds(self.period).saturating_mul(SILENT_PERIODS).max(SILENT_LEAST);
        last.saturating_add(patience)
    }

    /// The rhythm in the long run: period and deviation, ns.
    pub fn rhythm(&self) -> (i64, i64) {
        (nanoseconds(self.period), nanoseconds(self.deviation))
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
