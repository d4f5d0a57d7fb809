//! What MELSOFT looks like: a mark, ends that exchange, a route whose length stands there twice.

use super::frame;
use super::hello;
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Probe};

/// Bytes of the shortest message.
const HELLO: usize = 4;

pub fn probe(probe: &Probe<'_>) -> Guess {
    let udp = probe.transport == Transport::Udp;
    let wanted = match frame::framing(probe.data) {
        Framing::Need if !udp && !probe.ended => return Guess::Need,
        Framing::Message(wanted) => wanted,
        _ => return Guess::No,
    };
    // A payload is one message, or whole messages one after another in a stream.
    match probe.data.len() {
        held if held < wanted && !udp && !probe.ended => return Guess::Need,
        held if held < wanted || (udp && held > wanted) => return Guess::No,
        held if held > wanted
            && matches!(frame::framing(probe.data.get(wanted..).unwrap_or_default()), Framing::Bad(_)) =>
        {
            return Guess::No;
        }
        _ => {}
    }
    let Some((side, known)) = sender(probe.data) else { return Guess::No };
    Guess::Yes { confidence: if known { 0.95 } else { 0.6 }, sender: Some(side) }
}

/// Who sends it, and whether more than four bytes say so.
fn sender(data: &[u8]) -> Option<(Side, bool)> {
    match data.first()? {
        &hello::REQUEST => Some((Side::Client, data.len() > HELLO)),
        &hello::RESPONSE => Some((Side::Server, true)),
        first if first & 0x80 == 0 => Some((Side::Client, true)),
        _ => Some((Side::Server, true)),
    }
}

/// Who sends a datagram for everybody, and the port that was asked.
pub fn said_to_all(data: &[u8], (source, destination): (u16, u16)) -> Option<(Side, u16)> {
    let own = match data.first()? {
        &hello::REQUEST | &hello::RESPONSE => frame::framing(data) == Framing::Message(data.len()),
        _ => frame::begins(data),
    };
    let (side, _) = sender(data).filter(|_| own)?;
    Some((side, if side == Side::Client { destination } else { source }))
}
