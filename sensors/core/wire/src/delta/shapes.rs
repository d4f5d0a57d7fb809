//! All shapes of the sensor, bounded: the least recently used of a few makes room.

use super::shape::{Service, Shape, SpanCounts};
use crate::dataset::Operation;
use crate::flow::{Side, Span};
use crate::hash;
use crate::protocol::{Address, Function, Item, Notation, Object};
use foldhash::fast::RandomState;
use hashbrown::{HashSet, HashTable};
use smallvec::SmallVec;
use std::hash::BuildHasher;
use std::sync::Arc;

/// Services that shapes share: all protocols together have some thousand.
const SERVICES: usize = 8192;

/// All shapes. At the limit the least recently used of a few is forgotten and counted.
#[derive(Default)]
pub struct Shapes {
    table: HashTable<u32>,
    seed: RandomState,
    services: HashSet<Arc<Service>, RandomState>,
    pub list: Vec<Shape>,
    /// Of each shape a time up to which it cannot fall silent, ns: a tick asks only those behind theirs.
    heard_until: Vec<i64>,
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
    publisher: u64,
}

impl Want<'_> {
    fn text(&self) -> Option<&str> {
        match self.object.address {
            Address::Text(text) | Address::Elements(text) => Some(text),
            _ => None,
        }
    }

    fn place(&self) -> Option<Notation> {
        match self.object.address {
            Address::Placed(place) => Some(place),
            _ => None,
        }
    }

    /// What the address adds to the object's numbers.
    fn address(&self) -> u64 {
        self.text().map_or_else(|| self.place().map_or(0, |p| p.part), |t| hash::quick(t.as_bytes()))
    }

    fn is(&self, shape: &Shape) -> bool {
        shape.channel == self.channel
            && shape.sender == self.sender
            && shape.service.operation == self.operation
            && shape.service.function.code == self.code
            && shape.service.subfunction.code == self.subcode
            && shape.start == self.object.start
            && shape.count == self.object.count
            && shape.service.kind == self.object.kind
            && shape.publisher == self.publisher
            && shape.address.as_deref() == self.text()
            && shape.place.as_ref().map(|p| p.part) == self.place().map(|p| p.part)
    }
}

impl Shapes {
    /// The shape of an item on a channel: its index, whether it is new, and the one that was forgotten for it.
    /// `publisher` as in `Shape`; `before` is the shape of the item before it in its message, if there was one.
    pub fn of(
        &mut self,
        (channel, sender): (u32, Side),
        functions: (Function, Function),
        item: &Item<'_>,
        (publisher, before): (u64, Option<u32>),
        limit: usize,
    ) -> (u32, bool, Option<Box<Shape>>) {
        let (function, subfunction) = functions;
        let want = Want {
            channel,
            sender,
            operation: item.operation,
            code: function.code,
            subcode: subfunction.code,
            object: &item.object,
            publisher,
        };
        // Messages repeat their items in order: cheaper to compare with what came next last time than to look up.
        let next = before.and_then(|before| self.at(before)).map(|shape| shape.next);
        if let Some(next) = next
            && self.at(next).is_some_and(|shape| want.is(shape))
        {
            return (next, false, None);
        }
        let found = self.looked_up(&want, (function, subfunction), limit);
        if let Some(before) = before.and_then(|before| self.get(before)) {
            before.next = found.0;
        }
        found
    }

    /// The same by the table.
    fn looked_up(
        &mut self,
        want: &Want<'_>,
        (function, subfunction): (Function, Function),
        limit: usize,
    ) -> (u32, bool, Option<Box<Shape>>) {
        let text = want.address();
        let object = (want.object.start, want.object.count, text);
        let hash = self.seed.hash_one((want.channel, want.sender, want.code, want.subcode, object, want.publisher));
        if let Some(index) = self.table.find(hash, |index| self.at(*index).is_some_and(|shape| want.is(shape))) {
            return (*index, false, None);
        }
        let service =
            self.service(Service { operation: want.operation, function, subfunction, kind: want.object.kind });
        let mut shape = fresh(want, service, text);
        shape.hash = hash;
        let (index, old) = if self.list.len() < limit {
            self.list.push(shape);
            self.heard_until.push(i64::MAX);
            (self.list.len() - 1, None)
        } else {
            self.replace(shape)
        };
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let list = &self.list;
        self.table
            .insert_unique(hash, index, |i| usize::try_from(*i).ok().and_then(|i| list.get(i)).map_or(0, |s| s.hash));
        (index, true, old)
    }

