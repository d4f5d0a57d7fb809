//! The neutral message on the seam between parsers and the delta filter: one request with its reply, or a publication.

use crate::dataset::Operation;
use crate::flow::{Side, Span};

/// The protocol's own function.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Function {
    pub code: Option<u32>,
    pub name: Option<&'static str>,
}

/// Unit id, link address, common address…
#[derive(Clone, Copy, Debug, Default)]
pub enum Unit<'a> {
    #[default]
    None,
    Number(u32),
    Text(&'a str),
}

/// Address in the protocol's normal form.
#[derive(Clone, Copy, Debug, Default)]
pub enum Address<'a> {
    #[default]
    None,
    /// `kind:start-end` out of `Object`'s numbers.
    Range,
    /// Out of `Object`'s numbers, in the protocol's own notation.
    Placed(Notation),
    Text(&'a str),
    /// Parts of what has this name, one value each: `name[0]`, `name[1]`…; all of them go by the name alone.
    Elements(&'a str),
}

/// Places in memory that the protocol writes in its own way: written out only when somebody reads the address.
#[derive(Clone, Copy, Debug)]
pub struct Notation {
    /// Which memory and how it is cut, in numbers of the protocol's own: another part is another object.
    pub part: u64,
    /// Distance of two neighbours in `Object`'s `start`.
    pub step: u32,
    /// Writes the address of `count` places from `start` on.
    pub write: fn(out: &mut String, part: u64, start: i64, count: u32),
}

/// What a message addresses.
#[derive(Clone, Copy, Debug, Default)]
pub struct Object<'a> {
    pub kind: Option<&'static str>,
    pub address: Address<'a>,
    pub start: i64,
    pub count: u32,
}

/// Values as the wire carries them; decoded only when something needs the numbers.
#[derive(Clone, Copy, Debug, Default)]
pub enum Values<'a> {
    #[default]
    None,
    /// Bits, least significant first (Modbus coils).
    Bits(&'a [u8], u32),
    /// 16-bit big-endian words (Modbus registers).
    Registers(&'a [u8]),
    /// Big-endian numbers of one form, one after another, with the protocol's type name.
    Packed { kind: &'static str, form: Form, bytes: &'a [u8] },
    /// Decoded numbers with the protocol's type name; `exact` where a double cannot hold the value.
    Numbers { kind: &'static str, numbers: &'a [f64], exact: Option<&'a str> },
    /// Text, already bounded.
    Text { kind: &'static str, text: &'a str },
}

/// How a packed number is to be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    Uint8,
    Int8,
    Uint16,
    Int16,
    Uint32,
    Int32,
    Float32,
    Float64,
    /// Three decimal digits and a time base of 10 ms, 100 ms, 1 s or 10 s above them: seconds.
    Bcd16Time,
    /// Three decimal digits.
    Bcd16,
}

/// How it ended.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Outcome {
    #[default]
    Unknown,
    Success,
    Failure,
}

impl Outcome {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

/// Whether and how a reply came.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Reply {
    #[default]
    None,
    Answered,
    Unanswered,
    Unexpected,
    Duplicate,
    Differing,
}

impl Reply {
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Answered => "answered",
            Self::Unanswered => "unanswered",
            Self::Unexpected => "unexpected",
            Self::Duplicate => "duplicate",
            Self::Differing => "differing",
        }
    }
}

/// One object range of a message.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    pub operation: Operation,
    /// Function and sub-function of this object, where a message carries several services (CIP Multiple_Service_Packet).
    pub functions: Option<(Function, Function)>,
    pub object: Object<'a>,
    pub values: Values<'a>,
    /// Outcome and status of this object, where the protocol gives one per object.
    pub outcome: Option<Outcome>,
    pub status: Option<(u32, &'static str)>,
    /// JSON for `ot.details`.
    pub details: Option<&'a str>,
}

impl Item<'_> {
    pub const fn new(operation: Operation) -> Self {
        Self {
            operation,
            functions: None,
            object: Object { kind: None, address: Address::None, start: 0, count: 0 },
            values: Values::None,
            outcome: None,
            status: None,
            details: None,
        }
    }
}

/// One request with its reply, or one publication.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    pub span: Span,
    /// Who sent the request or publication.
    pub sender: Side,
    /// Ordinal of the request (or publication, or unexpected reply) in its flow.
    pub ordinal: i64,
    pub function: Function,
    pub subfunction: Function,
    pub unit: Unit<'a>,
    pub outcome: Outcome,
    pub status: Option<(u32, &'static str)>,
    pub reply: Reply,
    /// From request to reply, ns.
    pub duration: Option<i64>,
    /// Application bytes of request and reply.
    pub bytes: u32,
    pub session: Option<i64>,
    pub client_name: Option<&'a str>,
    pub user: Option<&'a str>,
    /// The parser flagged something in it: always news.
    pub flagged: bool,
    pub items: &'a [Item<'a>],
}

impl<'a> Exchange<'a> {
    /// An exchange with nothing said beyond who, when and what; parsers fill the rest by struct update.
    pub const fn new(span: Span, sender: Side, ordinal: i64, items: &'a [Item<'a>]) -> Self {
        Self {
            span,
            sender,
            ordinal,
            function: Function { code: None, name: None },
            subfunction: Function { code: None, name: None },
            unit: Unit::None,
            outcome: Outcome::Unknown,
            status: None,
            reply: Reply::None,
            duration: None,
            bytes: 0,
            session: None,
            client_name: None,
            user: None,
            flagged: false,
            items,
        }
    }
}
