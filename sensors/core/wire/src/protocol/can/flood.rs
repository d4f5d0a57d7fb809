//! Floods: one identifier so often that little else gets through. The lowest one always wins the bus.

use super::frame::Frame;

/// Frames of one identifier in a second beyond any cycle of a plant: the fastest are sent every millisecond.
const MOST: u32 = 1_500;
const SECOND: i64 = 1_000_000_000;
/// Identifiers counted in one second.
const COUNTED: usize = 64;

/// Counts of the second that packet time is in.
#[derive(Default)]
pub struct Flood {
    second: i64,
    counts: Vec<(u32, u32)>,
}

impl Flood {
    /// Counts a frame; how many of its identifier there were in this second, where it is one too many.
    pub fn exceeded(&mut self, frame: &Frame<'_>, now: i64) -> Option<u32> {
        let second = now.div_euclid(SECOND);
        if second != self.second {
            self.second = second;
            self.counts.clear();
        }
        if let Some((_, count)) = self.counts.iter_mut().find(|(id, _)| *id == frame.id) {
            *count = count.saturating_add(1);
            return Some(*count).filter(|count| *count == MOST + 1);
        }
        if self.counts.len() < COUNTED {
            self.counts.push((frame.id, 1));
        }
        None
    }

    pub fn weight(&self) -> usize {
        self.counts.capacity() * size_of::<(u32, u32)>()
    }
}