    /// The one that shapes share. Codes that mean nothing can make any number of them: those that come late stand alone.
    fn service(&mut self, service: Service) -> Arc<Service> {
        if let Some(known) = self.services.get(&service) {
            return Arc::clone(known);
        }
        let shared = Arc::new(service);
        if self.services.len() < SERVICES {
            self.services.insert(Arc::clone(&shared));
        }
        shared
    }

    /// Forgets the least recently used of the next 64 shapes behind a moving hand.
    fn replace(&mut self, shape: Shape) -> (usize, Option<Box<Shape>>) {
        let count = self.list.len().max(1);
        let victim = (0..64)
            .map(|i| (self.hand + i) % count)
            .min_by_key(|i| (self.list.get(*i).map_or(0, |s| s.last_time), *i))
            .unwrap_or(0);
        self.hand = (self.hand + 64) % count;
        self.forgotten += 1;
        let Some(slot) = self.list.get_mut(victim) else { return (0, None) };
        let old = std::mem::replace(slot, shape);
        if let Some(until) = self.heard_until.get_mut(victim) {
            *until = i64::MAX;
        }
        let index = u32::try_from(victim).unwrap_or(u32::MAX);
        if let Ok(entry) = self.table.find_entry(old.hash, |i| *i == index) {
            entry.remove();
        }
        (victim, Some(Box::new(old)))
    }

    fn at(&self, index: u32) -> Option<&Shape> {
        self.list.get(usize::try_from(index).ok()?)
    }

    pub fn get(&mut self, index: u32) -> Option<&mut Shape> {
        self.list.get_mut(usize::try_from(index).ok()?)
    }

    /// Takes the time of one more request of a shape; true when the kind of its cadence changed.
    pub fn tick(&mut self, index: u32, span: Span, bytes: i64, failed: bool, unanswered: bool) -> bool {
        let Ok(index) = usize::try_from(index) else { return false };
        let (Some(shape), Some(until)) = (self.list.get_mut(index), self.heard_until.get_mut(index)) else {
            return false;
        };
        let changed = shape.tick(span, bytes, failed, unanswered);
        *until = (*until).min(shape.heard_at_least_until());
        changed
    }

    /// Nobody listened until `time`, ns.
    pub fn unheard(&mut self, time: i64) {
        for (shape, until) in self.list.iter_mut().zip(&mut self.heard_until) {
            shape.unheard(time);
            *until = shape.heard_until();
        }
    }

    /// Turns cyclic shapes silent of which nothing came for long enough; which, and when that was certain, ns.
    pub fn fall_silent(&mut self, now: i64) -> Vec<(u32, i64)> {
        let mut fallen = Vec::new();
        for (index, until) in self.heard_until.iter_mut().enumerate() {
            if now <= *until {
                continue;
            }
            let Some(shape) = self.list.get_mut(index) else { continue };
            if let Some(certain) = shape.falls_silent(now) {
                fallen.push((u32::try_from(index).unwrap_or(u32::MAX), certain));
            }
            *until = shape.heard_until();
        }
        fallen
    }
}

