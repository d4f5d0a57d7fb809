//! HART-IP: commands of HART field devices, and of the gateways and I/O systems before them, over UDP and TCP, port 5094.
//!
//! Sources: FCG TS20085 (HART-IP: network management), TS20081 (token-passing data link layer), TS20127 (universal commands),
//! TS20151 (common practice commands), TS20155 (wireless commands), TS20183 (common tables), TS20307 (response codes). Numbers
//! are big-endian.

mod ascii;
mod call;
mod command;
mod direct;
mod header;
mod identity;
mod layout;
mod layouts;
mod names;
mod own;
mod pdu;
mod recognise;
mod response;
mod session;
mod tell;
#[cfg(test)]
mod tests;
mod unit;
mod vendor;
mod wireless;

pub use recognise::conversation;

use super::dialogue::{Dialogue, Language, Turn, Turns};
use super::{Framing, Protocol, Talk};
use crate::flow::{Side, Transport};
use session::{Key, Session};

const PORT: u16 = 5094;

pub const PROTOCOL: Protocol = Protocol {
    name: "hart_ip",
    ports: &[PORT],
    transports: &[Transport::Udp],
    probe: recognise::probe,
    parser: || Box::<Dialogue<HartIp<true>>>::default(),
};

/// The same on a connection, where messages follow each other and TLS may.
pub mod stream {
    use super::{Dialogue, HartIp, PORT, Protocol, Transport, recognise};

    pub const PROTOCOL: Protocol = Protocol {
        name: "hart_ip",
        ports: &[PORT],
        transports: &[Transport::Tcp],
        probe: recognise::probe,
        parser: || Box::<Dialogue<HartIp<false>>>::default(),
    };
}

/// HART-IP between two ends, in datagrams or on a connection.
#[derive(Default)]
pub struct HartIp<const DATAGRAMS: bool> {
    session: Session,
}

impl<const DATAGRAMS: bool> Language for HartIp<DATAGRAMS> {
    type Key = Key;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        if DATAGRAMS { header::in_datagram(data) } else { header::framing(data) }
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        if DATAGRAMS { (0, !data.is_empty()) } else { header::resynchronise(data) }
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        self.session.read(side, data, DATAGRAMS, talk)
    }

    fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        tell::tell(&mut self.session, turns, talk);
    }

    fn weight(&self) -> usize {
        self.session.weight()
    }
}
