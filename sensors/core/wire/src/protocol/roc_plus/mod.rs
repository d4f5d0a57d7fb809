//! ROC Plus: Emerson's flow computers and remote terminal units (ROC800, FloBoss, DL8000), over TCP and UDP, port 4000.
//!
//! Sources: Emerson, ROC Plus Protocol Specifications Manual (D301180X012), as the parsers of others read it.

mod file;
mod form;
mod frame;
mod identity;
mod login;
mod opcode;
mod parameter;
mod tell;
#[cfg(test)]
mod tests;

use super::dialogue::{Dialogue, Language, Turn, Turns};
use super::{Framing, Guess, Probe, Protocol, Talk};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use frame::Frame;
use tell::Known;

const PORT: u16 = 4000;

pub const PROTOCOL: Protocol = Protocol {
    name: "roc_plus",
    ports: &[PORT],
    transports: &[Transport::Tcp, Transport::Udp],
    probe,
    parser: || Box::<Dialogue<RocPlus>>::default(),
};

/// Requests whose error may still come.
const ASKED: usize = 16;
/// Keys: what a device signals by itself, and opcodes of requests above it.
const SIGNAL: u32 = 1;
const OPCODES: u32 = 0x100;

/// ROC Plus between two ends.
#[derive(Default)]
pub struct RocPlus {
    known: Known,
    /// Opcodes of requests without an answer so far: an error does not say which it answers.
    asked: Vec<u8>,
}

impl RocPlus {
    fn ask(&mut self, opcode: u8) {
        if self.asked.len() >= ASKED {
            self.asked.remove(0);
        }
        self.asked.push(opcode);
    }

    /// Which request a reply answers: devices answer in order, so what was asked before it goes without.
    fn answered(&mut self, opcode: u8) -> u8 {
        if opcode == opcode::ERROR {
            return if self.asked.is_empty() { opcode } else { self.asked.remove(0) };
        }
        if let Some(at) = self.asked.iter().position(|asked| *asked == opcode) {
            self.asked.drain(..=at);
        }
        opcode
    }
}

impl Language for RocPlus {
    type Key = u32;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        frame::framing(data)
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        frame::resynchronise(data)
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u32> {
        let Some(frame) = Frame::read(data) else {
            talk.flag(Flag::RocPlusLength, Some(5), None);
            return Turn::Pass;
        };
        form::check(&frame, side, talk);
        let key = |opcode: u8| OPCODES | u32::from(opcode);
        match (side, frame.opcode) {
            (Side::Server, opcode::SRBX) => Turn::Say { key: SIGNAL, data },
            (Side::Client, opcode::SRBX) => Turn::Pass,
            (Side::Server, opcode) => Turn::Answer { key: key(self.answered(opcode)), data },
            // Nobody answers what is sent to a whole group; a signal's acknowledgement may go without.
            (Side::Client, opcode) if frame.destination.0 == 0 || opcode == opcode::ACKNOWLEDGE => {
                Turn::Call { key: key(opcode), data }
            }
            (Side::Client, opcode) => {
                self.ask(opcode);
                Turn::Ask { key: key(opcode), data }
            }
        }
    }

    fn tell(&mut self, turns: &Turns<'_, u32>, talk: &mut Talk<'_>) {
        self.known.tell(turns, talk);
    }

    fn gap(&mut self, _side: Side, _talk: &mut Talk<'_>) {
        self.asked.clear();
    }

    fn weight(&self) -> usize {
        self.known.weight() + self.asked.capacity()
    }
}

/// A known opcode whose data have a length that it may have, and a CRC that is right.
fn probe(probe: &Probe<'_>) -> Guess {
    let udp = probe.transport == Transport::Udp;
    let begins = probe.data.get(4).is_none_or(|code| opcode::of(*code).is_some());
    let wait = if begins && !udp && !probe.ended { Guess::Need } else { Guess::No };
    let Some(frame) = Frame::read(probe.data).filter(|_| begins) else { return wait };
    let whole = probe.data.len() == frame::HEADER + 2 + frame.data.len();
    let (asks, answers) = frame.may();
    let stations = frame.destination != frame.source && frame.destination != (0, 0);
    let peculiar = form::sound(&frame, asks, answers);
    if !frame.crc_fits || !(asks || answers) || !stations || !peculiar || (udp && !whole) {
        return Guess::No;
    }
    let by_port = match (probe.source_port, probe.destination_port) {
        (PORT, PORT) => None,
        (PORT, _) => Some(Side::Server),
        (_, PORT) => Some(Side::Client),
        _ => None,
    };
    let sender = match (frame.opcode, asks, answers) {
        (opcode::ERROR | opcode::SRBX, ..) => Some(Side::Server),
        (_, true, false) => Some(Side::Client),
        (_, false, true) => Some(Side::Server),
        _ => by_port,
    };
    let confidence = match (by_port, frame.data) {
        (Some(_), _) => 0.95,
        (None, []) => 0.6,
        (None, _) => 0.85,
    };
    Guess::Yes { confidence, sender }
}
