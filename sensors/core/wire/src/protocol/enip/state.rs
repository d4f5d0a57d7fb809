//! Sessions, connections and pairing on one flow: SendRRData by session and sender context, SendUnitData by connection
//! and sequence count, the others by command (CIP Networks Library Volume 2, 2-4).

use super::header::{self, Header};
use super::message::Ask;
use super::packet::{self, Packet};
use super::reading::Reading;
use super::service;
use super::tell;
use super::transfer::Transfer;
use crate::bytes::{le16, u8_at};
use crate::dataset::Flag;
use crate::flow::{Side, Span, Transport};
use crate::hash;
use crate::protocol::{Reply, TIMEOUT, Talk};

/// Requests that may wait on one flow, and their bytes together.
const WAITING: usize = 64;
const WAITING_BYTES: usize = 128 * 1024;
/// Answered requests remembered to tell a second reply from a reply without a request.
const ANSWERED: usize = 4;
/// Connections remembered of one flow.
const CONNECTIONS: usize = 32;
/// Buffers of answered requests kept for the next ones.
const SPARE: usize = 2;
const SPARE_BYTES: usize = 1024;

/// A request waiting for its reply.
pub struct Waiting {
    pub command: u16,
    pub session: u32,
    pub context: u64,
    pub connection: Option<u32>,
    pub sequence: u16,
    /// Service whose reply is awaited: the one inside where it is sent on.
    pub service: u8,
    /// The CIP message.
    pub cip: Vec<u8>,
    pub side: Side,
    pub span: Span,
    pub ordinal: i64,
    pub bytes: u32,
    pub flagged: bool,
    /// How often bytes of the reply's direction were lost since: silence then proves nothing.
    pub gaps: u8,
}

#[derive(Clone, Copy, Default)]
struct Answered {
    command: u16,
    context: u64,
    sequence: u16,
    service: u8,
    hash: u64,
    ordinal: i64,
}

/// A connection for messages, opened on this flow.
pub struct Connected {
    pub to_target: u32,
    pub to_originator: u32,
    pub owner: (u16, u16, u32),
    pub route: String,
    pub key: i64,
}

#[derive(Default)]
pub struct State {
    waiting: Vec<Waiting>,
    answered: [Answered; ANSWERED],
    next_answered: usize,
    spare: Vec<Vec<u8>>,
    connections: Vec<Connected>,
    /// The session as granted, or as first seen used, with its key.
    session: Option<(u32, i64)>,
    granted: bool,
    /// Both directions are known to be complete since the last gap: a lone reply is then odd.
    in_step: bool,
    /// Bytes were lost: what was agreed before may be unknown.
    lossy: bool,
    reading: Reading,
    /// A file under way.
    transfer: Option<Box<Transfer>>,
}

/// A whole message with its header read.
pub struct Frame<'a> {
    pub side: Side,
    pub header: Header,
    pub data: &'a [u8],
    pub bytes: u32,
}