fn fresh(want: &Want<'_>, service: Arc<Service>, text: u64) -> Shape {
    let symbol = [
        u64::from(service.function.code.unwrap_or(u32::MAX)),
        u64::from(service.subfunction.code.unwrap_or(u32::MAX)),
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
        service,
        start: want.object.start,
        count: want.object.count,
        address: want.text().map(Into::into),
        ranged: matches!(want.object.address, Address::Range),
        elements: matches!(want.object.address, Address::Elements(_)),
        place: want.place().map(Box::new),
        publisher: want.publisher,
        symbol: hash::quick(&bytes) | 1,
        last_time: 0,
        last: Span::default(),
        seen: 0,
        span: SpanCounts::default(),
        repetition: None,
        status: None,
        failed_before: false,
        raw: SmallVec::new(),
        version: 0,
        points: SmallVec::new(),
        window: i64::MIN,
        hash: 0,
        next: u32::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Stamp;

    const SECOND: i64 = 1_000_000_000;

    #[test]
    fn items_that_change_their_order_keep_their_shapes() {
        let mut shapes = Shapes::default();
        let functions = (Function::default(), Function::default());
        let mut shape = |start: i64, before: Option<u32>| {
            let object = Object { start, count: 1, ..Object::default() };
            let item = Item { object, ..Item::new(Operation::Read) };
            let (index, new, _) = shapes.of((0, Side::Client), functions, &item, (0, before), 8);
            (index, new)
        };
        let mut message = |starts: [i64; 3]| {
            let mut before = None;
            starts.map(|start| {
                let found = shape(start, before);
                before = Some(found.0);
                found
            })
        };
        assert_eq!(message([10, 20, 30]), [(0, true), (1, true), (2, true)]);
        assert_eq!(message([10, 20, 30]), [(0, false), (1, false), (2, false)]);
        assert_eq!(message([20, 10, 30]), [(1, false), (0, false), (2, false)]);
        assert_eq!(message([10, 20, 40]), [(0, false), (1, false), (3, true)]);
        assert_eq!(message([10, 30, 20]), [(0, false), (2, false), (1, false)]);
    }

    #[test]
    fn a_span_is_from_its_first_message_on_and_gaps_are_those_between_its_messages() {
        let mut shapes = Shapes::default();
        let functions = (Function::default(), Function::default());
        let (index, ..) = shapes.of((0, Side::Client), functions, &Item::new(Operation::Read), (0, None), 1);
        let tick = |shapes: &mut Shapes, second: i64| {
            let stamp = Stamp { time: second * SECOND, number: second, ..Stamp::default() };
            shapes.tick(index, Span::at(stamp), 10, second == 3, false);
        };
        let told = |shapes: &mut Shapes| {
            let shape = shapes.get(index).unwrap();
            let (span, (counts, gaps)) = (shape.counted(), shape.take_counts());
            (
                span.first.number,
                span.last.number,
                counts.count,
                counts.failed,
                counts.bytes,
                gaps.any().then_some((gaps.min, gaps.max)),
            )
        };
        tick(&mut shapes, 1);
        assert!(shapes.get(index).unwrap().repetition().is_none(), "one that is seen once pays for no rhythm");
        assert_eq!(told(&mut shapes), (1, 1, 1, 0, 10, None));
        for second in [3, 4, 8] {
            tick(&mut shapes, second);
        }
        assert_eq!(told(&mut shapes), (3, 8, 3, 1, 30, Some((SECOND, 4 * SECOND))));
        tick(&mut shapes, 9);
        assert_eq!(told(&mut shapes), (9, 9, 1, 0, 10, Some((SECOND, SECOND))));
        let mut fresh = Shapes::default();
        fresh.of((0, Side::Client), functions, &Item::new(Operation::Read), (0, None), 1);
        tick(&mut fresh, 1);
        fresh.get(index).unwrap().repetition_mut().continuous.push(1);
        tick(&mut fresh, 2);
        assert_eq!(told(&mut fresh), (1, 2, 2, 0, 20, Some((SECOND, SECOND))));
    }

    /// A shape asked for at some times, and the silences told at ticks of ten seconds up to `until`, all in seconds.
    fn silences(times: &[i64], until: i64) -> Vec<(i64, i64)> {
        let mut shapes = Shapes::default();
        let item = Item::new(Operation::Read);
        let functions = (Function::default(), Function::default());
        let (index, ..) = shapes.of((0, Side::Client), functions, &item, (0, None), 1);
        let mut told = Vec::new();
        let mut asked = times.iter().peekable();
        for tick in 1..=until / 10 {
            while let Some(time) = asked.next_if(|time| **time < tick * 10) {
                let stamp = Stamp { time: time * SECOND, ..Stamp::default() };
                shapes.tick(index, Span::at(stamp), 1, false, false);
            }
            let fallen = shapes.fall_silent(tick * 10 * SECOND);
            told.extend(fallen.iter().map(|(_, certain)| (tick * 10, certain / SECOND)));
        }
        told
    }

    #[test]
    fn a_cycle_is_told_silent_once_at_the_first_tick_behind_five_periods() {
        let times: Vec<i64> = (0..20).map(|n| n * 5).collect();
        assert_eq!(silences(&times, 300), [(130, 120)]);
    }

    #[test]
    fn a_cycle_that_quickened_falls_silent_by_its_new_period() {
        let slow = (0..10).map(|n| n * 30);
        let quick = (0..150).map(|n| 271 + n);
        assert_eq!(silences(&slow.chain(quick).collect::<Vec<_>>(), 500), [(440, 430)]);
    }

    #[test]
    fn a_cycle_that_goes_on_may_fall_silent_again() {
        let first = (0..20).map(|n| n * 5);
        let second = (0..80).map(|n| 400 + n * 5);
        let told = silences(&first.chain(second).collect::<Vec<_>>(), 900);
        assert_eq!(told.iter().map(|(_, certain)| *certain).collect::<Vec<_>>(), [120, 820]);
    }
}
