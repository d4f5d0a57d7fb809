//! Protocols of requests and replies: a protocol says how it is framed, what a message is and what an exchange tells;
//! which reply belongs to which request is found here, the same for all of them.
//!
//! A reply names its request by a key (a transaction number, a service). Over TCP several requests of one key wait in the
//! order asked. Over UDP the same bytes again are a request sent again, and another request of the key means that the
//! reply of the first is lost.

#[cfg(test)]
mod tests;

use super::{Exchange, Framing, Item, Parser, Reply, TIMEOUT, Talk};
use crate::dataset::Flag;
use crate::flow::{Side, Span, Transport};
use crate::hash;

/// Requests that may wait on one flow, and their bytes together.
const WAITING: usize = 64;
const WAITING_BYTES: usize = 64 * 1024;
/// Answered requests remembered to tell a second reply from a reply without a request.
const ANSWERED: usize = 4;
/// Buffers of told requests kept for the next ones.
const SPARE: usize = 2;
const SPARE_BYTES: usize = 1024;

/// What one message is.
#[derive(Clone, Copy, Debug)]
pub enum Turn<'a, K> {
    /// A request that somebody is to answer. `data` is what `tell` wants to see of it.
    Ask { key: K, data: &'a [u8] },
    /// A request that may go without an answer, or get it from another address: silence proves nothing.
    Call { key: K, data: &'a [u8] },
    /// A reply.
    Answer { key: K, data: &'a [u8] },
    /// A message that nobody answers.
    Say { key: K, data: &'a [u8] },
    /// Nothing to tell beyond the flags.
    Pass,
}

/// A request with its reply, or as much of both as was seen.
#[derive(Clone, Copy, Debug)]
pub struct Turns<'a, K> {
    pub key: K,
    /// Who asked.
    pub sender: Side,
    pub request: Option<&'a [u8]>,
    pub answer: Option<&'a [u8]>,
    pub reply: Reply,
    pub span: Span,
    pub ordinal: i64,
    pub duration: Option<i64>,
    pub bytes: u32,
    /// Times that the request was sent again.
    pub repeats: u32,
    pub flagged: bool,
}

impl<K> Turns<'_, K> {
    /// The exchange's common part; the protocol says the rest by struct update.
    pub fn exchange<'a>(&self, items: &'a [Item<'a>]) -> Exchange<'a> {
        Exchange {
            reply: self.reply,
            duration: self.duration,
            bytes: self.bytes,
            flagged: self.flagged,
            ..Exchange::new(self.span, self.sender, self.ordinal, items)
        }
    }
}

/// One protocol of requests and replies, with what it knows of a flow.
pub trait Language: Default + Send {
    /// What a reply names its request by. The default stands for "no number": it never accuses anybody of using it twice.
    type Key: Copy + Default + PartialEq + Send;

    /// How long the answer to a `Call` is waited for, ns: so late is one told that gets none.
    const PATIENCE: i64 = TIMEOUT;

    fn framing(&self, side: Side, data: &[u8]) -> Framing;

    fn resynchronise(&self, side: Side, data: &[u8]) -> (usize, bool);

    /// What a whole message is; what is odd about its form is flagged here.
    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Self::Key>;

    /// Tells one exchange.
    fn tell(&mut self, turns: &Turns<'_, Self::Key>, talk: &mut Talk<'_>);

    /// Bytes of one direction are missing: what goes over several messages may lack a part.
    fn gap(&mut self, _side: Side, _talk: &mut Talk<'_>) {}

    /// Gives up what began before `now` less its own limit.
    fn expire(&mut self, _now: i64, _talk: &mut Talk<'_>) {}

    fn close(&mut self, _talk: &mut Talk<'_>) {}

    /// Bytes that are held beyond the size of `Self`.
    fn weight(&self) -> usize {
        0
    }
}

struct Waiting<K> {
    key: K,
    side: Side,
    data: Vec<u8>,
    span: Span,
    ordinal: i64,
    bytes: u32,
    repeats: u32,
    flagged: bool,
    /// Not everything was seen: silence proves nothing.
    blind: bool,
    patience: i64,
}

#[derive(Clone, Copy)]
struct Answered<K> {
    key: K,
    side: Side,
    hash: u64,
}

/// One flow of a protocol.
#[derive(Default)]
pub struct Dialogue<L: Language> {
    language: L,
    waiting: Vec<Waiting<L::Key>>,
    answered: [Option<Answered<L::Key>>; ANSWERED],
    next_answered: usize,
    /// A request was answered since the last gap, so both directions are seen: a lone reply is then odd.
    in_step: bool,
    spare: Vec<Vec<u8>>,
}

impl<L: Language> Dialogue<L> {
    fn ask(&mut self, side: Side, key: L::Key, data: &[u8], blind: bool, length: usize, talk: &mut Talk<'_>) {
        let udp = talk.facts.transport == Transport::Udp;
        if let Some(at) = self.waiting.iter().position(|w| w.side == side && w.key == key) {
            let same = self.waiting.get_mut(at).filter(|w| udp && w.data == data);
            if let Some(waiting) = same {
                waiting.repeats = waiting.repeats.saturating_add(1);
                waiting.span.last = talk.span().last;
                return;
            }
            if udp || self.waiting.get(at).is_some_and(|w| w.blind) {
                self.give_up(at, talk);
            } else if self.in_step && key != L::Key::default() {
                talk.flag(Flag::PairingIdReused, None, None);
            }
        }
        self.make_room(data.len(), talk);
        if self.waiting.capacity() == 0 {
            self.waiting.reserve_exact(1);
        }
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.clear();
        buffer.extend_from_slice(data);
        self.waiting.push(Waiting {
            key,
            side,
            data: buffer,
            span: talk.span(),
            ordinal: talk.ordinal(),
            bytes: u32::try_from(length).unwrap_or(u32::MAX),
            repeats: 0,
            flagged: talk.flagged(),
            blind,
            patience: if blind { L::PATIENCE } else { TIMEOUT },
        });
    }

    /// Gives up the oldest requests until one of so many bytes has room; a longer one than there is room for stands alone.
    fn make_room(&mut self, size: usize, talk: &mut Talk<'_>) {
        let mut held: usize = self.waiting.iter().map(|w| w.data.len()).sum();
        loop {
            let full = self.waiting.len() >= WAITING || held.saturating_add(size) > WAITING_BYTES;
            let Some(oldest) = self.waiting.first_mut().filter(|_| full) else { return };
            held = held.saturating_sub(oldest.data.len());
            // Where replies are missing those that wait for them pile up: that is the gap's doing.
            if !std::mem::replace(&mut oldest.blind, true) {
                talk.flag(Flag::ParserLimit, None, None);
            }
            self.give_up(0, talk);
        }
    }

    fn answer(&mut self, side: Side, key: L::Key, data: &[u8], length: usize, talk: &mut Talk<'_>) {
        let Some(at) = self.waiting.iter().position(|w| w.side != side && w.key == key) else {
            return self.lone(side, key, data, length, talk);
        };
        let request = self.waiting.remove(at);
        self.in_step = true;
        if let Some(slot) = self.answered.get_mut(self.next_answered) {
            *slot = Some(Answered { key, side, hash: hash::quick(data) });
        }
        self.next_answered = (self.next_answered + 1) % ANSWERED;
        let span = talk.span();
        let turns = Turns {
            answer: Some(data),
            reply: Reply::Answered,
            span: Span { first: request.span.first, last: span.last },
            duration: Some(span.first.time.saturating_sub(request.span.last.time).max(0)),
            bytes: request.bytes.saturating_add(u32::try_from(length).unwrap_or(u32::MAX)),
            flagged: request.flagged || talk.flagged(),
            ..silent(&request, Reply::Answered)
        };
        self.language.tell(&turns, talk);
        self.recycle(request.data);
    }

    /// A reply that no request waits for.
    fn lone(&mut self, side: Side, key: L::Key, data: &[u8], length: usize, talk: &mut Talk<'_>) {
        let hash = hash::quick(data);
        let second = self.answered.iter().flatten().find(|a| a.side == side && a.key == key);
        // A number that is the same in every request cannot tell a second reply from one whose request is lost.
        let numbered = self.answered.iter().flatten().any(|a| a.key != key);
        let certain = self.in_step && (talk.facts.transport == Transport::Tcp || numbered);
        let reply = match second {
            Some(first) if certain && first.hash == hash => Reply::Duplicate,
            Some(_) if certain => Reply::Differing,
            _ => Reply::Unexpected,
        };
        match reply {
            Reply::Duplicate => talk.flag(Flag::PairingDuplicateReply, None, None),
            Reply::Differing => talk.flag(Flag::PairingDifferingReply, None, None),
            // A datagram may be lost without a trace.
            _ if self.in_step && talk.facts.transport == Transport::Tcp => {
                talk.flag(Flag::PairingUnexpectedReply, None, None);
            }
            _ => {}
        }
        let turns =
            Turns { sender: side.other(), request: None, answer: Some(data), ..alone(side, key, reply, length, talk) };
        self.language.tell(&turns, talk);
    }

    fn recycle(&mut self, buffer: Vec<u8>) {
        if self.spare.len() < SPARE && buffer.capacity() > 0 && buffer.capacity() <= SPARE_BYTES {
            self.spare.push(buffer);
        }
    }

    /// Tells a request whose reply will not come any more.
    fn give_up(&mut self, at: usize, talk: &mut Talk<'_>) {
        if at < self.waiting.len() {
            let request = self.waiting.remove(at);
            let reply = if request.blind { Reply::None } else { Reply::Unanswered };
            self.language.tell(&silent(&request, reply), talk);
            self.recycle(request.data);
        }
    }
}

/// A request without its reply.
fn silent<K: Copy>(request: &Waiting<K>, reply: Reply) -> Turns<'_, K> {
    Turns {
        key: request.key,
        sender: request.side,
        request: Some(&request.data),
        answer: None,
        reply,
        span: request.span,
        ordinal: request.ordinal,
        duration: None,
        bytes: request.bytes,
        repeats: request.repeats,
        flagged: request.flagged,
    }
}

/// One message by itself.
fn alone<'a, K>(side: Side, key: K, reply: Reply, length: usize, talk: &Talk<'_>) -> Turns<'a, K> {
    Turns {
        key,
        sender: side,
        request: None,
        answer: None,
        reply,
        span: talk.span(),
        ordinal: talk.ordinal(),
        duration: None,
        bytes: u32::try_from(length).unwrap_or(u32::MAX),
        repeats: 0,
        flagged: talk.flagged(),
    }
}

impl<L: Language> Parser for Dialogue<L> {
    fn framing(&self, side: Side, data: &[u8]) -> Framing {
        self.language.framing(side, data)
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let length = data.len();
        match self.language.read(side, data, talk) {
            Turn::Ask { key, data } => self.ask(side, key, data, false, length, talk),
            Turn::Call { key, data } => self.ask(side, key, data, true, length, talk),
            Turn::Answer { key, data } => self.answer(side, key, data, length, talk),
            Turn::Say { key, data } => {
                let turns = Turns { request: Some(data), ..alone(side, key, Reply::None, length, talk) };
                self.language.tell(&turns, talk);
            }
            Turn::Pass => {}
        }
    }

    fn resynchronise(&self, side: Side, data: &[u8]) -> (usize, bool) {
        self.language.resynchronise(side, data)
    }

    /// Silence proves nothing for requests whose reply may be missing, and a lone reply's request may be.
    fn gap(&mut self, side: Side, talk: &mut Talk<'_>) {
        self.in_step = false;
        for waiting in self.waiting.iter_mut().filter(|w| w.side != side) {
            waiting.blind = true;
        }
        self.language.gap(side, talk);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        let over = |w: &Waiting<L::Key>| now.saturating_sub(w.span.last.time) >= w.patience;
        while let Some(at) = self.waiting.iter().position(over) {
            self.give_up(at, talk);
        }
        self.language.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        while !self.waiting.is_empty() {
            self.give_up(0, talk);
        }
        self.language.close(talk);
    }

    fn weight(&self) -> usize {
        size_of::<Self>()
            + self.waiting.iter().map(|w| size_of::<Waiting<L::Key>>() + w.data.capacity()).sum::<usize>()
            + self.spare.iter().map(Vec::capacity).sum::<usize>()
            + self.language.weight()
    }
}
