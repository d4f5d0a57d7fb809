//! Frames 1E: the MC protocol of Ethernet modules compatible with the MELSEC A series (FX3, A, and Q and L set to it),
//! binary and ASCII, over TCP and UDP. A response carries no length and no number, so that it is read by the request it
//! agrees with.
//!
//! Sources: Mitsubishi SH-080008 18 (MELSEC Communication Protocol Reference Manual), FX3U-ENET-ADP User's Manual 7, 9.

mod command;
mod end_code;
mod frame;
mod items;
mod recognise;
mod tell;
#[cfg(test)]
mod tests;

use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::dialogue::{Dialogue, Language, Turn, Turns};
use crate::protocol::{Framing, Protocol, Talk};
use command::{Body, SLOTS};
use frame::{Request, Response};
use std::collections::VecDeque;
use tell::Known;

pub const PROTOCOL: Protocol = Protocol {
    name: "slmp",
    // The user chooses them.
    ports: &[],
    transports: &[Transport::Tcp, Transport::Udp],
    probe: recognise::probe,
    parser: || Box::<Dialogue<A1e>>::default(),
};

/// Requests whose responses are waited for.
const WAITING: usize = 64;
/// Bytes in which a request may begin whose rest is still to come: the longest head in ASCII.
const BEGUN: usize = 28;
/// Octets of a body that is not read, at most: behind them the next frame is looked for.
const LONGEST_BODY: usize = 2048;
/// Keys of responses that no request waits for, and of requests in datagrams, which may be sent again.
const LONE: u32 = 0x8000_0000;
const DATAGRAM: u32 = 0x4000_0000;

/// A request that waits.
#[derive(Clone, Copy)]
struct Expected {
    key: u32,
    command: u8,
    ascii: bool,
    /// Bytes of the response's data. None: not known.
    data: Option<usize>,
}

/// 1E frames between two ends.
#[derive(Default)]
pub struct A1e {
    expected: VecDeque<Expected>,
    asked: u32,
    /// Points entered to be monitored.
    entered: [Option<usize>; SLOTS],
    /// What follows belongs to a body that is not read, until the next request begins. Its length is not known, so that it
    /// passes octet by octet, however TCP cut it.
    in_request: bool,
    in_response: bool,
    /// Octets of it so far.
    unread: usize,
    known: Known,
}

impl A1e {
    fn expects(&self, command: u8, ascii: bool) -> Option<(usize, &Expected)> {
        self.expected.iter().enumerate().find(|(_, e)| e.command == command && e.ascii == ascii)
    }

    /// Bytes of data that the response will have.
    fn data(&self, request: &Request<'_>, body: Body) -> Option<usize> {
        let mut reader = request.body;
        let wire = |bytes: usize| reader.size(bytes);
        match body {
            Body::Range { write: true, .. } | Body::Buffer { write: true } => Some(0),
            Body::Random { .. } | Body::Entry { .. } => Some(0),
            Body::Range { cut, block, write: false } => {
                let before = reader.size(if block { 8 } else { 6 });
                reader.take(before)?;
                Some(frame::values(cut, frame::points(reader.u8()?), reader.ascii))
            }
            Body::Buffer { write: false } => {
                reader.take(reader.size(3))?;
                let count = frame::points(reader.u8()?);
                Some(reader.size(count))
            }
            Body::Monitor { slot } => {
                let cut = if slot == 0 { super::items::Cut::Bits } else { super::items::Cut::Words };
                let count = self.entered.get(slot).copied().flatten()?;
                Some(frame::values(cut, count, reader.ascii))
            }
            Body::Echo => Some(reader.data.len()),
            Body::None if request.command == command::PC_TYPE => Some(wire(2)),
            Body::None => Some(0),
            Body::Open => None,
        }
    }

    fn ask<'a>(&mut self, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u32> {
        let Some(request) = Request::read(data) else {
            talk.flag(Flag::SlmpHeader, Some(0), None);
            return Turn::Pass;
        };
        let body = command::of(request.command).map_or(Body::Open, |command| command.body);
        tell::check(&request, body, talk);
        if let Body::Entry { slot, .. } = body
            && let Some(entered) = self.entered.get_mut(slot)
        {
            let mut reader = request.body;
            *entered = reader.u8().map(frame::points);
        }
        (self.in_request, self.in_response) = (body == Body::Open, false);
        let udp = talk.facts.transport == Transport::Udp;
        self.asked = self.asked.wrapping_add(1) % DATAGRAM;
        let key = if udp { DATAGRAM | u32::from(request.command) } else { self.asked.max(1) };
        if self.expected.len() >= WAITING {
            self.expected.pop_front();
        }
        let data_of = self.data(&request, body);
        self.expected.push_back(Expected { key, command: request.command, ascii: request.body.ascii, data: data_of });
        Turn::Ask { key, data }
    }

    fn answer<'a>(&mut self, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u32> {
        let Some(response) = Response::read(data) else {
            talk.flag(Flag::SlmpHeader, Some(0), None);
            return Turn::Pass;
        };
        let found = self.expects(response.command, response.body.ascii).map(|(at, expected)| (at, *expected));
        let Some((at, expected)) = found else {
            // Its request was not seen, so that the length of its data is not known.
            self.in_response = true;
            return Turn::Answer { key: LONE | u32::from(response.command), data };
        };
        self.expected.drain(..=at);
        self.in_response = expected.data.is_none() && response.code == 0;
        Turn::Answer { key: expected.key, data }
    }

    /// Whether an expected response begins here.
    fn agrees(&self, data: &[u8]) -> bool {
        let response = Response::read(data).filter(|response| command::of(response.command).is_some());
        response.is_some_and(|response| self.expects(response.command, response.body.ascii).is_some())
    }
}

impl Language for A1e {
    /// A number of ours: responses carry none.
    type Key = u32;

    fn framing(&self, side: Side, data: &[u8]) -> Framing {
        if side == Side::Server {
            if self.in_response {
                return Framing::Message(1);
            }
            return frame::response(data, |command, ascii| self.expects(command, ascii).and_then(|(_, e)| e.data));
        }
        match self.in_request.then(|| frame::begins(data)) {
            None | Some(Some(true)) => frame::request(data),
            Some(Some(false)) => Framing::Message(1),
            Some(None) => Framing::Need,
        }
    }

    fn resynchronise(&self, side: Side, data: &[u8]) -> (usize, bool) {
        let begins = |at: &usize| {
            let rest = data.get(*at..).unwrap_or_default();
            if side == Side::Client { frame::sound(rest).is_some() } else { self.agrees(rest) }
        };
        let kept = if side == Side::Client { BEGUN } else { 0 };
        (0..data.len()).find(begins).map_or((data.len().saturating_sub(kept), false), |at| (at, true))
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u32> {
        let unread = if side == Side::Client { self.in_request && data.len() == 1 } else { self.in_response };
        if unread {
            talk.continued();
            self.unread += data.len();
            if self.unread >= LONGEST_BODY {
                (self.in_request, self.in_response) = (false, false);
            }
            return Turn::Pass;
        }
        self.unread = 0;
        if side == Side::Client { self.ask(data, talk) } else { self.answer(data, talk) }
    }

    fn tell(&mut self, turns: &Turns<'_, u32>, talk: &mut Talk<'_>) {
        self.known.tell(turns, talk);
    }

    fn gap(&mut self, _side: Side, _talk: &mut Talk<'_>) {
        (self.in_request, self.in_response) = (false, false);
    }

    fn weight(&self) -> usize {
        self.known.weight() + self.expected.capacity() * size_of::<Expected>()
    }
}
