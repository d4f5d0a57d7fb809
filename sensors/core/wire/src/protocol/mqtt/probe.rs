//! Recognising MQTT, and finding the next packet after bytes were lost.
//!
//! A CONNECT names the protocol itself. In the middle of a conversation only text that fits its lengths tells; packets of
//! a few bytes (acknowledgements, pings) count only beside it, or on a port registered for MQTT.

use super::fits::{Fit, fit};
use super::frame::{self, Head};
use super::packet as p;
use super::reader::Reader;
use crate::flow::Side;
use crate::protocol::{Guess, Probe};

pub const PORT: u16 = 1883;
pub const TLS_PORT: u16 = 8883;
/// Names of MQTT 3.1.1 and later, and of MQTT 3.1.
const NAMES: [&[u8]; 2] = [b"MQTT", b"MQIsdp"];
/// Packets of a few bytes that must follow each other to be believed without a packet that carries text.
const CHAIN: usize = 4;
/// Bytes of small packets that are kept for a packet that carries text.
const SMALL: usize = 32;

pub fn probe(probe: &Probe<'_>) -> Guess {
    let to_server = [PORT, TLS_PORT].contains(&probe.destination_port);
    let to_client = [PORT, TLS_PORT].contains(&probe.source_port);
    let by_port = match (to_server, to_client) {
        (true, false) => Some(Side::Client),
        (false, true) => Some(Side::Server),
        _ => None,
    };
    match connect(probe.data) {
        Fit::Strong(_) => return Guess::Yes { confidence: 0.99, sender: Some(Side::Client) },
        Fit::Need => return Guess::Need,
        Fit::Weak(_) if by_port.is_some() => return Guess::Yes { confidence: 0.6, sender: Some(Side::Client) },
        Fit::Weak(_) | Fit::No => {}
    }
    midstream(probe.data, by_port)
}

/// Whether the bytes begin a CONNECT. Weak: a CONNECT with a protocol name nobody knows.
fn connect(data: &[u8]) -> Fit {
    let header = match (data.first(), frame::header(data)) {
        (Some(0x10), Head::Good(header)) => header,
        (Some(0x10) | None, Head::Need) => return Fit::Need,
        _ => return Fit::No,
    };
    let found = super::fits::Found { kind: p::CONNECT, total: header.total() };
    let rest = data.get(header.body..).unwrap_or_default();
    for name in NAMES {
        let wanted = [&[0, u8::try_from(name.len()).unwrap_or(0)], name].concat();
        let here = rest.get(..wanted.len()).unwrap_or(rest);
        if wanted.starts_with(here) && header.length >= 12 {
            // Length and two letters of the name are enough: slow connections bring a byte at a time.
            return if here.len() >= 4 { Fit::Strong(found) } else { Fit::Need };
        }
    }
    let mut reader = Reader::new(rest.get(..header.length).unwrap_or_default());
    let odd = reader.block().is_some_and(|name| name.len() >= 2 && name.iter().all(u8::is_ascii_alphanumeric))
        && reader.take(4).is_some()
        && reader.block().is_some_and(super::reader::well_formed);
    if odd { Fit::Weak(found) } else { Fit::No }
}

/// The payload must be packets and nothing else; the last may go on in the next segment.
fn midstream(data: &[u8], by_port: Option<Side>) -> Guess {
    let mut rest = data;
    let (mut strong, mut sender, mut count) = (false, None, 0usize);
    while !rest.is_empty() {
        let found = match fit(rest) {
            Fit::No => return Guess::No,
            Fit::Need if count == 0 => {
                let plausible = by_port.is_some() || data.first().is_some_and(|b| b >> 4 == p::PUBLISH);
                return if plausible && data.len() < 1024 { Guess::Need } else { Guess::No };
            }
            Fit::Need => break,
            Fit::Weak(found) => found,
            Fit::Strong(found) => {
                strong = true;
                found
            }
        };
        sender = sender.or(p::sender(found.kind, None));
        count += 1;
        rest = rest.get(found.total..).unwrap_or_default();
    }
    let confidence = match (strong, by_port) {
        (true, Some(_)) => 0.95,
        (true, None) => 0.8,
        (false, Some(_)) => 0.7,
        // A few small packets may be anything: what follows tells.
        (false, None) => return if data.len() < SMALL { Guess::Need } else { Guess::No },
    };
    Guess::Yes { confidence, sender: sender.or(by_port) }
}

/// Looks for the next packet: (bytes to pass over, whether one begins there). What is found depends on the bytes behind
/// the place only, not on where a segment ends.
pub fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        match begins(data.get(at..).unwrap_or_default()) {
            Some(true) => return (at, true),
            Some(false) => {}
            None => return (at, false),
        }
    }
    (data.len(), false)
}

/// A packet that carries text, or a chain of small ones. None: too few bytes to tell.
fn begins(data: &[u8]) -> Option<bool> {
    let mut rest = data;
    for _ in 0..CHAIN {
        match fit(rest) {
            Fit::No => return Some(false),
            Fit::Need => return unsettled(rest),
            Fit::Strong(_) => return Some(true),
            Fit::Weak(found) => rest = rest.get(found.total..).unwrap_or_default(),
        }
    }
    Some(true)
}

/// Waits for more of a candidate only while it is short: a stray byte must not hold the stream up.
fn unsettled(rest: &[u8]) -> Option<bool> {
    match frame::header(rest) {
        Head::Good(header) if header.kind != p::PUBLISH && header.total() > 1024 => Some(false),
        _ => None,
    }
}
