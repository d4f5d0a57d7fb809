//! Payload of one side while nobody knows its protocol yet, with the packets it came in.

use super::Stamp;

#[derive(Debug, Default)]
pub struct Held {
    bytes: Vec<u8>,
    /// Where the bytes of each packet begin.
    marks: Vec<(usize, Stamp)>,
}

impl Held {
    pub fn push(&mut self, bytes: &[u8], stamp: Stamp) {
        self.marks.push((self.bytes.len(), stamp));
        self.bytes.extend_from_slice(bytes);
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes of each packet, in the order of the stream.
    pub fn parts(&self) -> impl Iterator<Item = (Stamp, &[u8])> {
        self.marks.iter().enumerate().map(|(i, (from, stamp))| {
            let to = self.marks.get(i + 1).map_or(self.bytes.len(), |(next, _)| *next);
            (*stamp, self.bytes.get(*from..to).unwrap_or_default())
        })
    }
}
