//! What all messages have in common when they are told.

pub use crate::protocol::can::asked::{Asked, Ending};

use super::frame::{ALL, LAST_CONTROLLED};
use crate::flow::Side;
use crate::protocol::{Exchange, Function, Item, Outcome, Reply, Talk, Unit};
use std::net::IpAddr;

/// Which node sends to which, and where both are: a side of the flow, or two ends of the network.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    pub from: u8,
    pub to: u8,
    pub side: Side,
    /// On a network whose frames all are one flow.
    pub ends: Option<(IpAddr, IpAddr)>,
}

impl Way {
    /// The way of what this is an answer to.
    pub fn back(&self) -> Self {
        let side = if self.ends.is_some() { self.side } else { self.side.other() };
        Self { from: self.to, to: self.from, side, ends: self.ends.map(|(a, b)| (b, a)) }
    }

    pub fn same(&self, other: &Self) -> bool {
        (self.from, self.to, self.side) == (other.from, other.to, other.side)
    }

    /// What follows goes this way.
    pub fn go(&self, talk: &mut Talk<'_>) {
        if let Some((client, server)) = self.ends {
            talk.between(client, server);
        }
    }

    /// The node it is about: the one it goes to, else the controlled one that says it to all. Over UDP no node is named.
    pub fn unit(&self) -> Unit<'static> {
        match (self.from, self.to) {
            (_, 0) => Unit::None,
            (from, ALL) if from > LAST_CONTROLLED || from == 0 => Unit::None,
            (from, ALL) => Unit::Number(u32::from(from)),
            (_, node) => Unit::Number(u32::from(node)),
        }
    }
}

pub const fn named(code: u32, name: &'static str) -> Function {
    Function { code: Some(code), name: Some(name) }
}

/// Tells what was asked with what came of it.
pub fn exchange(
    asked: &Asked,
    ending: Ending,
    way: &Way,
    functions: (Function, Function),
    items: &[Item<'_>],
    talk: &mut Talk<'_>,
) {
    way.go(talk);
    let since = asked.span.first.time;
    let duration = (ending.reply == Reply::Answered).then(|| asked.last.saturating_sub(since).max(0));
    let exchange = Exchange {
        function: functions.0,
        subfunction: functions.1,
        unit: way.unit(),
        outcome: ending.outcome,
        status: ending.status,
        reply: ending.reply,
        duration,
        bytes: asked.bytes,
        flagged: asked.flagged,
        ..Exchange::new(asked.span, way.side, asked.ordinal, items)
    };
    talk.exchange(&exchange);
}

/// Tells a message that nobody answers.
pub fn say(way: &Way, functions: (Function, Function), items: &[Item<'_>], length: usize, talk: &mut Talk<'_>) {
    let ending = Ending { reply: Reply::None, outcome: Outcome::Unknown, status: None };
    exchange(&Asked::now(length, talk), ending, way, functions, items, talk);
}
