//! Requests that wait for their response.

use super::frame::Head;
use super::status::Status;
use crate::flow::{Side, Span};
use crate::protocol::{Outcome, Reply};

/// A request that waits.
#[derive(Debug)]
pub struct Request {
    pub side: Side,
    pub version: u8,
    pub function: u16,
    pub sequence: u16,
    pub session: u32,
    /// As on the wire, without the digest.
    pub body: Vec<u8>,
    pub signed: bool,
    pub span: Span,
    pub ordinal: i64,
    pub bytes: u32,
    pub flagged: bool,
    /// Bytes of the reply's direction were lost since: silence then proves nothing.
    pub blind: bool,
}

impl Request {
    /// `body` is a buffer to use again.
    pub fn new(side: Side, version: u8, head: &Head<'_>, mut body: Vec<u8>) -> Self {
        body.clear();
        body.extend_from_slice(head.body);
        Self {
            side,
            version,
            function: head.function,
            sequence: head.sequence,
            session: head.session,
            body,
            signed: head.signed,
            span: Span::default(),
            ordinal: 0,
            bytes: 0,
            flagged: false,
            blind: false,
        }
    }

    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.body.capacity()
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    pub reply: Reply,
    pub outcome: Outcome,
    pub status: Status,
    pub duration: Option<i64>,
    /// What stands behind the return value; None without a reply.
    pub body: Option<&'a [u8]>,
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
            body: None,
            span: request.span,
            bytes: request.bytes,
            flagged: request.flagged,
        }
    }
}
