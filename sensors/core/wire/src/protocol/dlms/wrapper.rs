//! The wrapper of TCP and UDP (IEC 62056-47).
//!
//! | 0 version 2 (1) | 2 source wPort 2 | 4 destination wPort 2 | 6 length 2, of the APDU | 8 APDU |

use super::apdu::{self, Way};
use super::said::{Ends, Said};
use super::speaker::{About, Speaker};
use super::{PORT, acse};
use crate::bytes::be16;
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::dialogue::Dialogue;
use crate::protocol::{Framing, Guess, Parser, Probe, Talk};

const HEADER: usize = 8;
const VERSION: u16 = 1;

fn framing(data: &[u8]) -> Framing {
    let begun = data.get(..2).unwrap_or(data);
    if !VERSION.to_be_bytes().starts_with(begun) {
        return Framing::Bad(Flag::DlmsWrapper);
    }
    match be16(data, 6) {
        None => Framing::Need,
        Some(0) => Framing::Bad(Flag::DlmsWrapper),
        Some(length) => Framing::Message(HEADER + usize::from(length)),
    }
}

fn resynchronise(data: &[u8]) -> (usize, bool) {
    for at in 0..data.len() {
        let rest = data.get(at..).unwrap_or_default();
        match framing(rest) {
            Framing::Message(_) => match rest.get(HEADER) {
                Some(tag) if apdu::of(*tag).is_some() => return (at, true),
                Some(_) => {}
                None => return (at, false),
            },
            Framing::Need => return (at, false),
            _ => {}
        }
    }
    (data.len(), false)
}

/// Recognition: a version, two stations and a length around an APDU that holds together.
pub fn probe(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    let wanting = if probe.ended { Guess::No } else { Guess::Need };
    let (source, destination) = (be16(data, 2), be16(data, 4));
    // Nought is no station; where the ports of the wrapper stand Modbus has a nought.
    if source == Some(0) || destination == Some(0) {
        return Guess::No;
    }
    let length = match framing(data) {
        Framing::Message(length) => length,
        Framing::Need => return wanting,
        _ => return Guess::No,
    };
    let Some(apdu) = data.get(HEADER..length) else {
        let known = data.get(HEADER).is_none_or(|tag| apdu::of(*tag).is_some());
        return if known && probe.transport == Transport::Tcp { wanting } else { Guess::No };
    };
    if probe.transport == Transport::Udp && data.len() != length {
        return Guess::No;
    }
    let Some((way, confidence)) = sure(apdu) else { return Guess::No };
    // Meters call their head-end to tell what is new.
    if way == Way::Notice && probe.destination_port == PORT && probe.source_port != PORT {
        return Guess::Reversed { confidence };
    }
    Guess::Yes { confidence, sender: way.speaker() }
}

/// Which way an APDU goes, and how sure it is that it is one.
fn sure(apdu: &[u8]) -> Option<(Way, f32)> {
    let (_, way) = apdu::of(*apdu.first()?)?;
    let mut message = Vec::new();
    Said::write(&mut message, None, Ends { speaker: None, client: 0, server: 0 }, apdu);
    let said = Said::read(&message)?;
    let (about, whole) = Speaker::about(&said);
    let confidence = match about {
        About::Associate if acse::is_cosem(said.apdu) => 0.97,
        About::Associate => return None,
        About::Get | About::Set | About::Action if apdu.len() > 5 => 0.92,
        About::Ciphered
            if said.sealed.is_some_and(|sealed| sealed.control & 0x0f <= 2 && sealed.control & 0x30 != 0) =>
        {
            0.85
        }
        About::Ciphered => return None,
        _ => 0.75,
    };
    whole.then_some((way, confidence))
}

/// The wrapper on one flow.
#[derive(Default)]
pub struct Wrapped {
    conversation: Dialogue<Speaker>,
    buffer: Vec<u8>,
}

impl Parser for Wrapped {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        framing(data)
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let (Some(source), Some(destination), Some(apdu)) = (be16(data, 2), be16(data, 4), data.get(HEADER..)) else {
            return talk.flag(Flag::DlmsWrapper, Some(6), None);
        };
        let way = apdu.first().and_then(|tag| apdu::of(*tag)).map(|(_, way)| way);
        let speaker = way.and_then(Way::speaker).unwrap_or(side);
        let (client, server) = match speaker {
            Side::Client => (source, destination),
            Side::Server => (destination, source),
        };
        let mut buffer = std::mem::take(&mut self.buffer);
        let ends = Ends { speaker: Some(speaker), client, server: u32::from(server) };
        Said::write(&mut buffer, None, ends, apdu);
        self.conversation.message(side, &buffer, talk);
        buffer.shrink_to(1024);
        self.buffer = buffer;
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        resynchronise(data)
    }

    fn gap(&mut self, side: Side, talk: &mut Talk<'_>) {
        self.conversation.gap(side, talk);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.conversation.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.conversation.close(talk);
    }

    fn weight(&self) -> usize {
        self.conversation.weight() + self.buffer.capacity()
    }
}
