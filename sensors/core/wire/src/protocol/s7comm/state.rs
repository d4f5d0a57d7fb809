//! Pairing of requests and replies on one flow by PDU reference and function, over fragments of userdata.

use super::pdu::{self, JOB, Pdu, USERDATA};
use super::request::{Asked, Ending, Request};
use super::status;
use super::tell::Known;
use super::userdata::{self, Head};
use crate::dataset::Flag;
use crate::flow::{Side, Span};
use crate::hash;
use crate::protocol::iso::{Application, Tpdu, cotp};
use crate::protocol::{Reply, TIMEOUT, Talk};

/// Requests that may wait on one flow (parallel jobs are at most 8 or so in practice).
const WAITING: usize = 32;
/// Replies in fragments under way.
const PARTIAL: usize = 8;
/// Bytes of a reply in fragments.
const GATHERED: usize = 1 << 16;
/// Answered requests remembered to tell a second reply from a reply without a request.
const ANSWERED: usize = 4;

#[derive(Clone, Copy, Debug)]
struct Answered {
    reference: u16,
    asked: Asked,
    hash: u64,
}

/// Requests and replies of one flow.
#[derive(Default)]
pub struct State {
    known: Known,
    waiting: Vec<Request>,
    /// Requests whose reply came in part, with its head.
    partial: Vec<(Head, Request)>,
    answered: [Option<Answered>; ANSWERED],
    next_answered: usize,
    /// Both directions are known to be complete since the last gap: a lone reply is then odd.
    in_step: bool,
    spare: Vec<u8>,
}

impl State {
    fn ask(&mut self, side: Side, pdu: &Pdu<'_>, head: Option<Head>, span: Span, talk: &mut Talk<'_>) {
        let Some(asked) = Asked::of(pdu) else { return talk.flag(Flag::S7commHeader, Some(17), None) };
        if !asked.known() {
            talk.flag(Flag::S7commFunctionUnknown, Some(17), None);
        }
        if let Some(head) = head.filter(Head::goes_on)
            && self.ask_on(side, asked, pdu, head, talk)
        {
            return;
        }
        let same = |r: &Request| r.reference == pdu.reference && r.side == side && r.asked == asked && !r.blind;
        if self.in_step && pdu.reference != 0 && self.waiting.iter().any(same) {
            talk.flag(Flag::PairingIdReused, Some(11), None);
        }
        let mut request = Request::new(side, asked, pdu, std::mem::take(&mut self.spare));
        (request.span, request.ordinal, request.flagged) = (span, talk.ordinal(), talk.flagged());
        self.wait(request, talk);
    }

