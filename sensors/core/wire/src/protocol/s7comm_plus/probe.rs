//! Recognition: TPKT and COTP around a whole unit, or around a TLS record, which nothing else puts there; or, when nothing
//! more will come, a call for a name that only this protocol uses.

use super::frame::{self, NOTIFICATION, REQUEST, RESPONSE, RESPONSE_2, Unit};
use crate::bytes::u8_at;
use crate::flow::Side;
use crate::protocol::iso::{Tpdu, cotp, tpkt};
use crate::protocol::{Framing, Guess, Probe};

/// Names of the partner in a controller.
const NAMES: &[u8] = b"SIMATIC-ROOT-";

/// Looks through the packets for one that tells.
pub fn probe(probe: &Probe<'_>) -> Guess {
    let mut rest = probe.data;
    let mut asked = None;
    loop {
        let length = match tpkt::framing(rest) {
            _ if rest.is_empty() => break,
            Framing::Message(length) => length,
            Framing::Need => break,
            _ => return Guess::No,
        };
        let Some(packet) = rest.get(..length) else {
            if !possible(rest) {
                return Guess::No;
            }
            break;
        };
        match Tpdu::read(tpkt::body(packet)) {
            Some(Tpdu::Request(connect)) if named(connect.called) => asked = Some(Side::Client),
            Some(Tpdu::Confirm(connect)) if named(connect.called) => asked = asked.or(Some(Side::Server)),
            // Some stacks acknowledge by data PDUs without data.
            Some(Tpdu::Data { data: [], .. }) => {}
            Some(Tpdu::Data { end: true, data }) if frame::whole(data) && plausible(data) => {
                return Guess::Yes { confidence: 0.97, sender: sender(data) };
            }
            Some(Tpdu::Data { data, .. }) if frame::tls(data) == Some(true) => {
                return Guess::Yes { confidence: 0.7, sender: None };
            }
            // The first segment of a longer unit.
            Some(Tpdu::Data { end: false, data }) => {
                return match frame::begins(data) {
                    Some(true) if plausible(data) => Guess::Yes { confidence: 0.8, sender: sender(data) },
                    _ => Guess::No,
                };
            }
            Some(Tpdu::Data { .. }) | None => return Guess::No,
            Some(_) => {}
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    match asked {
        Some(side) if probe.ended => Guess::Yes { confidence: 0.6, sender: Some(side) },
        _ if probe.ended => Guess::No,
        _ => Guess::Need,
    }
}

fn named(called: Option<&[u8]>) -> bool {
    called.is_some_and(|called| called.starts_with(NAMES))
}

/// Whether a packet that is not all there yet may carry a unit.
fn possible(packet: &[u8]) -> bool {
    match (u8_at(packet, 4), u8_at(packet, 5)) {
        (Some(2), Some(0xf0)) => frame::begins(packet.get(7..).unwrap_or_default()) != Some(false),
        (Some(length), Some(code)) => cotp::shape(length, code).is_some(),
        _ => true,
    }
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
