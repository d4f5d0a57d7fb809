//! Rows of dataset `cadence` at the end of each span, when a kind changes, and when a cycle falls silent.

use super::said_once::SaidOnce;
use super::{Ledger, event_id, pick};
use crate::dataset::rows::CadenceRow;
use crate::dataset::{Batch, EventRow};
use crate::delta::channel::Channels;
use crate::delta::rhythm::{Cadence, Gaps};
use crate::delta::shape::{Shape, SpanCounts};
use crate::flow::facts::Place;
use crate::flow::{Span, Stamp};
use crate::hash;
use crate::protocol::Notation;
use std::fmt::Write as _;

impl Ledger {
    /// Tells every shape whose span is full at `now`; `last` ends the input.
    pub fn cadence_tick(&mut self, now: i64, last: bool) {
        let count = u32::try_from(self.shapes.list.len()).unwrap_or(u32::MAX);
        let mut once = SaidOnce::default();
        for index in 0..count {
            let Some(shape) = self.shapes.get(index) else { continue };
            if shape.span.count == 0 || !(last || shape.span_is_full(now)) {
                continue;
            }
            if shape.cadence() == Cadence::Once {
                once.take(index, shape);
            } else {
                self.cadence_row(index);
                self.relieve();
            }
        }
        self.said_once(once);
    }

    /// Tells the shapes that fell silent by `now`.
    pub fn silence_tick(&mut self, now: i64) {
        for (index, certain) in self.shapes.fall_silent(now) {
            self.silence_row(index, certain);
            self.relieve();
        }
    }

    /// What was counted up to the last message, as the cycle it was; then the silence, of the moment it was `certain`, ns,
    /// with the packets of the last message: told in one row, it would come before whatever caused it.
    fn silence_row(&mut self, index: u32, certain: i64) {
        let Some(shape) = self.shapes.get(index) else { return };
        let (channels, batch) = (&mut self.channels, &mut self.batch);
        if shape.span.count > 0 {
            let span = shape.counted();
            let told = (Cadence::Cyclic, span);
            tell(shape, told, channels, &self.places, self.clock, batch, &mut self.scratch.address);
        }
        let Span { first, last } = shape.last;
        let span = Span { first: Stamp { time: certain, ..first }, last: Stamp { time: certain, ..last } };
        tell(shape, (Cadence::Silent, span), channels, &self.places, self.clock, batch, &mut self.scratch.address);
    }

    /// One row with what was counted since the shape's last row.
    pub(super) fn cadence_row(&mut self, index: u32) {
        let Some(shape) = self.shapes.get(index) else { return };
        let (channels, batch) = (&mut self.channels, &mut self.batch);
        let told = (shape.cadence(), shape.counted());
        tell(shape, told, channels, &self.places, self.clock, batch, &mut self.scratch.address);
    }

    /// A shape was forgotten for another one: what was counted of it is told. Its points stay known to the other shapes
    /// that read them; they are part of the device.
    pub(super) fn forgotten(&mut self, mut shape: Shape) {
        self.counters.add("delta", "shapes_forgotten", 1);
        self.named_points = self.named_points.saturating_sub(shape.points.len());
        if shape.span.count > 0 {
            let (channels, batch) = (&mut self.channels, &mut self.batch);
            let told = (shape.cadence(), shape.counted());
            tell(&mut shape, told, channels, &self.places, self.clock, batch, &mut self.scratch.address);
        }
    }
}

/// NaN and infinity are null (vocabulary, types).
pub(super) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Address of one point of a range, or of what has a name.
pub(super) fn point_address<'a>(
    text: Option<&'a str>,
    elements: bool,
    place: Option<Notation>,
    kind: Option<&str>,
    (start, count): (i64, u32),
    out: &'a mut String,
) -> &'a str {
    if let Some(text) = text {
        if !elements {
            return text;
        }
        out.clear();
        let _ = write!(out, "{text}[{start}]");
        return out;
    }
    out.clear();
    if let Some(place) = place {
        (place.write)(out, place.part, start, count);
        return out;
    }
    crate::delta::shape::write_range(out, kind, start, 1);
    out
}

/// `ot.point`: segment, VLAN, server and unit (the device's key) and the object's address.
pub(super) fn point_key(device: i64, address: &str) -> i64 {
    hash::key(&[b"point", &device.to_be_bytes(), address.as_bytes()])
}

