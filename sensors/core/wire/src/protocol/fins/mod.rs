//! FINS (Factory Interface Network Service) of Omron controllers, on UDP and inside FINS/TCP, port 9600.
//!
//! Sources: Omron W227 (FINS Commands Reference Manual), W342 (CS/CJ/CP Communications Commands), W421 (Ethernet Units,
//! FINS/TCP). Numbers are big-endian.

mod area;
mod command;
mod end_code;
mod file;
mod header;
mod identity;
mod memory;
mod program;
mod recognise;
mod said;
mod state;
mod status;
mod tcp;
mod tell;
#[cfg(test)]
mod tests;
mod transfer;

use super::dialogue::{Dialogue, Language, Turn, Turns};
use super::{Framing, Protocol, Talk};
use crate::flow::{Side, Transport};
use state::{Key, State};

const PORT: u16 = 9600;

pub const PROTOCOL: Protocol = Protocol {
    name: "fins",
    ports: &[PORT],
    transports: &[Transport::Udp],
    probe: recognise::datagram,
    parser: || Box::<Dialogue<Datagrams>>::default(),
};

/// FINS/TCP: the same messages behind a header of its own.
pub mod stream {
    use super::{Dialogue, PORT, Protocol, Stream, Transport, recognise};

    pub const PROTOCOL: Protocol = Protocol {
        name: "fins",
        ports: &[PORT],
        transports: &[Transport::Tcp],
        probe: recognise::stream,
        parser: || Box::<Dialogue<Stream>>::default(),
    };
}

/// FINS between two addresses, a message in each datagram.
#[derive(Default)]
pub struct Datagrams {
    state: State,
}

/// FINS/TCP on one connection.
#[derive(Default)]
pub struct Stream {
    state: State,
}

impl Language for Datagrams {
    type Key = Key;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn read<'a>(&mut self, _side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        state::read(data, 0, talk)
    }

    fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        self.state.tell(turns, talk);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.state.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.state.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        self.state.weight()
    }
}

impl Language for Stream {
    type Key = Key;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        tcp::framing(data)
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        tcp::resynchronise(data)
    }

    fn read<'a>(&mut self, _side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        tcp::read(data, talk)
    }

    fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        let first = turns.request.or(turns.answer).unwrap_or_default();
        if tcp::is_own(first) { tcp::tell(turns, talk) } else { self.state.tell(turns, talk) }
    }

    fn gap(&mut self, _side: Side, _talk: &mut Talk<'_>) {
        self.state.gap();
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.state.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.state.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        self.state.weight()
    }
}
