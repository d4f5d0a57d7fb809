//! CANopen (CiA 301; EN 50325-4) with the layer setting services (CiA 305) and the programs of CiA 302, over classic CAN.
//!
//! An identifier of the predefined connection set is a function of 4 bits and a node of 7 bits (CiA 301, 7.3.5). Only what
//! a node itself sends names its sender: commands and requests come from the bus.

mod emergency;
mod guard;
mod identity;
mod lss;
mod lss_words;
mod nmt;
mod objects;
mod pdo;
mod sdo;
mod signs;
mod tell;
#[cfg(test)]
mod tests;
mod transfer;

pub use signs::Signs;

use super::can::frame::{Frame, Frames};
use super::can::{self, Above, Bus};
use super::{Guess, Probe, Protocol, Talk};
use crate::flow::{Side, Transport};
use std::collections::BTreeMap;

pub const NAME: &str = "canopen";
pub const PROTOCOL: Protocol = Protocol {
    name: NAME,
    ports: &[],
    transports: &[Transport::Can],
    probe,
    parser: || Box::new(Bus::new(Some(Above::Canopen))),
};

/// Node numbers end here (CiA 301, 7.3.5); 0 stands for all nodes.
pub const LAST_NODE: u8 = 127;

/// First identifiers of the functions (CiA 301, tables 34 and 35; CiA 302-2 for the masters; CiA 305 for LSS).
const NMT: u16 = 0x000;
const MASTERS: std::ops::RangeInclusive<u16> = 0x071..=0x076;
const SYNC: u16 = 0x080;
const TIME: u16 = 0x100;
const LSS_ANSWERS: u16 = 0x7e4;
const LSS_ASKS: u16 = 0x7e5;

/// What several frames of a bus say together; one alone is no proof.
fn probe(probe: &Probe<'_>) -> Guess {
    if probe.transport != Transport::Can {
        return Guess::No;
    }
    let mut signs = Signs::default();
    for frame in Frames::of(probe.data).filter(|frame| !frame.error) {
        signs.take(&frame);
    }
    match signs.tell() {
        true => Guess::Yes { confidence: 0.95, sender: Some(Side::Client) },
        false => Guess::Need,
    }
}

/// What is known of one node.
#[derive(Default)]
struct Node {
    /// It spoke.
    seen: bool,
    guard: guard::Guard,
    transfer: Option<Box<transfer::Transfer>>,
    identity: identity::Identity,
}

/// The nodes of a bus: at most 127.
#[derive(Default)]
pub struct Canopen {
    nodes: BTreeMap<u8, Node>,
    lss: lss::Lss,
}

impl Canopen {
    /// One frame with an identifier of 11 bits.
    pub fn frame(&mut self, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        let Ok(id) = u16::try_from(frame.id) else { return };
        let node = u8::try_from(id & 0x7f).unwrap_or(0);
        match id {
            0x701..=0x77f => guard::frame(self.nodes.entry(node).or_default(), node, frame, talk),
            _ if frame.remote => can::tell_plain(frame, talk),
            NMT => self.command(frame, talk),
            id if MASTERS.contains(&id) => nmt::masters(id, frame, talk),
            SYNC => pdo::sync(frame, talk),
            0x081..=0x0ff => {
                self.heard(node, talk);
                emergency::tell(frame, talk);
            }
            TIME => pdo::time(frame, talk),
            0x181..=0x57f if node != 0 => pdo::tell(id, node, frame, talk),
            0x581..=0x5ff => sdo::answers(self.heard(node, talk), node, frame, talk),
            0x601..=0x67f => sdo::asks(self.nodes.entry(node).or_default(), node, frame, talk),
            LSS_ASKS => self.lss.asks(frame, talk),
            LSS_ANSWERS => self.lss.answers(frame, talk),
            _ => can::tell_plain(frame, talk),
        }
    }

    /// A node that speaks.
    fn heard(&mut self, node: u8, talk: &mut Talk<'_>) -> &mut Node {
        let known = self.nodes.entry(node).or_default();
        tell::from(node, talk);
        if !std::mem::replace(&mut known.seen, true) {
            talk.seen(Side::Client);
        }
        known
    }

    fn command(&mut self, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        let Some(node) = nmt::tell(frame, talk) else { return };
        // In which state they are now is not known until they say so.
        for (_, known) in self.nodes.iter_mut().filter(|(number, _)| node == 0 || **number == node) {
            known.guard.commanded();
        }
    }

    /// Tells requests that were not answered.
    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        for (number, node) in &mut self.nodes {
            sdo::expire(node, *number, now, talk);
            node.guard.expire(*number, now, talk);
        }
        self.lss.expire(now, talk);
    }

    pub fn weight(&self) -> usize {
        let held = |node: &Node| node.transfer.as_ref().map_or(0, |transfer| transfer.weight());
        self.nodes.values().map(|node| size_of::<Node>() + 32 + held(node)).sum::<usize>()
    }
}
