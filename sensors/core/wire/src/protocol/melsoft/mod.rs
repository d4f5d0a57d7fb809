//! MELSOFT: what Mitsubishi's engineering tools (GX Works2, GX Works3) say to MELSEC controllers, over Ethernet modules (TCP,
//! UDP), and over the direct connection, in which both sides send to everybody (`said_to_all`).
//!
//! The maker publishes nothing of it. The commands are those of its documented protocol (`slmp`) as far as their codes agree;
//! frames, files and devices are as captures of GX Works3 with an FX5U show them, those of Q as published messages do. What is
//! only concluded from a capture says so where it is read.

mod command;
mod device;
mod directory;
mod discovery;
mod file;
mod frame;
mod hello;
mod identity;
mod items;
mod parties;
mod path;
mod random;
mod recognise;
mod secret;
mod tell;
#[cfg(test)]
mod tests;
mod transfer;

pub use recognise::said_to_all;

use super::dialogue::{Dialogue, Language, Turn, Turns};
use super::{Framing, Protocol, Talk};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use frame::Message;
use parties::{Heard, Key};
use tell::Known;

pub const PROTOCOL: Protocol = Protocol {
    name: "melsoft",
    ports: &[5_560, 5_561, 5_562],
    transports: &[Transport::Tcp, Transport::Udp],
    probe: recognise::probe,
    parser: || Box::<Dialogue<Melsoft>>::default(),
};

/// MELSOFT between two ends, or among all that hear each other.
#[derive(Default)]
pub struct Melsoft {
    known: Known,
}

impl Language for Melsoft {
    type Key = Key;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        frame::framing(data)
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        frame::resynchronise(data)
    }

    fn read<'a>(&mut self, _side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        let Some(message) = Message::read(data) else {
            talk.flag(Flag::MelsoftHeader, Some(0), None);
            return Turn::Pass;
        };
        let key = Key { port: talk.facts.client.port, ..message.key() };
        if !message.is_response() {
            let to_all = self.known.parties.asks(talk);
            tell::check(&message, talk);
            return if to_all { Turn::Call { key, data } } else { Turn::Ask { key, data } };
        }
        match self.known.parties.answers(key, talk) {
            Heard::Answer => Turn::Answer { key, data },
            Heard::Another => Turn::Say { key, data },
            Heard::Unknown => Turn::Pass,
        }
    }

    fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        let before = (talk.facts.client, talk.facts.server);
        self.known.parties.meet(turns, talk);
        self.known.tell(turns, talk);
        talk.meet(before.0, before.1);
    }

    fn gap(&mut self, _side: Side, _talk: &mut Talk<'_>) {
        self.known.files.broken();
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.known.files.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.known.files.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        self.known.weight()
    }
}
