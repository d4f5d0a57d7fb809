//! Requests that wait for their reply, and how they end.

use super::function as fc;
use super::pdu::{Pdu, USERDATA};
use super::status;
use super::userdata::Head;
use crate::bytes::u8_at;
use crate::dataset::Operation;
use crate::flow::{Side, Span};
use crate::protocol::{Function, Outcome, Reply};

/// What was asked for: a job's function, or a function of a group of userdata.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asked {
    Job(u8),
    Userdata(u8, u8),
}

impl Asked {
    pub fn of(pdu: &Pdu<'_>) -> Option<Self> {
        if pdu.rosctr == USERDATA {
            return Head::read(pdu.parameter).map(|head| Self::Userdata(head.group, head.function));
        }
        // An acknowledgement without data may come without a parameter.
        Some(Self::Job(u8_at(pdu.parameter, 0)?))
    }

    pub fn functions(self) -> (Function, Function) {
        match self {
            Self::Job(code) => (fc::of_job(code), Function::default()),
            Self::Userdata(group, code) => fc::of_userdata((group, code)),
        }
    }

    pub fn operation(self) -> Operation {
        let known = match self {
            Self::Job(code) => fc::job(code),
            Self::Userdata(group, code) => fc::subfunction(group, code),
        };
        known.map_or(Operation::Unknown, |(_, operation)| operation)
    }

    /// Whether a return code in userdata refuses it. Many commands are acknowledged by "does not exist": no data.
    pub const fn refused_by(self, code: u8) -> bool {
        let reads = matches!(
            self,
            Self::Userdata(fc::CPU, fc::READ_SZL)
                | Self::Userdata(fc::BLOCK, _)
                | Self::Userdata(fc::TIME, fc::READ_CLOCK | fc::READ_CLOCK_FOLLOWING)
        );
        code != status::SUCCESS && (reads || code != status::NO_DATA)
    }

    pub fn known(self) -> bool {
        match self {
            Self::Job(code) => fc::job(code).is_some(),
            Self::Userdata(group, code) => fc::subfunction(group, code).is_some(),
        }
    }
}

/// A request waiting for its reply.
#[derive(Debug)]
pub struct Request {
    /// Who asks: mostly the client, but a device that loads a block asks for its parts.
    pub side: Side,
    pub asked: Asked,
    pub reference: u16,
    /// Parameter and data as on the wire, one behind the other.
    body: Vec<u8>,
    split: usize,
    /// What earlier fragments of the reply brought.
    pub gathered: Vec<u8>,
    pub span: Span,
    pub ordinal: i64,
    pub bytes: u32,
    pub flagged: bool,
    /// Bytes of the reply's direction were lost since: silence then proves nothing.
    pub blind: bool,
}

impl Request {
    /// `body` is a buffer to use again.
    pub fn new(side: Side, asked: Asked, pdu: &Pdu<'_>, mut body: Vec<u8>) -> Self {
        body.clear();
        body.extend_from_slice(pdu.parameter);
        body.extend_from_slice(pdu.data);
        Self {
            side,
            asked,
            reference: pdu.reference,
            body,
            split: pdu.parameter.len(),
            gathered: Vec::new(),
            span: Span::default(),
            ordinal: 0,
            bytes: u32::try_from(pdu.length).unwrap_or(u32::MAX),
            flagged: false,
            blind: false,
        }
    }

    pub fn parameter(&self) -> &[u8] {
        self.body.get(..self.split).unwrap_or_default()
    }

    pub fn data(&self) -> &[u8] {
        self.body.get(self.split..).unwrap_or_default()
    }

    /// Its buffer, for the next one.
    pub fn into_buffer(self) -> Vec<u8> {
        self.body
    }

    pub fn weight(&self) -> usize {
        size_of::<Self>() + self.body.capacity() + self.gathered.capacity()
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    pub reply: Reply,
    pub outcome: Outcome,
    pub status: Option<(u32, &'static str)>,
    pub duration: Option<i64>,
    /// Parameter and data of the reply; empty without one.
    pub parameter: &'a [u8],
    pub data: &'a [u8],
    /// Number of the job in the device, of a reply in userdata.
    pub sequence: u8,
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
            parameter: &[],
            data: &[],
            sequence: 0,
            span: request.span,
            bytes: request.bytes,
            flagged: request.flagged,
        }
    }
}
