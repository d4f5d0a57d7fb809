//! From transport PDUs to messages, and pairing of requests and responses by sequence number and function.

use super::frame::{self, Head, Unit};
use super::function as fc;
use super::pairing::{Ending, Request};
use super::publication;
use super::reader::Reader;
use super::session::Standing;
use super::status;
use super::tell::Known;
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Span};
use crate::hash;
use crate::protocol::iso::{Application, Tpdu};
use crate::protocol::{Exchange, Function, Item, Outcome, Reply, TIMEOUT, Talk};
use crate::text::Details;

/// Requests that may wait on one connection.
const WAITING: usize = 64;
/// Bytes of a message in fragments.
const GATHERED: usize = 1 << 18;
/// Answered requests remembered to tell a second response from one without a request.
const ANSWERED: usize = 4;

/// One direction's message in fragments.
#[derive(Debug, Default)]
struct Gathered {
    data: Vec<u8>,
    first: Option<Span>,
    signed: bool,
    /// Too long, or its beginning is missing.
    broken: bool,
}

#[derive(Clone, Copy, Debug)]
struct Answered {
    sequence: u16,
    function: u16,
    hash: u64,
}

/// Requests and responses of one connection.
#[derive(Default)]
pub struct State {
    known: Known,
    waiting: Vec<Request>,
    answered: [Option<Answered>; ANSWERED],
    next_answered: usize,
    /// Both directions are known to be complete since the last gap: a lone response is then odd.
    in_step: bool,
    /// TLS runs inside the transport connection.
    encrypted: bool,
    gathered: [Gathered; 2],
    spare: Vec<u8>,
}

const fn at(side: Side) -> usize {
    match side {
        Side::Client => 0,
        Side::Server => 1,
    }
}

impl State {
    /// One fragment, or the only one.
    fn part(&mut self, side: Side, version: u8, part: (&[u8], bool, bool), span: Span, talk: &mut Talk<'_>) {
        let (data, last, signed) = part;
        let Some(slot) = self.gathered.get_mut(at(side)) else { return };
        if slot.first.is_none() && !slot.broken && last {
            return self.message(side, version, (data, signed), span, talk);
        }
        let first = *slot.first.get_or_insert(span);
        slot.signed |= signed;
        slot.broken |= slot.data.len() + data.len() > GATHERED;
        if !slot.broken {
            slot.data.extend_from_slice(data);
        }
        if !last {
            return;
        }
        let whole = std::mem::take(slot);
        if whole.broken {
            return talk.flag(Flag::ParserLimit, None, None);
        }
        let span = Span { first: first.first, last: span.last };
        self.message(side, version, (&whole.data, whole.signed), span, talk);
    }

    fn message(&mut self, side: Side, version: u8, message: (&[u8], bool), span: Span, talk: &mut Talk<'_>) {
        let (data, signed) = message;
        let opcode = data.first().copied();
        let head = match opcode {
            Some(frame::REQUEST | frame::RESPONSE | frame::RESPONSE_2) => Head::read(data, signed),
            Some(frame::NOTIFICATION) => {
                let (data, signed) = frame::unsigned(data, signed);
                let bytes = u32::try_from(data.len()).unwrap_or(u32::MAX);
                let body = data.get(1..).unwrap_or_default();
                return publication::tell(&self.known.subscriptions, body, (version, signed), bytes, talk);
            }
            _ => None,
        };
        let Some(head) = head else {
            // What is left of a message whose beginning is lost looks like this.
            if self.in_step {
                talk.flag(Flag::S7commPlusOpcode, Some(11), None);
            }
            return;
        };
        if !fc::known(head.function) {
            talk.flag(Flag::S7commPlusFunctionUnknown, Some(14), None);
        }
        if opcode == Some(frame::REQUEST) {
            self.ask(side, version, &head, (span, data.len()), talk);
        } else {
            self.answer(side, version, &head, (span, data.len()), talk);
        }
    }

