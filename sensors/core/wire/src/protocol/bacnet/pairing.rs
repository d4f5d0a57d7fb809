//! Which request a reply belongs to: invoke id and service, or function of the virtual link, and the device behind a
//! router (clause 5.4).

use super::npdu::Place;
use crate::flow::{Side, Span};
use crate::protocol::Reply;

/// Requests that may wait on one flow, and their bytes together.
const WAITING: usize = 64;
const WAITING_BYTES: usize = 64 * 1024;
/// Answered requests remembered to tell a second reply from a reply without a request.
const ANSWERED: usize = 8;
/// Buffers of answered requests kept for the next ones.
const SPARE: usize = 2;
const SPARE_BYTES: usize = 1024;

/// What a reply names its request by.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Key {
    /// Invoke id and service; a reject or an abort names no service.
    Invoke(u8, Option<u8>),
    Link(u8),
    #[default]
    Routing,
}

impl Key {
    fn answers(self, asked: Self) -> bool {
        match (self, asked) {
            (Self::Invoke(invoke, choice), Self::Invoke(asked, service)) => {
                invoke == asked && (choice.is_none() || choice == service)
            }
            (reply, asked) => reply == asked,
        }
    }
}

/// A request waiting for its reply.
pub struct Waiting {
    pub key: Key,
    pub side: Side,
    /// The device behind a router that is asked, and the one that asks.
    pub asked: Option<Place>,
    pub asker: Option<Place>,
    /// The service's parameters.
    pub data: Vec<u8>,
    pub span: Span,
    pub ordinal: i64,
    pub bytes: u32,
    pub segments: u32,
    pub hops: Option<u8>,
    /// Times that it was sent again.
    pub repeats: u32,
    pub flagged: bool,
    /// Not everything was seen: silence then proves nothing.
    pub blind: bool,
}

#[derive(Clone, Copy, Default)]
struct Answered {
    key: Key,
    hash: u64,
    ordinal: i64,
}

#[derive(Default)]
pub struct Requests {
    list: Vec<Waiting>,
    answered: [Answered; ANSWERED],
    next_answered: usize,
    spare: Vec<Vec<u8>>,
    /// A request was answered, so that both directions are seen: a lone reply is then odd.
    pub in_step: bool,
}

impl Requests {
    /// A buffer for a request's parameters.
    pub fn buffer(&mut self, data: &[u8]) -> Vec<u8> {
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.clear();
        buffer.extend_from_slice(data);
        buffer
    }

    /// The same request, sent again before it was answered: it is counted, and waits on.
    pub fn repeated(&mut self, key: Key, side: Side, asked: Option<Place>, data: &[u8]) -> bool {
        let same = |w: &&mut Waiting| (w.key, w.side, w.asked) == (key, side, asked) && w.data == data;
        let Some(waiting) = self.list.iter_mut().find(same) else { return false };
        waiting.repeats = waiting.repeats.saturating_add(1);
        true
    }

    /// Requests that must give way: one with the same key that was never answered, and the oldest ones beyond the room.
    pub fn displaced(&mut self, key: Key, side: Side, asked: Option<Place>, size: usize) -> Option<(Waiting, bool)> {
        if let Some(at) = self.list.iter().position(|w| (w.side, w.asked) == (side, asked) && same_id(w.key, key)) {
            return Some((self.list.remove(at), false));
        }
        let held: usize = self.list.iter().map(|w| w.data.len()).sum();
        let full = self.list.len() >= WAITING || held + size > WAITING_BYTES;
        (full && !self.list.is_empty()).then(|| (self.list.remove(0), true))
    }

    pub fn push(&mut self, waiting: Waiting) {
        if self.list.capacity() == 0 {
            self.list.reserve_exact(1);
        }
        self.list.push(waiting);
    }

    /// The request that this reply of `side` answers.
    pub fn take(&mut self, key: Key, side: Side, from: Option<Place>, hash: u64) -> Option<Waiting> {
        let of = |w: &Waiting| w.side != side && key.answers(w.key);
        // Routers may leave out where a reply comes from when the network is their own.
        let exact = self.list.iter().position(|w| of(w) && w.asked == from);
        let at = exact.or_else(|| self.list.iter().position(|w| of(w) && (from.is_none() || w.asked.is_none())))?;
        let request = self.list.remove(at);
        self.in_step = true;
        if let Some(slot) = self.answered.get_mut(self.next_answered) {
            *slot = Answered { key: request.key, hash, ordinal: request.ordinal };
        }
        self.next_answered = (self.next_answered + 1) % ANSWERED;
        Some(request)
    }

    /// What a reply is that no request waits for.
    pub fn lone(&self, key: Key, hash: u64) -> Reply {
        let second = self.answered.iter().find(|a| a.ordinal > 0 && key.answers(a.key));
        match second {
            Some(first) if self.in_step && first.hash == hash => Reply::Duplicate,
            // The same invoke id came round again: its request may be among lost packets.
            _ => Reply::Unexpected,
        }
    }

    /// The client gives up a request itself (abort).
    pub fn given_up(&mut self, invoke: u8, side: Side) -> Option<Waiting> {
        let of = |w: &Waiting| w.side == side && matches!(w.key, Key::Invoke(id, _) if id == invoke);
        let at = self.list.iter().position(of)?;
        Some(self.list.remove(at))
    }

    pub fn recycle(&mut self, buffer: Vec<u8>) {
        if self.spare.len() < SPARE && buffer.capacity() > 0 && buffer.capacity() <= SPARE_BYTES {
            self.spare.push(buffer);
        }
    }

    /// The oldest request, if it waited longer than `timeout` ns.
    pub fn expired(&mut self, now: i64, timeout: i64) -> Option<Waiting> {
        let late = self.list.first().is_some_and(|w| now.saturating_sub(w.span.last.time) >= timeout);
        late.then(|| self.list.remove(0))
    }

    pub fn gap(&mut self, side: Side) {
        self.in_step = false;
        for waiting in self.list.iter_mut().filter(|w| w.side != side) {
            waiting.blind = true;
        }
    }

    pub fn weight(&self) -> usize {
        self.list.iter().map(|w| size_of::<Waiting>() + w.data.capacity()).sum::<usize>() + SPARE * SPARE_BYTES
    }
}

fn same_id(one: Key, other: Key) -> bool {
    match (one, other) {
        (Key::Invoke(one, _), Key::Invoke(other, _)) => one == other,
        _ => one == other,
    }
}
