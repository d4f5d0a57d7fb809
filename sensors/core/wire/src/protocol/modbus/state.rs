//! Pairing of requests and replies on one flow, by transaction id, unit and function.

use super::frame;
use super::function as fc;
use super::reply;
use super::request::{self, Request};
use super::umas::{self, Transfer};
use crate::bytes::{be16, u8_at};
use crate::dataset::Flag;
use crate::flow::{Side, Span};
use crate::hash;
use crate::protocol::{Outcome, Reply, TIMEOUT, Talk};

/// Requests that may wait on one flow (clients pipeline at most 16 in practice).
const WAITING: usize = 64;
/// Answered requests remembered to tell a second reply from a reply without a request.
const ANSWERED: usize = 4;

/// What carries a PDU: the MBAP header, or a serial frame inside TCP, which has no transaction ids.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Carrier {
    Tcp,
    Rtu,
    Ascii,
}

/// One message with its header taken off.
pub struct Adu<'a> {
    pub transaction: u16,
    pub protocol: u16,
    pub unit: u8,
    pub pdu: &'a [u8],
    pub length: usize,
    pub carrier: Carrier,
}

impl<'a> Adu<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        Some(Self {
            transaction: be16(data, 0)?,
            protocol: be16(data, 2)?,
            unit: u8_at(data, 6)?,
            pdu: data.get(7..)?,
            length: data.len(),
            carrier: Carrier::Tcp,
        })
    }
}

#[derive(Clone, Copy, Default)]
struct Answered {
    transaction: u16,
    unit: u8,
    code: u8,
    hash: u64,
    ordinal: i64,
}

/// Requests and replies of one flow.
#[derive(Default)]
pub struct State {
    waiting: Vec<Request>,
    answered: [Answered; ANSWERED],
    next_answered: usize,
    /// Both directions are known to be complete since the last gap: a lone reply is then odd.
    in_step: bool,
    /// A program on its way, block by block.
    transfer: Option<Box<Transfer>>,
}

impl State {
    pub fn request(&mut self, adu: &Adu<'_>, talk: &mut Talk<'_>) {
        let (mut request, oddity) = request::parse(adu.pdu);
        request.transaction = adu.transaction;
        request.unit = adu.unit;
        request.carrier = adu.carrier;
        request.span = talk.span();
        request.ordinal = talk.ordinal();
        request.bytes = u32::try_from(adu.length).unwrap_or(u32::MAX);
        header(adu, talk);
        if let Some((flag, offset)) = oddity {
            talk.flag(flag, Some(offset), None);
        }
        let same = |r: &Request| r.transaction == adu.transaction && r.unit == adu.unit && !r.blind;
        // Clients that never count their transactions up (id 0 throughout) are common and no attack.
        if adu.transaction != 0 && self.in_step && self.waiting.iter().any(same) {
            talk.flag(Flag::PairingIdReused, Some(0), None);
        }
        request.flagged = talk.flagged();
        // Broadcast to serial units is never answered (MODBUS over Serial Line V1.02 2.2); a TCP server may answer unit 0.
        if self.waiting.len() >= WAITING {
            let oldest = self.waiting.remove(0);
            talk.flag(Flag::ParserLimit, None, None);
            reply::emit_silent(&oldest, Reply::None, talk);
        }
        // Most clients wait for each reply: a flow need not keep room for four requests.
        if self.waiting.capacity() == 0 {
            self.waiting.reserve_exact(1);
        }
        self.waiting.push(request);
    }

