//! Law 5: every drop, gap, limit and skipped frame is counted and comes out as a `capture` row.

use super::{Ledger, event_id, pick};
use crate::dataset::EventRow;
use crate::dataset::rows::CaptureRow;
use std::collections::BTreeMap;

/// Totals by stage and name, each with what was told already.
type Counts = BTreeMap<(&'static str, &'static str), (i64, i64)>;

/// Counters by stage and name.
#[derive(Default)]
pub struct Counters {
    counts: Counts,
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

    /// One frame of so many bytes at a time.
    pub fn frame(&mut self, bytes: usize, time: i64) {
        self.frames += 1;
        self.bytes += i64::try_from(bytes).unwrap_or(0);
        if self.since.is_none() {
            self.since = Some(time);
        }
    }

    /// All totals, in order.
    pub fn totals(&self) -> Vec<(&'static str, &'static str, i64)> {
        let mut all = vec![("link", "frames", self.frames), ("link", "bytes", self.bytes)];
        let mut counts = self.counts.clone();
        settle(&mut counts, self.folded);
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
        let mut rows: Vec<(&'static str, &'static str, i64)> = vec![("link", "frames", frames)];
        for ((stage, counter), (count, told)) in &mut self.counters.counts {
            if *count != *told {
                rows.push((stage, counter, *count - *told));
                *told = *count;
            }
        }
        self.counters.told_frames = self.counters.frames;
        self.counters.since = Some(now);
        let place = pick(&self.places, 0);
        for (stage, counter, count) in rows {
            let id = event_id(&place.sensor, "capture", since, now, 0, &format!("{stage}.{counter}"));
            let event = EventRow {
                event_dataset: Some("capture"),
                timestamp: Some(since),
                event_end: Some(now),
                event_id: Some(&id),
                ot_clock: Some(self.clock),
                observer_name: Some(&place.sensor),
                ot_segment: Some(&place.segment),
                ot_drill: Some(place.drill),
                ..EventRow::default()
            };
            let row = CaptureRow {
                event,
                ot_stage: Some(stage),
                ot_counter: Some(counter),
                ot_count: Some(count),
                ot_ratio: ratio(count, frames),
            };
            self.batch.capture.push(&row, &mut self.batch.words);
        }
    }
}

// Counts are far below 2^53.
#[allow(clippy::as_conversions)]
fn ratio(count: i64, frames: i64) -> Option<f64> {
    (frames > 0).then(|| count as f64 / frames as f64)
}
