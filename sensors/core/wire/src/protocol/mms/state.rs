//! Pairing of requests and replies on one association by invoke id.

use super::acse::{self, Acse};
use super::association::Association;
use super::pdu::{self, Pdu};
use super::request::{Asked, Ending, Request};
use super::service;
use super::session::{self, Unit};
use super::status::{self, Status};
use super::tell::Known;
use crate::dataset::Flag;
use crate::flow::{Side, Span};
use crate::hash;
use crate::protocol::iso::{Application, Tpdu, cotp};
use crate::protocol::{Outcome, Reply, TIMEOUT, Talk};

/// Requests that may wait on one flow (IEC 61850 clients agree on 1 to 10).
const WAITING: usize = 64;
/// Answered requests remembered to tell a second reply from a reply without a request.
const ANSWERED: usize = 4;

#[derive(Clone, Copy, Debug)]
struct Answered {
    side: Side,
    invoke: i64,
    hash: u64,
}

/// A reply to a confirmed service.
struct Reaction<'a> {
    invoke: i64,
    /// Service the reply says it is for; errors and rejects do not say.
    service: Option<u32>,
    asked: fn(Asked) -> bool,
    outcome: Outcome,
    status: Option<Status>,
    body: &'a [u8],
}

/// Requests and replies of one flow.
#[derive(Default)]
pub struct State {
    known: Known,
    association: Association,
    waiting: Vec<Request>,
    answered: [Option<Answered>; ANSWERED],
    next_answered: usize,
    /// Both directions are known to be complete since the last gap: a lone reply is then odd.
    in_step: bool,
    spare: Vec<u8>,
}

impl State {
    fn acse(&mut self, side: Side, apdu: &[u8], span: Span, talk: &mut Talk<'_>) {
        let Some(read) = acse::read(apdu) else { return talk.flag(Flag::MmsMalformed, Some(7), None) };
        if read.malformed {
            talk.flag(Flag::MmsMalformed, Some(7), None);
        }
        match (read.tag, read.user) {
            (acse::AARQ | acse::AARE, Some(user)) => self.pdu(side, user, Some(&read), span, talk),
            (acse::AARE, None) => self.association.answered(&read, &[], span, talk),
            (acse::AARQ, None) => talk.flag(Flag::MmsMalformed, Some(7), None),
            (acse::RLRQ, _) => self.association.released(side, talk),
            (acse::ABRT, _) => self.association.aborted(side, read.result, talk),
            _ => {}
        }
    }

    fn pdu(&mut self, side: Side, data: &[u8], acse: Option<&Acse<'_>>, span: Span, talk: &mut Talk<'_>) {
        let none = Acse::default();
        let acse = acse.unwrap_or(&none);
        let Some(pdu) = pdu::read(data) else {
            if acse.tag == acse::AARE {
                self.association.answered(acse, &[], span, talk);
            }
            return talk.flag(Flag::MmsMalformed, Some(7), None);
        };
        if self.association.too_long(data.len()) {
            talk.flag(Flag::MmsPduSize, None, None);
        }
        let length = data.len();
        match pdu {
            Pdu::Request { invoke, service, body } => {
                self.ask(side, (Asked::Service(service), invoke), body, (length, span), talk);
            }
            Pdu::Cancel { invoke } => self.ask(side, (Asked::Cancel, invoke), &[], (length, span), talk),
            Pdu::Conclude => self.ask(side, (Asked::Conclude, 0), &[], (length, span), talk),
            Pdu::Unconfirmed { service, body } => self.known.unconfirmed(side, service, body, (length, span), talk),
            Pdu::Initiate(body) => self.association.asked(side, acse, body, span, talk),
            Pdu::Initiated(body) => self.association.answered(acse, body, span, talk),
            Pdu::InitiateError(error) => self.association.refused(status::of_error(error), talk),
            Pdu::Reject { invoke: None, .. } => {}
            reply => {
                if let Some(reaction) = reaction(&reply) {
                    self.answer(side, &reaction, (length, span), talk);
                }
            }
        }
    }

