//! From ordered bytes to whole messages: framing, resynchronisation after gaps, bounded buffers.

use super::{Side, Span, Stamp};
use crate::dataset::Flag;
use crate::protocol::{Framing, Parser, Talk};

/// Longest run of bytes kept while a message is not complete.
pub const BUFFER_LIMIT: usize = 1 << 20;

/// Bytes of a buffer that is kept for the next message: a crowd has a hundred thousand.
const KEPT: usize = 256;

/// Bytes of one direction that do not make a whole message yet.
#[derive(Default)]
pub struct Assembly {
    /// Most messages are a segment: the flows that ever had part of one alone pay for it.
    begun: Option<Box<Begun>>,
    /// The parser lost its step and looks for the next message.
    lost: bool,
    /// Bytes of an over-long message still to be passed over.
    skip: usize,
}

/// The beginning of a message.
#[derive(Default)]
struct Begun {
    buffer: Vec<u8>,
    /// Which packet the bytes from an offset on came with; the first mark is at 0.
    marks: Vec<(usize, Stamp)>,
}

impl Begun {
    fn push(&mut self, bytes: &[u8], stamp: Stamp) {
        self.marks.push((self.buffer.len(), stamp));
        self.buffer.extend_from_slice(bytes);
    }

    fn drop_front(&mut self, used: usize) {
        self.buffer.drain(..used.min(self.buffer.len()));
        let first = self.marks.partition_point(|(at, _)| *at <= used).saturating_sub(1);
        self.marks.drain(..first);
        for (at, _) in &mut self.marks {
            *at = at.saturating_sub(used);
        }
    }
}

impl Assembly {
    /// Bytes are missing: what was begun cannot be finished.
    pub fn gap(&mut self) {
        self.begun = None;
        self.lost = true;
        self.skip = 0;
    }

    pub fn buffered(&self) -> usize {
        self.begun.as_ref().map_or(0, |begun| begun.buffer.len())
    }

    /// When the last bytes came that do not make a whole message yet.
    pub fn waits_since(&self) -> Option<Stamp> {
        let begun = self.begun.as_ref().filter(|begun| !begun.buffer.is_empty())?;
        begun.marks.last().map(|(_, stamp)| *stamp)
    }

    /// Whether the next message is still looked for.
    pub fn is_lost(&self) -> bool {
        self.lost
    }

    /// Feeds bytes; calls the parser for each whole message.
    pub fn feed(&mut self, parser: &mut dyn Parser, side: Side, bytes: &[u8], stamp: Stamp, talk: &mut Talk<'_>) {
        if self.buffered() == 0 && self.skip == 0 {
            let used = self.run(parser, side, bytes, stamp, talk);
            if let Some(rest) = bytes.get(used..)
                && !rest.is_empty()
            {
                self.begun.get_or_insert_default().push(rest, stamp);
            }
            return;
        }
        let passed = self.skip.min(bytes.len());
        self.skip -= passed;
        let rest = bytes.get(passed..).unwrap_or_default();
        if rest.is_empty() {
            return;
        }
        let begun = self.begun.get_or_insert_default();
        begun.push(rest, stamp);
        let buffer = std::mem::take(&mut begun.buffer);
        let used = self.run(parser, side, &buffer, stamp, talk);
        let Some(begun) = &mut self.begun else { return };
        begun.buffer = buffer;
        if used < begun.buffer.len() {
            begun.drop_front(used);
        } else if begun.buffer.capacity() > KEPT {
            // Most flows never need a large one again.
            self.begun = None;
        } else {
            begun.buffer.clear();
            begun.marks.clear();
        }
    }

    fn stamp_at(&self, offset: usize, stamp: Stamp) -> Stamp {
        let marks = self.begun.as_ref().map_or(&[][..], |begun| &begun.marks);
        let index = marks.partition_point(|(at, _)| *at <= offset);
        index.checked_sub(1).and_then(|i| marks.get(i)).map_or(stamp, |(_, s)| *s)
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
