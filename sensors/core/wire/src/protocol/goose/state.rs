//! What each control block said last, and what is odd about what it says now (IEC 61850-8-1, 18.1.2: state machine).

use super::apdu::{self, Pdu};
use super::data::{self, Value};
use super::published::{Publications, Published};
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::hash;
use crate::protocol::ber::Elements;
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Talk, Unit};
use crate::text::{self, Details};

/// Control blocks of one sender to one group address, and values of a data set, that are followed.
const BLOCKS: usize = 64;
const ENTRIES: usize = 64;
/// A block is called silent after so many times the time it allows itself (18.1.2.5 names one).
const PATIENCE: i64 = 2;

/// One control block.
struct Block {
    reference: Box<str>,
    /// Address of each value: `reference[n]`.
    addresses: Vec<Box<str>>,
    state: i64,
    sequence: i64,
    revision: i64,
    entries: i64,
    data_set: u64,
    data: u64,
    time: i64,
    /// How long it may stay silent, ns.
    allowed: i64,
    silent: bool,
}

/// Control blocks of one flow.
#[derive(Default)]
pub struct State {
    blocks: Vec<Block>,
    values: Vec<Value>,
}

impl Publications for State {
    const LENGTH_MISMATCH: Flag = Flag::GooseLengthMismatch;

    fn publication(&mut self, published: &Published<'_>, talk: &mut Talk<'_>) {
        let Some(pdu) = apdu::read(published.apdu) else {
            return talk.flag(Flag::GooseMalformed, Some(8), None);
        };
        if pdu.malformed {
            talk.flag(Flag::GooseMalformed, Some(8), None);
        }
        // The first bit of the first reserved word says that a test set speaks (annex A of Ed. 2).
        let simulated = pdu.simulation || published.simulated;
        if simulated {
            talk.flag(Flag::GooseSimulated, Some(4), None);
        }
        if pdu.needs_commissioning {
            talk.flag(Flag::GooseNeedsCommissioning, None, None);
        }
        if pdu.entries.is_some_and(|n| usize::try_from(n) != Ok(Elements { left: pdu.data }.count())) {
            talk.flag(Flag::GooseEntriesMismatch, None, None);
        }
        let Some(at) = self.block(&pdu, talk) else { return };
        let Some(block) = self.blocks.get_mut(at) else { return };
        block.follow(&pdu, talk);
        if !data::values(pdu.data, ENTRIES, &mut self.values) {
            talk.flag(Flag::Truncated, None, None);
        }
        block.tell(published, &pdu, simulated, &self.values, talk);
    }

    /// A block that stayed silent for longer than it allows itself is told once.
    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        for block in self.blocks.iter_mut().filter(|block| !block.silent && block.allowed > 0) {
            if now.saturating_sub(block.time) > block.allowed.saturating_mul(PATIENCE) {
                block.silent = true;
                let mut details = Details::default();
                details.text("control_block", &block.reference);
                talk.flag(Flag::GooseSilent, None, details.finish().as_deref());
            }
        }
    }

    fn weight(&self) -> usize {
        let of = |block: &Block| size_of::<Block>() + block.addresses.iter().map(|a| a.len() + 16).sum::<usize>();
        self.blocks.iter().map(of).sum::<usize>() + size_of::<Self>()
    }
}

impl State {
    /// The control block a PDU belongs to, new or known.
    fn block(&mut self, pdu: &Pdu<'_>, talk: &mut Talk<'_>) -> Option<usize> {
        let known = self.blocks.iter().position(|block| block.reference.as_bytes() == pdu.control_block);
        if known.is_some() {
            return known;
        }
        if self.blocks.len() >= BLOCKS {
            talk.flag(Flag::ParserLimit, None, None);
            return None;
        }
        let reference = text::bounded(pdu.control_block, text::TEXT_LIMIT).0;
        talk.identity(Side::Client, "service", &format!("goose {reference}"), 0.9, "goose");
        self.blocks.push(Block::new(reference, pdu, talk.now()));
        Some(self.blocks.len() - 1)
    }
}

impl Block {
    fn new(reference: String, pdu: &Pdu<'_>, now: i64) -> Self {
        let number = |value: Option<i64>| value.unwrap_or(0);
        Self {
            reference: reference.into_boxed_str(),
            addresses: Vec::new(),
            state: number(pdu.state),
            // As if the message before had been seen: the first one is never odd.
            sequence: number(pdu.sequence).saturating_sub(1),
            revision: number(pdu.revision),
            entries: number(pdu.entries),
            data_set: hash::quick(pdu.data_set),
            data: hash::quick(pdu.data),
            time: now,
            allowed: 0,
            silent: false,
        }
    }

