//! Modbus RTU on a serial line that is tapped (MODBUS over Serial Line V1.02, 2.4 and 2.5.1). A line has one master, which
//! waits for each answer; its frames and those of the slaves look alike, and on a two-wire line stand on one wire.

use super::function as fc;
use super::rtu::{LONGEST, SHORTEST, crc_fits, length};
use super::state::{Adu, Carrier, State};
use crate::bytes::u8_at;
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::serial_line::{Heard, Line, OnLine, Speaker};
use crate::protocol::{Framing, Guess, Parser, Probe, Protocol, Talk};

pub const PROTOCOL: Protocol = Protocol {
    name: "modbus",
    ports: &[],
    transports: &[Transport::Serial],
    probe,
    parser: || Box::<Line<OnWire>>::default(),
};

/// A frame is over after 3.5 characters (2.5.1.1): 0.13 s at 300 bit/s, the slowest line, and some room.
const SILENCE: i64 = 200_000_000;
/// Octets among which the first frame is looked for.
const LOOKED_AT: usize = 512;

/// Frames of both roles.
#[derive(Default)]
pub struct OnWire {
    state: State,
}

/// What the octets are if a side sent them: a whole frame of so many octets, its beginning, or none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fit {
    Whole(usize),
    Begun(usize),
    /// Its length is not known.
    Open,
    No,
}

fn fit(side: Side, data: &[u8]) -> Fit {
    match length(side, data) {
        None => Fit::Begun(data.len() + 1),
        Some(Some(n)) if n > LONGEST => Fit::No,
        Some(Some(n)) if data.len() < n => Fit::Begun(n),
        Some(Some(n)) if data.get(..n).is_some_and(crc_fits) => Fit::Whole(n),
        Some(Some(_)) => Fit::No,
        // No request has the bit of exceptions.
        Some(None) if side == Side::Client && u8_at(data, 1).is_some_and(|code| code & fc::EXCEPTION != 0) => Fit::No,
        Some(None) => Fit::Open,
    }
}

/// A frame of a known function, whoever sent it: its length, and the sender where the layout tells.
fn known(data: &[u8]) -> Option<(usize, Option<Side>)> {
    match (fit(Side::Client, data), fit(Side::Server, data)) {
        (Fit::Whole(n), Fit::Whole(m)) if n == m => Some((n, None)),
        (Fit::Whole(n), _) => Some((n, Some(Side::Client))),
        (_, Fit::Whole(n)) => Some((n, Some(Side::Server))),
        _ => None,
    }
}

/// A frame of a function without a known layout ends where a CRC fits.
fn unknown(data: &[u8]) -> Option<usize> {
    (SHORTEST..=LONGEST.min(data.len())).find(|n| data.get(..*n).is_some_and(crc_fits))
}

/// Whether a whole frame of a known function begins within the first octets.
fn holds_known(data: &[u8], first: usize) -> bool {
    (1..first).any(|at| data.get(at..).is_some_and(|rest| known(rest).is_some()))
}

impl Parser for OnWire {
    fn framing(&self, _wire: Side, data: &[u8]) -> Framing {
        if let Some((n, _)) = known(data) {
            return Framing::Message(n);
        }
        match (fit(Side::Client, data), fit(Side::Server, data)) {
            (Fit::Open, _) | (_, Fit::Open) => match unknown(data) {
                // A known frame within says that what stands before it is the rest of another one.
                n if holds_known(data, n.unwrap_or(data.len())) => Framing::Bad(Flag::ModbusCrc),
                Some(n) => Framing::Message(n),
                None if data.len() < LONGEST => Framing::Need,
                None => Framing::Bad(Flag::ModbusCrc),
            },
            (Fit::Begun(_), _) | (_, Fit::Begun(_)) if holds_known(data, data.len()) => Framing::Bad(Flag::ModbusCrc),
            (Fit::Begun(_), _) | (_, Fit::Begun(_)) => Framing::Need,
            _ => Framing::Bad(Flag::ModbusCrc),
        }
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let (Some(unit), Some(pdu)) = (u8_at(data, 0), data.get(1..data.len().saturating_sub(2))) else { return };
        let adu = Adu { transaction: 0, protocol: 0, unit, pdu, length: data.len(), carrier: Carrier::Rtu };
        if side == Side::Server {
            return self.state.reply(&adu, talk);
        }
        // A master asks again or goes on when it has waited long enough (2.4.1); to unit 0 nobody answers.
        self.state.give_up(talk);
        self.state.request(&adu, talk);
        if unit == 0 {
            self.state.nobody_answers(talk);
        }
    }

    /// A whole frame is surer than what might become one before it.
    fn resynchronise(&self, _wire: Side, data: &[u8]) -> (usize, bool) {
        let from = |at: usize| data.get(at..).unwrap_or_default();
        if let Some(at) = (0..data.len()).find(|at| known(from(*at)).is_some()) {
            return (at, true);
        }
        let begun = |at: &usize| {
            let rest = from(*at);
            [Side::Client, Side::Server].iter().any(|side| matches!(fit(*side, rest), Fit::Begun(_)))
        };
        (data.len().saturating_sub(LONGEST)..data.len()).find(begun).map_or((data.len(), false), |at| (at, false))
    }

    fn gap(&mut self, side: Side, _talk: &mut Talk<'_>) {
        self.state.gap(side);
    }

    fn silence(&self) -> Option<i64> {
        Some(SILENCE)
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.state.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.state.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        self.state.weight()
    }
}

impl OnLine for OnWire {
    /// Most layouts differ. Where they do not (a write of one register and its echo), the answer follows its request; a
    /// wire that only ever carried one role goes on doing so while the other one speaks on the other wire.
    fn speaker(&self, heard: &Heard, frame: &[u8]) -> Speaker {
        if let Some((_, Some(side))) = known(frame) {
            return Speaker::Sure(side);
        }
        match heard.roles {
            [true, false] if heard.other => return Speaker::Likely(Side::Client),
            [false, true] if heard.other => return Speaker::Likely(Side::Server),
            _ => {}
        }
        let (unit, code) = (u8_at(frame, 0), u8_at(frame, 1).map(|code| code & !fc::EXCEPTION));
        let waits = self.state.waits_for(unit.unwrap_or(0), code.unwrap_or(0));
        Speaker::Likely(if waits { Side::Server } else { Side::Client })
    }
}

/// Frames of known functions with right CRCs: one where the tap begins, two in a row behind the end of a frame that the
/// tap began within.
fn probe(probe: &Probe<'_>) -> Guess {
    for start in 0..probe.data.len().min(LOOKED_AT) {
        let mut rest = probe.data.get(start..).unwrap_or_default();
        let (mut frames, mut sender) = (0, None);
        while let Some((n, side)) = known(rest) {
            frames += 1;
            sender = sender.or(side);
            rest = rest.get(n..).unwrap_or_default();
        }
        if frames > usize::from(start > 0) {
            return Guess::Yes { confidence: 0.85, sender };
        }
    }
    if probe.ended { Guess::No } else { Guess::Need }
}