    fn ask(
        &mut self,
        side: Side,
        (asked, invoke): (Asked, i64),
        argument: &[u8],
        (length, span): (usize, Span),
        talk: &mut Talk<'_>,
    ) {
        if matches!(asked, Asked::Service(number) if !service::known(number)) {
            talk.flag(Flag::MmsServiceUnknown, Some(7), None);
        }
        let same = |r: &Request| r.invoke == invoke && r.side == side && r.asked == asked && !r.blind;
        if self.in_step && self.waiting.iter().any(same) {
            talk.flag(Flag::PairingIdReused, Some(7), None);
        }
        let mut body = std::mem::take(&mut self.spare);
        body.clear();
        body.extend_from_slice(argument);
        let bytes = u32::try_from(length).unwrap_or(u32::MAX);
        let (ordinal, flagged) = (talk.ordinal(), talk.flagged());
        self.wait(Request { side, asked, invoke, body, span, ordinal, bytes, flagged, blind: false }, talk);
    }

    fn wait(&mut self, request: Request, talk: &mut Talk<'_>) {
        if self.waiting.len() >= WAITING {
            let oldest = self.waiting.remove(0);
            // Where replies are missing those that wait for them pile up: that is the gap's doing.
            if !oldest.blind {
                talk.flag(Flag::ParserLimit, None, None);
            }
            self.known.tell(&oldest, &Ending::silent(&oldest, Reply::None), talk);
        }
        if self.waiting.capacity() == 0 {
            self.waiting.reserve_exact(1);
        }
        self.waiting.push(request);
    }

    fn answer(&mut self, side: Side, reaction: &Reaction<'_>, (length, span): (usize, Span), talk: &mut Talk<'_>) {
        let fits = |r: &Request| {
            let service = reaction.service.is_none_or(|number| r.asked == Asked::Service(number));
            r.invoke == reaction.invoke && r.side != side && service && (reaction.asked)(r.asked)
        };
        let hash = hash::quick(reaction.body) ^ u64::from(reaction.status.map_or(0, |s| s.0 + 1));
        let answered = Answered { side, invoke: reaction.invoke, hash };
        let Some(at) = self.waiting.iter().position(fits) else {
            return self.lone(side, reaction, &answered, (length, span), talk);
        };
        let request = self.waiting.remove(at);
        self.in_step = true;
        if let Some(slot) = self.answered.get_mut(self.next_answered) {
            *slot = Some(answered);
        }
        self.next_answered = (self.next_answered + 1) % ANSWERED;
        let ending = ending(&request, reaction, (length, span), Reply::Answered, talk);
        self.known.tell(&request, &ending, talk);
        self.spare = request.body;
    }

    /// A reply without a request: what it says of itself.
    fn lone(
        &mut self,
        side: Side,
        reaction: &Reaction<'_>,
        answered: &Answered,
        (length, span): (usize, Span),
        talk: &mut Talk<'_>,
    ) {
        let second = self.answered.iter().flatten().find(|a| a.invoke == answered.invoke && a.side == side);
        let reply = match second {
            Some(first) if self.in_step && first.hash == answered.hash => Reply::Duplicate,
            Some(_) if self.in_step => Reply::Differing,
            _ => Reply::Unexpected,
        };
        match reply {
            Reply::Duplicate => talk.flag(Flag::PairingDuplicateReply, Some(7), None),
            Reply::Differing => talk.flag(Flag::PairingDifferingReply, Some(7), None),
            _ if self.in_step => talk.flag(Flag::PairingUnexpectedReply, Some(7), None),
            _ => {}
        }
        let Some(service) = reaction.service else { return };
        let request = Request {
            side: side.other(),
            asked: Asked::Service(service),
            invoke: reaction.invoke,
            body: Vec::new(),
            span,
            ordinal: talk.ordinal(),
            bytes: 0,
            flagged: false,
            blind: false,
        };
        let mut ending = ending(&request, reaction, (length, span), reply, talk);
        ending.duration = None;
        self.known.tell(&request, &ending, talk);
    }
}

impl Application for State {
    fn begins(data: &[u8]) -> Option<bool> {
        session::begins(data)
    }

