//! Variables read, written and published: one item for each, with its values and return code.

use super::area::{self, Type};
use super::clock;
use super::function as fc;
use super::request::{Ending, Request};
use super::spec::{Data, Datum, Spec, Specs};
use super::status;
use crate::bytes::u8_at;
use crate::dataset::{Flag, Operation};
use crate::protocol::{Address, Item, Object, Outcome, Talk, Values};
use crate::text::{self, Details, TEXT_LIMIT};

/// A variable with what was said of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pair<'a> {
    pub spec: Option<Spec<'a>>,
    pub datum: Option<Datum<'a>>,
    /// Return code of the device.
    pub code: Option<u8>,
}

/// Read Var and Write Var: request and reply put together. Odd counts and lengths are flagged.
pub fn pairs<'a>(request: &'a Request, ending: &Ending<'a>, write: bool, talk: &mut Talk<'_>) -> Vec<Pair<'a>> {
    let asked = request.parameter();
    let count = usize::from(u8_at(asked, 1).unwrap_or(0));
    let mut specs = Specs::new(asked.get(2..).unwrap_or_default());
    let mut written = Data::new(if write { request.data() } else { &[] });
    let answered = ending.outcome == Outcome::Success;
    // What a refusal carries is no answer.
    let mut reply = Data::new(if answered { ending.data } else { &[] });
    let told = if answered { usize::from(u8_at(ending.parameter, 1).unwrap_or(0)) } else { 0 };
    let wanted = if asked.is_empty() { told } else { count };
    let mut out = Vec::with_capacity(wanted);
    let mut malformed = false;
    for _ in 0..wanted {
        let spec = specs.next();
        malformed |= spec.is_none() && !asked.is_empty();
        let mut pair = Pair { spec, ..Pair::default() };
        if write {
            pair.datum = written.next();
            pair.code = reply.code();
        } else if let Some(datum) = reply.next() {
            pair.code = Some(datum.code);
            pair.datum = Some(datum).filter(|d| d.code == status::SUCCESS);
        }
        out.push(pair);
    }
    if malformed || written.cut {
        talk.flag(Flag::S7commItemMalformed, None, None);
    }
    if answered && !asked.is_empty() && told != count {
        talk.flag(Flag::S7commItemCount, None, None);
    }
    let uneven = |pair: &Pair<'_>| match (pair.spec.and_then(|s| s.bytes()), pair.datum) {
        (Some(wanted), Some(datum)) => datum.bytes.len() != wanted,
        _ => false,
    };
    if reply.cut || out.iter().any(uneven) {
        talk.flag(Flag::S7commValueLength, None, None);
    }
    out
}

/// Whether a job names variables.
pub const fn names_variables(code: u8) -> bool {
    matches!(code, fc::READ_VAR | fc::WRITE_VAR)
}

/// Text that an item needs and that does not stand on the wire.
#[derive(Default)]
struct Made {
    kind: Option<&'static str>,
    address: Option<String>,
    value: Option<String>,
    details: Option<String>,
}

/// Builds the items and hands them on.
pub fn hand<'a>(pairs: &[Pair<'a>], operation: Operation, take: impl FnOnce(&[Item<'_>])) {
    // Most polls are of numbers at S7ANY pointers: for them no text is made.
    let made: Vec<Made> = if pairs.iter().any(needs_text) { pairs.iter().map(make).collect() } else { Vec::new() };
    let items: Vec<Item<'_>> = pairs.iter().enumerate().map(|(i, pair)| item(pair, made.get(i), operation)).collect();
    if items.is_empty() { take(&[Item::new(operation)]) } else { take(&items) }
}

fn needs_text(pair: &Pair<'_>) -> bool {
    match pair.spec {
        Some(Spec::Any { of, .. }) => pair.datum.is_some() && of.form.is_none(),
        Some(Spec::Other { .. }) => true,
        None => false,
    }
}

fn make(pair: &Pair<'_>) -> Made {
    let mut made = Made::default();
    if let Some((kind, address)) = pair.spec.and_then(|spec| spec.named()) {
        (made.kind, made.address) = (Some(kind), Some(address));
        let mut details = Details::default();
        if let Some(syntax) = pair.spec.and_then(|spec| spec.syntax()) {
            details.text("syntax", syntax);
        }
        made.details = details.finish();
    }
    if let (Some(Spec::Any { of, .. }), Some(datum)) = (pair.spec, pair.datum) {
        made.value = if of == area::CHAR {
            Some(text::bounded(datum.bytes, TEXT_LIMIT).0)
        } else if of == area::DATE_AND_TIME {
            clock::moment(datum.bytes)
        } else {
            None
        };
    }
    made
}

fn item<'a>(pair: &Pair<'a>, made: Option<&'a Made>, operation: Operation) -> Item<'a> {
    let mut item = Item::new(operation);
    if let Some(object) = pair.spec.and_then(|spec| spec.object()) {
        item.object = object;
    }
    if let Some(code) = pair.code {
        let (outcome, status) = status::of_item(code);
        (item.outcome, item.status) = (Some(outcome), status);
    }
    if let Some(made) = made {
        if let Some(address) = &made.address {
            item.object = Object { kind: made.kind, address: Address::Text(address), start: 0, count: 0 };
        }
        item.details = made.details.as_deref();
    }
    let Some(datum) = pair.datum else { return item };
    let (of, count) = match pair.spec {
        Some(Spec::Any { of, count, .. }) => (of, u32::from(count)),
        _ => (datum.of(), u32::MAX),
    };
    item.values = match made.and_then(|made| made.value.as_deref()) {
        Some(text) => Values::Text { kind: of.kind, text },
        None => values(of, count, datum.bytes),
    };
    item
}

/// Numbers of a type as they stand on the wire.
fn values(of: Type, count: u32, bytes: &[u8]) -> Values<'_> {
    let wanted = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(usize::from(of.bytes.max(1)));
    let bytes = bytes.get(..wanted).unwrap_or(bytes);
    match of.form {
        _ if bytes.is_empty() => Values::None,
        Some(form) if bytes.len() >= form.width() => Values::Packed { kind: of.kind, form, bytes },
        _ => Values::None,
    }
}
