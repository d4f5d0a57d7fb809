//! Cyclic process data: logical memory that the slaves' FMMUs map onto their own (IEC 61158-4-12, 5.4.3).

use super::register::Space;
use super::segment::Passage;
use super::tell;
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Form, Item, Object, Outcome, Talk, Unit, Values};
use crate::text::Details;

/// Areas followed on one flow.
const AREAS: usize = 128;
/// A counter that came so many times in a row is how many slaves take part.
const SETTLED: u8 = 3;

/// One datagram of the cycle.
struct Area {
    code: u8,
    logical: u32,
    length: usize,
    /// Working counter when all took part, 0 while that is not known.
    full: u16,
    last: u16,
    seen: u8,
    short: bool,
}

/// Areas of one flow.
#[derive(Default)]
pub struct Process {
    areas: Vec<Area>,
    refused: bool,
}

impl Process {
    pub fn tell(&mut self, passage: &Passage<'_>, talk: &mut Talk<'_>) {
        let Some(head) = passage.head() else { return };
        let Some(command) = head.command() else { return };
        let short = self.follow(passage, talk);
        let (start, count) = (i64::from(head.logical), u32::try_from(head.data.len()).unwrap_or(0));
        let item = |memory: Space, operation, bytes| {
            let mut item = Item::new(operation);
            let address = Address::Placed(memory.notation(1));
            item.object = Object { kind: Some(memory.kind()), address, start, count };
            if count > 0 {
                item.values = Values::Packed { kind: "uint8", form: Form::Uint8, bytes };
            }
            item
        };
        // What comes back of a command that reads holds inputs where a slave put any.
        let written = if command.reads { passage.sent } else { passage.sent.or(passage.back) };
        let read = passage.back.filter(|back| command.reads && back.counter > 0);
        let nothing: &[u8] = &[];
        let outputs = item(Space::Output, Operation::Publish, written.map_or(nothing, |sent| sent.data));
        let inputs = item(Space::Input, Operation::Read, read.map_or(nothing, |back| back.data));
        let both = [outputs, inputs];
        let items = match (command.writes && written.is_some(), command.reads && (read.is_some() || !command.writes)) {
            (true, true) => both.get(..),
            (true, false) => both.get(..1),
            _ => both.get(1..),
        };
        let mut exchange = tell::exchange(passage, Unit::None, items.unwrap_or_default(), talk);
        if short {
            exchange.outcome = Outcome::Failure;
        }
        talk.exchange(&exchange);
    }

    /// Learns how many slaves take part; whether some do not now.
    fn follow(&mut self, passage: &Passage<'_>, talk: &mut Talk<'_>) -> bool {
        let Some(back) = passage.back else { return false };
        let (code, logical, length) = (back.code, back.logical, back.data.len());
        let known = self.areas.iter_mut().find(|a| (a.code, a.logical, a.length) == (code, logical, length));
        if let Some(area) = known {
            return area.follow(back.counter, talk);
        }
        if self.areas.len() < AREAS {
            let (full, last, seen, short) = (0, back.counter, 1, false);
            self.areas.push(Area { code, logical, length, full, last, seen, short });
        } else if !std::mem::replace(&mut self.refused, true) {
            talk.flag(Flag::ParserLimit, None, None);
        }
        false
    }

    pub fn weight(&self) -> usize {
        self.areas.capacity() * size_of::<Area>()
    }
}

impl Area {
    fn follow(&mut self, counter: u16, talk: &mut Talk<'_>) -> bool {
        self.seen = if counter == self.last { self.seen.saturating_add(1) } else { 1 };
        self.last = counter;
        if self.seen >= SETTLED && counter > self.full {
            self.full = counter;
        }
        let short = counter < self.full;
        if short && !self.short {
            let mut details = Details::default();
            details.number("working_counter", counter).number("working_counter_before", self.full);
            talk.flag(Flag::EthercatWorkingCounter, None, details.finish().as_deref());
        }
        self.short = short;
        short
    }
}
