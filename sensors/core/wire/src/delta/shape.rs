//! Shapes: what a channel does again and again (function and object range), with its rhythm and last reply.

use crate::dataset::Operation;
use crate::flow::{Side, Span};
use crate::hash;
use crate::protocol::{Address, Function, Item, Object};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::fmt::Write as _;
use std::hash::BuildHasher;

/// Repetitions that make a rhythm, and the relative deviation that still is one.
const CYCLE: u32 = 5;
const CYCLE_DEVIATION: f64 = 0.35;
/// Silent after so many periods, but not before ten seconds (rule G24).
const SILENT_PERIODS: i64 = 5;
const SILENT_LEAST: i64 = 10_000_000_000;

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

/// Counts of one span of five minutes.
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

/// One shape.
pub struct Shape {
    pub channel: u32,
    /// Who sends it: a topic may be published to a broker and by it.
    pub sender: Side,
    pub operation: Operation,
    pub function: Function,
    pub subfunction: Function,
    pub kind: Option<&'static str>,
    pub start: i64,
    pub count: u32,
    pub address: Option<Box<str>>,
    ranged: bool,
    /// Function and address without the channel, for 3-grams.
    pub symbol: u64,
    pub last_time: i64,
    pub first: Span,
    pub last: Span,
    pub seen: u32,
    pub span: SpanCounts,
    pub cadence: Cadence,
    /// Long-run period and deviation (exponentially weighted), seconds.
    period: f64,
    deviation: f64,
    /// Status of the last reply; None = no reply seen yet.
    pub status: Option<Option<u32>>,
    pub failed_before: bool,
    /// Bytes of the last values and the device's version they were seen at.
    pub raw: Vec<u8>,
    pub version: u32,
    pub points: Vec<u32>,
    /// Which of `points` are continuous: their samples count at every read.
    pub continuous: Vec<u64>,
    /// The two symbols that came before when the last 3-gram was looked up.
    pub before: (u64, u64),
    /// Window in which it was last counted as an object addressed.
    pub window: i64,
    hash: u64,
}

impl Shape {
    /// Takes the time of one more request; true when the kind of cadence changed.
    pub fn tick(&mut self, span: Span, bytes: i64, failed: bool, unanswered: bool) -> bool {
        let time = span.first.time;
        self.span.count += 1;
        self.span.bytes += bytes;
        self.span.failed += u32::from(failed);
        self.span.unanswered += u32::from(unanswered);
        if self.span.count == 1 {
            self.first = span;
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
        let changed = kind != self.cadence && self.seen > CYCLE + 1;
        self.cadence = kind;
        changed
    }

    /// Whether this shape is an established cycle (heartbeat, watchdog, poll).
    pub fn established(&self) -> bool {
        self.cadence == Cadence::Cyclic && self.seen > CYCLE
    }

    /// Turns a cyclic shape silent when nothing came for five periods; true when it did so now.
    pub fn falls_silent(&mut self, now: i64) -> bool {
        let limit = nanoseconds(self.period).saturating_mul(SILENT_PERIODS).max(SILENT_LEAST);
        if self.cadence != Cadence::Cyclic || now.saturating_sub(self.last_time) <= limit {
            return false;
        }
        self.cadence = Cadence::Silent;
        true
    }

    /// `holding:100-109`, a text address, or None.
    pub fn write_address(&self, out: &mut String) -> bool {
        out.clear();
        if let Some(text) = &self.address {
            out.push_str(text);
            return true;
        }
        if !self.ranged {
            return false;
        }
        write_range(out, self.kind, self.start, self.count);
        true
    }

    /// Readable form for 3-grams.
    pub fn readable(&self, out: &mut String) -> String {
        let address = if self.write_address(out) { format!(" {out}") } else { String::new() };
        format!("{}{address}", self.operation.name())
    }
}

/// `kind:start-end`, or `kind:start` for one.
pub fn write_range(out: &mut String, kind: Option<&str>, start: i64, count: u32) {
    let end = start.saturating_add(i64::from(count)).saturating_sub(1);
    let kind = kind.unwrap_or("object");
    let _ = if count > 1 { write!(out, "{kind}:{start}-{end}") } else { write!(out, "{kind}:{start}") };
}

/// All shapes. At the limit the least recently used of a few is forgotten and counted.
#[derive(Default)]
pub struct Shapes {
    table: HashTable<u32>,
    seed: RandomState,
    pub list: Vec<Shape>,
    hand: usize,
    pub forgotten: u64,
}

/// What makes two messages the same shape.
struct Want<'a> {
    channel: u32,
    sender: Side,
    operation: Operation,
    code: Option<u32>,
    subcode: Option<u32>,
    object: &'a Object<'a>,
}

