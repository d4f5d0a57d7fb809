//! DeviceNet (IEC 62026-3; ODVA, volume 3): CIP on CAN. Identifiers of 11 bits are four groups of messages:
//!
//! | group 1: 0, message 4 bits, source 6 bits | group 2: 10, station 6 bits, message 3 bits |
//! | group 3: 11, message 3 bits below 7, source 6 bits | group 4: 11111, message 6 bits |

mod explicit;
mod service;
mod signs;
#[cfg(test)]
mod tests;

pub use signs::Signs;

use super::can::asked::{self, Asked};
use super::can::frame::{Frame, Frames};
use super::can::{self, Above, Bus};
use super::{Address, Function, Guess, Item, Object, Probe, Protocol, Talk};
use crate::bytes::{le16, le32, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::facts::can_end;
use crate::flow::{Side, Transport};
use crate::text::Details;
use std::collections::BTreeMap;

pub const NAME: &str = "devicenet";
pub const PROTOCOL: Protocol = Protocol {
    name: NAME,
    ports: &[],
    transports: &[Transport::Can],
    probe,
    parser: || Box::new(Bus::new(Some(Above::Devicenet))),
};

fn probe(probe: &Probe<'_>) -> Guess {
    if probe.transport != Transport::Can {
        return Guess::No;
    }
    let mut signs = Signs::default();
    for frame in Frames::of(probe.data).filter(|frame| !frame.error) {
        signs.take(&frame);
    }
    match signs.tell() {
        true => Guess::Yes { confidence: 0.9, sender: Some(Side::Client) },
        false => Guess::Need,
    }
}

/// What an identifier says: group, message of the group, station (none in group 4).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Head {
    pub group: u8,
    pub message: u8,
    pub station: Option<u8>,
}

impl Head {
    /// None: identifiers that nobody may use.
    pub fn of(id: u16) -> Option<Self> {
        let part = |shift: u16, mask: u16| u8::try_from(id >> shift & mask).unwrap_or(0);
        Some(match id {
            0..=0x3ff => Self { group: 1, message: part(6, 15), station: Some(part(0, 63)) },
            0x400..=0x5ff => Self { group: 2, message: part(0, 7), station: Some(part(3, 63)) },
            0x600..=0x7bf => Self { group: 3, message: part(6, 7), station: Some(part(0, 63)) },
            0x7c0..=0x7ef => Self { group: 4, message: part(0, 63), station: None },
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match (self.group, self.message) {
            (1, 12) => "Multicast poll response",
            (1, 13) => "Change of state or cyclic",
            (1, 14) => "Bit-strobe response",
            (1, 15) => "Poll response",
            (2, 0) => "Bit-strobe command",
            (2, 1) => "Multicast poll command",
            (2, 2) => "Change of state acknowledge",
            (2, 3) => "Explicit response",
            (2, 4) => "Explicit request",
            (2, 5) => "Poll command",
            (2, 6) => "Unconnected explicit request",
            (2, 7) => "Duplicate MAC ID check",
            (3, 5) => "Unconnected explicit response (UCMM)",
            (3, 6) => "Unconnected explicit request (UCMM)",
            (4, 0x2c) => "Communication faulted response",
            (4, 0x2d) => "Communication faulted request",
            (4, 0x2e) => "Offline ownership response",
            (4, 0x2f) => "Offline ownership request",
            (1, _) => "Group 1 message",
            (2, _) => "Group 2 message",
            (3, _) => "Group 3 message",
            _ => "Group 4 message",
        }
    }

    fn function(self) -> Function {
        Function { code: Some(u32::from(self.group) << 8 | u32::from(self.message)), name: Some(self.name()) }
    }
}

/// DeviceNet on one bus.
#[derive(Default)]
pub struct Devicenet {
    /// Requests that wait, by the station that was asked.
    waiting: BTreeMap<u8, explicit::Request>,
    seen: Vec<u8>,
}

impl Devicenet {
    /// One frame with an identifier of 11 bits.
    pub fn frame(&mut self, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        let Some(head) = u16::try_from(frame.id).ok().and_then(Head::of).filter(|_| !frame.remote) else {
            return can::tell_plain(frame, talk);
        };
        match (head.group, head.message, head.station) {
            (2, 7, Some(station)) => self.duplicate(station, head, frame, talk),
            (2, 4 | 6, Some(station)) => explicit::asks(&mut self.waiting, station, head, frame, talk),
            (2, 3, Some(station)) => {
                self.heard(station, talk);
                explicit::answers(&mut self.waiting, station, head, frame, talk);
            }
            _ => self.data(head, frame, talk),
        }
    }

    /// Input and output data, and whatever else its connections say.
    fn data(&mut self, head: Head, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        match (head.group, head.station) {
            (1 | 3, Some(station)) => self.heard(station, talk),
            (_, station) => between(None, station, talk),
        }
        let mut item = Item::new(Operation::Publish);
        (item.object, item.values) = can::object(frame, "connection");
        asked::say((head.function(), Function::default()), &item, frame.length, talk);
    }

    /// A station that speaks, to all.
    fn heard(&mut self, station: u8, talk: &mut Talk<'_>) {
        between(Some(station), None, talk);
        if !self.seen.contains(&station) {
            self.seen.push(station);
            talk.seen(Side::Client);
        }
    }

    /// | 0 answer 1 bit, port 7 bits | 1 vendor 2 | 3 serial number 4 |: each station asks twice before it goes on the bus
    /// whether somebody has its number; who has it answers.
    fn duplicate(&mut self, station: u8, head: Head, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        self.heard(station, talk);
        let (Some(first), Some(vendor), Some(serial)) =
            (u8_at(frame.data, 0), le16(frame.data, 1), le32(frame.data, 3))
        else {
            return talk.flag(Flag::DevicenetLength, None, None);
        };
        let taken = first & 0x80 != 0;
        if taken {
            talk.flag(Flag::DevicenetDuplicate, None, None);
        }
        let mut details = Details::default();
        details.number("vendor", vendor).number("serial", i64::from(serial));
        let details = details.finish();
        let mut item = Item::new(if taken { Operation::Notify } else { Operation::SessionOpen });
        item.object = Object { kind: Some("station"), address: Address::Text("mac_id"), start: 0, count: 0 };
        item.details = details.as_deref();
        let function = Function { code: Some(u32::from(taken)), name: Some(if taken { "Taken" } else { "Asked" }) };
        asked::say((head.function(), function), &item, frame.length, talk);
        talk.identity(
            Side::Client,
            "vendor",
            &format!("ODVA vendor {vendor}"),
            0.9,
            "devicenet duplicate MAC ID check",
        );
        talk.identity(Side::Client, "serial", &format!("{serial:#010X}"), 0.9, "devicenet duplicate MAC ID check");
    }

    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        explicit::expire(&mut self.waiting, now, talk);
    }

    pub fn weight(&self) -> usize {
        self.waiting.len() * (size_of::<explicit::Request>() + 32) + self.seen.capacity()
    }
}

/// Between whom it is; None: whoever listens, or whoever it was.
pub fn between(from: Option<u8>, to: Option<u8>, talk: &mut Talk<'_>) {
    let interface = talk.span().last.source;
    talk.between(can_end(interface, from), can_end(interface, to));
}

/// A request as it begins.
pub fn begun(frame: &Frame<'_>, talk: &Talk<'_>) -> Asked {
    Asked::now(frame.length, talk)
}
