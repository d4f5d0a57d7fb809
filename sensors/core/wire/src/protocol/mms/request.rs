//! Requests that wait for their reply, and how they end.

use super::status::Status;
use crate::flow::{Side, Span};
use crate::protocol::{Outcome, Reply};

/// What was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asked {
    /// A confirmed service by its tag number.
    Service(u32),
    /// To give up the request of the same invoke id.
    Cancel,
    Conclude,
}

/// A request waiting for its reply.
#[derive(Debug)]
pub struct Request {
    /// Who asks: mostly the client, but a server that gets a file or a domain asks for its parts.
    pub side: Side,
    pub asked: Asked,
    pub invoke: i64,
    /// Argument of the service as on the wire.
    pub body: Vec<u8>,
    pub span: Span,
    pub ordinal: i64,
    pub bytes: u32,
    pub flagged: bool,
    /// Bytes of the reply's direction were lost since: silence then proves nothing.
    pub blind: bool,
}

impl Request {
    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.body.capacity()
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    pub reply: Reply,
    pub outcome: Outcome,
    pub status: Option<Status>,
    pub duration: Option<i64>,
    /// Result of the service; empty without one.
    pub body: &'a [u8],
    pub span: Span,
    pub bytes: u32,
    pub flagged: bool,
}

impl Ending<'_> {
    /// Without a reply.
    pub fn silent(request: &Request, reply: Reply) -> Self {
        Self {
            reply,
            outcome: Outcome::Unknown,
            status: None,
            duration: None,
            body: &[],
            span: request.span,
            bytes: request.bytes,
            flagged: request.flagged,
        }
    }
}