impl State {
    pub fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let (Some(header), Some(rest)) = (Header::read(data), data.get(header::HEADER..)) else { return };
        let frame = Frame { side, header, data: rest, bytes: u32::try_from(data.len()).unwrap_or(u32::MAX) };
        check(&frame, talk);
        match header.command {
            header::SEND_RR_DATA | header::SEND_UNIT_DATA => self.data(&frame, talk),
            header::NOP | header::UNREGISTER_SESSION => self.single(&frame, talk),
            header::REGISTER_SESSION if side == Side::Client && header.status == 0 => self.ask(&frame, None, talk),
            code if header::is_list(code) && rest.is_empty() && (header.status == 0 || side == Side::Client) => {
                self.ask(&frame, None, talk);
            }
            code if header::is_list(code) || code == header::REGISTER_SESSION => self.answer(&frame, None, talk),
            _ => self.single(&frame, talk),
        }
    }

    /// SendRRData and SendUnitData: the service tells request from reply.
    fn data(&mut self, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        let packet = frame.data.get(header::ITEMS..).and_then(Packet::read).unwrap_or_default();
        if frame.data.is_empty() && frame.header.status != 0 {
            return self.answer(frame, None, talk);
        }
        let right = if frame.header.command == header::SEND_UNIT_DATA {
            packet::CONNECTED_DATA
        } else {
            packet::UNCONNECTED_DATA
        };
        if !packet.whole || packet.data.is_none_or(|(kind, _)| kind != right) {
            talk.flag(Flag::EnipItems, Some(30), None);
        }
        self.check_session(frame, talk);
        let Some(cip) = packet.message().filter(|cip| !cip.is_empty()) else { return self.single(frame, talk) };
        if u8_at(cip, 0).unwrap_or(0) & service::REPLY == 0 {
            self.ask(frame, Some((&packet, cip)), talk);
        } else {
            self.answer(frame, Some((&packet, cip)), talk);
        }
    }

    /// A session has to be registered first, and every message of the connection carries it (Volume 2, 2-4.4).
    fn check_session(&mut self, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        if talk.facts.transport != Transport::Tcp {
            return;
        }
        let handle = frame.header.session;
        let never = self.session.is_none() && talk.facts.begun && !self.lossy;
        let other = self.granted && self.session.is_some_and(|(known, _)| known != handle);
        if (never || other) && frame.side == Side::Client {
            talk.flag(Flag::EnipSession, Some(4), None);
        }
        if self.session.is_none() {
            self.session = Some((handle, session_key(handle, talk)));
        }
    }

    fn ask(&mut self, frame: &Frame<'_>, message: Option<(&Packet<'_>, &[u8])>, talk: &mut Talk<'_>) {
        let mut cip = self.spare.pop().unwrap_or_default();
        cip.clear();
        let (mut connection, mut sequence, mut service) = (None, 0, 0);
        if let Some((packet, bytes)) = message {
            cip.extend_from_slice(bytes);
            (connection, sequence, service) = (packet.connection, packet.count_of_message(), awaited(bytes));
        }
        let mut held: usize = self.waiting.iter().map(|waiting| waiting.cip.len()).sum();
        while self.waiting.len() >= WAITING || (held + cip.len() > WAITING_BYTES && !self.waiting.is_empty()) {
            let oldest = self.waiting.remove(0);
            held = held.saturating_sub(oldest.cip.len());
            talk.flag(Flag::ParserLimit, None, None);
            self.tell_silent(oldest, Reply::None, talk);
        }
        // Most clients wait for each reply: a flow need not keep room for four requests.
        if self.waiting.capacity() == 0 {
            self.waiting.reserve_exact(1);
        }
        self.waiting.push(Waiting {
            command: frame.header.command,
            session: frame.header.session,
            context: frame.header.context,
            connection,
            sequence,
            service,
            cip,
            side: frame.side,
            span: talk.span(),
            ordinal: talk.ordinal(),
            bytes: frame.bytes,
            flagged: talk.flagged(),
            gaps: 0,
        });
    }

    fn answer(&mut self, frame: &Frame<'_>, message: Option<(&Packet<'_>, &[u8])>, talk: &mut Talk<'_>) {
        let cip = message.map(|(_, cip)| cip);
        let code = cip.and_then(|cip| u8_at(cip, 0)).map(|code| code & !service::REPLY);
        let sequence = message.map_or(0, |(packet, _)| packet.count_of_message());
        let connection = message.and_then(|(packet, _)| packet.connection);
        // Many clients never change their sender context: once replies may be missing, the one that is here answers the
        // request that was asked last.
        let fits = |exactly: bool| {
            let of = |w: &Waiting| self.matches(w, frame, code, sequence, connection.filter(|_| exactly));
            let seen = self.waiting.iter().position(|w| w.gaps == 0 && of(w));
            let least = || self.waiting.iter().filter(|w| of(w)).map(|w| w.gaps).min();
            seen.or_else(|| least().and_then(|gaps| self.waiting.iter().rposition(|w| w.gaps == gaps && of(w))))
        };
        // Some servers send the request's own connection id back.
        let at = fits(true).or_else(|| fits(false));
        let hash = hash::quick(frame.data);
        let command = frame.header.command;
        if let Some(at) = at {
            let request = self.waiting.remove(at);
            self.in_step = true;
            let answered = Answered {
                command,
                context: frame.header.context,
                sequence,
                service: code.unwrap_or(0),
                hash,
                ordinal: request.ordinal,
            };
            if let Some(slot) = self.answered.get_mut(self.next_answered) {
                *slot = answered;
            }
            self.next_answered = (self.next_answered + 1) % ANSWERED;
            return self.tell_answered(request, frame, cip, talk);
        }
        let second = self.answered.iter().find(|a| {
            a.ordinal > 0
                && (a.command, a.context, a.sequence, a.service)
                    == (command, frame.header.context, sequence, code.unwrap_or(0))
        });
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
        let key = self.session.map(|(_, key)| key);
        tell::lone(frame, cip, kind, key, &mut self.reading, talk);
    }

    fn matches(
        &self,
        waiting: &Waiting,
        frame: &Frame<'_>,
        code: Option<u8>,
        sequence: u16,
        connection: Option<u32>,
    ) -> bool {
        if waiting.command != frame.header.command || waiting.side == frame.side {
            return false;
        }
        let served = code.is_none_or(|code| code == waiting.service || code == service::UNCONNECTED_SEND);
        match waiting.command {
            header::SEND_UNIT_DATA => {
                let known = self.connections.iter().find(|c| Some(c.to_target) == waiting.connection);
                waiting.sequence == sequence
                    && served
                    && known.is_none_or(|known| connection.is_none_or(|id| id == known.to_originator))
            }
            header::SEND_RR_DATA => {
                (waiting.session, waiting.context) == (frame.header.session, frame.header.context) && served
            }
            _ => waiting.context == frame.header.context,
        }
    }

    fn tell_answered(&mut self, request: Waiting, frame: &Frame<'_>, cip: Option<&[u8]>, talk: &mut Talk<'_>) {
        if request.command == header::REGISTER_SESSION && frame.header.status == 0 {
            self.session = Some((frame.header.session, session_key(frame.header.session, talk)));
            self.granted = true;
        }
        let mut reading = std::mem::take(&mut self.reading);
        let (route, key) = self.way(request.connection);
        tell::answered(&request, frame, cip, (route, key), &mut reading, talk);
        if let Some(step) = reading.step.take() {
            let place = (Span { first: request.span.first, last: talk.span().last }, request.ordinal);
            Transfer::follow(&mut self.transfer, &step, place, request.side, talk);
        }
        if let Some(opened) = reading.opened.take() {
            self.keep(opened, &reading, talk);
        }
        self.reading = reading;
        self.recycle(request.cip);
    }

    fn tell_silent(&mut self, request: Waiting, reply: Reply, talk: &mut Talk<'_>) {
        let mut reading = std::mem::take(&mut self.reading);
        let (route, key) = self.way(request.connection);
        tell::silent(&request, reply, (route, key), &mut reading, talk);
        self.reading = reading;
        self.recycle(request.cip);
    }

    /// Route and session a message goes by: its connection's, else those of the flow.
    fn way(&self, connection: Option<u32>) -> (&str, Option<i64>) {
        let known = self.connections.iter().find(|c| connection == Some(c.to_target));
        known.map_or(("", self.session.map(|(_, key)| key)), |known| (known.route.as_str(), Some(known.key)))
    }

    /// Takes note of a connection that was opened or closed.
    fn keep(&mut self, opened: super::open::Opened, reading: &Reading, talk: &mut Talk<'_>) {
        let good = reading.drafts.list.first().and_then(|d| d.outcome) == Some(crate::protocol::Outcome::Success);
        let owner = (opened.serial, opened.vendor, opened.originator);
        if good {
            self.connections.retain(|known| known.owner != owner);
        }
        if !good || opened.close || opened.class < super::open::MESSAGES {
            return;
        }
        if self.connections.len() >= CONNECTIONS {
            self.connections.remove(0);
            talk.flag(Flag::ParserLimit, None, None);
        }
        self.connections.push(Connected {
            to_target: opened.to_target,
            to_originator: opened.to_originator,
            owner,
            key: tell::connection_key(&opened, talk),
            route: opened.route,
        });
    }

    fn recycle(&mut self, buffer: Vec<u8>) {
        if self.spare.len() < SPARE && buffer.capacity() > 0 && buffer.capacity() <= SPARE_BYTES {
            self.spare.push(buffer);
        }
    }

    /// A message that nobody answers.
    fn single(&mut self, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        let key = self.session.map(|(_, key)| key);
        tell::single(frame, key, talk);
        if frame.header.command == header::UNREGISTER_SESSION {
            (self.session, self.granted, self.lossy) = (None, false, true);
        }
    }

    pub fn gap(&mut self, side: Side) {
        (self.in_step, self.lossy) = (false, true);
        Transfer::gap(&mut self.transfer);
        for waiting in &mut self.waiting {
            waiting.gaps = waiting.gaps.saturating_add(u8::from(waiting.side != side));
        }
    }

    /// Tells requests that waited too long.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        while self.waiting.first().is_some_and(|w| now.saturating_sub(w.span.last.time) >= TIMEOUT) {
            let request = self.waiting.remove(0);
            // Who is asked by broadcast answers from an address of his own, on another flow.
            let broadcast = talk.facts.transport == Transport::Udp && request.cip.is_empty();
            let reply = if request.gaps > 0 || broadcast { Reply::None } else { Reply::Unanswered };
            self.tell_silent(request, reply, talk);
        }
        Transfer::expire(&mut self.transfer, now, talk);
    }

    pub fn weight(&self) -> usize {
        let waiting: usize = self.waiting.iter().map(|w| size_of::<Waiting>() + w.cip.capacity()).sum();
        let connections: usize = self.connections.iter().map(|c| size_of::<Connected>() + c.route.len()).sum();
        waiting
            + connections
            + self.reading.drafts.weight()
            + self.reading.symbols.weight()
            + SPARE * SPARE_BYTES
            + size_of::<Self>()
    }
}

