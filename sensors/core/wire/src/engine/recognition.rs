//! Which protocol a flow speaks: every parser of the list is asked, and what was held meanwhile is read when one answers.

use super::conversation::{feed, start};
use super::programs::look;
use crate::flow::entry::{Flow, Recognition};
use crate::flow::{Side, Stamp, Transport};
use crate::ledger::Ledger;
use crate::protocol::{Guess, PROTOCOLS, Probe, Protocol};

/// Pieces of payload looked at before a flow's protocol is called unknown.
const PROBES: u8 = 8;
/// Payload held for a probe that asked for more.
const HELD: usize = 4096;

/// Ordered payload of one side, on to the parser where there is one.
pub fn payload(flow: &mut Flow, ledger: &mut Ledger, side: Side, bytes: &[u8], stamp: Stamp) {
    if !matches!(flow.recognition, Recognition::Known(_)) && flow.key.transport == Transport::Tcp {
        look(flow, ledger, side, bytes, stamp);
    }
    if matches!(flow.recognition, Recognition::Unknown | Recognition::Probing(_)) {
        flow.profile(side, bytes);
    }
    let Recognition::Probing(tried) = flow.recognition else { return feed(flow, ledger, side, bytes, stamp) };
    flow.side(side).held.push(bytes, stamp);
    let held = std::mem::take(&mut flow.side(side).held);
    let Asked { surest, wants_more } = ask(flow, side, held.bytes());
    let Some(Surest { protocol, confidence, sender, reversed }) = surest else {
        if wants_more && held.bytes().len() < HELD {
            flow.side(side).held = held;
        }
        flow.recognition = if tried + 1 >= PROBES { Recognition::Unknown } else { Recognition::Probing(tried + 1) };
        if tried + 1 >= PROBES && !flow.started {
            start(flow, ledger);
        }
        return;
    };
    flow.side(side).held = held;
    if sender.is_some_and(|sender| (reversed || !flow.oriented) && sender != side) {
        flow.swap();
    }
    if reversed {
        // The server's port is another one each time it calls: none, so that the conversation stays the same.
        flow.facts.server.port = 0;
    }
    flow.oriented = true;
    flow.facts.protocol = Some(protocol.name);
    flow.confidence = confidence;
    flow.recognition = Recognition::Known((protocol.parser)());
    flow.known();
    if !flow.started {
        start(flow, ledger);
    }
    read_held(flow, ledger);
}

/// What both sides said before the protocol was known, in the order of the packets.
fn read_held(flow: &mut Flow, ledger: &mut Ledger) {
    let [client, server] = [Side::Client, Side::Server].map(|side| std::mem::take(&mut flow.side(side).held));
    let (mut client, mut server) = (client.parts().peekable(), server.parts().peekable());
    let when = |part: Option<&(Stamp, &[u8])>| part.map_or((i64::MAX, i64::MAX), |(at, _)| (at.time, at.number));
    loop {
        let (side, next) = if when(client.peek()) <= when(server.peek()) {
            (Side::Client, client.next())
        } else {
            (Side::Server, server.next())
        };
        let Some((stamp, bytes)) = next else { return };
        feed(flow, ledger, side, bytes, stamp);
    }
}

/// The surest protocol, how sure it is, who sent the bytes, and whether the server opened the connection.
struct Surest {
    protocol: &'static Protocol,
    confidence: f32,
    sender: Option<Side>,
    reversed: bool,
}

struct Asked {
    surest: Option<Surest>,
    /// One of them could tell with more bytes.
    wants_more: bool,
}

/// Asks every protocol of the list whether the payload is its own.
fn ask(flow: &Flow, side: Side, data: &[u8]) -> Asked {
    let (source_port, destination_port) = match side {
        Side::Client => (flow.facts.client.port, flow.facts.server.port),
        Side::Server => (flow.facts.server.port, flow.facts.client.port),
    };
    let transport = flow.key.transport;
    let probe = Probe { data, transport, source_port, destination_port };
    let mut asked = Asked { surest: None, wants_more: false };
    for protocol in PROTOCOLS.iter().filter(|p| p.transports.contains(&transport)) {
        let (confidence, sender, reversed) = match (protocol.probe)(&probe) {
            Guess::No => continue,
            Guess::Need => {
                asked.wants_more = true;
                continue;
            }
            Guess::Yes { confidence, sender } => (confidence, sender, false),
            Guess::Reversed { confidence } => (confidence, Some(Side::Server), true),
        };
        if asked.surest.as_ref().is_none_or(|known| confidence > known.confidence) {
            asked.surest = Some(Surest { protocol, confidence, sender, reversed });
        }
    }
    asked
}
