//! From ordered bytes to whole messages: framing, resynchronisation after gaps, bounded buffers.

use super::{Side, Span, Stamp};
use crate::dataset::Flag;
use crate::protocol::{Framing, Parser, Talk};

/// Longest run of bytes kept while a message is not complete.
pub const BUFFER_LIMIT: usize = 1 << 20;

/// Bytes of one direction that do not make a whole message yet.
#[derive(Default)]
pub struct Assembly {
    buffer: Vec<u8>,
    /// Which packet the bytes from an offset on came with; the first mark is at 0.
    marks: Vec<(usize, Stamp)>,
    /// The parser lost its step and looks for the next message.
    lost: bool,
    /// Bytes of an over-long message still to be passed over.
    skip: usize,
}

impl Assembly {
    /// Bytes are missing: what was begun cannot be finished.
    pub fn gap(&mut self) {
        self.buffer = Vec::new();
        self.marks.clear();
        self.lost = true;
        self.skip = 0;
    }

    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// When the last bytes came that do not make a whole message yet.
    pub fn waits_since(&self) -> Option<Stamp> {
        self.marks.last().map(|(_, stamp)| *stamp).filter(|_| !self.buffer.is_empty())
    }

    /// Whether the next message is still looked for.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// Feeds bytes; calls the parser for each whole message.
    pub fn feed(&mut self, parser: &mut dyn Parser, side: Side, bytes: &[u8], stamp: Stamp, talk: &mut Talk<'_>) {
        if self.buffer.is_empty() && self.skip == 0 {
            let used = self.run(parser, side, bytes, stamp, talk);
            if let Some(rest) = bytes.get(used..)
                && !rest.is_empty()
            {
                self.marks.push((0, stamp));
                self.buffer.extend_from_slice(rest);
            }
            return;
        }
        let passed = self.skip.min(bytes.len());
        self.skip -= passed;
        let rest = bytes.get(passed..).unwrap_or_default();
        if rest.is_empty() {
            return;
        }
        self.marks.push((self.buffer.len(), stamp));
        self.buffer.extend_from_slice(rest);
        let buffer = std::mem::take(&mut self.buffer);
        let used = self.run(parser, side, &buffer, stamp, talk);
        self.buffer = buffer;
        self.drop_front(used);
    }

    fn drop_front(&mut self, used: usize) {
        if used >= self.buffer.len() {
            // Large buffers are given back: most flows never need one again.
            if self.buffer.capacity() > 4096 {
                self.buffer = Vec::new()
            } else {
                self.buffer.clear()
            }
            self.marks.clear();
            return;
        }
        self.buffer.drain(..used);
        let first = self.marks.partition_point(|(at, _)| *at <= used).saturating_sub(1);
        self.marks.drain(..first);
        for (at, _) in &mut self.marks {
            *at = at.saturating_sub(used);
        }
    }

    fn stamp_at(&self, offset: usize, stamp: Stamp) -> Stamp {
        let index = self.marks.partition_point(|(at, _)| *at <= offset);
        index.checked_sub(1).and_then(|i| self.marks.get(i)).map_or(stamp, |(_, s)| *s)
    }

    /// Parses as many whole messages as there are; returns how many bytes are done with.
    fn run(&mut self, parser: &mut dyn Parser, side: Side, data: &[u8], stamp: Stamp, talk: &mut Talk<'_>) -> usize {
        let mut at = 0;
        while let Some(rest) = data.get(at..)
            && !rest.is_empty()
        {
            if self.lost {
                let (skipped, found) = parser.resynchronise(side, rest);
                at += skipped.min(rest.len());
                if !found {
                    // What cannot begin a message within the limit never will.
                    if data.len().saturating_sub(at) >= BUFFER_LIMIT {
                        at += 1;
                        continue;
                    }
                    return at;
                }
                self.lost = false;
                continue;
            }
            match parser.framing(side, rest) {
                Framing::Message(length) if length > 0 && length <= rest.len() => {
                    let first = self.stamp_at(at, stamp);
                    let last = self.stamp_at(at + length - 1, stamp);
                    talk.begin(Span { first, last });
                    parser.message(side, rest.get(..length).unwrap_or_default(), talk);
                    at += length;
                }
                Framing::Message(length) if length > 0 && length <= BUFFER_LIMIT => return at,
                Framing::Need if rest.len() < BUFFER_LIMIT => return at,
                Framing::Oversize(length) => {
                    // A length of 0 would pass over nothing, for ever.
                    let length = length.max(1);
                    talk.begin(Span::at(self.stamp_at(at, stamp)));
                    talk.flag(Flag::ProtocolOversize, None, None);
                    let here = length.min(rest.len());
                    self.skip = length - here;
                    at += here;
                }
                Framing::Bad(flag) => {
                    talk.begin(Span::at(self.stamp_at(at, stamp)));
                    talk.flag(flag, None, None);
                    talk.flag(Flag::ProtocolResynchronised, None, None);
                    parser.gap(side, talk);
                    self.lost = true;
                    at += 1;
                }
                Framing::Message(_) | Framing::Need => {
                    talk.begin(Span::at(self.stamp_at(at, stamp)));
                    talk.flag(Flag::ProtocolOversize, None, None);
                    parser.gap(side, talk);
                    self.lost = true;
                    at += 1;
                }
            }
        }
        at
    }
}