    fn ask(&mut self, side: Side, version: u8, head: &Head<'_>, of: (Span, usize), talk: &mut Talk<'_>) {
        let (span, bytes) = of;
        let same =
            |r: &Request| r.sequence == head.sequence && r.function == head.function && r.side == side && !r.blind;
        if self.in_step && self.waiting.iter().any(same) {
            talk.flag(Flag::PairingIdReused, Some(18), None);
        }
        let mut request = Request::new(side, version, head, std::mem::take(&mut self.spare));
        (request.span, request.ordinal, request.flagged) = (span, talk.ordinal(), talk.flagged());
        request.bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        if self.waiting.len() >= WAITING {
            let oldest = self.waiting.remove(0);
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

    fn answer(&mut self, side: Side, version: u8, head: &Head<'_>, of: (Span, usize), talk: &mut Talk<'_>) {
        let (span, bytes) = of;
        let errs = matches!(head.function, fc::ERROR | 0x05a9);
        let fits = |r: &Request| r.sequence == head.sequence && r.side != side && (r.function == head.function || errs);
        let Some(at) = self.waiting.iter().position(fits) else {
            return self.lone(side, version, head, of, talk);
        };
        let request = self.waiting.remove(at);
        self.in_step = true;
        self.remember(head);
        let mut ending = ending(head, &request, talk);
        ending.span = Span { first: request.span.first, last: span.last };
        ending.duration = Some(span.first.time.saturating_sub(request.span.last.time).max(0));
        ending.bytes = request.bytes.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
        if errs && ending.outcome != Outcome::Failure {
            ending.outcome = Outcome::Failure;
        }
        self.known.tell(&request, &ending, talk);
        self.spare = request.body;
    }

    /// A response without a request: its function and result.
    fn lone(&mut self, side: Side, version: u8, head: &Head<'_>, of: (Span, usize), talk: &mut Talk<'_>) {
        let (span, bytes) = of;
        let second =
            self.answered.iter().flatten().find(|a| (a.sequence, a.function) == (head.sequence, head.function));
        let reply = match second {
            Some(first) if self.in_step && first.hash == hash::quick(head.body) => Reply::Duplicate,
            Some(_) if self.in_step => Reply::Differing,
            _ => Reply::Unexpected,
        };
        match reply {
            Reply::Duplicate => talk.flag(Flag::PairingDuplicateReply, Some(18), None),
            Reply::Differing => talk.flag(Flag::PairingDifferingReply, Some(18), None),
            _ if self.in_step => talk.flag(Flag::PairingUnexpectedReply, Some(18), None),
            _ => {}
        }
        let (outcome, status) = Reader::new(head.body).long_vlq().map_or((Outcome::Unknown, None), status::of);
        let mut details = Details::default();
        details.number("protocol_version", version);
        details.text("integrity", if head.signed { "digest" } else { "none" });
        let text = details.finish();
        let item = Item { details: text.as_deref(), ..Item::new(fc::operation(head.function)) };
        talk.exchange(&Exchange {
            function: fc::function(head.function),
            outcome,
            status,
            reply,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            flagged: talk.flagged(),
            ..Exchange::new(span, side.other(), talk.ordinal(), &[item])
        });
    }

    fn remember(&mut self, head: &Head<'_>) {
        let (sequence, function) = (head.sequence, head.function);
        if let Some(slot) = self.answered.get_mut(self.next_answered) {
            *slot = Some(Answered { sequence, function, hash: hash::quick(head.body) });
        }
        self.next_answered = (self.next_answered + 1) % ANSWERED;
    }
}

impl Application for State {
    fn begins(data: &[u8]) -> Option<bool> {
        frame::begins(data)
    }

    fn transport(&mut self, _side: Side, pdu: &Tpdu<'_>, _talk: &mut Talk<'_>) {
        if let Tpdu::Request(connect) | Tpdu::Confirm(connect) = pdu {
            self.known.sessions.connect(connect);
        }
    }

    fn message(&mut self, side: Side, unit: &[u8], span: Span, talk: &mut Talk<'_>) {
        match Unit::read(unit) {
            Some(Unit::Data { version, data, last, signed, uneven }) => {
                if uneven {
                    talk.flag(Flag::S7commPlusHeader, Some(9), None);
                }
                self.part(side, version, (data, last, signed), span, talk);
            }
            Some(Unit::SystemEvent { confirmed, text }) => system_event(side, confirmed, text, unit.len(), talk),
            Some(Unit::KeepAlive) | None if unit.is_empty() || unit.get(1) == Some(&frame::KEEP_ALIVE) => {}
            None if unit.first() == Some(&frame::CLASSIC_PROTOCOL_ID) => {
                talk.flag(Flag::S7commPlusClassic, Some(7), None);
            }
            None if frame::tls(unit) == Some(true) => {
                self.encrypted = true;
                self.expire(i64::MAX, talk);
                self.known.sessions.encrypted(side, talk);
            }
            _ => talk.flag(Flag::S7commPlusHeader, Some(7), None),
        }
    }

    fn unreadable(&self) -> bool {
        self.encrypted
    }

    /// Bytes of one direction are missing: silence proves nothing for what waits for it, and a lone response's request
    /// may be among them.
    fn gap(&mut self, side: Side) {
        self.in_step = false;
        if let Some(gathered) = self.gathered.get_mut(at(side)) {
            *gathered = Gathered::default();
        }
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
        self.known.sessions.tell(Standing::Open, None, talk);
    }

    fn weight(&self) -> usize {
        size_of::<Self>()
            + self.waiting.iter().map(Request::weight).sum::<usize>()
            + self.gathered.iter().map(|g| g.data.capacity()).sum::<usize>()
            + self.known.weight()
            + self.spare.capacity()
    }
}

/// How a request ended by this response.
fn ending<'a>(head: &Head<'a>, request: &Request, talk: &Talk<'_>) -> Ending<'a> {
    let mut reader = Reader::new(head.body);
    let value = reader.long_vlq();
    let (outcome, status) = value.map_or((Outcome::Unknown, None), status::of);
    Ending {
        reply: Reply::Answered,
        outcome,
        status,
        duration: None,
        body: value.map(|_| reader.rest()),
        span: Span::default(),
        bytes: 0,
        flagged: request.flagged || talk.flagged(),
    }
}

/// Bytes confirmed by the other side; "LOGOUT" behind the end of a session.
fn system_event(side: Side, confirmed: u32, text: &[u8], bytes: usize, talk: &mut Talk<'_>) {
    let mut details = Details::default();
    details.number("confirmed_bytes", confirmed);
    let text = crate::text::bounded(text, 64).0;
    if !text.is_empty() {
        details.text("event", text.trim_end_matches('\u{fffd}'));
    }
    let details = details.finish();
    let item = Item { details: details.as_deref(), ..Item::new(Operation::SessionKeepalive) };
    talk.exchange(&Exchange {
        function: Function { code: None, name: Some("SystemEvent") },
        bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), side, talk.ordinal(), &[item])
    });
}
