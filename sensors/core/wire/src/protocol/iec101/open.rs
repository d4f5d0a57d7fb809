//! A data unit while the sizes of its addresses are open: type, cause and, of one object, the value stand where they do
//! with all sizes that are possible; station and object are not told.

use super::sizes::Sizes;
use crate::dataset::Operation;
use crate::flow::Side;
use crate::protocol::iec60870::words::Words;
use crate::protocol::iec60870::{cause, details, kind, reading, waiting};
use crate::protocol::{Exchange, Function, Item, Talk, Values};

pub fn tell(side: Side, sizes: Sizes, data: &[u8], talk: &mut Talk<'_>) {
    let Some(asdu) = sizes.unit(data) else { return };
    let Some(kind) = asdu.kind else { return };
    // The element of the only object ends the unit, however long what is before it.
    let element = kind.size().and_then(|size| data.len().checked_sub(size)).and_then(|at| data.get(at..));
    let read = element.filter(|_| asdu.count == 1).and_then(|element| reading::read(kind, element));
    let select = read.as_ref().is_some_and(reading::Reading::select);
    let operation = match asdu.code {
        kind::M_EI_NA_1 => Operation::Notify,
        _ if kind.monitor() => Operation::Publish,
        _ if kind.commands() && asdu.cause == cause::DEACTIVATION => Operation::ControlCancel,
        _ if kind.commands() && select => Operation::ControlSelect,
        _ if kind.commands() => Operation::ControlDirect,
        code => details::operation(code, read.as_ref().and_then(reading::Reading::qualifier)),
    };
    let mut words = Words::default();
    words.open();
    if let Some(read) = &read {
        words.reading(read);
    }
    let range = words.close();
    let mut item = Item::new(operation);
    item.details = range.as_ref().map(|range| words.get(range));
    let numbers = [read.map_or(0.0, |read| read.number)];
    if let Some(kind) = read.and_then(|read| read.kind).filter(|_| !select) {
        item.values = Values::Numbers { kind, numbers: &numbers, exact: None };
    }
    let items = [item];
    // What answers is told as what it answers, by who asked.
    let answers = cause::answers(asdu.cause) && !kind.monitor();
    let sender = if answers { side.other() } else { side };
    let mut exchange = Exchange::new(talk.span(), sender, talk.ordinal(), &items);
    exchange.function = Function { code: Some(u32::from(asdu.code)), name: asdu.name() };
    exchange.subfunction = Function { code: Some(u32::from(asdu.cause)), name: Some(cause::name(asdu.cause)) };
    if answers {
        (exchange.outcome, exchange.status) = waiting::verdict(asdu.cause, asdu.negative);
    }
    exchange.bytes = asdu.octets();
    exchange.flagged = talk.flagged();
    talk.exchange(&exchange);
}
