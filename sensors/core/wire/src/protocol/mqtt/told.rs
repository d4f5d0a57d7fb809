//! A request or publication kept until its acknowledgement comes, and told with it.

use super::packet;
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Span};
use crate::protocol::{Address, Exchange, Function, Item, Object, Outcome, Reply, Talk, Values};
use crate::text::{self, DETAILS_LIMIT, TEXT_LIMIT};

/// One value, owned.
#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    None,
    Number {
        kind: &'static str,
        number: [f64; 1],
        exact: Option<Box<str>>,
    },
    Text {
        kind: &'static str,
        text: Box<str>,
    },
}

impl Value {
    pub fn number(kind: &'static str, number: f64) -> Self {
        Self::Number { kind, number: [number], exact: None }
    }

    pub fn text(kind: &'static str, text: impl Into<Box<str>>) -> Self {
        Self::Text { kind, text: text.into() }
    }

    fn borrow(&self) -> Values<'_> {
        match self {
            Self::None => Values::None,
            Self::Number { kind, number, exact } => Values::Numbers { kind, numbers: number, exact: exact.as_deref() },
            Self::Text { kind, text } => Values::Text { kind, text },
        }
    }

    fn weight(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Number { exact, .. } => exact.as_ref().map_or(0, |e| e.len()),
            Self::Text { text, .. } => text.len(),
        }
    }
}

/// One object of it.
#[derive(Clone, Debug)]
pub struct Part {
    pub operation: Operation,
    pub kind: Option<&'static str>,
    pub address: Option<Box<str>>,
    /// What kind of content it is. Not shown; it keeps shapes apart, so that a new kind of content is news.
    pub form: i64,
    pub value: Value,
    pub outcome: Option<Outcome>,
    pub status: Option<(u32, &'static str)>,
    pub details: Option<Box<str>>,
}

impl Part {
    pub const fn new(operation: Operation) -> Self {
        Self {
            operation,
            kind: None,
            address: None,
            form: 0,
            value: Value::None,
            outcome: None,
            status: None,
            details: None,
        }
    }

    pub fn of(operation: Operation, kind: &'static str, address: impl Into<Box<str>>) -> Self {
        Self { kind: Some(kind), address: Some(address.into()), ..Self::new(operation) }
    }

    fn weight(&self) -> usize {
        let text = |t: &Option<Box<str>>| t.as_ref().map_or(0, |t| t.len());
        size_of::<Self>() + text(&self.address) + text(&self.details) + self.value.weight()
    }
}

/// How it ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ending {
    pub outcome: Outcome,
    pub status: Option<(u32, &'static str)>,
    pub reply: Reply,
    /// Packets of the last answer.
    pub answer: Option<Span>,
    /// Bytes of the answers.
    pub bytes: u32,
    pub flagged: bool,
}

impl Ending {
    /// Nothing was asked for, or nobody can know what came.
    pub const NONE: Self =
        Self { outcome: Outcome::Unknown, status: None, reply: Reply::None, answer: None, bytes: 0, flagged: false };
}

/// Who opened the session of a flow.
#[derive(Clone, Debug)]
pub struct Who {
    /// The side he speaks on. What the other side sends is not his.
    pub side: Side,
    pub client: Option<Box<str>>,
    pub user: Option<Box<str>>,
    pub session: Option<i64>,
}

impl Default for Who {
    fn default() -> Self {
        Self { side: Side::Client, client: None, user: None, session: None }
    }
}

/// A request or publication.
#[derive(Clone, Debug)]
pub struct Told {
    pub span: Span,
    pub sender: Side,
    pub ordinal: i64,
    pub function: Function,
    pub subfunction: Function,
    pub parts: Vec<Part>,
    /// Details of every part that has none of its own.
    pub details: Option<Box<str>>,
    pub bytes: u32,
    pub flagged: bool,
}

impl Told {
    /// The message being read, of a packet type.
    pub fn new(kind: u8, sender: Side, length: usize, talk: &Talk<'_>) -> Self {
        Self {
            span: talk.span(),
            sender,
            ordinal: talk.ordinal(),
            function: Function { code: Some(u32::from(kind)), name: Some(packet::name(kind)) },
            subfunction: Function::default(),
            parts: Vec::new(),
            details: None,
            bytes: u32::try_from(length).unwrap_or(u32::MAX),
            flagged: false,
        }
    }

