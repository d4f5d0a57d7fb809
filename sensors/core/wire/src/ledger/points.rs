//! Values of an exchange put into their points, and the `value` rows that come of it.

use super::cadence::{finite, point_address, point_key};
use super::{Ledger, event_id_at, pick};
use crate::dataset::rows::{SampleRow, ValueRow};
use crate::dataset::{EventRow, Operation};
use crate::delta::point::{Change, Class, Point};
use crate::flow::Facts;
use crate::hash;
use crate::protocol::{Address, Exchange, Item, Outcome, Reply, Values};
use smallvec::SmallVec;

/// Longest range whose points are followed one by one (Modbus reads at most 2000 coils).
const RANGE_LIMIT: usize = 2048;
/// A single object's first values are rows of their own; those of a range stand in its first transactions.
const FIRST_ROWS: usize = 1;
/// The same of what is written, which is seldom more: who downloads a project clears tens of thousands of devices.
const FIRST_WRITTEN: usize = 32;
/// Times that a point may be named by shapes, on average.
const NAMED: usize = 4;

/// What one message did to one point.
pub(super) struct PointNews {
    index: usize,
    cause: &'static str,
    class: Class,
    previous: Option<u64>,
    now: u64,
}

/// What the values of one item did.
#[derive(Clone, Copy, Default)]
pub(super) struct Observed {
    pub(super) changed: bool,
    /// Every written value lies inside the range written before.
    pub(super) inside: bool,
}

impl Ledger {
    /// Puts the values of an item into its points; `scratch.changes` and `scratch.before` hold what came of it.
    pub(super) fn observe(
        &mut self,
        shape: u32,
        channel: u32,
        item: &Item<'_>,
        new: bool,
        x: &Exchange<'_>,
    ) -> Observed {
        self.scratch.changes.clear();
        self.scratch.before.clear();
        let mut seen = Observed::default();
        // What is selected is not written yet.
        let idle = item.values.is_none() || item.operation == Operation::ControlSelect;
        if idle || matches!(x.reply, Reply::Duplicate | Reply::Differing) {
            return seen;
        }
        if self.values_given_up && item.operation.quiet() {
            self.counters.add("overload", "reads_given_up", 1);
            return seen;
        }
        let Some(device) = self.channels.get(channel).map(|c| c.device) else { return seen };
        let version = self.channels.version(device).map_or(0, |v| *v);
        self.follow_points(shape, device, item);
        let Some(state) = self.shapes.get(shape) else { return seen };
        let mut buffer = std::mem::take(&mut self.scratch.raw);
        let raw = item.values.raw(&mut buffer);
        let write = !item.operation.quiet();
        // A refused write changed nothing.
        if write && item.outcome.unwrap_or(x.outcome) == Outcome::Failure {
            self.scratch.raw = buffer;
            return seen;
        }
        let fresh = new || state.raw.len() != raw.len() || state.version != version;
        seen.inside = write && !state.points.is_empty();
        let numeric = item.values.numeric();
        let mut bumped = false;
        {
            let all = write || fresh;
            let mut next = 0;
            while let Some(i) =
                if all { Some(next) } else { item.values.next_news(next, raw, &state.raw, state.continuous()) }
            {
                next = i + 1;
                let Some(slot) = state.points.get(i) else { break };
                let Some(point) = point_at(&mut self.points, *slot) else { continue };
                let now = item.values.bits(i);
                let before = point.known().then_some(point.last);
                if write {
                    self.scratch.before.push(before.filter(|_| point.number).map_or(f64::NAN, f64::from_bits));
                    seen.inside &= point.write(now, numeric);
                    bumped |= before != Some(now);
                    let told = before.is_some() || state.points.len() <= FIRST_WRITTEN;
                    if told && before != Some(now) {
                        let class = point.class();
                        self.scratch.changes.push(PointNews { index: i, cause: "write", class, previous: before, now });
                    }
                    continue;
                }
                let change = point.read(now, numeric);
                if point.class() == Class::Continuous {
                    set_bit(&mut state.repetition_mut().continuous, i);
                }
                let single = state.points.len() <= FIRST_ROWS;
                let told = single || !point.young();
                let (cause, class, previous) = match change {
                    Change::Same | Change::Moved => continue,
                    Change::First if single => ("first", Class::Constant, None),
                    Change::First => continue,
                    Change::Changed { previous, class } => ("change", class, Some(previous)),
                    Change::Class { previous } => ("class", Class::Continuous, Some(previous)),
                };
                bumped |= cause == "change";
                seen.changed |= cause != "first";
                if told {
                    self.scratch.changes.push(PointNews { index: i, cause, class, previous, now });
                }
            }
        }
        // Without points (arrays, a full table) nothing is compared, so that nothing need be kept.
        if !write && !state.points.is_empty() {
            state.raw.clear();
            state.raw.extend_from_slice(raw);
        }
        self.scratch.raw = buffer;
        if bumped && let Some(version) = self.channels.version(device) {
            *version = version.wrapping_add(1);
        }
        let version = self.channels.version(device).map_or(0, |v| *v);
        if let Some(state) = self.shapes.get(shape) {
            state.version = version;
        }
        seen
    }

