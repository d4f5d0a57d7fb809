//! J1939 (SAE J1939-21, -73, -81; ISO 11783 builds on it): parameter groups over CAN with identifiers of 29 bits.
//!
//! | priority 3 | extended page 1 | page 1 | format 8 | specific 8 | source 8 |: below format 240 the specific byte is the
//! destination, else it belongs to the number of the group. Longer groups travel in packets (`transport`).

mod address;
mod diagnostic;
mod pgn;
mod signs;
#[cfg(test)]
mod tests;
mod transport;

pub use signs::Signs;

use super::can::frame::{Frame, Frames};
use super::can::{Above, Bus};
use super::{Address, Exchange, Form, Function, Guess, Item, Notation, Object, Probe, Protocol, Talk, Values};
use crate::bytes::{le16, u8_at};
use crate::dataset::{Flag, Operation};
use crate::flow::facts::can_end;
use crate::flow::{Side, Span, Transport};
use crate::text;
use std::fmt::Write as _;
use transport::Transfers;

pub const NAME: &str = "j1939";
pub const PROTOCOL: Protocol = Protocol {
    name: NAME,
    ports: &[],
    transports: &[Transport::Can],
    probe,
    parser: || Box::new(Bus::new(Some(Above::J1939))),
};

const GLOBAL: u8 = 255;
/// A station without an address.
const NULL: u8 = 254;
/// Below this format the specific byte is a destination.
const BROADCAST: u8 = 240;
/// Bytes of a longer group that are shown.
const SHOWN: usize = 64;

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

/// What an identifier says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Head {
    pub group: u32,
    pub source: u8,
    pub destination: u8,
    /// The extended data page, which J1939 itself does not use.
    pub extended: bool,
}

impl Head {
    pub fn of(id: u32) -> Self {
        let [top, format, specific, source] = id.to_be_bytes();
        let page = u32::from(top & 1) << 16 | u32::from(format) << 8;
        let (group, destination) = match format < BROADCAST {
            true => (page, specific),
            false => (page | u32::from(specific), GLOBAL),
        };
        Self { group, source, destination, extended: top & 2 != 0 }
    }
}

/// The number of a group in a message: | low 1 | middle 1 | high 1 |.
pub fn number(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(le16(data, at)?) | u32::from(u8_at(data, at.checked_add(2)?)?) << 16)
}

/// One group, whole.
#[derive(Clone, Copy)]
pub struct Group<'a> {
    pub head: Head,
    pub data: &'a [u8],
    pub span: Span,
    pub ordinal: i64,
    pub flagged: bool,
    /// It travelled in packets.
    pub long: bool,
}

/// J1939 on one bus.
#[derive(Default)]
pub struct J1939 {
    transfers: Transfers,
    addresses: address::Addresses,
}

impl J1939 {
    /// One frame with an identifier of 29 bits.
    pub fn frame(&mut self, frame: &Frame<'_>, talk: &mut Talk<'_>) {
        let head = Head::of(frame.id);
        let (span, ordinal) = (talk.span(), talk.ordinal());
        match head.group {
            pgn::CONNECTION => self.transfers.manage(head, frame.data, talk),
            pgn::DATA => {
                if let Some(done) = self.transfers.packet(head, frame.data, talk) {
                    let group = Group {
                        head: done.head,
                        data: &done.data,
                        span: Span { first: done.span.first, last: span.last },
                        ordinal: done.ordinal,
                        flagged: talk.flagged(),
                        long: true,
                    };
                    self.group(&group, talk);
                }
            }
            _ => {
                let flagged = talk.flagged();
                self.group(&Group { head, data: frame.data, span, ordinal, flagged, long: false }, talk);
            }
        }
    }

    fn group(&mut self, group: &Group<'_>, talk: &mut Talk<'_>) {
        between(group.head, talk);
        self.addresses.heard(group.head.source, talk);
        match group.head.group {
            pgn::ADDRESS_CLAIMED => self.addresses.claimed(group, talk),
            pgn::COMMANDED_ADDRESS => address::commanded(group, talk),
            pgn::REQUEST => request(group, talk),
            number if diagnostic::is(number) => diagnostic::tell(group, talk),
            _ => other(group, talk),
        }
    }

    pub fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.transfers.expire(now, talk);
    }

    pub fn weight(&self) -> usize {
        self.transfers.weight() + self.addresses.weight()
    }
}

/// Between whom it is.
pub fn between(head: Head, talk: &mut Talk<'_>) {
    let interface = talk.span().last.source;
    let from = Some(head.source);
    let to = Some(head.destination).filter(|destination| *destination != GLOBAL);
    talk.between(can_end(interface, from), can_end(interface, to));
}

/// Tells a group.
pub fn say(group: &Group<'_>, subfunction: Function, item: &Item<'_>, talk: &mut Talk<'_>) {
    let exchange = Exchange {
        function: Function { code: Some(group.head.group), name: pgn::name(group.head.group) },
        subfunction,
        bytes: u32::try_from(group.data.len()).unwrap_or(0),
        flagged: group.flagged || talk.flagged(),
        ..Exchange::new(group.span, Side::Client, group.ordinal, std::slice::from_ref(item))
    };
    talk.exchange(&exchange);
}

/// | 0 number of the group that is asked for 3 |. Some groups are asked for to have something done.
fn request(group: &Group<'_>, talk: &mut Talk<'_>) {
    let Some(wanted) = number(group.data, 0).filter(|_| group.data.len() == 3) else {
        talk.flag(Flag::J1939Length, None, None);
        return other(group, talk);
    };
    let address = format!("pgn:{wanted}");
    let mut item = Item::new(match wanted {
        pgn::DM3 | pgn::DM11 => Operation::DiagnoseClear,
        pgn::ADDRESS_CLAIMED => Operation::IdentifyNetwork,
        pgn::SOFTWARE | pgn::COMPONENT | pgn::ECU => Operation::IdentifyDevice,
        _ if diagnostic::is(wanted) => Operation::DiagnoseRead,
        _ => Operation::Read,
    });
    item.object = Object { kind: Some("group"), address: Address::Text(&address), start: 0, count: 0 };
    say(group, Function { code: Some(wanted), name: pgn::name(wanted) }, &item, talk);
}

/// A group whose signals its own documents describe.
fn other(group: &Group<'_>, talk: &mut Talk<'_>) {
    let number = group.head.group;
    let address = format!("pgn:{number}");
    let mut item = Item::new(if number == pgn::TORQUE_SPEED { Operation::Write } else { Operation::Publish });
    let count = u32::try_from(group.data.len()).unwrap_or(0);
    let place = Notation { part: u64::from(number), step: 1, write };
    let shown = text::hex(group.data, SHOWN);
    item.object = Object { kind: Some("group"), address: Address::Placed(place), start: 0, count };
    item.values = match group.data {
        [] => Values::None,
        bytes if !group.long => Values::Packed { kind: "uint8", form: Form::Uint8, bytes },
        _ => {
            item.object = Object { kind: Some("group"), address: Address::Text(&address), start: 0, count: 0 };
            Values::Text { kind: "octets", text: &shown }
        }
    };
    say(group, Function::default(), &item, talk);
}

/// `pgn:61444[0-7]`.
fn write(out: &mut String, part: u64, start: i64, count: u32) {
    let end = start.saturating_add(i64::from(count)).saturating_sub(1);
    let _ = match count {
        0 => write!(out, "pgn:{part}"),
        1 => write!(out, "pgn:{part}[{start}]"),
        _ => write!(out, "pgn:{part}[{start}-{end}]"),
    };
}
