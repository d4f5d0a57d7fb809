//! The `transaction` row of one item of an exchange.

use super::{Ledger, event_id_at, pick};
use crate::dataset::EventRow;
use crate::dataset::rows::TransactionRow;
use crate::flow::Facts;
use crate::protocol::{Address, Exchange, Item, Unit, Values};

impl Ledger {
    pub(super) fn transaction_row(
        &mut self,
        facts: &mut Facts,
        x: &Exchange<'_>,
        item: &Item<'_>,
        number: u16,
        why: &'static str,
    ) {
        let mut address = std::mem::take(&mut self.scratch.address);
        let mut numbers = std::mem::take(&mut self.scratch.numbers);
        numbers.clear();
        item.values.decode(&mut numbers);
        let before = std::mem::take(&mut self.scratch.before);
        let operation = item.operation;
        let (function, subfunction) = item.functions.unwrap_or((x.function, x.subfunction));
        let place = pick(&self.places, x.span.first.source);
        let id =
            event_id_at(x.span.first.time, &place.sensor, "transaction", facts.id, (x.ordinal, number), x.reply.name());
        let unit = match x.unit {
            Unit::None => None,
            Unit::Number(n) => Some(n.to_string()),
            Unit::Text(text) => Some(text.to_owned()),
        };
        let address = address_of(item, &mut address).map(str::to_owned);
        let status = item.status.or(x.status);
        let numbered = item.object.count > 0 && matches!(item.object.address, Address::Range | Address::Placed(_));
        let (text, exact) = match item.values {
            Values::Text { text, .. } => (Some(text), None),
            Values::Numbers { exact, .. } => (strange(&numbers), exact),
            _ => (strange(&numbers), None),
        };
        let known_before = !before.is_empty() && before.iter().all(|n| n.is_finite());
        let event =
            EventRow { event_dataset: Some("transaction"), ..facts.event(place, self.clock, x.sender, x.span, &id) };
        let row = TransactionRow {
            event,
            ot_activity: Some(operation.activity()),
            ot_operation: Some(operation.name()),
            ot_function_code: function.code,
            ot_function_name: function.name,
            ot_subfunction_code: subfunction.code,
            ot_subfunction_name: subfunction.name,
            ot_unit: unit.as_deref(),
            ot_object_kind: item.object.kind,
            ot_object_address: address.as_deref(),
            ot_object_start: numbered.then_some(item.object.start),
            ot_object_count: (item.object.count > 0).then_some(item.object.count),
            ot_item: Some(number),
            ot_items: u16::try_from(x.items.len()).ok(),
            ot_value_type: item.values.kind(),
            ot_value_numbers: (!numbers.is_empty() && numbers.iter().all(|n| n.is_finite()))
                .then_some(numbers.as_slice()),
            ot_value_text: text,
            ot_value_exact: exact,
            ot_value_before: known_before.then_some(before.as_slice()),
            event_outcome: Some(item.outcome.unwrap_or(x.outcome).name()),
            ot_status_code: status.map(|s| s.0),
            ot_status_name: status.map(|s| s.1),
            ot_reply: Some(x.reply.name()),
            event_duration: x.duration,
            ot_message: Some(x.ordinal),
            ot_session: x.session,
            ot_client_name: x.client_name,
            user_name: x.user,
            network_bytes: Some(x.bytes),
            ot_news: Some(why),
            ot_details: item.details,
        };
        self.batch.transaction.push(&row, &mut self.batch.words);
        self.scratch.numbers = numbers;
        self.scratch.before = before;
    }
}

/// A first number that is none.
fn strange(numbers: &[f64]) -> Option<&'static str> {
    numbers.first().filter(|n| !n.is_finite()).map(|n| if n.is_nan() { "NaN" } else { "infinity" })
}

fn address_of<'a>(item: &Item<'a>, out: &'a mut String) -> Option<&'a str> {
    match item.object.address {
        Address::None => None,
        Address::Text(text) | Address::Elements(text) => Some(text),
        Address::Range => {
            out.clear();
            crate::delta::shape::write_range(out, item.object.kind, item.object.start, item.object.count);
            Some(out)
        }
        Address::Placed(place) => {
            out.clear();
            (place.write)(out, place.part, item.object.start, item.object.count);
            Some(out)
        }
    }
}