    /// Compares a message with the one before it.
    fn follow(&mut self, pdu: &Pdu<'_>, talk: &mut Talk<'_>) {
        let (Some(state), Some(sequence)) = (pdu.state, pdu.sequence) else { return };
        let (data, data_set) = (hash::quick(pdu.data), hash::quick(pdu.data_set));
        if let Some(flag) = self.oddity(state, sequence) {
            let mut details = Details::default();
            details.text("control_block", &self.reference);
            details.number("state_before", self.state).number("state", state);
            details.number("sequence_before", self.sequence).number("sequence", sequence);
            talk.flag(flag, None, details.finish().as_deref());
        }
        if state == self.state && data != self.data {
            talk.flag(Flag::GooseChangedWithoutState, None, None);
        }
        let configuration = (pdu.revision.unwrap_or(0), pdu.entries.unwrap_or(0), data_set);
        if configuration != (self.revision, self.entries, self.data_set) {
            talk.flag(Flag::GooseConfigurationChanged, None, None);
        }
        if self.allowed > 0 && talk.now().saturating_sub(self.time) > self.allowed {
            talk.flag(Flag::GooseLate, None, None);
        }
        (self.revision, self.entries, self.data_set) = configuration;
        (self.state, self.sequence, self.data, self.time) = (state, sequence, data, talk.now());
        self.allowed = pdu.time_allowed.unwrap_or(0).saturating_mul(1_000_000);
        self.silent = false;
    }

    /// What is odd about the counters: a new state counts up by one and begins its sequence at 0, a repetition counts up.
    fn oddity(&self, state: i64, sequence: i64) -> Option<Flag> {
        if state == self.state {
            // Behind the greatest number of 32 bits the sequence goes on at 1 (or 0).
            return match sequence.saturating_sub(self.sequence) {
                1 => None,
                _ if self.sequence >= i64::from(u32::MAX) && sequence <= 1 => None,
                2.. => Some(Flag::GooseSequenceGap),
                _ => Some(Flag::GooseSequenceRepeated),
            };
        }
        if state < self.state {
            return Some(Flag::GooseStateRegress);
        }
        if state > self.state.saturating_add(1) {
            return Some(Flag::GooseStateJump);
        }
        (sequence > 0).then_some(Flag::GooseSequenceGap)
    }

    fn tell(
        &mut self,
        published: &Published<'_>,
        pdu: &Pdu<'_>,
        simulated: bool,
        values: &[Value],
        talk: &mut Talk<'_>,
    ) {
        while self.addresses.len() < values.len() {
            self.addresses.push(format!("{}[{}]", self.reference, self.addresses.len()).into_boxed_str());
        }
        let details = described(pdu, simulated);
        let object = |address| Object { kind: Some("dataset"), address: Address::Text(address), start: 0, count: 0 };
        let mut items = Vec::with_capacity(values.len() + 1);
        let mut head = Item::new(Operation::Publish);
        head.object = object(&self.reference);
        head.details = details.as_deref();
        items.push(head);
        for (value, address) in values.iter().zip(&self.addresses) {
            let mut item = Item::new(Operation::Publish);
            item.object = object(address);
            item.values = value.values();
            items.push(item);
        }
        let mut exchange = Exchange::new(talk.span(), Side::Client, talk.ordinal(), &items);
        exchange.function = Function { code: None, name: Some("GOOSE") };
        exchange.unit = Unit::Number(u32::from(published.application));
        exchange.outcome = Outcome::Success;
        exchange.bytes = u32::try_from(published.length).unwrap_or(u32::MAX);
        exchange.flagged = talk.flagged();
        talk.exchange(&exchange);
    }
}

fn described(pdu: &Pdu<'_>, simulated: bool) -> Option<String> {
    let mut details = Details::default();
    let text = |bytes: &[u8]| text::bounded(bytes, text::TEXT_LIMIT).0;
    details.text("data_set", &text(pdu.data_set));
    if let Some(id) = pdu.id {
        details.text("id", &text(id));
    }
    for (key, value) in [
        ("state", pdu.state),
        ("sequence", pdu.sequence),
        ("revision", pdu.revision),
        ("time_allowed", pdu.time_allowed),
    ] {
        if let Some(value) = value {
            details.number(key, value);
        }
    }
    if let Some(changed) = pdu.changed.and_then(data::utc) {
        details.text("changed", &changed);
    }
    if simulated {
        details.truth("simulated", true);
    }
    details.finish()
}