    fn transport(&mut self, _side: Side, pdu: &Tpdu<'_>, talk: &mut Talk<'_>) {
        match *pdu {
            Tpdu::Request(connect) => self.association.called(&connect, talk),
            Tpdu::Disconnect { reason } => {
                self.association.refused(Some((u32::from(reason), cotp::reason(reason))), talk);
            }
            Tpdu::Error { cause } => self.association.refused(Some((u32::from(cause), cotp::cause(cause))), talk),
            Tpdu::Confirm(_) | Tpdu::DisconnectConfirm | Tpdu::Data { .. } => {}
        }
    }

    fn message(&mut self, side: Side, message: &[u8], span: Span, talk: &mut Talk<'_>) {
        match session::unit(message) {
            Unit::Mms(pdu) => self.pdu(side, pdu, None, span, talk),
            Unit::Acse(apdu) => self.acse(side, apdu, span, talk),
            Unit::Refused => self.association.refused(None, talk),
            Unit::Aborted => self.association.aborted(side, None, talk),
            Unit::Nothing => {}
            Unit::Malformed => talk.flag(Flag::MmsMalformed, Some(7), None),
        }
    }

    /// Bytes of one direction are missing: silence proves nothing for what waits for it, a lone reply's request may be
    /// among them, and a file that moves may lack a part.
    fn gap(&mut self, side: Side) {
        self.in_step = false;
        self.association.gap();
        self.known.gap();
        for request in self.waiting.iter_mut().filter(|r| r.side != side) {
            request.blind = true;
        }
    }

    /// Tells requests that waited too long.
    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        while self.waiting.first().is_some_and(|r| now.saturating_sub(r.span.last.time) >= TIMEOUT) {
            let request = self.waiting.remove(0);
            let reply = if request.blind { Reply::None } else { Reply::Unanswered };
            self.known.tell(&request, &Ending::silent(&request, reply), talk);
        }
    }

    /// The flow is over.
    fn close(&mut self, talk: &mut Talk<'_>) {
        self.expire(i64::MAX, talk);
        self.association.close(talk);
        self.known.close(talk);
    }

    fn weight(&self) -> usize {
        size_of::<Self>()
            + self.waiting.iter().map(Request::weight).sum::<usize>()
            + self.known.weight()
            + self.spare.capacity()
    }
}

fn reaction<'a>(pdu: &Pdu<'a>) -> Option<Reaction<'a>> {
    let any: fn(Asked) -> bool = |asked| asked != Asked::Conclude;
    let confirmed: fn(Asked) -> bool = |asked| matches!(asked, Asked::Service(_));
    let cancel: fn(Asked) -> bool = |asked| asked == Asked::Cancel;
    let conclude: fn(Asked) -> bool = |asked| asked == Asked::Conclude;
    let of = |invoke, asked, outcome, status| Reaction { invoke, service: None, asked, outcome, status, body: &[] };
    Some(match *pdu {
        Pdu::Response { invoke, service, body } => {
            Reaction { service: Some(service), body, ..of(invoke, confirmed, Outcome::Success, None) }
        }
        Pdu::Error { invoke, error } => of(invoke, confirmed, Outcome::Failure, status::of_error(error)),
        Pdu::Reject { invoke: Some(invoke), class, code } => {
            of(invoke, any, Outcome::Failure, status::of_reject(class, code))
        }
        Pdu::Cancelled { invoke } => of(invoke, cancel, Outcome::Success, None),
        Pdu::CancelError { invoke, error } => of(invoke, cancel, Outcome::Failure, status::of_error(error)),
        Pdu::Concluded => of(0, conclude, Outcome::Success, None),
        Pdu::ConcludeError(error) => of(0, conclude, Outcome::Failure, status::of_error(error)),
        _ => return None,
    })
}

/// How a request ended by this reply.
fn ending<'a>(
    request: &Request,
    reaction: &Reaction<'a>,
    (length, span): (usize, Span),
    reply: Reply,
    talk: &Talk<'_>,
) -> Ending<'a> {
    Ending {
        reply,
        outcome: reaction.outcome,
        status: reaction.status,
        duration: Some(span.last.time.saturating_sub(request.span.last.time)),
        body: reaction.body,
        span: Span { first: request.span.first, last: span.last },
        bytes: request.bytes.saturating_add(u32::try_from(length).unwrap_or(u32::MAX)),
        flagged: request.flagged || talk.flagged(),
    }
}