    /// Asks for the next fragment of a reply: the first request goes on under another reference. False when it is a
    /// request of its own.
    fn ask_on(&mut self, side: Side, asked: Asked, pdu: &Pdu<'_>, head: Head, talk: &mut Talk<'_>) -> bool {
        let goes_on = |(told, r): &(Head, Request)| {
            let same = if head.unit == 0 { told.sequence == head.sequence } else { told.unit == head.unit };
            same && r.side == side && r.asked == asked
        };
        let Some(at) = self.partial.iter().position(goes_on) else {
            if self.in_step && head.unit != 0 {
                talk.flag(Flag::S7commFragment, Some(25), None);
            }
            return head.unit != 0;
        };
        let (_, mut request) = self.partial.remove(at);
        request.reference = pdu.reference;
        request.bytes = request.bytes.saturating_add(u32::try_from(pdu.length).unwrap_or(u32::MAX));
        request.span.last = talk.span().last;
        request.flagged |= talk.flagged();
        self.wait(request, talk);
        true
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

    fn answer(&mut self, side: Side, pdu: &Pdu<'_>, head: Option<Head>, span: Span, talk: &mut Talk<'_>) {
        let asked = Asked::of(pdu);
        let fits =
            |r: &Request| r.reference == pdu.reference && r.side != side && asked.is_none_or(|asked| asked == r.asked);
        let Some(at) = self.waiting.iter().position(fits) else {
            return self.lone(side, asked, pdu, head, span, talk);
        };
        let mut request = self.waiting.remove(at);
        self.in_step = true;
        self.remember(Answered { reference: pdu.reference, asked: request.asked, hash: hash_of(pdu) });
        if let Some(head) = head {
            let (_, contents) = userdata::contents(pdu.data);
            if head.more || !request.gathered.is_empty() {
                if request.gathered.len() + contents.len() > GATHERED {
                    talk.flag(Flag::ParserLimit, None, None);
                } else {
                    request.gathered.extend_from_slice(contents);
                }
            }
            if head.more {
                return self.part(head, request, pdu, talk);
            }
        }
        let gathered = std::mem::take(&mut request.gathered);
        let ending = ending(&request, pdu, head, &gathered, span, talk);
        self.known.tell(&request, &ending, talk);
        self.spare = request.into_buffer();
    }

    /// A reply came in part.
    fn part(&mut self, head: Head, mut request: Request, pdu: &Pdu<'_>, talk: &mut Talk<'_>) {
        request.bytes = request.bytes.saturating_add(u32::try_from(pdu.length).unwrap_or(u32::MAX));
        request.flagged |= talk.flagged();
        if self.partial.len() >= PARTIAL {
            let (_, oldest) = self.partial.remove(0);
            talk.flag(Flag::ParserLimit, None, None);
            self.known.tell(&oldest, &Ending::silent(&oldest, Reply::None), talk);
        }
        self.partial.push((head, request));
    }

    /// A reply without a request: what it says of itself.
    fn lone(
        &mut self,
        side: Side,
        asked: Option<Asked>,
        pdu: &Pdu<'_>,
        head: Option<Head>,
        span: Span,
        talk: &mut Talk<'_>,
    ) {
        let Some(asked) = asked else {
            if self.in_step {
                talk.flag(Flag::PairingUnexpectedReply, Some(11), None);
            }
            return;
        };
        let second = self.answered.iter().flatten().find(|a| a.reference == pdu.reference && a.asked == asked);
        let reply = match second {
            Some(first) if self.in_step && first.hash == hash_of(pdu) => Reply::Duplicate,
            Some(_) if self.in_step => Reply::Differing,
            _ => Reply::Unexpected,
        };
        match reply {
            Reply::Duplicate => talk.flag(Flag::PairingDuplicateReply, Some(11), None),
            Reply::Differing => talk.flag(Flag::PairingDifferingReply, Some(11), None),
            _ if self.in_step => talk.flag(Flag::PairingUnexpectedReply, Some(11), None),
            _ => {}
        }
        let empty = Pdu { parameter: &[], data: &[], length: 0, ..*pdu };
        let mut request = Request::new(side.other(), asked, &empty, Vec::new());
        (request.span, request.ordinal) = (span, talk.ordinal());
        let mut ending = ending(&request, pdu, head, &[], span, talk);
        (ending.reply, ending.duration) = (reply, None);
        self.known.tell(&request, &ending, talk);
    }

    fn remember(&mut self, answered: Answered) {
        if let Some(slot) = self.answered.get_mut(self.next_answered) {
            *slot = Some(answered);
        }
        self.next_answered = (self.next_answered + 1) % ANSWERED;
    }
}

impl Application for State {
    fn begins(data: &[u8]) -> Option<bool> {
        pdu::begins(data)
    }

    fn transport(&mut self, _side: Side, pdu: &Tpdu<'_>, talk: &mut Talk<'_>) {
        let connection = &mut self.known.connection;
        match *pdu {
            Tpdu::Request(connect) => connection.request(&connect, talk),
            Tpdu::Confirm(connect) => connection.confirm(&connect),
            Tpdu::Disconnect { reason } => connection.refused((u32::from(reason), cotp::reason(reason)), talk),
            Tpdu::Error { cause } => connection.refused((u32::from(cause), cotp::cause(cause)), talk),
            Tpdu::DisconnectConfirm | Tpdu::Data { .. } => return,
        }
        self.known.unit = connection.unit();
    }

