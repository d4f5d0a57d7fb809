//! Payload of one side while nobody knows its protocol yet, with the packets it came in.

use super::Stamp;

/// Every flow has it, few hold anything: those alone pay for it.
#[derive(Debug, Default)]
pub struct Held(Option<Box<Bytes>>);

#[derive(Debug, Default)]
struct Bytes {
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
        let held = self.0.get_or_insert_default();
        held.marks.push((held.bytes.len(), stamp));
        held.bytes.extend_from_slice(bytes);
    }

    /// Bytes are missing behind those held.
    pub fn gap(&mut self) {
        let Some(held) = &mut self.0 else { return };
        if !held.bytes.is_empty() && held.gaps.last() != Some(&held.bytes.len()) {
            held.gaps.push(held.bytes.len());
        }
    }

    pub fn bytes(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |held| &held.bytes)
    }

    /// What came behind the last gap, if there was one.
    pub fn behind_gap(&self) -> Option<&[u8]> {
        let held = self.0.as_ref()?;
        held.bytes.get(*held.gaps.last()?..)
    }

    /// The bytes of each packet, in the order of the stream.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.0.iter().flat_map(|held| held.parts())
    }
}

impl Bytes {
    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.marks.iter().enumerate().map(|(i, (from, stamp))| {
            let to = self.marks.get(i + 1).map_or(self.bytes.len(), |(next, _)| *next);
            let bytes = self.bytes.get(*from..to).unwrap_or_default();
            Part { stamp: *stamp, bytes, behind_gap: self.gaps.contains(from) }
        })
    }
}
