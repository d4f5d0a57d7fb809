//! Messages that take several blocks.

use super::channel::Block;
use super::checksum::Crc;
use crate::flow::Side;

/// Messages under way on one flow, and bytes kept of each: tables of programs are longer and of no interest.
const MESSAGES: usize = 4;
const KEPT: usize = 4096;

/// A message of which a block is missing yet.
#[derive(Debug)]
struct Part {
    side: Side,
    channel: u16,
    next: u32,
    size: u32,
    got: u32,
    told: u32,
    crc: Crc,
    /// The datagram of the first block, and then what the others bring.
    kept: Vec<u8>,
}

/// What came of a block.
#[derive(Debug)]
pub enum Placed {
    /// More are to come, or it came before.
    Waits,
    /// It belongs to no message, or one before it is missing; what there is of the message.
    Lost(Option<Vec<u8>>),
    /// The last one: the message, as if one datagram had held it, and whether its checksum is right.
    Whole(Vec<u8>, bool),
}

/// All messages of a flow that are under way.
#[derive(Debug, Default)]
pub struct Assembly {
    parts: Vec<Part>,
}

impl Assembly {
    /// The first block of a message that takes several. True: another one of the channel was under way.
    pub fn begin(&mut self, side: Side, block: &Block<'_>, datagram: &[u8]) -> bool {
        let Some((size, told)) = block.first else { return false };
        let before = self.parts.iter().position(|part| part.side == side && part.channel == block.channel);
        let broken =
            before.map(|at| self.parts.remove(at)).is_some_and(|part| part.next != block.number.wrapping_add(1));
        if self.parts.len() >= MESSAGES {
            self.parts.remove(0);
        }
        self.parts.push(Part {
            side,
            channel: block.channel,
            next: block.number.wrapping_add(1),
            size,
            got: u32::try_from(block.data.len()).unwrap_or(u32::MAX),
            told,
            crc: Crc::default().with(block.data),
            kept: datagram.get(..KEPT).unwrap_or(datagram).to_vec(),
        });
        broken
    }

    pub fn place(&mut self, side: Side, block: &Block<'_>) -> Placed {
        let found = self.parts.iter().position(|part| part.side == side && part.channel == block.channel);
        let Some(at) = found else { return Placed::Lost(None) };
        let Some(part) = self.parts.get_mut(at) else { return Placed::Waits };
        if block.number.wrapping_add(1) == part.next {
            return Placed::Waits;
        }
        if block.number != part.next {
            return Placed::Lost(Some(self.parts.remove(at).kept));
        }
        part.next = part.next.wrapping_add(1);
        part.got = part.got.saturating_add(u32::try_from(block.data.len()).unwrap_or(u32::MAX));
        part.crc = part.crc.with(block.data);
        let room = KEPT.saturating_sub(part.kept.len());
        part.kept.extend_from_slice(block.data.get(..room).unwrap_or(block.data));
        if part.got < part.size {
            return Placed::Waits;
        }
        let part = self.parts.remove(at);
        let fits = part.got == part.size && part.crc.finish() == part.told;
        Placed::Whole(part.kept, fits)
    }

    pub fn forget(&mut self, side: Side) {
        self.parts.retain(|part| part.side != side);
    }

    pub fn weight(&self) -> usize {
        self.parts.iter().map(|part| size_of::<Part>() + part.kept.capacity()).sum()
    }
}