    /// Makes sure the shape has its points, sharing those other shapes of the device read already.
    fn follow_points(&mut self, shape: u32, device: u32, item: &Item<'_>) {
        let count = item.values.len();
        let ranged = matches!(item.object.address, Address::Range | Address::Placed(_) | Address::Elements(_));
        let named = matches!(item.object.address, Address::Text(_));
        let Some(state) = self.shapes.get(shape) else { return };
        if state.points.len() == count || count > RANGE_LIMIT || !(ranged || (named && count == 1)) {
            return;
        }
        let base = match item.object.address {
            Address::Text(text) | Address::Elements(text) => hash::quick(text.as_bytes()) | 1,
            Address::Placed(place) => hash::quick(&place.part.to_be_bytes()) & !1,
            _ => hash::quick(item.object.kind.unwrap_or_default().as_bytes()) & !1,
        };
        let step = state.step();
        let mut slots = std::mem::take(&mut state.points);
        if let Some(known) = &mut state.repetition {
            known.continuous.clear();
        }
        // Overlapping ranges share their points, but each names them all: that is bounded too.
        let room = (self.settings.max_points * NAMED).saturating_sub(self.named_points);
        let known = slots.len();
        for i in known..count {
            let key = (device, base, neighbour(item.object.start, step, i));
            let Some(slot) = (i - known < room).then(|| self.point_slot(key)).flatten() else {
                self.counters.add("delta", "points_refused", 1);
                break;
            };
            slots.push(slot);
        }
        self.named_points += slots.len() - known.min(slots.len());
        if let Some(state) = self.shapes.get(shape) {
            state.points = slots;
        }
    }

    fn point_slot(&mut self, key: (u32, u64, i64)) -> Option<u32> {
        if let Some(slot) = self.point_index.get(&key) {
            return Some(*slot);
        }
        if self.points.len() >= self.settings.max_points {
            return None;
        }
        self.points.push(Point::default());
        let slot = u32::try_from(self.points.len() - 1).ok()?;
        self.point_index.insert(key, slot);
        Some(slot)
    }

    pub(super) fn value_rows(
        &mut self,
        facts: &mut Facts,
        x: &Exchange<'_>,
        item: &Item<'_>,
        number: u16,
        channel: u32,
        shape: u32,
    ) {
        let changes = std::mem::take(&mut self.scratch.changes);
        let mut out = std::mem::take(&mut self.scratch.address);
        let Some(channel) = self.channels.get(channel) else { return };
        let (channel_key, device, unit) = (channel.key, channel.device, channel.unit.clone());
        let device_key =
            usize::try_from(device).ok().and_then(|d| self.channels.device_keys.get(d)).copied().unwrap_or(0);
        let Some(state) = self.shapes.get(shape) else { return };
        let (text, kind, start, place, step) =
            (state.address.clone(), state.service.kind, state.start, state.place(), state.step());
        let elements = state.elements;
        let count = state.point_count();
        let numeric = item.values.numeric();
        for change in &changes {
            let at = neighbour(start, step, change.index);
            let address = point_address(text.as_deref(), elements, place, kind, (at, count), &mut out);
            let key = point_key(device_key, address);
            let place = pick(&self.places, x.span.first.source);
            let what = format!("{}.{}", change.cause, change.index);
            let id = event_id_at(x.span.first.time, &place.sensor, "value", facts.id, (x.ordinal, number), &what);
            let event =
                EventRow { event_dataset: Some("value"), ..facts.event(place, self.clock, x.sender, x.span, &id) };
            let row = ValueRow {
                event,
                ot_point: Some(key),
                ot_unit: unit.as_deref(),
                ot_object_kind: kind,
                ot_object_address: Some(address),
                ot_object_start: text.is_none().then_some(at),
                ot_point_class: Some(change.class.name()),
                ot_value_cause: Some(change.cause),
                ot_value_number: numeric.then(|| finite(f64::from_bits(change.now))).flatten(),
                ot_value_text: match item.values {
                    Values::Text { text, .. } => Some(text),
                    _ => None,
                },
                ot_value_previous: change.previous.filter(|_| numeric).and_then(|p| finite(f64::from_bits(p))),
                ..ValueRow::default()
            };
            self.batch.value.push(&row, &mut self.batch.words);
            if self.settings.samples && change.class == Class::Continuous {
                self.sample_row(facts, x, key, channel_key, f64::from_bits(change.now));
            }
        }
        self.scratch.changes = changes;
        self.scratch.address = out;
    }

    fn sample_row(&mut self, facts: &mut Facts, x: &Exchange<'_>, point: i64, channel: i64, value: f64) {
        let place = pick(&self.places, x.span.first.source);
        let event = EventRow { event_dataset: Some("sample"), ..facts.event(place, self.clock, x.sender, x.span, "") };
        let row = SampleRow {
            event,
            ot_point: Some(point),
            ot_channel: Some(channel),
            ot_value_number: finite(value),
            ot_value_cause: Some("read"),
        };
        self.batch.sample.push(&row, &mut self.batch.words);
    }
}

/// Number of the `i`th place of a range.
pub(super) fn neighbour(start: i64, step: u32, i: usize) -> i64 {
    start.saturating_add(i64::from(step).saturating_mul(i64::try_from(i).unwrap_or(i64::MAX)))
}

fn point_at(points: &mut [Point], slot: u32) -> Option<&mut Point> {
    points.get_mut(usize::try_from(slot).ok()?)
}

fn set_bit(bits: &mut SmallVec<[u64; 2]>, i: usize) {
    if bits.len() <= i / 64 {
        bits.resize(i / 64 + 1, 0);
    }
    if let Some(word) = bits.get_mut(i / 64) {
        *word |= 1 << (i % 64);
    }
}