/// What a row says of a shape, but for its object: whose it is and what was counted.
pub(super) fn row<'a>(
    key: i64,
    (channel, unit): (i64, Option<&'a str>),
    shape: &Shape,
    kind: Cadence,
    (counts, gaps): &(SpanCounts, Gaps),
) -> CadenceRow<'a> {
    let period = match shape.repetition() {
        Some(known) if kind == Cadence::Silent => Some(known.rhythm()),
        _ => gaps.period(),
    };
    let service = &shape.service;
    CadenceRow {
        ot_shape: Some(key),
        ot_channel: Some(channel),
        ot_operation: Some(service.operation.name()),
        ot_function_code: service.function.code,
        ot_function_name: service.function.name,
        ot_subfunction_code: service.subfunction.code,
        ot_subfunction_name: service.subfunction.name,
        ot_unit: unit,
        ot_cadence_count: Some(counts.count),
        ot_cadence_failed: Some(counts.failed),
        ot_cadence_unanswered: Some(counts.unanswered),
        ot_cadence_late: Some(gaps.late),
        ot_cadence_bytes: Some(counts.bytes),
        ot_cadence_period: period.map(|p| p.0),
        ot_cadence_deviation: period.map(|p| p.1),
        ot_cadence_gap_min: gaps.any().then_some(gaps.min),
        ot_cadence_gap_max: gaps.any().then_some(gaps.max),
        ot_cadence_kind: Some(kind.name()),
        ..CadenceRow::default()
    }
}

/// The cadence row of a shape: of what kind, over which span.
fn tell(
    shape: &mut Shape,
    (kind, span): (Cadence, Span),
    channels: &mut Channels,
    places: &[Place],
    clock: i64,
    batch: &mut Batch,
    address: &mut String,
) {
    let counts = shape.take_counts();
    let has_address = shape.write_address(address);
    let symbol = shape.symbol.to_be_bytes();
    let Some(channel) = channels.get(shape.channel) else { return };
    let (channel_key, publisher) = (channel.key.to_be_bytes(), shape.publisher.to_be_bytes());
    let parts: [&[u8]; 4] = [b"shape", &channel_key, &symbol, &publisher];
    let key = hash::key(if shape.publisher == 0 { parts.get(..3).unwrap_or(&parts) } else { &parts });
    let place = pick(places, span.first.source);
    let id =
        event_id(&place.sensor, "cadence", key, span.first.time, 0, &format!("{}.{}", kind.name(), span.last.time));
    let event =
        EventRow { event_dataset: Some("cadence"), ..channel.facts.event(place, clock, shape.sender, span, &id) };
    let told = CadenceRow {
        event,
        ot_object_kind: shape.service.kind,
        ot_object_address: has_address.then_some(address.as_str()),
        ot_object_start: (shape.count > 0).then_some(shape.start),
        ot_object_count: (shape.count > 0).then_some(shape.count),
        ..row(key, (channel.key, channel.unit.as_deref()), shape, kind, &counts)
    };
    batch.cadence.push(&told, &mut batch.words);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Operation;
    use crate::flow::facts::{Endpoint, Facts};
    use crate::flow::{Side, Transport};
    use crate::ledger::Settings;
    use crate::protocol::{Address, Exchange, Item, Object};
    use std::sync::{Arc, Mutex};

    #[test]
    fn a_tick_of_many_shapes_hands_over_batches_no_larger_than_others() {
        let mut ledger = Ledger::new(Settings { batch_rows: 10, ..Settings::default() }, vec![Place::default()]);
        let end = |port| Endpoint { ip: "10.9.1.17".parse().unwrap(), port, mac: None };
        let mut facts = Facts::new(end(50_000), end(102), Transport::Tcp, 1);
        for number in 0..200 {
            let address = format!("object {}", number % 100);
            let object = Object { address: Address::Text(&address), count: 1, ..Object::default() };
            let items = [Item { object, ..Item::new(Operation::Read) }];
            let span = Span::at(Stamp { time: number, ..Stamp::default() });
            ledger.exchange(&mut facts, &Exchange::new(span, Side::Client, number, &items));
        }
        ledger.take_batch();
        let handed = Arc::new(Mutex::new(Vec::new()));
        let rows = Arc::clone(&handed);
        ledger.hand_over = Some(Box::new(move |batch, _, _| rows.lock().unwrap().push(batch.cadence.rows())));
        ledger.cadence_tick(1_000, true);
        let left = ledger.take_batch().cadence.rows();
        let handed = handed.lock().unwrap();
        assert!(handed.iter().all(|rows| *rows == 10), "{handed:?}");
        assert_eq!(handed.iter().sum::<usize>() + left, 100);
    }
}