    pub fn reply(&mut self, adu: &Adu<'_>, talk: &mut Talk<'_>) {
        header(adu, talk);
        let code = u8_at(adu.pdu, 0).unwrap_or(0) & !fc::EXCEPTION;
        let matches =
            |r: &Request| r.transaction == adu.transaction && r.unit == adu.unit && r.code & !fc::EXCEPTION == code;
        let hash = hash::quick(adu.pdu);
        if let Some(at) = self.waiting.iter().position(matches) {
            let request = self.waiting.remove(at);
            self.in_step = true;
            self.remember(Answered {
                transaction: adu.transaction,
                unit: adu.unit,
                code,
                hash,
                ordinal: request.ordinal,
            });
            reply::emit(&request, adu, Reply::Answered, talk);
            if request.code == fc::UMAS {
                Transfer::follow(&mut self.transfer, &request, adu.pdu, talk);
            }
            return;
        }
        let second = self
            .answered
            .iter()
            .find(|a| a.ordinal > 0 && a.transaction == adu.transaction && a.unit == adu.unit && a.code == code);
        let kind = match second {
            Some(first) if self.in_step && first.hash == hash => Reply::Duplicate,
            Some(_) if self.in_step => Reply::Differing,
            _ => Reply::Unexpected,
        };
        match kind {
            Reply::Duplicate => talk.flag(Flag::PairingDuplicateReply, Some(0), None),
            Reply::Differing => talk.flag(Flag::PairingDifferingReply, Some(0), None),
            _ if self.in_step => talk.flag(Flag::PairingUnexpectedReply, Some(0), None),
            _ => {}
        }
        reply::emit_lone(adu, kind, talk);
    }

    /// Whether a request to a unit waits for the answer of this function.
    pub fn waits_for(&self, unit: u8, code: u8) -> bool {
        self.waiting.iter().any(|request| request.unit == unit && request.code & !fc::EXCEPTION == code)
    }

    /// Tells what waits as unanswered: the master asks anew.
    pub fn give_up(&mut self, talk: &mut Talk<'_>) {
        for request in std::mem::take(&mut self.waiting) {
            let reply = if request.blind { Reply::None } else { Reply::Unanswered };
            reply::emit_silent(&request, reply, talk);
        }
    }

    /// Tells what waits: it was a broadcast.
    pub fn nobody_answers(&mut self, talk: &mut Talk<'_>) {
        for request in std::mem::take(&mut self.waiting) {
            reply::emit_silent(&request, Reply::None, talk);
        }
    }

    fn remember(&mut self, answered: Answered) {
        if let Some(slot) = self.answered.get_mut(self.next_answered) {
            *slot = answered;
        }
        self.next_answered = (self.next_answered + 1) % ANSWERED;
    }

    /// Bytes are missing: silence proves nothing for requests whose reply may be among them, and a lone reply's request
    /// may be.
    pub fn gap(&mut self, side: Side) {
        self.in_step = false;
        Transfer::gap(&mut self.transfer);
        if side == Side::Server {
            for request in &mut self.waiting {
                request.blind = true;
            }
        }
    }

    /// Tells requests that waited too long.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        while self.waiting.first().is_some_and(|r| now.saturating_sub(r.span.last.time) >= TIMEOUT) {
            let request = self.waiting.remove(0);
            let reply = if request.blind { Reply::None } else { Reply::Unanswered };
            reply::emit_silent(&request, reply, talk);
        }
        Transfer::expire(&mut self.transfer, now, talk);
    }

    pub fn weight(&self) -> usize {
        self.waiting.iter().map(|r| size_of::<Request>() + r.data.len()).sum::<usize>() + size_of::<Self>()
    }
}

/// What is odd about a header.
fn header(adu: &Adu<'_>, talk: &mut Talk<'_>) {
    if adu.protocol != 0 {
        talk.flag(Flag::ModbusProtocolId, Some(2), None);
    }
    // Programming by UMAS has a longer limit of its own.
    if adu.carrier == Carrier::Tcp && frame::over_limit(adu.length) && u8_at(adu.pdu, 0) != Some(fc::UMAS) {
        talk.flag(Flag::ModbusLengthIllegal, Some(4), None);
    }
}

/// Packets of a request and its reply.
pub fn both(request: Span, reply: Span) -> Span {
    Span { first: request.first, last: reply.last }
}

/// Outcome and status of a reply.
pub fn outcome(pdu: &[u8]) -> (Outcome, Option<(u32, &'static str)>) {
    match u8_at(pdu, 0) {
        Some(code) if code & fc::EXCEPTION != 0 => {
            let status =
                u8_at(pdu, 1).map(|code| (u32::from(code), fc::exception(code).unwrap_or("Undefined Exception")));
            (Outcome::Failure, status)
        }
        Some(fc::UMAS) => umas::outcome(pdu),
        Some(_) => (Outcome::Success, None),
        None => (Outcome::Unknown, None),
    }
}
