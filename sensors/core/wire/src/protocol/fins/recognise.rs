//! What FINS looks like: a header whose addresses exist, a known command, a text as long as it must be.

use super::header::{GATEWAY, GATEWAYS, Header, ICF_RESERVED};
use super::tcp;
use super::{PORT, command, end_code, memory};
use crate::bytes::be32;
use crate::flow::Side;
use crate::protocol::{Framing, Guess, Probe};

/// Whether the bytes are a message. Off the port even the elements must be right.
fn sound(data: &[u8], at_port: bool) -> Option<Side> {
    let header = Header::read(data)?;
    let addressed = header.destination.sound() && header.source.sound() && header.gateways <= GATEWAYS;
    if header.icf & ICF_RESERVED != 0 || header.icf & GATEWAY == 0 || header.reserved != 0 || !addressed {
        return None;
    }
    let command = command::of(header.command)?;
    if header.is_response() {
        let code = end_code::EndCode::read(header.text)?;
        let known = end_code::name(code.code).is_some() && (!code.relay || code.code != 0);
        return known.then_some(Side::Server);
    }
    let whole = command.fits(header.text.len());
    let exact = whole && memory::oddity(header.command, header.text).is_none();
    (exact || (whole && at_port)).then_some(Side::Client)
}

pub fn datagram(probe: &Probe<'_>) -> Guess {
    let at_port = probe.source_port == PORT || probe.destination_port == PORT;
    match sound(probe.data, at_port) {
        Some(side) => Guess::Yes { confidence: if at_port { 0.95 } else { 0.8 }, sender: Some(side) },
        None => Guess::No,
    }
}

pub fn stream(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    match tcp::framing(data) {
        Framing::Need if !probe.ended => return Guess::Need,
        Framing::Message(_) => {}
        _ => return Guess::No,
    }
    let sender = match be32(data, 8) {
        None if probe.ended => return Guess::No,
        None => return Guess::Need,
        Some(tcp::NODE_ADDRESS_CLIENT) => Some(Side::Client),
        Some(tcp::NODE_ADDRESS_SERVER) => Some(Side::Server),
        Some(tcp::FRAME_SEND) => match data.get(tcp::HEADER) {
            None if probe.ended => return Guess::No,
            None => return Guess::Need,
            Some(icf) if icf & ICF_RESERVED != 0 => return Guess::No,
            Some(icf) => Some(if icf & super::header::RESPONSE != 0 { Side::Server } else { Side::Client }),
        },
        Some(other) if tcp::name(other).is_some() => None,
        Some(_) => return Guess::No,
    };
    Guess::Yes { confidence: 0.97, sender }
}
