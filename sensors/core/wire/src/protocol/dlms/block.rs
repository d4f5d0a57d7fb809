//! Long transfers: what comes in several blocks is put together (IEC 62056-5-3, 8.3: datablocks and pblocks).

use super::service::{Block, Target};
use crate::dataset::Flag;
use crate::protocol::Talk;

/// Longest transfer that is put together.
const LONGEST: usize = 64 * 1024;

/// One transfer on its way.
#[derive(Debug)]
pub struct Transfer {
    pub targets: Vec<Target>,
    pub raw: Vec<u8>,
    next: u32,
    /// A part is missing or there was too much: what is there cannot be read.
    pub spoilt: bool,
}

impl Transfer {
    pub const fn new(targets: Vec<Target>) -> Self {
        Self { targets, raw: Vec::new(), next: 1, spoilt: false }
    }

    /// One whose beginning was not seen.
    pub const fn headless(targets: Vec<Target>) -> Self {
        Self { targets, raw: Vec::new(), next: 0, spoilt: true }
    }

    /// The next part. Blocks are counted from 1; a part that is not the next one is flagged.
    pub fn add(&mut self, block: &Block<'_>, talk: &mut Talk<'_>) {
        if block.number != self.next && self.next != 0 {
            self.spoilt = true;
            talk.flag(Flag::DlmsBlockNumber, None, None);
        }
        self.next = block.number.saturating_add(1);
        if self.raw.len() + block.raw.len() > LONGEST {
            if !self.spoilt {
                talk.flag(Flag::ParserLimit, None, None);
            }
            self.spoilt = true;
        }
        if self.spoilt {
            self.raw = Vec::new();
        } else {
            self.raw.extend_from_slice(block.raw);
        }
    }

    pub fn weight(&self) -> usize {
        let words = |target: &Target| size_of::<Target>() + target.selection.as_ref().map_or(0, String::capacity);
        self.raw.capacity() + self.targets.iter().map(words).sum::<usize>()
    }
}
