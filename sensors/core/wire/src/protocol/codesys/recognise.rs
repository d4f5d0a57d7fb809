//! Recognition by structure.

use super::block::{self, HEADER};
use super::channel::{Packet, checksum_fits};
use super::datagram::{ADDRESS_REQUEST, ADDRESS_RESPONSE, CHANNEL, Datagram, NAME_REQUEST, NAME_RESPONSE};
use super::name_service::Package;
use super::service;
use crate::flow::Side;
use crate::protocol::{Framing, Guess, Probe};

/// A channel's type is one byte, and so is a datagram's beginning: what is inside has to fit too.
fn inside(datagram: &Datagram<'_>) -> Option<Option<Side>> {
    let side = |client| Some(if client { Side::Client } else { Side::Server });
    match datagram.service {
        NAME_REQUEST | NAME_RESPONSE => {
            let package = Package::read(datagram.payload)?;
            let asks = datagram.service == NAME_REQUEST;
            (package.is_node() != asks && (asks || package.node().is_some())).then(|| side(asks))
        }
        CHANNEL => {
            let packet = Packet::read(datagram.payload)?;
            let fits = match packet {
                Packet::Block(block) if block.first.is_some() => service::read(block.data).is_some(),
                _ => checksum_fits(datagram.payload),
            };
            fits.then(|| packet.by_client().and_then(side))
        }
        ADDRESS_REQUEST => Some(side(true)),
        ADDRESS_RESPONSE => Some(side(false)),
        _ => None,
    }
}

pub fn stream(probe: &Probe<'_>) -> Guess {
    let wanting = if probe.ended { Guess::No } else { Guess::Need };
    let length = match block::framing(probe.data) {
        Framing::Message(length) => length,
        Framing::Need => return wanting,
        Framing::Oversize(_) | Framing::Bad(_) => return Guess::No,
    };
    let Some(block) = probe.data.get(HEADER..length) else { return wanting };
    let Some(datagram) = Datagram::read(block).filter(Datagram::known) else { return Guess::No };
    // Magic and length are beyond chance; what is inside may be broken.
    Guess::Yes { confidence: 0.95, sender: inside(&datagram).flatten() }
}

pub fn datagram(probe: &Probe<'_>) -> Guess {
    let Some(datagram) = Datagram::read(probe.data).filter(Datagram::known) else { return Guess::No };
    // A version of the datagram layer without addresses of both sides is not sent but to all.
    if datagram.sender.is_empty() {
        return Guess::No;
    }
    let strong = matches!(datagram.service, NAME_REQUEST | NAME_RESPONSE)
        || matches!(Packet::read(datagram.payload), Some(Packet::Block(block)) if block.first.is_some())
        || datagram.payload.first().is_some_and(|kind| kind & 0x80 != 0);
    match inside(&datagram) {
        Some(sender) if strong => Guess::Yes { confidence: 0.9, sender },
        // Keep-alives, acknowledgements, later blocks and notifications have no form of their own: the port decides too.
        Some(sender) if on_port(probe) => Guess::Yes { confidence: 0.7, sender },
        _ => Guess::No,
    }
}

fn on_port(probe: &Probe<'_>) -> bool {
    [probe.source_port, probe.destination_port].iter().any(|port| (1740..=1743).contains(port))
}
