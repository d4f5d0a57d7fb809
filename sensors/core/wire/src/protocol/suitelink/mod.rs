//! SuiteLink of AVEVA (Wonderware): what I/O servers, historians and operator stations exchange tags by, TCP port 5413.
//! Its maker publishes nothing of it; what is read here is what the Wireshark dissector of "Finngineering" (2024) found on the
//! wire.

mod frame;
mod item;
mod speaker;
mod tell;
#[cfg(test)]
mod tests;

use super::dialogue::Dialogue;
use super::{Framing, Guess, Probe, Protocol};
use crate::flow::{Side, Transport};
use frame::Message;

const PORT: u16 = 5413;

pub const PROTOCOL: Protocol = Protocol {
    name: "suitelink",
    ports: &[PORT],
    transports: &[Transport::Tcp],
    probe,
    parser: || Box::<Dialogue<speaker::Speaker>>::default(),
};

/// A handshake's magic; or, from the middle of a connection, a whole message of the tag service that holds together.
fn probe(probe: &Probe<'_>) -> Guess {
    let by_port = [probe.source_port, probe.destination_port].contains(&PORT);
    let length = match frame::framing(probe.data) {
        Framing::Message(length) => length,
        Framing::Need if !probe.ended && frame::undecided(probe.data) => return Guess::Need,
        _ => return Guess::No,
    };
    let whole = probe.data.get(..length);
    match frame::read(whole.unwrap_or(probe.data)) {
        Some(Message::Handshake(magic, _)) => {
            let asks = [frame::QUERY_OLD, frame::QUERY, frame::REGISTER].contains(magic);
            Guess::Yes { confidence: 0.97, sender: Some(if asks { Side::Client } else { Side::Server }) }
        }
        Some(Message::Tags(kind, body)) if whole.is_some_and(|data| data.last() == Some(&frame::END)) => {
            middle(kind, body, by_port)
        }
        Some(Message::Tags(kind, _)) if whole.is_none() && by_port && frame::known(kind) && !probe.ended => Guess::Need,
        _ => Guess::No,
    }
}

/// How sure a message of the tag service is, and who sends such.
fn middle(kind: u16, body: &[u8], by_port: bool) -> Guess {
    let filled = |read: &dyn Fn(&[u8]) -> Option<&[u8]>| {
        let mut rest = body;
        while !rest.is_empty() {
            match read(rest) {
                Some(behind) => rest = behind,
                None => return false,
            }
        }
        !body.is_empty()
    };
    let (sound, sender) = match kind {
        frame::UPDATE => (filled(&|data| item::update(data).map(|(_, rest)| rest)), Side::Server),
        frame::ADVISE => (filled(&|data| item::advise(data).map(|(_, _, rest)| rest)), Side::Client),
        frame::POKE | frame::POKE_OLD => (filled(&|data| item::poke(data).map(|(_, rest)| rest)), Side::Client),
        _ => return Guess::No,
    };
    match (sound, by_port) {
        (true, true) => Guess::Yes { confidence: 0.9, sender: Some(sender) },
        (true, false) => Guess::Yes { confidence: 0.7, sender: Some(sender) },
        (false, _) => Guess::No,
    }
}
