//! Bodies of PDUs (C706 12.6.4; MS-RPCE 2.2.2). Places are counted from the end of the head.

use super::header::{self, Header};
use super::ndr::Ndr;
use super::uuid::Uuid;

/// Contexts read of one PDU.
const CONTEXTS: usize = 64;

/// An interface that a client wants to call, and under which number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Offer {
    pub id: u16,
    pub interface: Uuid,
    /// The first of the transfer syntaxes.
    pub syntax: Uuid,
}

/// What became of an offer: 0 acceptance, 1 and 2 rejection, 3 an answer about features.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Verdict {
    pub result: u16,
    pub reason: u16,
    pub syntax: Uuid,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Pdu<'a> {
    Bind(Vec<Offer>),
    Bound(Vec<Verdict>),
    Refused(u16),
    Request {
        context: u16,
        operation: u16,
        object: Option<Uuid>,
        stub: &'a [u8],
    },
    Response {
        stub: &'a [u8],
    },
    Fault(u32),
    /// auth3, cancel, orphaned, shutdown: all is in the head and the verifier.
    Bare,
}

impl<'a> Pdu<'a> {
    /// None: the body is cut.
    pub fn read(header: &Header<'a>) -> Option<Self> {
        let mut body = Ndr::new(header.body, header.little);
        Some(match header.kind {
            header::BIND | header::ALTER => Self::Bind(offers(&mut body)?),
            header::BIND_ACK | header::ALTER_RESPONSE => Self::Bound(verdicts(&mut body)?),
            header::BIND_NAK => Self::Refused(body.u16()?),
            header::REQUEST => request(header, &mut body)?,
            header::RESPONSE => {
                body.take(8)?;
                Self::Response { stub: body.take(body.left())? }
            }
            header::FAULT => {
                body.take(8)?;
                Self::Fault(body.u32()?)
            }
            _ => Self::Bare,
        })
    }
}

/// | 0 bytes at most 4 | 4 context 2 | 6 operation 2 | [8 object 16] | stub |
fn request<'a>(header: &Header<'a>, body: &mut Ndr<'a>) -> Option<Pdu<'a>> {
    body.take(4)?;
    let (context, operation) = (body.u16()?, body.u16()?);
    let object = if header.flags & header::OBJECT == 0 { None } else { Some(body.uuid()?) };
    Some(Pdu::Request { context, operation, object, stub: body.take(body.left())? })
}

/// | 0 longest fragments 4 | 4 group 4 | 8 contexts 1 | 9 | 12 | id 2 | syntaxes 1 | 0 | interface 16 | version 4 | syntax 16 |
/// version 4 | … |
fn offers(body: &mut Ndr<'_>) -> Option<Vec<Offer>> {
    body.take(8)?;
    let count = body.u8()?;
    body.take(3)?;
    let mut found = Vec::new();
    for _ in 0..count {
        let (id, syntaxes) = (body.u16()?, body.u8()?);
        body.u8()?;
        let interface = body.uuid()?;
        body.take(4)?;
        let mut syntax = None;
        for _ in 0..syntaxes {
            let one = body.uuid()?;
            body.take(4)?;
            syntax = syntax.or(Some(one));
        }
        if found.len() < CONTEXTS {
            found.push(Offer { id, interface, syntax: syntax? });
        }
    }
    Some(found)
}

/// | 0 longest fragments 4 | 4 group 4 | 8 length 2 | address, a port | … 4 | results 1 | 0 0 0 | result 2 | reason 2 | syntax 16
/// | version 4 | … |
fn verdicts(body: &mut Ndr<'_>) -> Option<Vec<Verdict>> {
    body.take(8)?;
    let address = usize::from(body.u16()?);
    body.take(address)?;
    body.align(4);
    let count = body.u8()?;
    body.take(3)?;
    let mut found = Vec::new();
    for _ in 0..count {
        let one = Verdict { result: body.u16()?, reason: body.u16()?, syntax: body.uuid()? };
        body.take(4)?;
        if found.len() < CONTEXTS {
            found.push(one);
        }
    }
    Some(found)
}
