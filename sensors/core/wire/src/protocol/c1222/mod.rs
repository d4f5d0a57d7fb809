//! ANSI C12.22 (IEEE 1703): services on the tables of electricity meters, in messages of ACSE, over TCP and UDP 1153.
//!
//! Sources: ANSI C12.22 / IEEE 1703-2012, ANSI C12.19 (tables and procedures), RFC 6142 (over IP).

mod acse;
mod epsem;
mod service;
mod tell;
#[cfg(test)]
mod tests;

use super::dialogue::{Dialogue, Language, Turn, Turns};
use super::{Framing, Guess, Probe, Protocol, Talk};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use acse::Message;
use epsem::Epsem;
use tell::Known;

pub const PROTOCOL: Protocol = Protocol {
    name: "c1222",
    ports: &[1153],
    transports: &[Transport::Tcp, Transport::Udp],
    probe,
    parser: || Box::<Dialogue<C1222>>::default(),
};

/// Invocation numbers above what a message without one has: none.
const NUMBERED: u64 = 1 << 32;

/// C12.22 between two ends.
#[derive(Default)]
pub struct C1222 {
    known: Known,
}

impl Language for C1222 {
    type Key = u64;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        acse::framing(data)
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        acse::resynchronise(data)
    }

    fn read<'a>(&mut self, _side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u64> {
        let Some(message) = Message::read(data).filter(|message| message.whole) else {
            talk.flag(Flag::C1222Message, Some(0), None);
            return Turn::Pass;
        };
        let Some(epsem) = message.epsem.and_then(Epsem::read) else {
            talk.flag(Flag::C1222Epsem, None, None);
            return Turn::Pass;
        };
        tell::check(&epsem, talk);
        let key = |number: Option<u32>| number.map_or(0, |number| NUMBERED | u64::from(number));
        if answers(&message, &epsem) {
            return Turn::Answer { key: key(message.called_invocation), data };
        }
        let key = key(message.calling_invocation);
        if epsem.silent() { Turn::Call { key, data } } else { Turn::Ask { key, data } }
    }

    fn tell(&mut self, turns: &Turns<'_, u64>, talk: &mut Talk<'_>) {
        self.known.tell(turns, talk);
    }

    fn weight(&self) -> usize {
        self.known.weight()
    }
}

/// Whether a message answers: its first service says so, and of an enciphered one that it names who asked.
fn answers(message: &Message<'_>, epsem: &Epsem<'_>) -> bool {
    match epsem.list().next().and_then(|first| first.first()) {
        Some(code) => *code < service::REQUESTS,
        None => message.called_invocation.is_some(),
    }
}

/// A message that is whole to its last octet, with a title, and services inside whose flags and codes can be.
fn probe(probe: &Probe<'_>) -> Guess {
    let udp = probe.transport == Transport::Udp;
    let wanted = match acse::framing(probe.data) {
        Framing::Need if !udp && !probe.ended => return Guess::Need,
        Framing::Message(wanted) => wanted,
        _ => return Guess::No,
    };
    if probe.data.len() < wanted {
        return if begins(probe.data) && !udp && !probe.ended { Guess::Need } else { Guess::No };
    }
    if udp && probe.data.len() > wanted {
        return Guess::No;
    }
    let Some(message) = probe.data.get(..wanted).and_then(Message::read).filter(|message| message.whole) else {
        return Guess::No;
    };
    let titled = message.called.or(message.calling).is_some();
    let Some(epsem) = message.epsem.and_then(Epsem::read).filter(|epsem| titled && epsem.flags & 0x80 != 0) else {
        return Guess::No;
    };
    let mut list = epsem.list();
    let known =
        list.by_ref().all(|service| service.first().is_some_and(|code| *code <= 0x12 || service::of(*code).is_some()));
    if !known || !list.left.is_empty() {
        return Guess::No;
    }
    let sender = if answers(&message, &epsem) { Side::Server } else { Side::Client };
    Guess::Yes { confidence: 0.9, sender: Some(sender) }
}

/// Whether the first element is one that a message begins with: what is none needs no more bytes.
fn begins(data: &[u8]) -> bool {
    let head = match data.get(1) {
        Some(long) if long & 0x80 != 0 => 2 + usize::from(long & 3),
        _ => 2,
    };
    data.get(head).is_none_or(|tag| matches!(tag, 0xa1 | 0xa2 | 0xa4 | 0xa6..=0xa8))
}