impl Want<'_> {
    fn text(&self) -> Option<&str> {
        match self.object.address {
            Address::Text(text) => Some(text),
            _ => None,
        }
    }

    fn is(&self, shape: &Shape) -> bool {
        shape.channel == self.channel
            && shape.sender == self.sender
            && shape.operation == self.operation
            && shape.function.code == self.code
            && shape.subfunction.code == self.subcode
            && shape.start == self.object.start
            && shape.count == self.object.count
            && shape.kind == self.object.kind
            && shape.address.as_deref() == self.text()
    }
}

impl Shapes {
    /// The shape of an item on a channel: its index, whether it is new, and the points of one forgotten for it.
    pub fn of(
        &mut self,
        (channel, sender): (u32, Side),
        functions: (Function, Function),
        item: &Item<'_>,
        limit: usize,
    ) -> (u32, bool, Vec<u32>) {
        let (function, subfunction) = functions;
        let want = Want {
            channel,
            sender,
            operation: item.operation,
            code: function.code,
            subcode: subfunction.code,
            object: &item.object,
        };
        let text = want.text().map_or(0, |t| hash::quick(t.as_bytes()));
        let hash = self.seed.hash_one((
            channel,
            sender,
            function.code,
            subfunction.code,
            item.object.start,
            item.object.count,
            text,
        ));
        let list = &self.list;
        let at = |index: u32| usize::try_from(index).ok().and_then(|i| list.get(i));
        if let Some(index) = self.table.find(hash, |index| at(*index).is_some_and(|shape| want.is(shape))) {
            return (*index, false, Vec::new());
        }
        let mut shape = fresh(&want, function, subfunction, text);
        shape.hash = hash;
        let (index, freed) = if self.list.len() < limit {
            self.list.push(shape);
            (self.list.len() - 1, Vec::new())
        } else {
            self.replace(shape)
        };
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let list = &self.list;
        self.table
            .insert_unique(hash, index, |i| usize::try_from(*i).ok().and_then(|i| list.get(i)).map_or(0, |s| s.hash));
        (index, true, freed)
    }

    /// Forgets the least recently used of the next 64 shapes behind a moving hand.
    fn replace(&mut self, shape: Shape) -> (usize, Vec<u32>) {
        let count = self.list.len().max(1);
        let victim = (0..64)
            .map(|i| (self.hand + i) % count)
            .min_by_key(|i| (self.list.get(*i).map_or(0, |s| s.last_time), *i))
            .unwrap_or(0);
        self.hand = (self.hand + 64) % count;
        self.forgotten += 1;
        let Some(slot) = self.list.get_mut(victim) else { return (0, Vec::new()) };
        let old = std::mem::replace(slot, shape);
        let index = u32::try_from(victim).unwrap_or(u32::MAX);
        if let Ok(entry) = self.table.find_entry(old.hash, |i| *i == index) {
            entry.remove();
        }
        (victim, old.points)
    }

    pub fn get(&mut self, index: u32) -> Option<&mut Shape> {
        self.list.get_mut(usize::try_from(index).ok()?)
    }
}

fn fresh(want: &Want<'_>, function: Function, subfunction: Function, text: u64) -> Shape {
    let symbol = [
        u64::from(function.code.unwrap_or(u32::MAX)),
        u64::from(subfunction.code.unwrap_or(u32::MAX)),
        u64::from_ne_bytes(want.object.start.to_ne_bytes()),
        u64::from(want.object.count),
        text,
        hash::quick(want.object.kind.unwrap_or_default().as_bytes()),
        hash::quick(want.operation.name().as_bytes()),
    ];
    let mut bytes: Vec<u8> = symbol.iter().flat_map(|n| n.to_le_bytes()).collect();
    bytes.extend((want.sender == Side::Server).then_some(1));
    Shape {
        channel: want.channel,
        sender: want.sender,
        operation: want.operation,
        function,
        subfunction,
        kind: want.object.kind,
        start: want.object.start,
        count: want.object.count,
        address: want.text().map(Into::into),
        ranged: matches!(want.object.address, Address::Range),
        symbol: hash::quick(&bytes) | 1,
        last_time: 0,
        first: Span::default(),
        last: Span::default(),
        seen: 0,
        span: SpanCounts::default(),
        cadence: Cadence::Once,
        period: 0.0,
        deviation: 0.0,
        status: None,
        failed_before: false,
        raw: Vec::new(),
        version: 0,
        points: Vec::new(),
        continuous: Vec::new(),
        before: (0, 0),
        window: i64::MIN,
        hash: 0,
    }
}
