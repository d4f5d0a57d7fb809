//! SLMP (Seamless Message Protocol), the MC protocol of Mitsubishi MELSEC controllers: frames 3E and 4E, binary and ASCII,
//! over TCP and UDP, and apart from them frames 1E (`frame_1e`). The ports are the user's choice, so that it is known by
//! its bytes alone.
//!
//! Sources: Mitsubishi SH-080956ENG (SLMP Reference Manual), SH-080008 (MELSEC Communication Protocol Reference Manual).

pub(super) mod command;
pub(super) mod device;
pub(super) mod end_code;
pub(super) mod frame;
pub mod frame_1e;
pub(super) mod items;
pub(super) mod reader;
mod recognise;
mod tell;
#[cfg(test)]
mod tests;

use super::dialogue::{Dialogue, Language, Turn, Turns};
use super::{Framing, Protocol, Talk};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use frame::Frame;
use tell::Known;

pub const PROTOCOL: Protocol = Protocol {
    name: "slmp",
    ports: &[],
    transports: &[Transport::Tcp, Transport::Udp],
    probe: recognise::probe,
    parser: || Box::<Dialogue<Slmp>>::default(),
};

/// SLMP between two ends.
#[derive(Default)]
pub struct Slmp {
    known: Known,
}

impl Language for Slmp {
    /// Serial number of a 4E frame, above what a 3E frame has: none.
    type Key = u32;

    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        frame::framing(data)
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        frame::resynchronise(data)
    }

    fn read<'a>(&mut self, _side: Side, data: &'a [u8], talk: &mut Talk<'_>) -> Turn<'a, u32> {
        let Some(frame) = Frame::read(data) else {
            talk.flag(Flag::SlmpHeader, Some(0), None);
            return Turn::Pass;
        };
        let key = frame.serial.map_or(0, |serial| 0x1_0000 | u32::from(serial));
        if frame.is_response {
            return Turn::Answer { key, data };
        }
        tell::check(&frame, talk);
        Turn::Ask { key, data }
    }

    fn tell(&mut self, turns: &Turns<'_, u32>, talk: &mut Talk<'_>) {
        self.known.tell(turns, talk);
    }

    fn weight(&self) -> usize {
        self.known.weight()
    }
}
