//! What a dissector may say of one message.

use super::Trouble;
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::{Function, Outcome};

/// Values of one object.
#[derive(Clone, Debug, Default)]
pub enum Values {
    #[default]
    None,
    Numbers {
        kind: &'static str,
        numbers: Vec<f64>,
        exact: Option<Box<str>>,
    },
    Text {
        kind: &'static str,
        text: Box<str>,
    },
}

/// One object of a message, as the request or the reply tells it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub operation: Option<Operation>,
    pub kind: Option<&'static str>,
    pub address: Option<Box<str>>,
    pub start: Option<i64>,
    pub count: u32,
    pub values: Values,
    pub outcome: Option<Outcome>,
    pub status: Option<(u32, &'static str)>,
    pub details: Option<Box<str>>,
}

impl Told {
    /// Bytes it holds.
    pub fn weight(&self) -> usize {
        let text = |text: &Option<Box<str>>| text.as_ref().map_or(0, |text| text.len());
        let values = match &self.values {
            Values::None => 0,
            Values::Numbers { numbers, .. } => numbers.len() * 8,
            Values::Text { text, .. } => text.len(),
        };
        size_of::<Self>() + text(&self.address) + text(&self.details) + values
    }
}

/// What a request or publication says of itself.
#[derive(Clone, Debug, Default)]
pub struct Heading {
    /// By which its reply is found; none: the oldest request that waits.
    pub key: Option<Box<[u8]>>,
    pub function: Function,
    pub subfunction: Function,
    pub unit: Option<Box<str>>,
    pub client_name: Option<Box<str>>,
    pub user: Option<Box<str>>,
}

/// How something ended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ending {
    pub outcome: Outcome,
    pub status: Option<(u32, &'static str)>,
}

/// A login, channel or handshake.
#[derive(Clone, Debug)]
pub struct Session {
    pub kind: &'static str,
    pub operation: Operation,
    pub ending: Ending,
    pub user: Option<Box<str>>,
    pub secret_kind: Option<&'static str>,
    pub client_name: Option<Box<str>>,
    pub server_name: Option<Box<str>>,
    pub details: Option<Box<str>>,
}

/// One fact of one message.
#[derive(Clone, Debug)]
pub enum Fact {
    Request {
        heading: Heading,
        items: Vec<Told>,
    },
    Reply {
        heading: Heading,
        ending: Ending,
        items: Vec<Told>,
    },
    Publication {
        heading: Heading,
        ending: Ending,
        items: Vec<Told>,
    },
    Flag {
        flag: Flag,
        offset: Option<u32>,
        details: Option<Box<str>>,
    },
    /// About who sent the message, or who receives it.
    Identity {
        of_sender: bool,
        attribute: &'static str,
        value: Box<str>,
        confidence: f32,
    },
    Session(Box<Session>),
    /// The dissector could not be asked, or not be understood.
    Trouble(Trouble),
}

/// The side a fact is about.
pub const fn about(side: Side, of_sender: bool) -> Side {
    if of_sender { side } else { side.other() }
}
