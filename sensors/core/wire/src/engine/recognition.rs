//! Which protocol a flow speaks: every parser of the list is asked, and what was held meanwhile is read when one answers.
//! Dissectors are asked when none of the list can hope any more.

use super::conversation::{feed, start, with_parser};
use super::programs::look;
use super::serial;
use crate::flow::entry::{Flow, Recognition};
use crate::flow::held::{Held, Part};
use crate::flow::{Side, Span, Stamp, Transport};
use crate::ledger::Ledger;
use crate::protocol::dissector::{Dissector, Trouble};
use crate::protocol::recognised::{SIGNATURES, Signature};
use crate::protocol::{Guess, PROTOCOLS, Probe, Protocol, Talk};

/// Pieces of payload looked at before a flow's protocol is called unknown.
const PROBES: u8 = 8;
/// Pieces looked at while somebody hopes for more: much of DCOM begins the same, and each connection with a logon first.
const PATIENCE: u8 = 32;
/// Frames of a bus looked at: they are short, and many say nothing of the protocol.
const FRAMES: u8 = 48;
/// Pieces of a serial line looked at: a tap may write each octet by itself.
const OCTETS: u8 = 128;
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
    let mut asked = ask_held(flow, side, &held, false);
    let probes = match flow.key.transport {
        Transport::Can | Transport::Profibus => FRAMES,
        Transport::Serial => OCTETS,
        _ if asked.wants_more => PATIENCE,
        _ => PROBES,
    };
    let last = tried + 1 >= probes || held.bytes().len() >= HELD;
    if asked.surest.is_none() && (!asked.wants_more || last) {
        let bytes = held.behind_gap().unwrap_or(held.bytes());
        ask_dissectors(flow, ledger, side, bytes, false, &mut asked);
    }
    let Asked { surest, wants_more } = asked;
    let Some(surest) = surest else {
        if wants_more && held.bytes().len() < HELD {
            flow.side(side).held = held;
        }
        flow.recognition = if tried + 1 >= probes { Recognition::Unknown } else { Recognition::Probing(tried + 1) };
        if tried + 1 >= probes && !flow.started {
            start(flow, ledger);
        }
        return;
    };
    flow.side(side).held = held;
    recognised(flow, ledger, side, surest);
}

/// A flow that ends while somebody hoped for more bytes: what is held is all there is to tell it by.
pub(super) fn last_look(flow: &mut Flow, ledger: &mut Ledger) {
    if !matches!(flow.recognition, Recognition::Probing(_)) {
        return;
    }
    for side in [Side::Client, Side::Server] {
        let held = std::mem::take(&mut flow.side(side).held);
        let mut asked = Asked::default();
        if !held.bytes().is_empty() {
            asked = ask_held(flow, side, &held, true);
            if asked.surest.is_none() {
                ask_dissectors(flow, ledger, side, held.bytes(), true, &mut asked);
            }
        }
        flow.side(side).held = held;
        if let Some(surest) = asked.surest {
            return recognised(flow, ledger, side, surest);
        }
    }
}

fn recognised(flow: &mut Flow, ledger: &mut Ledger, side: Side, surest: Surest) {
    let Surest { who, confidence, sender, reversed } = surest;
    if sender.is_some_and(|sender| (reversed || !flow.oriented) && sender != side) {
        flow.swap();
    }
    if reversed {
        // The server's port is another one each time it calls: none, so that the conversation stays the same.
        flow.facts.server.port = 0;
    }
    flow.oriented = true;
    let (name, recognition) = match who {
        Who::Listed(protocol) => (protocol.name, Recognition::Known((protocol.parser)())),
        Who::Signed(signature) => (signature.name, Recognition::Named),
        Who::Dissector(dissector) => (dissector.name(), Recognition::Known(dissector.parser(flow.key.transport))),
    };
    flow.facts.protocol = Some(name);
    flow.confidence = confidence;
    flow.recognition = recognition;
    flow.known();
    if !flow.started {
        start(flow, ledger);
    }
    if flow.key.transport == Transport::Serial {
        serial::begin(flow, ledger);
    }
    read_held(flow, ledger);
}

