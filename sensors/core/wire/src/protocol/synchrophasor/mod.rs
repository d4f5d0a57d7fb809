//! IEEE C37.118.2 synchrophasors: a phasor measurement unit (PMU) or concentrator sends its measurements 10 to 120 times a
//! second, over TCP (4712) when it is told to, over UDP (4713) also unasked. Frames are in `frame`.
//!
//! A command asks for a header or configuration frame, which answers it, or turns the data on or off, which nothing
//! answers. Data is read by the configuration 2 or 3 that was seen on the same flow; configuration 1 says what a PMU could
//! send, not what it sends.

mod command;
mod configuration;
mod crc;
mod frame;
mod series;
mod station;
mod status;
mod stream;
mod tell;
#[cfg(test)]
mod tests;

use super::dialogue::{Dialogue, Language, Turn, Turns};
use super::{Framing, Guess, Probe, Protocol, Talk};
use crate::bytes::be16;
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::Item;
use crate::text::Details;
use command::Command;
use frame::Head;
use series::{Part, Series};
use stream::Streams;

const PORTS: [u16; 2] = [4712, 4713];

pub const PROTOCOL: Protocol = Protocol {
    name: "synchrophasor",
    ports: &PORTS,
    transports: &[Transport::Tcp, Transport::Udp],
    probe,
    parser: || Box::<Dialogue<Synchrophasor>>::default(),
};

/// One flow.
#[derive(Default)]
pub struct Synchrophasor {
    streams: Streams,
    series: Series,
    /// Requests that wait for a frame of each type.
    asked: [u8; 8],
    /// Second of century of the last frame of each side.
    clock: [Option<u32>; 2],
    /// Room of the last data frame's items, empty.
    items: Vec<Item<'static>>,
}

/// A whole frame of a known type whose check word is right.
fn probe(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    let second = data.get(1).copied();
    let known = second.is_none_or(|b| b & 0x80 == 0 && b >> 4 <= frame::CFG3 && (1..=3).contains(&(b & 0x0f)));
    if data.first() != Some(&frame::SYNC) || !known {
        return Guess::No;
    }
    let Some(size) = be16(data, 2).map(usize::from) else { return more(probe) };
    if size <= frame::HEAD + frame::CHK {
        return Guess::No;
    }
    let Some(whole) = data.get(..size) else { return more(probe) };
    if !crc::right(whole) {
        return Guess::No;
    }
    let command = second.is_some_and(|b| b >> 4 == frame::COMMAND);
    Guess::Yes { confidence: 0.98, sender: Some(if command { Side::Client } else { Side::Server }) }
}

/// The rest of a frame comes with the next segment, never with the next datagram.
fn more(probe: &Probe<'_>) -> Guess {
    if probe.transport == Transport::Tcp && !probe.ended { Guess::Need } else { Guess::No }
}

const fn index(side: Side) -> usize {
    match side {
        Side::Client => 0,
        Side::Server => 1,
    }
}

impl Language for Synchrophasor {
    /// Frame type of the answer; commands that nothing answers have none.
    type Key = u8;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        frame::framing(data)
    }

    fn resynchronise(&self, side: Side, data: &[u8]) -> (usize, bool) {
        frame::resynchronise(data, self.clock.get(index(side)).copied().flatten())
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u8> {
        let Some(head) = Head::read(data) else { return Turn::Pass };
        if !crc::right(data) {
            talk.flag(Flag::SynchrophasorChecksum, None, wrong(&head, data).as_deref());
            return Turn::Pass;
        }
        if let Some(clock) = self.clock.get_mut(index(side)) {
            *clock = Some(head.soc);
        }
        match head.kind {
            frame::COMMAND => self.command(data, talk),
            frame::DATA => {
                self.streams.follow(&head, talk);
                Turn::Say { key: 0, data }
            }
            frame::HEADER => self.answer(head.kind, data),
            frame::CFG1 | frame::CFG2 => {
                self.streams.learn(side, &head, frame::contents(data), talk);
                self.answer(head.kind, data)
            }
            frame::CFG3 => self.part(side, &head, data, talk),
            _ => {
                talk.flag(Flag::SynchrophasorCommandUnknown, Some(1), None);
                Turn::Pass
            }
        }
    }

    fn tell(&mut self, turns: &Turns<'_, u8>, talk: &mut Talk<'_>) {
        if let Some(waiting) = self.asked.get_mut(usize::from(turns.key)).filter(|_| turns.request.is_some()) {
            *waiting = waiting.saturating_sub(1);
        }
        let Some(head) = turns.request.or(turns.answer).and_then(Head::read) else { return };
        match head.kind {
            frame::COMMAND => tell::command(turns, &self.streams, talk),
            frame::DATA => tell::data(turns, &head, (&mut self.streams, &mut self.items), talk),
            _ => tell::unasked(turns, &head, &self.streams, talk),
        }
    }

    fn gap(&mut self, _side: Side, _talk: &mut Talk<'_>) {
        self.series.clear();
    }

    fn weight(&self) -> usize {
        self.streams.weight() + self.series.weight() + self.items.capacity() * size_of::<Item<'static>>()
    }
}

impl Synchrophasor {
    fn command<'a>(&mut self, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u8> {
        let Some(code) = be16(data, frame::HEAD).filter(|_| frame::contents(data).len() >= 2) else {
            talk.flag(Flag::SynchrophasorMalformed, Some(14), None);
            return Turn::Pass;
        };
        let command = Command::of(code);
        if !command.known {
            talk.flag(Flag::SynchrophasorCommandUnknown, Some(14), None);
        }
        let Some(key) = command.answer else { return Turn::Say { key: 0, data } };
        let datagram = talk.facts.transport == Transport::Udp;
        if let Some(waiting) = self.asked.get_mut(usize::from(key)) {
            // A datagram asked again is one request.
            *waiting = if datagram { 1 } else { waiting.saturating_add(1) };
        }
        Turn::Ask { key, data }
    }

    /// A frame that may answer a command; configurations are also sent unasked, when they change or now and then.
    fn answer<'a>(&self, kind: u8, data: &'a [u8]) -> Turn<'a, u8> {
        if self.asked.get(usize::from(kind)).is_some_and(|waiting| *waiting > 0) {
            Turn::Answer { key: kind, data }
        } else {
            Turn::Say { key: 0, data }
        }
    }

    fn part<'a>(&mut self, side: Side, head: &Head, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u8> {
        match self.series.part(head.id, frame::contents(data)) {
            Part::Alone(contents) => self.streams.learn(side, head, contents, talk),
            Part::Joined(contents) => self.streams.learn(side, head, &contents, talk),
            Part::Waits => return Turn::Pass,
            Part::Strange => self.streams.unread(Flag::SynchrophasorFragment, talk),
            Part::TooLong => self.streams.unread(Flag::ParserLimit, talk),
        }
        self.answer(head.kind, data)
    }
}

fn wrong(head: &Head, data: &[u8]) -> Option<String> {
    let mut details = Details::default();
    details.text("frame_type", frame::type_name(head.kind).unwrap_or("reserved"));
    let sent = data.last_chunk::<2>().map_or(0, |b| u16::from_be_bytes(*b));
    details.text("check_word", &format!("0x{sent:04x}"));
    details.finish()
}
