//! Payload of one side while nobody knows its protocol yet, with the packets it came in.

use super::Stamp;

#[derive(Debug, Default)]
pub struct Held {
    bytes: Vec<u8>,
    /// Where the bytes of each packet begin.
    marks: Vec<(usize, Stamp)>,
    /// Places in front of which bytes are missing, in order.
    gaps: Vec<usize>,
}

/// The bytes of one packet. `behind_gap`: those in front of them are missing.
pub struct Part<'a> {
    pub stamp: Stamp,
    pub bytes: &'a [u8],
    pub behind_gap: bool,
}

impl Held {
    pub fn push(&mut self, bytes: &[u8], stamp: Stamp) {
        self.marks.push((self.bytes.len(), stamp));
        self.bytes.extend_from_slice(bytes);
    }

    /// Bytes are missing behind those held.
    pub fn gap(&mut self) {
        if !self.bytes.is_empty() && self.gaps.last() != Some(&self.bytes.len()) {
            self.gaps.push(self.bytes.len());
        }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What came behind the last gap, if there was one.
    pub fn behind_gap(&self) -> Option<&[u8]> {
        self.bytes.get(*self.gaps.last()?..)
    }

    /// The bytes of each packet, in the order of the stream.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.marks.iter().enumerate().map(|(i, (from, stamp))| {
            let to = self.marks.get(i + 1).map_or(self.bytes.len(), |(next, _)| *next);
            let bytes = self.bytes.get(*from..to).unwrap_or_default();
            Part { stamp: *stamp, bytes, behind_gap: self.gaps.contains(from) }
        })
    }
}
