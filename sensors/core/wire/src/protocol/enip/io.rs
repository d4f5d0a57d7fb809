//! Implicit I/O on UDP: the data that scanner and adapter send each other cyclically (CIP Networks Library Volume 2,
//! 3-2.2).
//!
//! | item count 2 | type 0x8002 2 | length 2 (8) | connection id 4 | sequence number 4 | type 0x00B1 2 | length 2 |
//! sequence count 2 (class 1) | data |. Which class a connection has, and whether the data begins with the 32-bit run and
//! idle header, was agreed on in a Forward_Open on another flow: class 1 is taken for granted, and the header, if there is
//! one, is the first four bytes.

use super::packet::{self, Packet};
use crate::bytes::{le16, le32};
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Transport};
use crate::protocol::{
    Address, Exchange, Form, Framing, Function, Guess, Item, Object, Parser, Probe, Protocol, Talk, Unit, Values,
};

const PORT: u16 = 2222;
/// Count, sequenced address item, head of the data item.
const HEAD: usize = 18;
/// Sequence count of class 1.
const COUNT: usize = 2;
/// Connections followed on one flow: one each way is usual.
const CONNECTIONS: usize = 16;

pub const PROTOCOL: Protocol =
    Protocol { name: "enip", ports: &[PORT], transports: &[Transport::Udp], probe, parser: || Box::<Io>::default() };

struct Connection {
    id: u32,
    side: Side,
    /// `ot.unit`: the connection id.
    unit: String,
    sequence: u32,
}

/// I/O connections of one flow.
#[derive(Default)]
pub struct Io {
    connections: Vec<Connection>,
}

/// A datagram that is nothing but a sequenced address item and a connected data item.
fn probe(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    let items = matches!(le16(data, 0), Some(2..=4))
        && le16(data, 2) == Some(packet::SEQUENCED_ADDRESS)
        && le16(data, 4) == Some(8)
        && le16(data, 14) == Some(packet::CONNECTED_DATA);
    if items && Packet::read(data).is_some_and(|packet| packet.whole) {
        Guess::Yes { confidence: 0.95, sender: None }
    } else {
        Guess::No
    }
}

impl Parser for Io {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        match (le16(data, 2), le16(data, 16)) {
            (Some(packet::SEQUENCED_ADDRESS), Some(length)) => Framing::Message(HEAD + usize::from(length)),
            (Some(packet::SEQUENCED_ADDRESS) | None, None) => Framing::Need,
            _ => Framing::Bad(Flag::EnipItems),
        }
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let (Some(id), Some(sequence)) = (le32(data, 6), le32(data, 10)) else { return };
        let Some(at) = self.connection(side, id, sequence, talk) else { return };
        let Some(connection) = self.connections.get_mut(at) else { return };
        // Numbers go up; a receiver drops what is not newer (3-4.3).
        let step = sequence.wrapping_sub(connection.sequence).cast_signed();
        if step <= 0 {
            talk.flag(Flag::EnipSequence, Some(10), None);
        } else {
            connection.sequence = sequence;
        }
        let bytes = data.get(HEAD + COUNT..).unwrap_or_default();
        let mut item = Item::new(Operation::Publish);
        item.object = Object {
            kind: Some("io"),
            address: Address::Range,
            start: 0,
            count: u32::try_from(bytes.len()).unwrap_or(0),
        };
        item.values = Values::Packed { kind: "uint8", form: Form::Uint8, bytes };
        let items = [item];
        let exchange = Exchange {
            function: Function { code: None, name: Some("I/O data") },
            unit: Unit::Text(&connection.unit),
            bytes: u32::try_from(data.len()).unwrap_or(u32::MAX),
            flagged: talk.flagged(),
            ..Exchange::new(talk.span(), side, talk.ordinal(), &items)
        };
        talk.exchange(&exchange);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (data.len(), false)
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.connections.iter().map(|c| size_of::<Connection>() + c.unit.len()).sum::<usize>()
    }
}

impl Io {
    /// The place of a connection, which is new with its first datagram.
    fn connection(&mut self, side: Side, id: u32, sequence: u32, talk: &mut Talk<'_>) -> Option<usize> {
        if let Some(at) = self.connections.iter().position(|c| (c.id, c.side) == (id, side)) {
            return Some(at);
        }
        if self.connections.len() >= CONNECTIONS {
            self.connections.remove(0);
            talk.flag(Flag::ParserLimit, None, None);
        }
        let sequence = sequence.wrapping_sub(1);
        self.connections.push(Connection { id, side, unit: format!("0x{id:08X}"), sequence });
        self.connections.len().checked_sub(1)
    }
}
