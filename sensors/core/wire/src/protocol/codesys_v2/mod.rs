//! CODESYS V2.3: controllers of the runtime before V3, over TCP, ports 1200 and 2455. Its maker publishes nothing of it;
//! what is read here is what the tools of Digital Bond's Project Basecamp (2012) and Redpoint send and expect.

mod command;
mod frame;
mod tell;
#[cfg(test)]
mod tests;

use super::dialogue::{Dialogue, Language, Turn, Turns};
use super::{Framing, Guess, Probe, Protocol, Talk};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use frame::{Frame, Kind};

pub const PROTOCOL: Protocol = Protocol {
    name: "codesys_v2",
    ports: &[1200, 2455],
    transports: &[Transport::Tcp],
    probe,
    parser: || Box::<Dialogue<CodesysV2>>::default(),
};

/// One connection: what is asked is answered in turn, in a frame of the same kind.
#[derive(Default)]
pub struct CodesysV2 {
    /// Kinds of frames in which something was asked that is not answered yet.
    asked: Vec<Kind>,
}

impl Language for CodesysV2 {
    type Key = Kind;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        frame::framing(data)
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        frame::resynchronise(data)
    }

    fn read<'a>(&mut self, side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, Kind> {
        let Some(frame) = Frame::read(data) else {
            talk.flag(Flag::CodesysV2Header, Some(0), None);
            return Turn::Pass;
        };
        if !frame.sound {
            talk.flag(Flag::CodesysV2Header, Some(20), None);
        }
        let key = frame.kind;
        match side {
            // Blocks of a file and acknowledgements belong to what was told when it began, and so do their answers.
            Side::Client if command::follows(&frame) => Turn::Pass,
            Side::Client => {
                if !self.asked.contains(&key) {
                    self.asked.push(key);
                }
                Turn::Ask { key, data }
            }
            Side::Server => match self.asked.iter().position(|asked| *asked == key) {
                Some(at) => {
                    self.asked.swap_remove(at);
                    Turn::Answer { key, data }
                }
                None => Turn::Pass,
            },
        }
    }

    fn tell(&mut self, turns: &Turns<'_, Kind>, talk: &mut Talk<'_>) {
        tell::tell(turns, talk);
    }

    fn weight(&self) -> usize {
        self.asked.capacity() * size_of::<Kind>()
    }
}

/// A known command in a frame that fits, or a wrapped frame, whose header leaves few bytes free.
fn probe(probe: &Probe<'_>) -> Guess {
    let wanting = if probe.ended { Guess::No } else { Guess::Need };
    let length = match frame::framing(probe.data) {
        Framing::Message(length) => length,
        Framing::Need => return wanting,
        Framing::Oversize(_) | Framing::Bad(_) => return Guess::No,
    };
    let Some(frame) = probe.data.get(..length).and_then(Frame::read) else { return wanting };
    let known = frame.sound && (frame.kind == Kind::Synchronise || command::of(&frame).is_some());
    if known { Guess::Yes { confidence: 0.85, sender: None } } else { Guess::No }
}
