//! TriStation: the programming protocol of Triconex safety controllers, over UDP, port 1502. Its maker publishes nothing
//! of it; what is read here is what analyses of the TRITON malware published (Mandiant 2018; CISA MAR-17-352-01).

mod command;
mod frame;
mod tell;
#[cfg(test)]
mod tests;

use super::dialogue::{Dialogue, Language, Turn, Turns};
use super::{Framing, Guess, Probe, Protocol, Talk};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use frame::Frame;

const PORT: u16 = 1502;

pub const PROTOCOL: Protocol = Protocol {
    name: "tristation",
    ports: &[PORT],
    transports: &[Transport::Udp],
    probe,
    parser: || Box::<Dialogue<TriStation>>::default(),
};

/// TriStation between two ends.
#[derive(Default)]
pub struct TriStation {
    /// Number of the command asked last: a refusal to pass a command on does not say which.
    asked: Option<u8>,
}

/// A command's number above what frames of the communication module have: their type.
const COMMANDS: u16 = 0x100;

impl Language for TriStation {
    type Key = u16;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u16> {
        let Some(frame) = Frame::read(data).filter(|frame| frame::name(frame.kind).is_some()) else {
            talk.flag(Flag::TristationHeader, Some(0), None);
            return Turn::Pass;
        };
        check(&frame, side, talk);
        let key = match frame.kind {
            frame::EXECUTION_COMMAND => {
                let Some(packet) = frame.packet() else { return Turn::Pass };
                if side == Side::Client {
                    self.asked = Some(packet.number);
                }
                COMMANDS | u16::from(packet.number)
            }
            frame::PING => frame::PING,
            frame::DISCONNECTION_REQUEST | frame::DISCONNECTION_RESPONSE => frame::DISCONNECTION_REQUEST,
            frame::NOT_CONNECTED => match self.asked.take() {
                Some(number) => COMMANDS | u16::from(number),
                None => return Turn::Say { key: frame::NOT_CONNECTED, data },
            },
            _ => frame::CONNECTION_REQUEST,
        };
        match side {
            Side::Client => Turn::Ask { key, data },
            Side::Server => Turn::Answer { key, data },
        }
    }

    fn tell(&mut self, turns: &Turns<'_, u16>, talk: &mut Talk<'_>) {
        tell::tell(turns, talk);
    }
}

/// What is odd about a frame's form.
fn check(frame: &Frame<'_>, side: Side, talk: &mut Talk<'_>) {
    if !frame.crc_fits {
        talk.flag(Flag::TristationCrc, None, None);
    }
    let packet = frame.packet();
    let short = frame.kind == frame::EXECUTION_COMMAND && packet.is_none();
    if short || !frame.size_fits() || packet.is_some_and(|packet| !packet.size_fits()) {
        talk.flag(Flag::TristationLength, Some(2), None);
    }
    let Some(packet) = packet else { return };
    if !packet.checksum_fits {
        talk.flag(Flag::TristationChecksum, Some(10), None);
    }
    let known = match side {
        Side::Client => command::of(packet.code).is_some(),
        Side::Server => command::reply(packet.code).is_some(),
    };
    if !known {
        talk.flag(Flag::TristationCommandUnknown, Some(6), None);
    }
}

/// A known type, a size that fits to the byte, and a CRC that is right: 32 bits that chance would have to meet.
fn probe(probe: &Probe<'_>) -> Guess {
    let sound = |frame: &Frame<'_>| {
        let whole = frame.kind != frame::EXECUTION_COMMAND || frame.packet().is_some_and(|packet| packet.size_fits());
        frame.crc_fits && frame.size_fits() && whole && (frame.kind == frame::EXECUTION_COMMAND || frame.size == 0)
    };
    // Every datagram that nobody knows is asked: a checksum over all of them would cost more than all other questions.
    if !frame::may_be(probe.data) {
        return Guess::No;
    }
    let Some(frame) = Frame::read(probe.data).filter(sound) else { return Guess::No };
    let by_port = match (probe.source_port, probe.destination_port) {
        (PORT, PORT) => None,
        (PORT, _) => Some(Side::Server),
        (_, PORT) => Some(Side::Client),
        _ => None,
    };
    let sender = match (frame.kind, frame.packet()) {
        (frame::PING, _) => by_port,
        (frame::CONNECTION_REQUEST | frame::DISCONNECTION_REQUEST, _) => Some(Side::Client),
        (frame::EXECUTION_COMMAND, Some(packet)) if packet.code < command::REPLIES => Some(Side::Client),
        _ if frame::name(frame.kind).is_some() => Some(Side::Server),
        _ => return Guess::No,
    };
    Guess::Yes { confidence: if by_port.is_some() { 0.95 } else { 0.85 }, sender }
}