    fn message(&mut self, side: Side, message: &[u8], span: Span, talk: &mut Talk<'_>) {
        if message.is_empty() || message.first() == Some(&pdu::PLUS_PROTOCOL_ID) {
            return;
        }
        let Some(pdu) = Pdu::read(message) else { return talk.flag(Flag::S7commHeader, Some(7), None) };
        if pdu.uneven {
            talk.flag(Flag::S7commHeader, Some(13), None);
        }
        if self.known.connection.pdu_size.is_some_and(|size| pdu.length > usize::from(size)) {
            talk.flag(Flag::S7commPduSize, None, None);
        }
        match pdu.rosctr {
            JOB => self.ask(side, &pdu, None, span, talk),
            USERDATA => match Head::read(pdu.parameter) {
                Some(head) if head.asks() => self.ask(side, &pdu, Some(head), span, talk),
                Some(head) if head.pushed() => {
                    self.known.pushed((head.group, head.function), head.sequence, pdu.data, pdu.length, talk);
                }
                Some(head) => self.answer(side, &pdu, Some(head), span, talk),
                None => talk.flag(Flag::S7commHeader, Some(17), None),
            },
            _ => self.answer(side, &pdu, None, span, talk),
        }
    }

    /// Bytes of one direction are missing: silence proves nothing for what waits for it, a lone reply's request may be
    /// among them, and a block that moves may lack a part.
    fn gap(&mut self, side: Side) {
        self.in_step = false;
        self.known.connection.gap();
        self.known.transfers.gap();
        for request in self.waiting.iter_mut().filter(|r| r.side != side) {
            request.blind = true;
        }
        for (_, request) in &mut self.partial {
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
        while self.partial.first().is_some_and(|(_, r)| now.saturating_sub(r.span.last.time) >= TIMEOUT) {
            let (_, request) = self.partial.remove(0);
            self.known.tell(&request, &Ending::silent(&request, Reply::None), talk);
        }
    }

    /// The flow is over.
    fn close(&mut self, talk: &mut Talk<'_>) {
        self.expire(i64::MAX, talk);
        self.known.connection.close(talk);
        let unit = self.known.unit.take();
        self.known.transfers.close(unit.as_deref(), talk);
    }

    fn weight(&self) -> usize {
        size_of::<Self>()
            + self.waiting.iter().map(Request::weight).sum::<usize>()
            + self.partial.iter().map(|(_, r)| r.weight()).sum::<usize>()
            + self.known.transfers.weight()
            + self.known.jobs.weight()
            + self.spare.capacity()
    }
}

fn hash_of(pdu: &Pdu<'_>) -> u64 {
    hash::quick(pdu.parameter) ^ hash::quick(pdu.data).rotate_left(1) ^ u64::from(pdu.error)
}

/// How a request ended by this reply.
fn ending<'a>(
    request: &Request,
    pdu: &Pdu<'a>,
    head: Option<Head>,
    gathered: &'a [u8],
    span: Span,
    talk: &Talk<'_>,
) -> Ending<'a> {
    let (error, data) = match head {
        Some(head) => (head.error, if gathered.is_empty() { userdata::contents(pdu.data).1 } else { gathered }),
        None => (pdu.error, pdu.data),
    };
    let (mut outcome, mut status) = status::of_message(error);
    let code = userdata::contents(pdu.data).0;
    if head.is_some() && error == 0 && request.asked.refused_by(code) {
        (outcome, status) = status::of_item(code);
    }
    Ending {
        reply: Reply::Answered,
        outcome,
        status,
        duration: Some(span.first.time.saturating_sub(request.span.last.time).max(0)),
        parameter: pdu.parameter,
        data,
        sequence: head.map_or(0, |head| head.sequence),
        span: Span { first: request.span.first, last: span.last },
        bytes: request.bytes.saturating_add(u32::try_from(pdu.length).unwrap_or(u32::MAX)),
        flagged: request.flagged || talk.flagged(),
    }
}
