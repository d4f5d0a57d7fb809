//! Recognition: TPKT and COTP around a whole unit, or around a TLS record, which nothing else puts there; or, when nothing
//! more will come, a call for a name that only this protocol uses.

use super::frame::{self, NOTIFICATION, REQUEST, RESPONSE, RESPONSE_2, Unit};
use crate::bytes::u8_at;
use crate::flow::Side;
use crate::protocol::iso::{self, Tpdu};
use crate::protocol::{Guess, Probe};

/// Names of the partner in a controller.
const NAMES: &[u8] = b"SIMATIC-ROOT-";

/// Looks through the packets for one that tells.
pub fn probe(probe: &Probe<'_>) -> Guess {
    let mut asked = None;
    let decided = iso::recognise(probe, frame::begins, |packet| {
        match packet {
            Tpdu::Request(connect) if named(connect.called) => asked = Some(Side::Client),
            Tpdu::Confirm(connect) if named(connect.called) => asked = asked.or(Some(Side::Server)),
            Tpdu::Data { end, data } => return look(end, data),
            _ => {}
        }
        None
    });
    decided.unwrap_or_else(|| match asked {
        Some(side) if probe.ended => Guess::Yes { confidence: 0.6, sender: Some(side) },
        _ => iso::undecided(probe),
    })
}

fn look(end: bool, data: &[u8]) -> Option<Guess> {
    Some(match data {
        // Some stacks acknowledge by data PDUs without data.
        [] => return None,
        _ if end && frame::whole(data) && plausible(data) => Guess::Yes { confidence: 0.97, sender: sender(data) },
        _ if frame::tls(data) == Some(true) => Guess::Yes { confidence: 0.7, sender: None },
        // The first segment of a longer unit.
        _ if !end && frame::begins(data) == Some(true) && plausible(data) => {
            Guess::Yes { confidence: 0.8, sender: sender(data) }
        }
        _ => Guess::No,
    })
}

fn named(called: Option<&[u8]>) -> bool {
    called.is_some_and(|called| called.starts_with(NAMES))
}

/// The opcode, where the unit has one at a place that is known.
fn opcode(unit: &[u8]) -> Option<u8> {
    match Unit::read(unit)? {
        Unit::Data { data, .. } => u8_at(data, 0),
        _ => None,
    }
}

/// Whether a unit begins a message, or is one that never does. In the midst of a fragmented message any byte may come.
fn plausible(unit: &[u8]) -> bool {
    match Unit::read(unit) {
        Some(Unit::Data { last, .. }) => {
            !last || matches!(opcode(unit), Some(REQUEST | RESPONSE | RESPONSE_2 | NOTIFICATION))
        }
        other => other.is_some(),
    }
}

fn sender(unit: &[u8]) -> Option<Side> {
    match opcode(unit)? {
        REQUEST => Some(Side::Client),
        RESPONSE | RESPONSE_2 | NOTIFICATION => Some(Side::Server),
        _ => None,
    }
}
