//! What was asked for once only, as whoever browses a device does with thousands of objects: each was told as a
//! transaction, so that its cadence would say nothing new. One row for a channel and function says how many they were.

use super::cadence::row;
use super::{Ledger, event_id, pick};
use crate::dataset::rows::CadenceRow;
use crate::dataset::{EventRow, Operation};
use crate::delta::rhythm::{Cadence, Gaps};
use crate::delta::shape::{Shape, SpanCounts};
use crate::flow::{Side, Span};
use crate::hash;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// What shapes that are told together have in common.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
struct Common {
    channel: u32,
    sender: Side,
    operation: Operation,
    code: Option<u32>,
    subcode: Option<u32>,
    publisher: u64,
}

/// Shapes seen once, by what they have in common, in the order in which they are met.
#[derive(Default)]
pub struct SaidOnce {
    places: HashMap<Common, usize, FixedState>,
    together: Vec<Vec<u32>>,
}

impl SaidOnce {
    pub fn take(&mut self, index: u32, shape: &Shape) {
        let common = Common {
            channel: shape.channel,
            sender: shape.sender,
            operation: shape.service.operation,
            code: shape.service.function.code,
            subcode: shape.service.subfunction.code,
            publisher: shape.publisher,
        };
        let next = self.together.len();
        let place = *self.places.entry(common).or_insert(next);
        if place == next {
            self.together.push(Vec::new());
        }
        if let Some(shapes) = self.together.get_mut(place) {
            shapes.push(index);
        }
    }
}

impl Ledger {
    /// A row for each: with its object where it is one, else with how many there were.
    pub(super) fn said_once(&mut self, once: SaidOnce) {
        for shapes in once.together {
            match shapes.as_slice() {
                [alone] => self.cadence_row(*alone),
                several => self.together_row(several),
            }
            self.relieve();
        }
    }

    fn together_row(&mut self, shapes: &[u32]) {
        let mut counts = SpanCounts::default();
        let mut span: Option<Span> = None;
        for index in shapes {
            let Some(shape) = self.shapes.get(*index) else { continue };
            let Span { first, last } = shape.counted();
            let (of, _) = shape.take_counts();
            counts.count += of.count;
            counts.failed += of.failed;
            counts.unanswered += of.unanswered;
            counts.bytes += of.bytes;
            let whole = span.get_or_insert(Span { first, last });
            if first.time < whole.first.time {
                whole.first = first;
            }
            if last.time > whole.last.time {
                whole.last = last;
            }
        }
        let (Some(span), Some(first)) = (span, shapes.first()) else { return };
        let Some(shape) = self.shapes.get(*first) else { return };
        let Some(channel) = self.channels.get(shape.channel) else { return };
        let of_function = [shape.service.function.code, shape.service.subfunction.code]
            .map(|code| code.map_or(u64::MAX, u64::from).to_be_bytes());
        let key = hash::key(&[
            b"once",
            &channel.key.to_be_bytes(),
            shape.service.operation.name().as_bytes(),
            of_function.as_flattened(),
            &shape.publisher.to_be_bytes(),
            if shape.sender == Side::Server { b"server" } else { b"client" },
        ]);
        let place = pick(&self.places, span.first.source);
        let id = event_id(&place.sensor, "cadence", key, span.first.time, 0, &format!("once.{}", span.last.time));
        let event = EventRow {
            event_dataset: Some("cadence"),
            ..channel.facts.event(place, self.clock, shape.sender, span, &id)
        };
        let row = CadenceRow {
            event,
            ..row(key, (channel.key, channel.unit.as_deref()), shape, Cadence::Once, &(counts, Gaps::default()))
        };
        self.batch.cadence.push(&row, &mut self.batch.words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::column::ColumnView;
    use crate::flow::facts::{Endpoint, Facts, Place};
    use crate::flow::{Stamp, Transport};
    use crate::ledger::Settings;
    use crate::protocol::{Address, Exchange, Item, Object};

    /// Counts of the cadence rows that the end of the input tells of some reads, and whether each names an object.
    fn told(reads: &[(&str, i64)]) -> Vec<(u32, bool)> {
        let mut ledger = Ledger::new(Settings::default(), vec![Place::default()]);
        let end = |port| Endpoint { ip: "10.9.1.17".parse().unwrap(), port, mac: None };
        let mut facts = Facts::new(end(50_000), end(102), Transport::Tcp, 1);
        for (number, (address, time)) in (0..).zip(reads) {
            let object = Object { address: Address::Text(address), count: 1, ..Object::default() };
            let items = [Item { object, ..Item::new(Operation::Read) }];
            let span = Span::at(Stamp { time: *time, ..Stamp::default() });
            ledger.exchange(&mut facts, &Exchange { bytes: 10, ..Exchange::new(span, Side::Client, number, &items) });
        }
        ledger.cadence_tick(1_000, true);
        let batch = ledger.take_batch();
        let (mut counts, mut objects) = (Vec::new(), Vec::new());
        batch.visit(&mut |dataset, each, _| {
            if dataset == "cadence" {
                each(&mut |column, view| match (column, view) {
                    ("ot.cadence.count", ColumnView::U32(numbers)) => counts.clone_from(&numbers.values),
                    ("ot.object.count", ColumnView::U32(numbers)) => objects.clone_from(&numbers.values),
                    _ => {}
                });
            }
        });
        counts.into_iter().zip(objects.into_iter().map(|count| count > 0)).collect()
    }

    #[test]
    fn objects_read_once_are_one_row_and_none_is_lost_from_the_count() {
        assert_eq!(told(&[("a", 1), ("b", 2), ("c", 3)]), [(3, false)]);
        assert_eq!(told(&[("a", 1), ("b", 2), ("c", 3), ("b", 4)]), [(2, true), (2, false)]);
    }

    #[test]
    fn one_alone_keeps_its_object() {
        assert_eq!(told(&[("a", 1)]), [(1, true)]);
    }
}
