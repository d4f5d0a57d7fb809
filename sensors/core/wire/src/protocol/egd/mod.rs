//! EGD (Ethernet Global Data) of GE controllers: a producer sends the data of its exchanges cyclically, UDP port 18246.
//!
//! Source: GE GFK-2224 (TCP/IP Ethernet Communications for PACSystems), chapter 4. What the bytes of an exchange mean stands in
//! the configuration of both ends alone.

mod header;
#[cfg(test)]
mod tests;

use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Transport};
use crate::protocol::{
    Address, Exchange, Form, Framing, Function, Guess, Item, Object, Outcome, Parser, Probe, Protocol, Talk, Unit,
    Values,
};
use header::Header;

const PORT: u16 = 18_246;
/// Exchanges followed on one flow.
const EXCHANGES: usize = 64;

pub const PROTOCOL: Protocol =
    Protocol { name: "egd", ports: &[PORT], transports: &[Transport::Udp], probe, parser: || Box::<Egd>::default() };

/// A production, whose status is known. Elsewhere than at its port the producer has to have a clock and a small exchange.
fn probe(probe: &Probe<'_>) -> Guess {
    let Some(header) = Header::read(probe.data).filter(Header::sound) else { return Guess::No };
    if header::status(header.status).is_none() {
        return Guess::No;
    }
    let at_port = probe.destination_port == PORT || probe.source_port == PORT;
    let likely = header.seconds != 0 && header.exchange <= 0xffff && header.signature <= 0xffff;
    match (at_port, likely) {
        (true, _) => Guess::Yes { confidence: 0.95, sender: None },
        (false, true) => Guess::Yes { confidence: 0.7, sender: None },
        (false, false) => Guess::No,
    }
}

struct Known {
    side: Side,
    producer: [u8; 4],
    exchange: u32,
    /// `ot.unit`: producer and exchange.
    unit: String,
    request: u16,
    signature: u32,
    length: usize,
}

/// Exchanges of one flow.
#[derive(Default)]
pub struct Egd {
    known: Vec<Known>,
}

impl Parser for Egd {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let Some(header) = Header::read(data).filter(|header| header.kind == header::DATA) else {
            return talk.flag(Flag::EgdHeader, Some(0), None);
        };
        let status = header::status(header.status);
        if !header.sound() || status.is_none() {
            talk.flag(Flag::EgdHeader, Some(0), None);
        }
        let at = self.follow(side, &header, talk);
        let unit = self.known.get(at).map_or("", |known| known.unit.as_str());
        produce(side, &header, (unit, data.len()), talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn weight(&self) -> usize {
        size_of::<Self>()
            + self.known.capacity() * size_of::<Known>()
            + self.known.iter().map(|known| known.unit.capacity()).sum::<usize>()
    }
}

impl Egd {
    /// The place of an exchange, and what is odd about this production of it.
    fn follow(&mut self, side: Side, header: &Header<'_>, talk: &mut Talk<'_>) -> usize {
        let same =
            |known: &Known| (known.side, known.producer, known.exchange) == (side, header.producer, header.exchange);
        if let Some(at) = self.known.iter().position(same) {
            let Some(known) = self.known.get_mut(at) else { return at };
            // Numbers go up; one that does not is of another sender, or of a producer that began anew.
            if header.request.wrapping_sub(known.request).cast_signed() <= 0 {
                talk.flag(Flag::EgdSequence, Some(2), None);
            }
            if header.signature != known.signature {
                talk.flag(Flag::EgdSignature, Some(24), None);
            } else if header.data.len() != known.length {
                talk.flag(Flag::EgdLength, Some(32), None);
            }
            (known.request, known.signature, known.length) = (header.request, header.signature, header.data.len());
            return at;
        }
        if self.known.len() >= EXCHANGES {
            self.known.remove(0);
            talk.flag(Flag::ParserLimit, None, None);
        }
        self.known.push(Known {
            side,
            producer: header.producer,
            exchange: header.exchange,
            unit: format!("{}/{}", std::net::Ipv4Addr::from(header.producer), header.exchange),
            request: header.request,
            signature: header.signature,
            length: header.data.len(),
        });
        self.known.len().saturating_sub(1)
    }
}

/// Tells one production: its data, its status, the signature of its configuration.
fn produce(side: Side, header: &Header<'_>, (unit, length): (&str, usize), talk: &mut Talk<'_>) {
    let (status, signature) = ([f64::from(header.status)], [f64::from(header.signature)]);
    let number = |address, numbers| {
        let mut item = Item::new(Operation::Publish);
        item.object = Object { kind: Some("exchange"), address: Address::Text(address), start: 0, count: 0 };
        item.values = Values::Numbers { kind: "uint32", numbers, exact: None };
        item
    };
    let mut data = Item::new(Operation::Publish);
    let count = u32::try_from(header.data.len()).unwrap_or(0);
    data.object = Object { kind: Some("exchange"), address: Address::Range, start: 0, count };
    data.values = Values::Packed { kind: "uint8", form: Form::Uint8, bytes: header.data };
    let items = [data, number("status", &status[..]), number("config_signature", &signature[..])];
    let told = header::status(header.status);
    let (outcome, status) = match told {
        Some((name, error)) => {
            let outcome = if error { Outcome::Failure } else { Outcome::Success };
            (outcome, (header.status != 0).then_some((header.status, name)))
        }
        None => (Outcome::Unknown, Some((header.status, "unknown status"))),
    };
    talk.exchange(&Exchange {
        function: Function { code: Some(u32::from(header::DATA)), name: Some("Data Production") },
        unit: Unit::Text(unit),
        outcome,
        status,
        bytes: u32::try_from(length).unwrap_or(u32::MAX),
        flagged: talk.flagged(),
        ..Exchange::new(talk.span(), side, talk.ordinal(), &items)
    });
}
