//! A protocol on a serial line that a tap listens to. A wire is no role: both may speak on the same one (two-wire lines
//! of several stations, a tap beside a slave that hears its neighbours), so each frame says itself whether it asks or
//! answers, and the ends of an exchange are the wires on which that was said.

use super::{Framing, Parser, Talk};
use crate::flow::Side;
use std::net::IpAddr;

/// What is known of a line when a frame comes.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    /// The wire it came on, by the side of the flow that drives it.
    pub wire: Side,
    /// The other wire carried frames as well.
    pub other: bool,
    /// Clients, servers spoke on this wire.
    pub roles: [bool; 2],
    /// Who sent the frame before.
    pub last: Option<Side>,
}

/// What a frame says of its sender.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Speaker {
    Sure(Side),
    /// Guessed by what came before: it proves nothing of the wire.
    Likely(Side),
}

/// A protocol whose frames tell who sends them.
pub trait OnLine: Parser {
    /// Who sends this frame.
    fn speaker(&self, heard: &Heard, frame: &[u8]) -> Speaker;
}

/// One line.
#[derive(Default)]
pub struct Line<P> {
    protocol: P,
    /// Clients, servers that spoke on the client's wire, on the server's wire.
    roles: [[bool; 2]; 2],
    heard: [bool; 2],
    last: Option<Side>,
    /// Wires that client and server spoke on last.
    wires: [Option<Side>; 2],
}

const fn at(side: Side) -> usize {
    match side {
        Side::Client => 0,
        Side::Server => 1,
    }
}

fn of<T: Copy>(pair: &[T; 2], side: Side) -> T {
    let [client, server] = *pair;
    if side == Side::Client { client } else { server }
}

fn set<T>(pair: &mut [T; 2], side: Side, value: T) {
    if let Some(place) = pair.get_mut(at(side)) {
        *place = value;
    }
}

impl<P: OnLine> Line<P> {
    fn speaker(&mut self, wire: Side, frame: &[u8]) -> Side {
        let roles = of(&self.roles, wire);
        let heard = Heard { wire, other: of(&self.heard, wire.other()), roles, last: self.last };
        let speaker = self.protocol.speaker(&heard, frame);
        if let Speaker::Sure(side) = speaker {
            let mut roles = roles;
            set(&mut roles, side, true);
            set(&mut self.roles, wire, roles);
        }
        let (Speaker::Sure(side) | Speaker::Likely(side)) = speaker;
        set(&mut self.heard, wire, true);
        set(&mut self.wires, side, Some(wire));
        self.last = Some(side);
        side
    }

    /// Wires of client and server: who has not spoken yet is thought to be on the other one.
    fn ends(&self) -> (Side, Side) {
        match self.wires {
            [Some(client), Some(server)] => (client, server),
            [Some(client), None] => (client, client.other()),
            [None, Some(server)] => (server.other(), server),
            [None, None] => (Side::Client, Side::Server),
        }
    }

    /// Does something while the ends are those of client and server.
    fn between(&mut self, talk: &mut Talk<'_>, run: impl FnOnce(&mut P, &mut Talk<'_>)) {
        let wires: (IpAddr, IpAddr) = (talk.facts.client.ip, talk.facts.server.ip);
        let end = |side| if side == Side::Client { wires.0 } else { wires.1 };
        let (client, server) = self.ends();
        talk.between(end(client), end(server));
        run(&mut self.protocol, talk);
        talk.between(wires.0, wires.1);
    }
}

impl<P: OnLine> Parser for Line<P> {
    fn framing(&self, wire: Side, data: &[u8]) -> Framing {
        self.protocol.framing(wire, data)
    }

    fn message(&mut self, wire: Side, data: &[u8], talk: &mut Talk<'_>) {
        let side = self.speaker(wire, data);
        self.between(talk, |protocol, talk| protocol.message(side, data, talk));
    }

    fn resynchronise(&self, wire: Side, data: &[u8]) -> (usize, bool) {
        self.protocol.resynchronise(wire, data)
    }

    fn gap(&mut self, wire: Side, talk: &mut Talk<'_>) {
        for side in [Side::Client, Side::Server] {
            if of(&self.wires, side).is_none_or(|own| own == wire) {
                self.protocol.gap(side, talk);
            }
        }
    }

    fn silence(&self) -> Option<i64> {
        self.protocol.silence()
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.between(talk, |protocol, talk| protocol.expire(now, talk));
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.between(talk, |protocol, talk| protocol.close(talk));
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.protocol.weight()
    }
}
