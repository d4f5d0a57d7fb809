//! 3-grams of a channel's operations: only new ones come out.

use super::{Ledger, event_id_at, pick};
use crate::dataset::EventRow;
use crate::dataset::rows::SequenceRow;
use crate::delta::channel::GRAMS;
use crate::flow::{Side, Span};
use crate::hash;

impl Ledger {
    /// A message of shape `shape` came on `channel`; `opened` says that its connection is new, where 3-grams begin anew.
    pub(super) fn sequence(&mut self, channel: u32, shape: u32, span: Span, opened: bool) {
        let Some(facts) = self.channels.get(channel) else { return };
        let Some(current) = self.shapes.get(shape) else { return };
        if opened {
            facts.trail = [(0, u32::MAX); 2];
        }
        let [(older, older_shape), (old, old_shape)] = facts.trail;
        let symbol = current.symbol;
        facts.trail = [(old, old_shape), (symbol, shape)];
        if older == 0 {
            return;
        }
        let before = older.rotate_left(1) ^ old;
        if let Some(known) = &mut current.repetition {
            if known.before == before {
                return;
            }
            known.before = before;
        }
        let words: Vec<u8> = [older, old, symbol].iter().flat_map(|s| s.to_le_bytes()).collect();
        let gram = hash::quick(&words);
        if facts.grams.contains(&gram) {
            return;
        }
        if facts.grams.len() >= GRAMS {
            self.counters.add("delta", "grams_not_kept", 1);
            return;
        }
        facts.grams.push(gram);
        facts.gram_count += 1;
        let (key, count) = (facts.key, facts.gram_count);
        let mut out = std::mem::take(&mut self.scratch.address);
        let texts: Vec<String> = [older_shape, old_shape, shape]
            .iter()
            .map(|i| self.shapes.get(*i).map_or_else(|| "?".to_owned(), |s| s.readable(&mut out)))
            .collect();
        self.scratch.address = out;
        let Some(facts) = self.channels.get(channel) else { return };
        let place = pick(&self.places, span.first.source);
        let id = event_id_at(span.first.time, &place.sensor, "sequence", key, (i64::from(count), 0), "gram");
        let event = EventRow {
            event_dataset: Some("sequence"),
            ..facts.facts.event(place, self.clock, Side::Client, span, &id)
        };
        let row = SequenceRow {
            event,
            ot_channel: Some(key),
            ot_unit: facts.unit.as_deref(),
            ot_gram: Some(&texts),
            ot_gram_count: Some(count),
        };
        self.batch.sequence.push(&row, &mut self.batch.words);
    }
}
