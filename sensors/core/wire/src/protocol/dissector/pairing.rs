//! Requests and replies of one flow, paired by the key the dissector gives, or in order where the protocol has none.

use super::fact::{Ending, Heading, Told};
use super::telling;
use crate::dataset::Flag;
use crate::flow::{Side, Span};
use crate::hash;
use crate::protocol::{Reply, TIMEOUT, Talk};

/// Requests that may wait on one flow.
const WAITING: usize = 64;
/// Answered requests remembered to tell a second reply from a reply without a request.
const ANSWERED: usize = 4;

/// A request that waits for its reply.
pub struct Request {
    pub side: Side,
    pub heading: Heading,
    pub items: Vec<Told>,
    pub span: Span,
    pub ordinal: i64,
    pub bytes: usize,
    pub flagged: bool,
    /// Bytes that may have held the reply are missing: silence proves nothing.
    blind: bool,
}

struct Answered {
    key: Box<[u8]>,
    side: Side,
    hash: u64,
}

#[derive(Default)]
pub struct Pairing {
    waiting: Vec<Request>,
    answered: Vec<Answered>,
    /// Both directions are known to be complete since the last gap: a lone reply is then odd.
    in_step: bool,
}

impl Pairing {
    pub fn request(&mut self, side: Side, heading: Heading, items: Vec<Told>, data: &[u8], talk: &mut Talk<'_>) {
        let same = |r: &Request| r.side == side && r.heading.key == heading.key && !r.blind;
        if heading.key.is_some() && self.in_step && self.waiting.iter().any(same) {
            talk.flag(Flag::PairingIdReused, None, None);
        }
        if self.waiting.len() >= WAITING {
            let oldest = self.waiting.remove(0);
            talk.flag(Flag::ParserLimit, None, None);
            telling::silent(&oldest, Reply::None, talk);
        }
        self.waiting.push(Request {
            side,
            heading,
            items,
            span: talk.span(),
            ordinal: talk.ordinal(),
            bytes: data.len(),
            flagged: talk.flagged(),
            blind: false,
        });
    }

    pub fn reply(
        &mut self,
        side: Side,
        heading: &Heading,
        ending: Ending,
        items: &[Told],
        data: &[u8],
        talk: &mut Talk<'_>,
    ) {
        let asked = |r: &Request| r.side == side.other() && r.heading.key == heading.key;
        let hash = hash::quick(data);
        if let Some(at) = self.waiting.iter().position(asked) {
            let request = self.waiting.remove(at);
            self.in_step = true;
            if let Some(key) = request.heading.key.clone() {
                if self.answered.len() >= ANSWERED {
                    self.answered.remove(0);
                }
                self.answered.push(Answered { key, side, hash });
            }
            telling::answered(&request, ending, items, data.len(), talk);
            return;
        }
        let second = self.answered.iter().rev().find(|a| a.side == side && Some(&a.key) == heading.key.as_ref());
        let kind = match second {
            Some(first) if self.in_step && first.hash == hash => Reply::Duplicate,
            Some(_) if self.in_step => Reply::Differing,
            _ => Reply::Unexpected,
        };
        match kind {
            Reply::Duplicate => talk.flag(Flag::PairingDuplicateReply, None, None),
            Reply::Differing => talk.flag(Flag::PairingDifferingReply, None, None),
            _ if self.in_step => talk.flag(Flag::PairingUnexpectedReply, None, None),
            _ => {}
        }
        telling::lone(side, heading, ending, items, kind, data.len(), talk);
    }

    /// Bytes of a side are missing: replies may be among them, and requests of lone replies.
    pub fn gap(&mut self, side: Side) {
        self.in_step = false;
        for request in self.waiting.iter_mut().filter(|r| r.side != side) {
            request.blind = true;
        }
        // Without keys the replies to come would be taken for those that are missing.
        self.waiting.iter_mut().filter(|r| r.heading.key.is_none()).for_each(|r| r.blind = true);
    }

    /// Tells requests that waited too long.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        while self.waiting.first().is_some_and(|r| now.saturating_sub(r.span.last.time) >= TIMEOUT) {
            let request = self.waiting.remove(0);
            let reply = if request.blind { Reply::None } else { Reply::Unanswered };
            telling::silent(&request, reply, talk);
        }
    }

    pub fn weight(&self) -> usize {
        let items = |r: &Request| size_of::<Request>() + r.items.iter().map(Told::weight).sum::<usize>();
        self.waiting.iter().map(items).sum::<usize>()
            + self.answered.iter().map(|a| size_of::<Answered>() + a.key.len()).sum::<usize>()
    }
}
