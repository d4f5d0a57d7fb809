//! Law 5: every drop, gap, limit and skipped frame is counted and comes out as a `capture` row.

use super::{Ledger, event_id, pick};
use crate::dataset::EventRow;
use crate::dataset::rows::CaptureRow;
use std::collections::BTreeMap;

/// Totals by stage and name, each with what was told already.
type Counts = BTreeMap<(&'static str, &'static str), (i64, i64)>;
/// The same of stage `reader`, by source and name.
type InterfaceCounts = BTreeMap<(u32, &'static str), (i64, i64)>;

/// Counters by stage and name.
#[derive(Default)]
pub struct Counters {
    counts: Counts,
    interfaces: InterfaceCounts,
    /// Highest values since the last rows, by source and name.
    peaks: BTreeMap<(u32, &'static str), i64>,
    pub frames: i64,
    pub bytes: i64,
    /// Items that the delta filter kept back: counted for each, so not looked up by name.
    pub folded: i64,
    told_frames: i64,
    since: Option<i64>,
}

impl Counters {
    /// Adds to a counter.
    pub fn add(&mut self, stage: &'static str, counter: &'static str, count: i64) {
        self.counts.entry((stage, counter)).or_default().0 += count;
    }

    /// Sets a counter that another part keeps.
    pub fn set(&mut self, stage: &'static str, counter: &'static str, count: i64) {
        self.counts.entry((stage, counter)).or_default().0 = count;
    }

    /// Sets a total that an interface keeps (stage `reader`).
    pub fn set_of(&mut self, source: u32, counter: &'static str, count: i64) {
        self.interfaces.entry((source, counter)).or_default().0 = count;
    }

    /// A level that an interface reached (stage `reader`); the highest one is told.
    pub fn peak_of(&mut self, source: u32, counter: &'static str, level: i64) {
        let peak = self.peaks.entry((source, counter)).or_default();
        *peak = level.max(*peak);
    }

    /// One frame of so many bytes at a time.
    pub fn frame(&mut self, bytes: usize, time: i64) {
        self.frames += 1;
        self.bytes += i64::try_from(bytes).unwrap_or(0);
        self.began(time);
    }

    /// Goes on counting on another time line: the next rows begin with its first frame.
    pub fn begin_anew(&mut self) {
        self.since = None;
    }

    /// What counts began to count at this time, unless it did before.
    pub fn began(&mut self, time: i64) {
        if self.since.is_none() {
            self.since = Some(time);
        }
    }

    /// All totals, in order; those of interfaces summed up.
    pub fn totals(&self) -> Vec<(&'static str, &'static str, i64)> {
        let mut all = vec![("link", "frames", self.frames), ("link", "bytes", self.bytes)];
        let mut counts = self.counts.clone();
        settle(&mut counts, self.folded);
        for ((_, counter), (count, _)) in &self.interfaces {
            counts.entry(("reader", counter)).or_default().0 += count;
        }
        all.extend(counts.into_iter().map(|((stage, counter), (count, _))| (stage, counter, count)));
        all
    }
}

/// Puts what a field counts among the counters by name, once there is something.
fn settle(counts: &mut Counts, folded: i64) {
    if folded > 0 {
        counts.entry(("delta", "folded")).or_default().0 = folded;
    }
}

impl Ledger {
    /// Rows of dataset `capture`: what was counted since the last ones.
    pub fn capture_tick(&mut self, now: i64) {
        settle(&mut self.counters.counts, self.counters.folded);
        let frames = self.counters.frames - self.counters.told_frames;
        let Some(since) = self.counters.since else { return };
        let mut rows = vec![Told::of("link", "frames", frames, frames)];
        for ((stage, counter), (count, told)) in &mut self.counters.counts {
            if *count != *told {
                rows.push(Told::of(stage, counter, *count - *told, frames));
                *told = *count;
            }
        }
        for ((source, counter), (count, told)) in &mut self.counters.interfaces {
            if *count != *told {
                let row = Told::of("reader", counter, *count - *told, frames);
                rows.push(Told { interface: Some(*source), ..row });
                *told = *count;
            }
        }
        for ((source, counter), level) in std::mem::take(&mut self.counters.peaks) {
            rows.push(Told { stage: "reader", counter, count: level, ratio: None, interface: Some(source) });
        }
        self.counters.told_frames = self.counters.frames;
        self.counters.since = Some(now);
        for row in rows {
            self.capture_row(&row, since, now);
        }
    }

    fn capture_row(&mut self, told: &Told, since: i64, now: i64) {
        let Told { stage, counter, .. } = *told;
        let place = pick(&self.places, told.interface.unwrap_or(0));
        let kind = match told.interface {
            None => format!("{stage}.{counter}"),
            Some(source) => format!("{stage}.{counter}@{source}"),
        };
        let id = event_id(&place.sensor, "capture", since, now, 0, &kind);
        let event = EventRow {
            event_dataset: Some("capture"),
            timestamp: Some(since),
            event_end: Some(now),
            event_id: Some(&id),
            ot_clock: Some(self.clock),
            observer_name: Some(&place.sensor),
            observer_ingress_interface_name: told.interface.map(|_| place.interface.as_str()),
            ot_segment: Some(&place.segment),
            ot_drill: Some(place.drill),
            ..EventRow::default()
        };
        let row = CaptureRow {
            event,
            ot_stage: Some(stage),
            ot_counter: Some(counter),
            ot_count: Some(told.count),
            ot_ratio: told.ratio,
        };
        self.batch.capture.push(&row, &mut self.batch.words);
    }
}

/// What one row tells.
struct Told {
    stage: &'static str,
    counter: &'static str,
    count: i64,
    ratio: Option<f64>,
    /// Source it is about, where it is not the whole sensor.
    interface: Option<u32>,
}

impl Told {
    fn of(stage: &'static str, counter: &'static str, count: i64, frames: i64) -> Self {
        Self { stage, counter, count, ratio: ratio(count, frames), interface: None }
    }
}

// Counts are far below 2^53.
#[allow(clippy::as_conversions)]
fn ratio(count: i64, frames: i64) -> Option<f64> {
    (frames > 0).then(|| count as f64 / frames as f64)
}
