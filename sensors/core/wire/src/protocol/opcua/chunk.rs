//! Chunks of MSG and CLO, put together to whole messages for each direction and request id (Part 6, 6.7.2 and 6.7.3).

use super::frame::SYMMETRIC;
use super::handshake::Limits;
use crate::bytes::{le32, u8_at};
use crate::dataset::Flag;
use crate::flow::{Side, Span};
use crate::protocol::Talk;
use std::borrow::Cow;

/// Bytes of unfinished messages kept on one flow; a longer message is passed over and flagged.
pub const LIMIT: usize = 1 << 20;
/// Unfinished messages kept on one flow.
const UNFINISHED: usize = 16;
/// Sequence numbers wrap somewhere in the last and first 1,024 (Part 6, 6.7.2.4).
const WRAP: u32 = 1024;

/// How a chunk goes on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part {
    Intermediate,
    Final,
    Abort,
}

/// One chunk whose sequence header can be read.
///
/// | 0 type, chunk, size 8 | 8 channel 4 | 12 token 4 | 16 sequence number 4 | 20 request id 4 | 24 body |
pub struct Chunk<'a> {
    pub part: Part,
    pub channel: u32,
    pub sequence: u32,
    pub request: u32,
    pub body: &'a [u8],
    pub length: usize,
}

impl<'a> Chunk<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        Some(Self {
            part: part(data),
            channel: le32(data, 8)?,
            sequence: le32(data, 16)?,
            request: le32(data, 20)?,
            body: data.get(SYMMETRIC..)?,
            length: data.len(),
        })
    }
}

pub fn part(data: &[u8]) -> Part {
    match u8_at(data, 3) {
        Some(b'C') => Part::Intermediate,
        Some(b'A') => Part::Abort,
        _ => Part::Final,
    }
}

/// A whole message.
pub struct Whole<'a> {
    pub request: u32,
    pub body: Cow<'a, [u8]>,
    pub span: Span,
    /// Ordinal of its first chunk.
    pub ordinal: i64,
    pub bytes: u32,
    pub chunks: u32,
    pub flagged: bool,
}

struct Partial {
    from: Side,
    request: u32,
    body: Vec<u8>,
    span: Span,
    ordinal: i64,
    bytes: usize,
    chunks: u32,
    flagged: bool,
    /// Too long: the rest is passed over.
    dropped: bool,
}

/// Unfinished messages and sequence numbers of one flow.
#[derive(Default)]
pub struct Chunks {
    partial: Vec<Partial>,
    held: usize,
    sequence: [Option<u32>; 2],
}

const fn index(side: Side) -> usize {
    match side {
        Side::Client => 0,
        Side::Server => 1,
    }
}

impl Chunks {
    /// Checks that a sequence number follows the last one of its direction.
    pub fn sequence(&mut self, from: Side, number: u32, offset: u32, talk: &mut Talk<'_>) {
        let Some(last) = self.sequence.get_mut(index(from)) else { return };
        let follows =
            last.is_none_or(|last| number == last.wrapping_add(1) || (last > u32::MAX - WRAP && number < WRAP));
        *last = Some(number);
        if !follows {
            talk.flag(Flag::OpcuaSequenceNumber, Some(offset), None);
        }
    }

    /// The next number of a direction cannot be told: bytes are missing, or a message hid its own.
    pub fn forget_sequence(&mut self, from: Side) {
        if let Some(last) = self.sequence.get_mut(index(from)) {
            *last = None;
        }
    }

    /// Whether a message of this direction and request has begun.
    pub fn begun(&self, from: Side, request: u32) -> bool {
        self.partial.iter().any(|p| p.from == from && p.request == request)
    }

    /// Takes a chunk without its signature; the message when it is whole.
    pub fn add<'a>(
        &mut self,
        from: Side,
        chunk: &Chunk<'a>,
        limits: &Limits,
        talk: &mut Talk<'_>,
    ) -> Option<Whole<'a>> {
        let found = self.partial.iter().position(|p| p.from == from && p.request == chunk.request);
        let Some(at) = found else {
            if chunk.part == Part::Final {
                limits.check_message(from, chunk.body.len(), 1, talk);
                return Some(Whole {
                    request: chunk.request,
                    body: Cow::Borrowed(chunk.body),
                    span: talk.span(),
                    ordinal: talk.ordinal(),
                    bytes: u32::try_from(chunk.length).unwrap_or(u32::MAX),
                    chunks: 1,
                    flagged: talk.flagged(),
                });
            }
            self.begin(from, chunk, talk);
            return None;
        };
        let mut partial = self.partial.remove(at);
        self.held = self.held.saturating_sub(partial.body.len());
        self.extend(&mut partial, chunk, talk);
        if chunk.part != Part::Final {
            self.held = self.held.saturating_add(partial.body.len());
            self.partial.push(partial);
            return None;
        }
        limits.check_message(from, partial.body.len(), partial.chunks, talk);
        if partial.dropped {
            return None;
        }
        Some(Whole {
            request: partial.request,
            body: Cow::Owned(partial.body),
            span: partial.span,
            ordinal: partial.ordinal,
            bytes: u32::try_from(partial.bytes).unwrap_or(u32::MAX),
            chunks: partial.chunks,
            flagged: partial.flagged || talk.flagged(),
        })
    }

    fn begin(&mut self, from: Side, chunk: &Chunk<'_>, talk: &mut Talk<'_>) {
        if self.partial.len() >= UNFINISHED {
            let oldest = self.partial.remove(0);
            self.held = self.held.saturating_sub(oldest.body.len());
            talk.flag(Flag::OpcuaChunksUnfinished, None, None);
        }
        let mut partial = Partial {
            from,
            request: chunk.request,
            body: Vec::new(),
            span: talk.span(),
            ordinal: talk.ordinal(),
            bytes: 0,
            chunks: 0,
            flagged: false,
            dropped: false,
        };
        self.extend(&mut partial, chunk, talk);
        self.held = self.held.saturating_add(partial.body.len());
        self.partial.push(partial);
    }

    fn extend(&self, partial: &mut Partial, chunk: &Chunk<'_>, talk: &mut Talk<'_>) {
        partial.chunks = partial.chunks.saturating_add(1);
        partial.bytes = partial.bytes.saturating_add(chunk.length);
        partial.span.last = talk.span().last;
        if self.held + partial.body.len() + chunk.body.len() > LIMIT && !partial.dropped {
            partial.dropped = true;
            partial.body = Vec::new();
            talk.flag(Flag::ProtocolOversize, None, None);
        }
        if !partial.dropped {
            partial.body.extend_from_slice(chunk.body);
        }
        partial.flagged |= talk.flagged();
    }

    /// A message given up by its sender.
    pub fn abort(&mut self, from: Side, request: u32) {
        self.partial.retain(|p| !(p.from == from && p.request == request));
        self.held = self.partial.iter().map(|p| p.body.len()).sum();
    }

    /// Bytes of one direction are missing: what was begun cannot be finished.
    pub fn gap(&mut self, from: Side) {
        self.partial.retain(|p| p.from != from);
        self.held = self.partial.iter().map(|p| p.body.len()).sum();
        self.forget_sequence(from);
    }

    /// The flow ended; unfinished messages are told.
    pub fn close(&mut self, talk: &mut Talk<'_>) {
        for _ in self.partial.drain(..) {
            talk.flag(Flag::OpcuaChunksUnfinished, None, None);
        }
        self.held = 0;
    }

    pub fn weight(&self) -> usize {
        self.held + self.partial.capacity() * size_of::<Partial>()
    }
}
