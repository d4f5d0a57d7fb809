//! What the first packets on ISO transport carry.

use super::{Tpdu, cotp, tpkt};
use crate::bytes::u8_at;
use crate::protocol::{Framing, Guess, Probe};

/// Looks through the packets: `look` decides by one of them or leaves it to the next; `begins` says of the data of a
/// packet that is not all there yet whether they may be meant. None: all were looked at, and none decided.
pub fn recognise<'a>(
    probe: &Probe<'a>,
    begins: fn(&[u8]) -> Option<bool>,
    mut look: impl FnMut(Tpdu<'a>) -> Option<Guess>,
) -> Option<Guess> {
    let mut rest = probe.data;
    while !rest.is_empty() {
        let length = match tpkt::framing(rest) {
            Framing::Message(length) => length,
            Framing::Need => return None,
            _ => return Some(Guess::No),
        };
        let Some(packet) = rest.get(..length) else {
            return (!possible(rest, begins)).then_some(Guess::No);
        };
        let decided = match Tpdu::read(tpkt::body(packet)) {
            None => Some(Guess::No),
            Some(pdu) => look(pdu),
        };
        if decided.is_some() {
            return decided;
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    None
}

/// What is meant where no packet decided.
pub fn undecided(probe: &Probe<'_>) -> Guess {
    if probe.ended { Guess::No } else { Guess::Need }
}

fn possible(packet: &[u8], begins: fn(&[u8]) -> Option<bool>) -> bool {
    match (u8_at(packet, 4), u8_at(packet, 5)) {
        (Some(2), Some(cotp::DT)) => begins(packet.get(7..).unwrap_or_default()) != Some(false),
        (Some(length), Some(code)) => cotp::shape(length, code).is_some(),
        _ => true,
    }
}
