//! The layers below the services: blocks are taken off, checked and put together; what they carry goes on as datagrams, each
//! with a whole message in it.

use super::assembly::{Assembly, Placed};
use super::block;
use super::channel::{self, Block, Packet};
use super::checksum::crc;
use super::datagram::{CHANNEL, Datagram};
use super::speaker::Speaker;
use crate::dataset::Flag;
use crate::flow::Side;
use crate::protocol::dialogue::Dialogue;
use crate::protocol::{Framing, Parser, Talk};

/// One flow.
pub struct Layers {
    /// Behind the block driver of TCP.
    stream: bool,
    assembly: Assembly,
    dialogue: Dialogue<Speaker>,
}

impl Layers {
    pub fn on_stream() -> Self {
        Self { stream: true, assembly: Assembly::default(), dialogue: Dialogue::default() }
    }

    pub fn on_datagrams() -> Self {
        Self { stream: false, ..Self::on_stream() }
    }

    /// A message in one block goes on as it is; one in several when the last has come.
    fn block(&mut self, side: Side, part: &Block<'_>, datagram: &[u8], at: Option<u32>, talk: &mut Talk<'_>) {
        if let Some((size, told)) = part.first {
            let (have, size) = (part.data.len(), usize::try_from(size).unwrap_or(usize::MAX));
            if have < size {
                if self.assembly.begin(side, part, datagram) {
                    talk.flag(Flag::CodesysSequence, at, None);
                }
                return;
            }
            if have > size {
                talk.flag(Flag::CodesysChannel, at, None);
            } else if crc(part.data) != told {
                talk.flag(Flag::CodesysChecksum, at, None);
            }
            return self.dialogue.message(side, datagram, talk);
        }
        match self.assembly.place(side, part) {
            Placed::Waits => {}
            Placed::Lost(rest) => {
                talk.flag(Flag::CodesysSequence, at, None);
                if let Some(rest) = rest {
                    self.dialogue.message(side, &rest, talk);
                }
            }
            Placed::Whole(message, fits) => {
                if !fits {
                    talk.flag(Flag::CodesysChecksum, at, None);
                }
                self.dialogue.message(side, &message, talk);
            }
        }
    }
}

impl Parser for Layers {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        if self.stream { block::framing(data) } else { Framing::Message(data.len()) }
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let before = if self.stream { block::HEADER } else { 0 };
        let inside = data.get(before..).unwrap_or_default();
        let Some(datagram) = Datagram::read(inside).filter(Datagram::known) else {
            return talk.flag(Flag::CodesysDatagram, u32::try_from(before).ok(), None);
        };
        if datagram.service != CHANNEL {
            return self.dialogue.message(side, inside, talk);
        }
        let at = u32::try_from(before + datagram.offset).ok();
        if !channel::checksum_fits(datagram.payload) {
            talk.flag(Flag::CodesysChecksum, at, None);
        }
        match Packet::read(datagram.payload) {
            None => talk.flag(Flag::CodesysChannel, at, None),
            Some(Packet::Acknowledge) => {}
            Some(Packet::Block(part)) => self.block(side, &part, inside, at, talk),
            Some(_) => self.dialogue.message(side, inside, talk),
        }
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        if self.stream { block::resynchronise(data) } else { (0, !data.is_empty()) }
    }

    fn gap(&mut self, side: Side, talk: &mut Talk<'_>) {
        self.assembly.forget(side);
        self.dialogue.gap(side, talk);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.dialogue.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.dialogue.close(talk);
    }

    fn weight(&self) -> usize {
        size_of::<Self>().saturating_sub(size_of::<Dialogue<Speaker>>())
            + self.dialogue.weight()
            + self.assembly.weight()
    }
}
