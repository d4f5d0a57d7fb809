//! Requests of one flow that wait for their replies, by request id; replies seen lately, to tell a second one.

use super::login;
use super::message::Request;
use super::security::Security;
use super::service::{PUBLISH, SERVICE_FAULT, Service};
use super::tables::Tables;
use super::tell::{Ending, tell};
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::{Reply, Talk};

/// Requests that may wait on one flow; clients keep some ten Publish requests waiting.
const WAITING: usize = 256;
/// Bytes that waiting requests may take.
const HELD: usize = 8 << 20;
/// Answered requests remembered.
const ANSWERED: usize = 8;
/// A Publish waits until there is something to tell: up to lifetime count times interval, in practice an hour at most.
pub const PUBLISH_PATIENCE: i64 = 3_600_000_000_000;
/// Longest time (ns) a client's own time-out is believed.
pub const PATIENCE: i64 = 60_000_000_000;

#[derive(Clone, Copy, Default)]
struct Answered {
    id: u32,
    response: u32,
    hash: u64,
    ordinal: i64,
    /// It was told as unanswered before its reply came.
    late: bool,
}

#[derive(Default)]
pub struct Pairing {
    waiting: Vec<Request>,
    held: usize,
    answered: [Answered; ANSWERED],
    next: usize,
    /// Both directions are known to be complete since the last gap: a lone reply is then odd.
    pub in_step: bool,
}

/// What the ledger is told with.
pub struct Voice<'a> {
    pub client: Side,
    pub tables: &'a mut Tables,
    pub security: &'a Security,
}

impl Pairing {
    /// Keeps a request until its reply comes.
    pub fn wait(&mut self, request: Request, voice: &mut Voice<'_>, talk: &mut Talk<'_>) {
        self.held = self.held.saturating_add(request.weight());
        self.waiting.push(request);
        while self.waiting.len() > WAITING || (self.held > HELD && self.waiting.len() > 1) {
            let oldest = self.waiting.remove(0);
            self.held = self.held.saturating_sub(oldest.weight());
            talk.flag(Flag::ParserLimit, None, None);
            silent(oldest, Reply::None, voice, talk);
        }
    }

    /// Whether an id is waiting that was not given up by a gap.
    pub fn is_waiting(&self, id: u32) -> bool {
        self.waiting.iter().any(|r| r.id == id && !r.blind)
    }

    /// The request a reply answers; `service` None stands for any (a fault, or a type nobody knows).
    pub fn take(&mut self, id: u32, service: Option<&Service>) -> Option<Request> {
        let same = |r: &Request| r.id == id && service.is_none_or(|s| s.response == r.service.response);
        let at = self.waiting.iter().position(same)?;
        let request = self.waiting.remove(at);
        self.held = self.held.saturating_sub(request.weight());
        Some(request)
    }

    /// Another service waits under this id.
    pub fn differs(&self, id: u32) -> bool {
        self.waiting.iter().any(|r| r.id == id)
    }

    pub fn remember(&mut self, id: u32, response: u32, hash: u64, ordinal: i64) {
        self.in_step = true;
        self.keep(Answered { id, response, hash, ordinal, late: false });
    }

    fn keep(&mut self, answered: Answered) {
        if let Some(slot) = self.answered.get_mut(self.next) {
            *slot = answered;
        }
        self.next = (self.next + 1) % ANSWERED;
    }

    /// Whether a reply without a request is one that came too late; a fault may answer any of them.
    pub fn late(&self, id: u32, response: u32) -> bool {
        self.answered.iter().any(|a| a.late && a.id == id && (a.response == response || response == SERVICE_FAULT))
    }

    /// What a reply without a request is.
    pub fn lone(&self, id: u32, response: u32, hash: u64) -> Reply {
        let second = self.answered.iter().find(|a| a.ordinal > 0 && !a.late && a.id == id && a.response == response);
        match second {
            Some(first) if self.in_step && first.hash == hash => Reply::Duplicate,
            Some(_) if self.in_step => Reply::Differing,
            _ => Reply::Unexpected,
        }
    }

    /// Bytes are missing.
    pub fn gap(&mut self, from: Side) {
        self.in_step = false;
        if from == Side::Server {
            for request in &mut self.waiting {
                request.blind = true;
            }
        }
    }

    /// Tells requests that waited too long; at the end (`now` is the last time there is) all of them.
    pub fn expire(&mut self, now: i64, voice: &mut Voice<'_>, talk: &mut Talk<'_>) {
        let late = |r: &Request| now.saturating_sub(r.span.last.time) >= r.patience;
        if !self.waiting.iter().any(late) {
            return;
        }
        let (given_up, kept): (Vec<Request>, Vec<Request>) =
            std::mem::take(&mut self.waiting).into_iter().partition(late);
        self.waiting = kept;
        self.held = self.waiting.iter().map(Request::weight).sum();
        for request in given_up {
            // A connection that ends with Publish requests open is as it should be.
            let Request { id, ordinal, service: Service { response, .. }, .. } = request;
            self.keep(Answered { id, response: *response, hash: 0, ordinal, late: true });
            let fine = request.blind || (now == i64::MAX && request.service.request == PUBLISH);
            silent(request, if fine { Reply::None } else { Reply::Unanswered }, voice, talk);
        }
    }

    pub fn weight(&self) -> usize {
        self.held + size_of::<Self>()
    }
}

fn silent(mut request: Request, reply: Reply, voice: &mut Voice<'_>, talk: &mut Talk<'_>) {
    let ending = Ending::silent(reply, request.span);
    login::row(&mut request, &ending, voice.client, voice.tables, voice.security, talk);
    let who = voice.tables.sessions.get(request.session);
    tell(&mut request, voice.client, &ending, who, talk);
}
