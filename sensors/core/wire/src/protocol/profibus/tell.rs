//! Whom a message is between, and what all messages have in common.

pub use crate::protocol::can::asked::{Asked, Ending};

use super::frame::ALL;
use crate::flow::Side;
use crate::flow::facts::profibus_end;
use crate::protocol::{Exchange, Function, Item, Outcome, Reply, Talk, Unit};

/// A service of the data link layer.
pub const fn fdl(name: &'static str) -> Function {
    Function { code: None, name: Some(name) }
}

pub const fn named(code: u32, name: &'static str) -> Function {
    Function { code: Some(code), name: Some(name) }
}

/// What follows is between two stations; 127 stands for all of them.
pub fn between(from: u8, to: u8, talk: &mut Talk<'_>) {
    let interface = talk.span().last.source;
    let end = |station: u8| profibus_end(interface, Some(station).filter(|station| *station != ALL));
    talk.between(end(from), end(to));
}

/// Tells what was asked with what came of it; whom it is between was said before.
pub fn exchange(
    asked: &Asked,
    ending: Ending,
    functions: (Function, Function),
    station: Option<u8>,
    items: &[Item<'_>],
    talk: &mut Talk<'_>,
) {
    let since = asked.span.first.time;
    let duration = (ending.reply == Reply::Answered).then(|| asked.last.saturating_sub(since).max(0));
    let exchange = Exchange {
        function: functions.0,
        subfunction: functions.1,
        unit: station.filter(|station| *station != ALL).map_or(Unit::None, |station| Unit::Number(station.into())),
        outcome: ending.outcome,
        status: ending.status,
        reply: ending.reply,
        duration,
        bytes: asked.bytes,
        flagged: asked.flagged,
        ..Exchange::new(asked.span, Side::Client, asked.ordinal, items)
    };
    talk.exchange(&exchange);
}

/// Tells a message that nobody answers.
pub fn say(
    function: Function,
    subfunction: Function,
    station: Option<u8>,
    item: &Item<'_>,
    length: usize,
    talk: &mut Talk<'_>,
) {
    let ending = Ending { reply: Reply::None, outcome: Outcome::Unknown, status: None };
    let asked = Asked::now(length, talk);
    exchange(&asked, ending, (function, subfunction), station, std::slice::from_ref(item), talk);
}