    /// The same with one part that names no object.
    pub fn plain(kind: u8, sender: Side, length: usize, talk: &Talk<'_>) -> Self {
        let mut told = Self::new(kind, sender, length, talk);
        told.parts.push(Part::new(packet::operation(kind)));
        told
    }

    /// Hands it on.
    pub fn tell(&self, ending: &Ending, who: &Who, talk: &mut Talk<'_>) {
        let items: Vec<Item<'_>> = self.parts.iter().map(|part| self.item(part)).collect();
        let last = ending.answer.map_or(self.span.last, |a| a.last);
        let mut exchange = Exchange::new(Span { first: self.span.first, last }, self.sender, self.ordinal, &items);
        (exchange.function, exchange.subfunction) = (self.function, self.subfunction);
        (exchange.outcome, exchange.status, exchange.reply) = (ending.outcome, ending.status, ending.reply);
        exchange.duration = ending.answer.map(|a| a.first.time.saturating_sub(self.span.last.time).max(0));
        exchange.bytes = self.bytes.saturating_add(ending.bytes);
        exchange.flagged = self.flagged || ending.flagged;
        exchange.session = who.session;
        if self.sender == who.side {
            (exchange.client_name, exchange.user) = (who.client.as_deref(), who.user.as_deref());
        }
        talk.exchange(&exchange);
    }

    fn item<'a>(&'a self, part: &'a Part) -> Item<'a> {
        let mut item = Item::new(part.operation);
        let address = part.address.as_deref().map_or(Address::None, Address::Text);
        item.object = Object { kind: part.kind, address, start: part.form, count: 0 };
        item.values = part.value.borrow();
        (item.outcome, item.status) = (part.outcome, part.status);
        item.details = part.details.as_deref().or(self.details.as_deref());
        item
    }

    /// Bytes of state.
    pub fn weight(&self) -> usize {
        size_of::<Self>()
            + self.details.as_ref().map_or(0, |d| d.len())
            + self.parts.iter().map(Part::weight).sum::<usize>()
    }
}

/// What was odd about a packet: flags with their byte offset, told once the whole packet is read.
#[derive(Debug, Default)]
pub struct Odd(Vec<(Flag, usize)>);

impl Odd {
    pub fn add(&mut self, flag: Flag, offset: usize) {
        if !self.0.iter().any(|(known, _)| *known == flag) {
            self.0.push((flag, offset));
        }
    }

    /// Text of a packet, bounded and checked.
    pub fn text(&mut self, bytes: &[u8], offset: usize) -> String {
        if !super::reader::well_formed(bytes) {
            self.add(Flag::MqttUtf8, offset);
        }
        let (text, cut) = text::bounded(bytes, TEXT_LIMIT);
        if cut {
            self.add(Flag::Truncated, offset);
        }
        text
    }

    pub fn tell(&self, talk: &mut Talk<'_>) {
        for (flag, offset) in &self.0 {
            talk.flag(*flag, u32::try_from(*offset).ok(), None);
        }
    }
}

/// Two JSON objects as one.
pub fn merged(first: Option<&str>, second: Option<String>) -> Option<Box<str>> {
    match (first, second) {
        (None, second) => second.map(String::into_boxed_str),
        (Some(first), None) => Some(first.into()),
        // What would not fit stays out as a whole: half an object is no JSON.
        (Some(first), Some(second)) if first.len() + second.len() > DETAILS_LIMIT => Some(first.into()),
        (Some(first), Some(second)) => {
            let open = first.strip_suffix('}').unwrap_or(first);
            let rest = second.strip_prefix('{').unwrap_or(&second);
            Some(format!("{open},{rest}").into_boxed_str())
        }
    }
}
