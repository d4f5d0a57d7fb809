//! Frames on their way to a file. An index speaks of chunks, so that it stays small.

use super::records;
use crate::capture::{Frame, LinkType};

/// A chunk is handed over once it holds so many octets.
pub const FULL: usize = 128 * 1024;

/// Frames of one source, in the form of the file, without a gap between their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    pub source: u32,
    pub link: LinkType,
    /// Number of the first frame, from 1.
    pub first: i64,
    pub frames: i64,
    /// Times of its earliest and latest frame, ns.
    pub earliest: i64,
    pub latest: i64,
    pub records: Vec<u8>,
}

/// Chunks that are being filled, one of each source.
#[derive(Debug, Default)]
pub struct Chunks {
    filling: Vec<Option<Chunk>>,
    /// Memory of chunks that were written.
    pub spare: Vec<Vec<u8>>,
}

impl Chunks {
    /// Takes a frame; gives a chunk that is full with it, or that it does not continue.
    pub fn take(&mut self, frame: &Frame<'_>) -> Option<Chunk> {
        let place = usize::try_from(frame.source).unwrap_or(usize::MAX);
        if self.filling.len() <= place && place < 4096 {
            self.filling.resize_with(place.saturating_add(1), || None);
        }
        let slot = self.filling.get_mut(place)?;
        let broken = slot.take_if(|c| c.first.saturating_add(c.frames) != frame.number || c.link != frame.link);
        let chunk = slot.get_or_insert_with(|| begun(frame, self.spare.pop().unwrap_or_default()));
        records::push(&mut chunk.records, frame.timestamp, frame.wire_length, frame.data);
        chunk.frames = chunk.frames.saturating_add(1);
        chunk.earliest = chunk.earliest.min(frame.timestamp);
        chunk.latest = chunk.latest.max(frame.timestamp);
        broken.or_else(|| slot.take_if(|chunk| chunk.records.len() >= FULL))
    }

    /// Gives all that is there, full or not.
    pub fn drain(&mut self) -> impl Iterator<Item = Chunk> {
        self.filling.iter_mut().filter_map(Option::take)
    }
}

fn begun(frame: &Frame<'_>, mut records: Vec<u8>) -> Chunk {
    records.clear();
    Chunk {
        source: frame.source,
        link: frame.link,
        first: frame.number,
        frames: 0,
        earliest: frame.timestamp,
        latest: frame.timestamp,
        records,
    }
}
