//! Exchanges: into channel, shape, points and cadence; out as a `transaction` row when it is news (vocabulary §3).

use super::points::Observed;
use super::{Ledger, pick};
use crate::dataset::Operation;
use crate::flow::{Facts, Side};
use crate::hash;
use crate::protocol::{Address, Exchange, Item, Outcome, Reply, Values};

/// Numbers of an array that its text shows.
const ARRAY_SHOWN: usize = 16;

impl Ledger {
    /// One request with its reply, or one publication.
    pub fn exchange(&mut self, facts: &mut Facts, x: &Exchange<'_>) {
        let limit = self.settings.max_channels;
        let segment = &pick(&self.places, facts.interface).segment;
        let channel = self.channels.of(facts, &x.unit, segment, limit);
        if channel.is_none() {
            self.counters.add("delta", "channels_refused", 1);
        }
        if let Some(channel) = channel {
            self.count_rate(channel, x);
        }
        let opened = std::mem::take(&mut facts.opened);
        let mut before = None;
        for (number, item) in x.items.iter().enumerate() {
            let number = u16::try_from(number).unwrap_or(u16::MAX);
            let Some(channel) = channel else {
                self.transaction_row(facts, x, item, number, "shape");
                continue;
            };
            before = self.item(facts, x, (item, number), channel, opened, before);
        }
    }

    /// One item; its shape. One that says again what the item `before` it said is no further beat of that shape.
    fn item(
        &mut self,
        facts: &mut Facts,
        x: &Exchange<'_>,
        (item, number): (&Item<'_>, u16),
        channel: u32,
        opened: bool,
        before: Option<u32>,
    ) -> Option<u32> {
        let limit = self.settings.max_shapes;
        let functions = item.functions.unwrap_or((x.function, x.subfunction));
        let near = (publisher(x, item), before);
        let (shape, new, old) = self.shapes.of((channel, x.sender), functions, item, near, limit);
        if let Some(old) = old {
            self.forgotten(*old);
        }
        let outcome = item.outcome.unwrap_or(x.outcome);
        let status = status_word(x, item, outcome);
        self.count_object(channel, shape);
        let state = self.shapes.get(shape)?;
        let status_changed = state.status.is_some_and(|known| known != status);
        let established = state.established();
        state.status = Some(status);
        let paired = !matches!(x.reply, Reply::Duplicate | Reply::Differing | Reply::Unexpected);
        let bytes = if number == 0 { i64::from(x.bytes) } else { 0 };
        let beat = paired && before != Some(shape);
        let (failed, unanswered) = (outcome == Outcome::Failure, x.reply == Reply::Unanswered);
        if beat && self.shapes.tick(shape, x.span, bytes, failed, unanswered) {
            self.cadence_row(shape);
        }
        if number == 0 && paired {
            self.sequence(channel, shape, x.span, opened);
        }
        let array = array_text(item);
        let whole = array.as_deref().map(|text| Item { values: Values::Text { kind: "array", text }, ..*item });
        let point = whole.as_ref().unwrap_or(item);
        let seen = self.observe(shape, channel, point, new, x);
        let cycle = established && outcome != Outcome::Failure;
        let news = news(x, (item.operation, number), new, status_changed, seen, cycle);
        if let Some(why) = news.or(self.settings.full.then_some("full")) {
            self.transaction_row(facts, x, item, number, why);
        } else {
            self.counters.folded += 1;
        }
        if !self.scratch.changes.is_empty() {
            self.value_rows(facts, x, point, number, channel, shape);
        }
        Some(shape)
    }
}

/// The array of a named object as one value: its first numbers and, where these are not all of it, a hash of the whole.
fn array_text(item: &Item<'_>) -> Option<String> {
    let Values::Numbers { numbers, exact, .. } = item.values else { return None };
    if numbers.len() < 2 || !matches!(item.object.address, Address::Text(_)) {
        return None;
    }
    let shown: Vec<String> = numbers.iter().take(ARRAY_SHOWN).map(f64::to_string).collect();
    if numbers.len() <= ARRAY_SHOWN && exact.is_none() {
        return Some(format!("[{}]", shown.join(", ")));
    }
    let digits = exact.unwrap_or_default().as_bytes();
    let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_bits().to_le_bytes()).chain(digits.iter().copied()).collect();
    Some(format!("[{}, …] {} #{:016x}", shown.join(", "), numbers.len(), hash::quick(&bytes)))
}

/// Who publishes, as a hash of its name: who owns a topic is watched, and another owner behind the same address is news.
fn publisher(x: &Exchange<'_>, item: &Item<'_>) -> u64 {
    let publishes = x.sender == Side::Client && matches!(item.operation, Operation::Publish | Operation::Write);
    x.client_name.filter(|_| publishes).map_or(0, |name| hash::quick(name.as_bytes()) | 1)
}

/// How the exchange ended, as one word to compare: success is 0, silence and strangeness have words of their own.
fn status_word(x: &Exchange<'_>, item: &Item<'_>, outcome: Outcome) -> Option<u32> {
    match x.reply {
        Reply::Unanswered => Some(u32::MAX),
        Reply::Unexpected => Some(u32::MAX - 1),
        _ if outcome == Outcome::Failure => item.status.or(x.status).map_or(Some(u32::MAX - 2), |s| Some(s.0)),
        _ => None,
    }
}

/// Why the delta filter passes an item of an exchange on, or None. What is odd about a message is told with its first
/// item: what else it reads or publishes is news for reasons of its own.
fn news(
    x: &Exchange<'_>,
    (operation, number): (Operation, u16),
    new: bool,
    status: bool,
    seen: Observed,
    cycle: bool,
) -> Option<&'static str> {
    let odd = x.flagged || matches!(x.reply, Reply::Duplicate | Reply::Differing);
    if odd && (number == 0 || !operation.quiet()) {
        return Some("flag");
    }
    if !operation.quiet() {
        let heartbeat = operation == Operation::Write && cycle && seen.inside && !status;
        return (!heartbeat).then_some("operation");
    }
    match (new, status, seen.changed) {
        (true, _, _) => Some("shape"),
        (_, true, _) => Some("status"),
        (_, _, true) => Some("value"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::facts::{Endpoint, Place};
    use crate::flow::{Span, Stamp, Transport};
    use crate::ledger::Settings;
    use crate::protocol::Object;

    #[test]
    fn an_odd_message_is_told_once_for_all_that_it_reads() {
        let mut ledger = Ledger::new(Settings::default(), vec![Place::default()]);
        let end = |port| Endpoint { ip: "10.9.1.17".parse().unwrap(), port, mac: None };
        let mut facts = Facts::new(end(50_000), end(2404), Transport::Tcp, 1);
        let item = |address| {
            let object = Object { address: Address::Text(address), count: 1, ..Object::default() };
            Item { object, ..Item::new(Operation::Publish) }
        };
        let items = [item("1"), item("2"), item("3")];
        let mut told = |operation| {
            let items = items.map(|item| Item { operation, ..item });
            let x = Exchange { flagged: true, ..Exchange::new(Span::at(Stamp::default()), Side::Client, 1, &items) };
            ledger.exchange(&mut facts, &x);
            ledger.take_batch().transaction.rows()
        };
        assert_eq!([told(Operation::Publish), told(Operation::Publish)], [3, 1], "three new shapes, then the oddity");
        assert_eq!([told(Operation::Write), told(Operation::Write)], [3, 3], "each write is news");
    }
}
