//! A command, interrogation or reading kept until the outstation has said all it will say of it, and told with that.

use super::details::CLOSED;
use super::{Reading, cause, kind};
use crate::dataset::Operation;
use crate::flow::{Side, Span};
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Reply, TIMEOUT, Talk, Unit, Values};

/// A confirmed command is told after this time, ns, whether or not its termination came: many outstations send none.
const TERMINATION: i64 = 2_000_000_000;

/// One request to one object.
#[derive(Clone, Debug)]
pub struct Request {
    pub code: u8,
    pub name: Option<&'static str>,
    pub cause: u8,
    pub operation: Operation,
    pub sender: Side,
    pub common: u32,
    pub object: u32,
    pub originator: u8,
    pub reading: Option<Reading>,
    pub details: Option<Box<str>>,
    pub span: Span,
    pub ordinal: i64,
    pub bytes: u32,
    pub flagged: bool,
    /// Bytes of the answers' direction were lost since.
    pub blind: bool,
    /// The positive confirmation, when the termination is still to come.
    pub confirmed: Option<Span>,
    /// When something last came of it.
    pub touched: i64,
    /// Objects that came of an interrogation.
    pub points: u32,
}

/// How it ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ending {
    pub outcome: Outcome,
    pub status: Option<(u32, &'static str)>,
    pub reply: Reply,
    pub answer: Option<Span>,
    /// The last of what came.
    pub last: Option<Span>,
    pub terminated: Option<bool>,
    pub flagged: bool,
}

/// Outcome and status of an answer.
pub const fn verdict(of: u8, negative: bool) -> (Outcome, Option<(u32, &'static str)>) {
    // From would not be const.
    let code = match of {
        cause::UNKNOWN_TYPE => 44,
        45 => 45,
        46 => 46,
        cause::UNKNOWN_ADDRESS => 47,
        cause::ACTIVATION_CONFIRMATION => 7,
        cause::DEACTIVATION_CONFIRMATION => 9,
        _ => 10,
    };
    match of {
        cause::UNKNOWN_TYPE..=cause::UNKNOWN_ADDRESS => (Outcome::Failure, Some((code, cause::name(of)))),
        _ if negative => (Outcome::Failure, Some((code, cause::NEGATIVE))),
        _ => (Outcome::Success, None),
    }
}

impl Request {
    /// Whether an answer of this cause, from a station it went to, is one to it.
    pub fn answered_by(&self, code: u8, object: u32, of: u8) -> bool {
        let fits = match of {
            cause::ACTIVATION_CONFIRMATION => self.cause != cause::DEACTIVATION && self.confirmed.is_none(),
            cause::DEACTIVATION_CONFIRMATION => self.cause == cause::DEACTIVATION && self.confirmed.is_none(),
            cause::ACTIVATION_TERMINATION => self.cause == cause::ACTIVATION && self.terminates(),
            _ => self.confirmed.is_none(),
        };
        self.code == code && self.object == object && fits
    }

    /// More than the confirmation will come: a selection, a cancellation has none.
    pub fn terminates(&self) -> bool {
        let kind = kind::of(self.code).is_some_and(kind::Kind::terminates);
        kind && self.cause == cause::ACTIVATION && self.operation != Operation::ControlSelect
    }

    pub fn interrogates(&self) -> bool {
        matches!(self.code, kind::C_IC_NA_1 | kind::C_CI_NA_1) && self.cause == cause::ACTIVATION
    }

    /// It waited too long at `now`.
    pub fn expired(&self, now: i64) -> bool {
        let patience = if self.confirmed.is_some() && !self.interrogates() { TERMINATION } else { TIMEOUT };
        now.saturating_sub(self.touched) >= patience
    }

    /// Nothing more is expected: what came is told.
    pub fn give_up(&self, talk: &mut Talk<'_>) {
        let ending = match self.confirmed {
            Some(answer) => Ending {
                outcome: Outcome::Success,
                reply: Reply::Answered,
                answer: Some(answer),
                terminated: Some(false).filter(|_| !self.blind),
                ..Ending::default()
            },
            None if self.blind => Ending::default(),
            None => Ending { reply: Reply::Unanswered, ..Ending::default() },
        };
        self.tell(&ending, talk);
    }

    /// Hands it on.
    pub fn tell(&self, ending: &Ending, talk: &mut Talk<'_>) {
        let address = (self.object != 0).then(|| format!("{}:{}", self.common, self.object));
        let details = self.all_details(ending);
        let mut item = Item::new(self.operation);
        item.details = details.as_deref();
        if let Some(address) = &address {
            item.object = Object { kind: Some("point"), address: Address::Text(address), start: 0, count: 0 };
        }
        let numbers = [self.reading.map_or(0.0, |reading| reading.number)];
        // A selection or cancellation moves nothing: its value is a detail.
        let moves = !matches!(self.operation, Operation::ControlSelect | Operation::ControlCancel);
        if let Some(kind) = self.reading.and_then(|reading| reading.kind).filter(|_| moves) {
            item.values = Values::Numbers { kind, numbers: &numbers, exact: None };
        }
        let items = [item];
        let last = ending.last.or(ending.answer).map_or(self.span.last, |span| span.last);
        let mut exchange = Exchange::new(Span { first: self.span.first, last }, self.sender, self.ordinal, &items);
        exchange.function = Function { code: Some(u32::from(self.code)), name: self.name };
        exchange.subfunction = Function { code: Some(u32::from(self.cause)), name: Some(cause::name(self.cause)) };
        exchange.unit = Unit::Number(self.common);
        (exchange.outcome, exchange.status, exchange.reply) = (ending.outcome, ending.status, ending.reply);
        exchange.duration = ending.answer.map(|answer| answer.first.time.saturating_sub(self.span.last.time).max(0));
        exchange.bytes = self.bytes;
        exchange.flagged = self.flagged || ending.flagged;
        talk.exchange(&exchange);
    }

    fn all_details(&self, ending: &Ending) -> Option<String> {
        let mut out =
            self.details.as_deref().map(|d| d.strip_suffix(CLOSED).unwrap_or(d).to_owned()).unwrap_or_default();
        let mut add = |key: &str, value: &str| {
            out.push(if out.is_empty() { '{' } else { ',' });
            out.push_str(&format!("\"{key}\":{value}"));
        };
        if self.interrogates() && ending.reply == Reply::Answered && ending.outcome == Outcome::Success {
            add("points", &self.points.to_string());
        }
        if let Some(terminated) = ending.terminated {
            add("terminated", if terminated { "true" } else { "false" });
        }
        (!out.is_empty()).then(|| out + "}")
    }

    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.details.as_ref().map_or(0, |details| details.len())
    }
}
