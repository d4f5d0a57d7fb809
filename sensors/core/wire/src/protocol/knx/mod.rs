//! KNXnet/IP (ISO 22510, KNX 3/8): interfaces and routers between IP networks and the KNX bus of a building, UDP and TCP
//! port 3671, and routing by the multicast group 224.0.23.12.
//!
//! Services of the IP side are in `service`, `ip_side` and `dib`; telegrams of the bus travel in cEMI frames (`cemi`), on a
//! channel of a tunnel or by routing, and what they say is in `apci` and `application`. A telegram that asks a device is told
//! with the device's answer, one that only says something with its confirmation.

mod address;
mod apci;
mod application;
mod cemi;
mod channel;
mod dib;
mod frame;
mod identity;
mod ip_side;
mod key;
mod local;
mod manufacturer;
mod object;
mod property;
mod recognise;
mod said;
mod service;
mod session;
mod state;
mod status;
mod tell;
#[cfg(test)]
mod tests;

use super::dialogue::{Dialogue, Language, Turn, Turns};
use super::{Framing, Protocol, Talk};
use crate::flow::{Side, Transport};
use key::Key;
use state::State;

const PORT: u16 = 3671;

pub const PROTOCOL: Protocol = Protocol {
    name: "knx",
    ports: &[PORT],
    transports: &[Transport::Udp],
    probe: recognise::datagram,
    parser: || Box::<Dialogue<Knx<false>>>::default(),
};

/// The same frames on a TCP connection.
pub mod stream {
    use super::{Dialogue, Knx, PORT, Protocol, Transport, recognise};

    pub const PROTOCOL: Protocol = Protocol {
        name: "knx",
        ports: &[PORT],
        transports: &[Transport::Tcp],
        probe: recognise::stream,
        parser: || Box::<Dialogue<Knx<true>>>::default(),
    };
}

/// KNXnet/IP between two addresses, a frame in each datagram, or on one connection.
#[derive(Default)]
pub struct Knx<const STREAM: bool> {
    state: State,
}

impl<const STREAM: bool> Language for Knx<STREAM> {
    type Key = Key;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        if STREAM { frame::framing(data) } else { Framing::Message(data.len()) }
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        if STREAM { frame::resynchronise(data) } else { (0, !data.is_empty()) }
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Key> {
        self.state.read(side, data, talk)
    }

    fn tell(&mut self, turns: &Turns<'_, Key>, talk: &mut Talk<'_>) {
        self.state.tell(turns, talk);
    }

    fn gap(&mut self, side: Side, _talk: &mut Talk<'_>) {
        self.state.channels.gap(side);
    }

    fn weight(&self) -> usize {
        self.state.weight()
    }
}
