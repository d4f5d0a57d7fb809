//! Who speaks to whom where both sides send to everybody: an answer says neither whom it is for nor, before it came, did the
//! request say who would answer. Each request is sent from a port of its own, to which the answer comes back.

use super::frame;
use crate::flow::Side;
use crate::flow::facts::{Endpoint, is_group};
use crate::protocol::Talk;
use crate::protocol::dialogue::Turns;
use std::collections::VecDeque;
use std::net::IpAddr;

/// Requests whose asker is remembered, and answers whose sender is.
const ASKED: usize = 64;
const ANSWERED: usize = 16;
/// Hosts that were told to be in use.
const SEEN: usize = 64;

/// What a response names its request by.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Key {
    /// Port of the asker.
    pub port: u16,
    pub command: u16,
    pub sequence: u16,
}

/// What a response is.
pub enum Heard {
    Answer,
    /// Another controller answers what one has answered: the question was for all.
    Another,
    /// Nobody was heard to ask.
    Unknown,
}

/// Who was heard among all.
#[derive(Default)]
pub struct Parties {
    /// Everybody, where there are such conversations.
    all: Option<Endpoint>,
    asked: VecDeque<Endpoint>,
    answered: VecDeque<(Key, IpAddr)>,
    seen: VecDeque<IpAddr>,
}

impl Parties {
    /// Takes note of who asks. Whether it asks everybody.
    pub fn asks(&mut self, talk: &mut Talk<'_>) -> bool {
        let (asker, all) = (talk.facts.client, talk.facts.server);
        if !is_group(all.ip) {
            return false;
        }
        self.all = Some(all);
        self.asked.retain(|known| known.port != asker.port);
        keep(&mut self.asked, asker, ASKED);
        self.sees(asker.ip, Side::Client, talk);
        true
    }

    /// Whom an answer is for: the flow is then between the two.
    pub fn answers(&mut self, key: Key, talk: &mut Talk<'_>) -> Heard {
        if !is_group(talk.facts.client.ip) {
            return Heard::Answer;
        }
        let server = talk.facts.server;
        let Some(asker) = self.asked.iter().find(|asker| asker.port == key.port).copied() else {
            talk.ledger.counters.add("udp", "answers_to_nobody", 1);
            return Heard::Unknown;
        };
        talk.meet(asker, server);
        self.sees(server.ip, Side::Server, talk);
        let first = self.answered.iter().find(|(answered, _)| *answered == key);
        let another = first.is_some_and(|(_, ip)| *ip != server.ip);
        if !another {
            self.answered.retain(|(answered, _)| *answered != key);
            keep(&mut self.answered, (key, server.ip), ANSWERED);
        }
        if another { Heard::Another } else { Heard::Answer }
    }

    /// Lets the flow be between those whom an exchange is between: one without an answer was for everybody.
    pub fn meet(&self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        let unanswered = turns.answer.is_none() && turns.request.is_some_and(|asked| !frame::is_response(asked));
        let Some(all) = self.all.filter(|_| unanswered) else { return };
        if let Some(asker) = self.asked.iter().find(|asker| asker.port == turns.key.port) {
            talk.meet(*asker, all);
        }
    }

    fn sees(&mut self, ip: IpAddr, side: Side, talk: &mut Talk<'_>) {
        if !self.seen.contains(&ip) {
            keep(&mut self.seen, ip, SEEN);
            talk.seen(side);
        }
    }

    pub fn weight(&self) -> usize {
        self.asked.capacity() * size_of::<Endpoint>()
            + self.answered.capacity() * size_of::<(Key, IpAddr)>()
            + self.seen.capacity() * size_of::<IpAddr>()
    }
}

fn keep<T>(kept: &mut VecDeque<T>, new: T, most: usize) {
    if kept.len() >= most {
        kept.pop_front();
    }
    kept.push_back(new);
}