/// What is odd about a header.
fn check(frame: &Frame<'_>, talk: &mut Talk<'_>) {
    let header = &frame.header;
    if header::command(header.command).is_none() {
        talk.flag(Flag::EnipCommand, Some(0), None);
    }
    if header.options != 0 {
        talk.flag(Flag::EnipOptions, Some(20), None);
    }
    if header::status(header.status).is_none() || (header.status != 0 && frame.side == Side::Client) {
        talk.flag(Flag::EnipStatus, Some(8), None);
    }
    let fits = match header.command {
        header::REGISTER_SESSION => frame.data.len() == 4 && le16(frame.data, 0) == Some(1),
        header::UNREGISTER_SESSION => frame.data.is_empty(),
        header::SEND_RR_DATA | header::SEND_UNIT_DATA => frame.data.len() >= 16 || header.status != 0,
        _ => true,
    };
    if !fits && header.status == 0 {
        talk.flag(Flag::EnipLength, Some(2), None);
    }
}

/// Service whose reply is awaited: the one inside an Unconnected_Send.
fn awaited(cip: &[u8]) -> u8 {
    let code = u8_at(cip, 0).unwrap_or(0);
    if code != service::UNCONNECTED_SEND {
        return code;
    }
    let ask = Ask::read(cip).filter(|ask| ask.path.class == Some(service::CONNECTION_MANAGER));
    ask.and_then(|ask| u8_at(ask.data, 4)).unwrap_or(code)
}

pub fn session_key(handle: u32, talk: &Talk<'_>) -> i64 {
    hash::key(&[b"cip_register", &talk.facts.id.to_be_bytes(), &handle.to_be_bytes()])
}
