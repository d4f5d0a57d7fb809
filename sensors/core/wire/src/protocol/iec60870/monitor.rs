//! Monitor direction: process values as publications of the outstation, one item for each object.

use super::application::Application;
use super::details;
use super::waiting::{Ending, Request};
use super::{Asdu, cause, kind, reading};
use crate::dataset::Operation;
use crate::flow::Side;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Reply, Talk, Unit, Values};
use std::ops::Range;

/// One object of the message being read; texts are ranges of `Application::words`.
pub struct Point {
    address: Range<usize>,
    details: Option<Range<usize>>,
    kind: Option<&'static str>,
    number: [f64; 1],
}

/// Common addresses told of one outstation.
const STATIONS: usize = 32;

impl Application {
    /// Values that the outstation sends by itself, or that an interrogation or reading brings.
    pub fn publication(&mut self, side: Side, asdu: &Asdu<'_>, talk: &mut Talk<'_>) {
        if asdu.cause == cause::REQUEST && self.read_reply(side, asdu, talk) {
            return;
        }
        self.interrogated(side, asdu, talk.now());
        if self.decode(asdu) {
            talk.flag(self.companion.time_illegal, None, None);
        }
        let operation = if asdu.code == kind::M_EI_NA_1 { Operation::Notify } else { Operation::Publish };
        let words = &self.words;
        let items: Vec<Item<'_>> = self.points.iter().map(|point| point.item(operation, words)).collect();
        let bare = [Item::new(operation)];
        let items = if items.is_empty() { &bare[..] } else { &items };
        let mut exchange = Exchange::new(talk.span(), side, talk.ordinal(), items);
        exchange.function = Function { code: Some(u32::from(asdu.code)), name: asdu.name() };
        exchange.subfunction = Function { code: Some(u32::from(asdu.cause)), name: Some(cause::name(asdu.cause)) };
        exchange.unit = Unit::Number(asdu.common_address);
        exchange.bytes = asdu.octets();
        exchange.flagged = talk.flagged();
        talk.exchange(&exchange);
    }

    /// Reads all objects into `points`; whether one has a time that no clock shows.
    fn decode(&mut self, asdu: &Asdu<'_>) -> bool {
        let mut illegal = false;
        self.words.clear();
        self.points.clear();
        let Some(kind) = asdu.kind else { return false };
        for object in asdu.objects() {
            let Some(reading) = reading::read(kind, object.data) else { continue };
            illegal |= reading.time.is_some_and(|time| time.illegal() && !time.invalid);
            // End of initialisation has no object: its address is 0.
            let address = if object.address == 0 && kind.code == kind::M_EI_NA_1 {
                0..0
            } else {
                self.words.address(asdu.common_address, object.address)
            };
            self.words.open();
            details::unit(asdu, &mut self.words);
            if asdu.negative {
                self.words.truth("negative", true);
            }
            self.words.reading(&reading);
            let details = self.words.close();
            self.points.push(Point { address, details, kind: reading.kind, number: [reading.number] });
        }
        illegal
    }

    /// The value that a read command asked for.
    fn read_reply(&mut self, side: Side, asdu: &Asdu<'_>, talk: &mut Talk<'_>) -> bool {
        let Some((object, kind)) = asdu.objects().next().zip(asdu.kind).filter(|_| asdu.count == 1) else {
            return false;
        };
        let common = asdu.common_address;
        let asked = |r: &Request| {
            r.code == kind::C_RD_NA_1 && r.sender != side && r.common == common && r.object == object.address
        };
        let Some(at) = self.waiting.iter().position(asked) else { return false };
        let read = reading::read(kind, object.data);
        if read.and_then(|read| read.time).is_some_and(|time| time.illegal() && !time.invalid) {
            talk.flag(self.companion.time_illegal, None, None);
        }
        self.in_step = true;
        let mut request = self.waiting.remove(at);
        request.reading = read;
        // Whose reading it was stands in what asked for it.
        let asdu = &Asdu { originator: request.originator, ..*asdu };
        request.details = details::request(asdu, read.as_ref(), true, talk.now(), &mut self.words);
        request.flagged |= talk.flagged();
        let answer = Some(talk.span());
        let (outcome, reply) = (Outcome::Success, Reply::Answered);
        request.tell(&Ending { outcome, reply, answer, ..Ending::default() }, talk);
        true
    }

    /// Counts what came of an interrogation that is under way.
    fn interrogated(&mut self, side: Side, asdu: &Asdu<'_>, now: i64) {
        if !(cause::INTERROGATED..=cause::COUNTERS_LAST).contains(&asdu.cause) {
            return;
        }
        let of = if asdu.cause >= cause::COUNTERS { kind::C_CI_NA_1 } else { kind::C_IC_NA_1 };
        let broadcast = asdu.layout.broadcast();
        let mine = |r: &&mut Request| {
            r.code == of && r.sender != side && (r.common == asdu.common_address || r.common == broadcast)
        };
        if let Some(request) = self.waiting.iter_mut().find(mine) {
            request.points = request.points.saturating_add(u32::from(asdu.count));
            request.touched = now;
        }
    }

    /// Role and common addresses of the outstation, each once.
    pub fn station(&mut self, side: Side, asdu: &Asdu<'_>, talk: &mut Talk<'_>) {
        let common = asdu.common_address;
        let speaks = side == Side::Server && (asdu.kind.is_some_and(kind::Kind::monitor) || cause::answers(asdu.cause));
        // What it refuses may be no address of it.
        let own = common != 0 && common != asdu.layout.broadcast() && asdu.cause < 44 && !asdu.negative;
        if !speaks || !own || self.stations.contains(&common) || self.stations.len() >= STATIONS {
            return;
        }
        if self.stations.is_empty() {
            talk.identity(Side::Server, "role", "outstation", 0.9, self.companion.monitor_direction);
        }
        self.stations.push(common);
        talk.identity(Side::Server, "common_address", &common.to_string(), 0.9, self.companion.address_of_unit);
    }
}

impl Point {
    fn item<'a>(&'a self, operation: Operation, words: &'a super::words::Words) -> Item<'a> {
        let mut item = Item::new(operation);
        if !self.address.is_empty() {
            let address = Address::Text(words.get(&self.address));
            item.object = Object { kind: Some("point"), address, start: 0, count: 0 };
        }
        if let Some(kind) = self.kind {
            item.values = Values::Numbers { kind, numbers: &self.number, exact: None };
        }
        item.details = self.details.as_ref().map(|range| words.get(range));
        item
    }
}