/// What both sides said before the protocol was known, in the order of the packets.
fn read_held(flow: &mut Flow, ledger: &mut Ledger) {
    let [client, server] = [Side::Client, Side::Server].map(|side| std::mem::take(&mut flow.side(side).held));
    let (mut client, mut server) = (client.parts().peekable(), server.parts().peekable());
    let when = |part: Option<&Part<'_>>| part.map_or((i64::MAX, i64::MAX), |part| (part.stamp.time, part.stamp.number));
    loop {
        let (side, next) = if when(client.peek()) <= when(server.peek()) {
            (Side::Client, client.next())
        } else {
            (Side::Server, server.next())
        };
        let Some(Part { stamp, bytes, behind_gap }) = next else { return };
        if behind_gap {
            flow.side(side).assembly.gap();
            with_parser(flow, ledger, |flow, ledger, parser| {
                parser.gap(side, &mut Talk::new(ledger, &mut flow.facts, Span::at(stamp)));
            });
        }
        feed(flow, ledger, side, bytes, stamp);
    }
}

/// The surest protocol, how sure it is, who sent the bytes, and whether the server opened the connection.
struct Surest {
    who: Who,
    confidence: f32,
    sender: Option<Side>,
    reversed: bool,
}

enum Who {
    Listed(&'static Protocol),
    Signed(&'static Signature),
    Dissector(Dissector),
}

#[derive(Default)]
struct Asked {
    surest: Option<Surest>,
    /// One of them could tell with more bytes.
    wants_more: bool,
}

/// What is asked: payload with its ports.
fn question<'a>(flow: &Flow, side: Side, data: &'a [u8], ended: bool) -> Probe<'a> {
    let (source_port, destination_port) = match side {
        Side::Client => (flow.facts.client.port, flow.facts.server.port),
        Side::Server => (flow.facts.server.port, flow.facts.client.port),
    };
    Probe { data, transport: flow.key.transport, source_port, destination_port, ended }
}

/// Asks about what one side said so far. Behind a gap a message may begin anew; if nobody knows it by that alone, it goes on
/// from what was said before.
fn ask_held(flow: &Flow, side: Side, held: &Held, ended: bool) -> Asked {
    let Some(behind) = held.behind_gap() else { return ask(flow, side, held.bytes(), ended) };
    let anew = ask(flow, side, behind, ended);
    if anew.surest.is_some() {
        return anew;
    }
    let whole = ask(flow, side, held.bytes(), ended);
    Asked { wants_more: whole.wants_more || anew.wants_more, ..whole }
}

/// Asks every protocol of the lists whether the payload is its own.
fn ask(flow: &Flow, side: Side, data: &[u8], ended: bool) -> Asked {
    let probe = question(flow, side, data, ended);
    let mut asked = Asked::default();
    for protocol in PROTOCOLS.iter().filter(|p| p.transports.contains(&probe.transport)) {
        asked.note(Who::Listed(protocol), (protocol.probe)(&probe));
    }
    for signature in SIGNATURES.iter().filter(|s| s.transports.contains(&probe.transport)) {
        asked.note(Who::Signed(signature), (signature.probe)(&probe));
    }
    asked
}

/// Asks the dissectors.
fn ask_dissectors(flow: &mut Flow, ledger: &mut Ledger, side: Side, data: &[u8], ended: bool, asked: &mut Asked) {
    let probe = question(flow, side, data, ended);
    for number in 0..ledger.settings.dissectors.len() {
        let Some(dissector) = ledger.settings.dissectors.get(number) else { continue };
        if !dissector.speaks_on(probe.transport) {
            continue;
        }
        let dissector = dissector.clone();
        let (guess, trouble) = dissector.probe(&probe);
        // One that is off is not asked about flows that are not its own.
        if let Some(trouble) = trouble.filter(|trouble| *trouble != Trouble::Off) {
            ledger.counters.add(dissector.name(), trouble.name(), 1);
            ledger.flag(&mut flow.facts, trouble.flag(), Span::at(flow.last), None, None);
        }
        asked.note(Who::Dissector(dissector), guess);
    }
}

impl Asked {
    fn note(&mut self, who: Who, guess: Guess) {
        let (confidence, sender, reversed) = match guess {
            Guess::No => return,
            Guess::Need => {
                self.wants_more = true;
                return;
            }
            Guess::Yes { confidence, sender } => (confidence, sender, false),
            Guess::Reversed { confidence } => (confidence, Some(Side::Server), true),
        };
        if self.surest.as_ref().is_none_or(|known| confidence > known.confidence) {
            self.surest = Some(Surest { who, confidence, sender, reversed });
        }
    }
}
