//! Summaries of continuous points, rows of dataset `value`.

use super::cadence::{finite, point_address, point_key};
use super::points::neighbour;
use super::{Ledger, event_id, pick};
use crate::dataset::EventRow;
use crate::dataset::rows::ValueRow;
use crate::flow::Span;

impl Ledger {
    /// Summaries of continuous points that moved in the quarter of an hour that ends.
    pub fn summary_tick(&mut self, now: i64) {
        let mut address = std::mem::take(&mut self.scratch.address);
        let mut told = vec![false; self.points.len()];
        for shape in 0..self.shapes.list.len() {
            self.summaries_of(shape, now, &mut told, &mut address);
            self.relieve();
        }
        self.scratch.address = address;
    }

    /// Those of one shape's points; what several shapes read is `told` once.
    fn summaries_of(&mut self, shape: usize, now: i64, told: &mut [bool], address: &mut String) {
        let Some(shape) = self.shapes.list.get(shape) else { return };
        for (i, slot) in shape.points.iter().enumerate() {
            let slot = usize::try_from(*slot).unwrap_or(usize::MAX);
            if told.get(slot).copied().unwrap_or(true) {
                continue;
            }
            let Some(summary) = self.points.get_mut(slot).and_then(|p| p.take_summary()) else { continue };
            if let Some(flag) = told.get_mut(slot) {
                *flag = true;
            }
            let Some(channel) = self.channels.get(shape.channel) else { continue };
            let at = neighbour(shape.start, shape.step(), i);
            let text = point_address(
                shape.address.as_deref(),
                shape.elements,
                shape.place(),
                shape.service.kind,
                (at, shape.point_count()),
                address,
            );
            let device = channel.device;
            let device_key =
                usize::try_from(device).ok().and_then(|d| self.channels.device_keys.get(d)).copied().unwrap_or(0);
            let key = point_key(device_key, text);
            let Some(channel) = self.channels.get(shape.channel) else { continue };
            let place = pick(&self.places, shape.last.last.source);
            let span = Span { first: shape.last.first, last: shape.last.last };
            let id = event_id(&place.sensor, "value", key, now, 0, "summary");
            let event = EventRow {
                event_dataset: Some("value"),
                ..channel.facts.event(place, self.clock, shape.sender, span, &id)
            };
            let row = ValueRow {
                event,
                ot_point: Some(key),
                ot_unit: channel.unit.as_deref(),
                ot_object_kind: shape.service.kind,
                ot_object_address: Some(text),
                ot_object_start: shape.address.is_none().then_some(at),
                ot_point_class: Some("continuous"),
                ot_value_cause: Some("summary"),
                ot_value_number: finite(summary.last),
                ot_summary_first: finite(summary.first),
                ot_summary_last: finite(summary.last),
                ot_summary_min: finite(summary.min),
                ot_summary_max: finite(summary.max),
                ot_summary_mean: finite(summary.sum / f64::from(summary.count.max(1))),
                ot_summary_count: Some(summary.count),
                ..ValueRow::default()
            };
            self.batch.value.push(&row, &mut self.batch.words);
        }
    }
}
