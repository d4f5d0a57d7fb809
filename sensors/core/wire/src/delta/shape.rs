//! Shapes: what a channel does again and again (function and object range), with its rhythm and last reply.

use super::rhythm::{CYCLE, Cadence, Gaps, Repetition, SILENT_LEAST};
use crate::dataset::Operation;
use crate::flow::{Side, Span};
use crate::protocol::{Function, Notation};
use smallvec::SmallVec;
use std::fmt::Write as _;
use std::sync::Arc;

/// A span with fewer requests goes on behind the border of its five minutes, for at most 55 minutes, ns: with the border
/// it is told at, an hour.
const SPAN_LEAST: u32 = 30;
const SPAN_LONGEST: i64 = 3_300_000_000_000;

/// Counts of one span.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpanCounts {
    pub count: u32,
    pub failed: u32,
    pub unanswered: u32,
    pub bytes: i64,
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
    pub last: Span,
    pub seen: u32,
    pub span: SpanCounts,
    pub repetition: Option<Box<Repetition>>,
    /// Status of the last reply; None = no reply seen yet.
    pub status: Option<Option<u32>>,
    pub failed_before: bool,
    /// Bytes of the last values and the device's version they were seen at.
    pub raw: SmallVec<[u8; 16]>,
    pub version: u32,
    /// Most shapes read one object: it needs no memory of its own.
    pub points: SmallVec<[u32; 4]>,
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
        let begins = self.span.count == 0;
        self.span.count += 1;
        self.span.bytes += bytes;
        self.span.failed += u32::from(failed);
        self.span.unanswered += u32::from(unanswered);
        let gap = time.saturating_sub(self.last_time);
        self.seen = self.seen.saturating_add(1);
        self.last_time = self.last_time.max(time);
        if self.seen > 1 {
            self.repetition_mut();
        }
        self.last = span;
        let seen = self.seen;
        let Some(repetition) = &mut self.repetition else { return false };
        if begins {
            repetition.first = span.first;
        }
        seen > 1 && gap >= 0 && repetition.take(gap, time, seen)
    }

    /// What it has when it came again.
    pub fn repetition(&self) -> Option<&Repetition> {
        self.repetition.as_deref()
    }

    /// The same to be changed, made where there is none: then all that was counted is the last message.
    pub fn repetition_mut(&mut self) -> &mut Repetition {
        let first = self.last.first;
        self.repetition.get_or_insert_with(|| Box::new(Repetition::since(first)))
    }

    /// Which of `points` are continuous.
    pub fn continuous(&self) -> &[u64] {
        self.repetition().map_or(&[], |known| &known.continuous)
    }

    /// First and last message counted in its span.
    pub fn counted(&self) -> Span {
        Span { first: self.repetition().map_or(self.last.first, |known| known.first), last: self.last.last }
    }

    /// What was counted in its span, which begins anew.
    pub fn take_counts(&mut self) -> (SpanCounts, Gaps) {
        let gaps = self.repetition.as_mut().map(|known| std::mem::take(&mut known.gaps));
        (std::mem::take(&mut self.span), gaps.unwrap_or_default())
    }

    pub fn cadence(&self) -> Cadence {
        self.repetition().filter(|_| self.seen > 1).map_or(Cadence::Once, |known| known.kind)
    }

    /// Whether this shape is an established cycle (heartbeat, watchdog, poll).
    pub fn established(&self) -> bool {
        self.cadence() == Cadence::Cyclic && self.seen > CYCLE
    }

    /// Nobody listened until `time`, ns: what a cycle did meanwhile is neither late nor silent.
    pub(super) fn unheard(&mut self, time: i64) {
        if self.cadence() == Cadence::Cyclic {
            self.last_time = self.last_time.max(time);
        }
    }

    /// Turns a cyclic shape silent when nothing came for five periods; the moment that was certain, when it did so now.
    pub(super) fn falls_silent(&mut self, now: i64) -> Option<i64> {
        let certain = self.heard_until();
        if now <= certain {
            return None;
        }
        self.repetition_mut().kind = Cadence::Silent;
        Some(certain)
    }

    /// Time up to which it is not silent if nothing more comes, ns; for what was no cycle for long enough, for ever.
    pub(super) fn heard_until(&self) -> i64 {
        self.repetition().map_or(i64::MAX, |known| known.heard_until(self.last_time))
    }

    /// The same whatever still comes: no period is so short that it would be silent before.
    pub(super) fn heard_at_least_until(&self) -> i64 {
        if self.cadence() == Cadence::Cyclic { self.last_time.saturating_add(SILENT_LEAST) } else { i64::MAX }
    }

    /// Whether the span is told at the border of five minutes at `now`: a slow one goes on, or each poll would be a row.
    pub fn span_is_full(&self, now: i64) -> bool {
        self.span.count >= SPAN_LEAST || now.saturating_sub(self.counted().first.time) >= SPAN_LONGEST
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
