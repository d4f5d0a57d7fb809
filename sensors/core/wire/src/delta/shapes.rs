//! All shapes of the sensor, bounded: the least recently used of a few makes room.

use super::shape::{Cadence, Shape, SpanCounts};
use crate::dataset::Operation;
use crate::flow::{Side, Span};
use crate::hash;
use crate::protocol::{Address, Function, Item, Notation, Object};
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

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
            && shape.operation == self.operation
            && shape.function.code == self.code
            && shape.subfunction.code == self.subcode
            && shape.start == self.object.start
            && shape.count == self.object.count
            && shape.kind == self.object.kind
            && shape.publisher == self.publisher
            && shape.address.as_deref() == self.text()
            && shape.place.map(|p| p.part) == self.place().map(|p| p.part)
    }
}

impl Shapes {
    /// The shape of an item on a channel: its index, whether it is new, and the one that was forgotten for it.
    /// `publisher` as in `Shape`.
    pub fn of(
        &mut self,
        (channel, sender): (u32, Side),
        functions: (Function, Function),
        item: &Item<'_>,
        publisher: u64,
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
        let text = want.address();
        let object = (item.object.start, item.object.count, text);
        let hash = self.seed.hash_one((channel, sender, function.code, subfunction.code, object, publisher));
        let list = &self.list;
        let at = |index: u32| usize::try_from(index).ok().and_then(|i| list.get(i));
        if let Some(index) = self.table.find(hash, |index| at(*index).is_some_and(|shape| want.is(shape))) {
            return (*index, false, None);
        }
        let mut shape = fresh(&want, function, subfunction, text);
        shape.hash = hash;
        let (index, old) = if self.list.len() < limit {
            self.list.push(shape);
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
        let index = u32::try_from(victim).unwrap_or(u32::MAX);
        if let Ok(entry) = self.table.find_entry(old.hash, |i| *i == index) {
            entry.remove();
        }
        (victim, Some(Box::new(old)))
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
        elements: matches!(want.object.address, Address::Elements(_)),
        place: want.place(),
        publisher: want.publisher,
        symbol: hash::quick(&bytes) | 1,
        last_time: 0,
        first: Span::default(),
        last: Span::default(),
        seen: 0,
        span: SpanCounts::default(),
        cadence: Cadence::Once,
        cyclic_since: 0,
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
