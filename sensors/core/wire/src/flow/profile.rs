//! What an unknown protocol looks like: its first messages are profiled, and what they have in common names its cluster.
//!
//! A message is a datagram, or what one side of a connection says until the other speaks. Of each side: how its messages
//! begin, where a length stands, whether they are text, binary or of high entropy (encrypted, compressed). Flows of one
//! protocol have one shape, so that it can be learned; another shape on the same service is a change worth telling.

use super::{Side, Transport};
use crate::bytes::{be16, be32, le16, le32, u8_at};
use crate::hash;
use crate::text;
use std::fmt::Write as _;

/// Messages of both sides together after which the shape is settled, and least of one side to tell what is common.
const SETTLED: u32 = 12;
const COMMON: u32 = 3;
/// Bytes of a message's head that are compared, and bytes of it that may name how it begins.
const HEAD: usize = 16;
const BEGINS: usize = 4;
/// Offsets at which a length is looked for.
const OFFSETS: usize = 8;
/// Bits of a nibble's entropy above which bytes look random, and bytes it takes to say so.
const RANDOM: f64 = 3.75;
const ENOUGH: u32 = 192;
/// Bytes of a side that are looked at: few enough to be counted in 16 bits.
const LOOKED: u32 = 4096;

/// Reads a number at an offset.
type Read = fn(&[u8], usize) -> Option<u32>;

/// How a length may be written.
const WIDTHS: [(&str, Read); 5] = [
    ("16-bit big-endian", |data, at| be16(data, at).map(u32::from)),
    ("16-bit little-endian", |data, at| le16(data, at).map(u32::from)),
    ("32-bit big-endian", be32),
    ("32-bit little-endian", le32),
    ("8-bit", |data, at| u8_at(data, at).map(u32::from)),
];

/// What the messages of one side have in common.
struct Common {
    messages: u32,
    first: [u8; HEAD],
    /// Bytes from the first on that were the same in every message.
    same: usize,
    /// For each width and offset: message length less the number that stands there; `OTHER` once it was another, or where
    /// the number is greater and so no length.
    lengths: [[u32; OFFSETS]; WIDTHS.len()],
    size: usize,
    sizes_differ: bool,
    /// Counts of high and low nibbles, and of bytes that are text.
    nibbles: [[u16; 16]; 2],
    printable: u32,
    bytes: u32,
}

/// No length stands here.
const OTHER: u32 = u32::MAX;

impl Default for Common {
    fn default() -> Self {
        Self {
            messages: 0,
            first: [0; HEAD],
            same: 0,
            lengths: [[OTHER; OFFSETS]; WIDTHS.len()],
            size: 0,
            sizes_differ: false,
            nibbles: [[0; 16]; 2],
            printable: 0,
            bytes: 0,
        }
    }
}

impl Common {
    /// A whole message: its first bytes and how long it was.
    fn message(&mut self, head: &[u8], size: usize) {
        let length = u32::try_from(size).unwrap_or(OTHER);
        if self.messages == 0 {
            for (slot, byte) in self.first.iter_mut().zip(head) {
                *slot = *byte;
            }
            (self.same, self.size) = (head.len(), size);
        }
        self.same = self.first.iter().zip(head).take(self.same).take_while(|(one, other)| one == other).count();
        self.sizes_differ |= size != self.size;
        for ((_, read), row) in WIDTHS.iter().zip(&mut self.lengths) {
            for (at, slot) in row.iter_mut().enumerate() {
                let rest = read(head, at).and_then(|number| length.checked_sub(number)).unwrap_or(OTHER);
                *slot = if self.messages == 0 || *slot == rest { rest } else { OTHER };
            }
        }
        self.messages += 1;
    }

    /// Takes the first bytes of a side: a bulk transfer is no better known by its end, and must not cost more.
    fn count(&mut self, bytes: &[u8]) {
        let room = usize::try_from(LOOKED.saturating_sub(self.bytes)).unwrap_or(0);
        let bytes = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        let [high, low] = &mut self.nibbles;
        for byte in bytes {
            for (counts, nibble) in [(&mut *high, byte >> 4), (&mut *low, byte & 15)] {
                if let Some(slot) = counts.get_mut(usize::from(nibble)) {
                    *slot += 1;
                }
            }
            self.printable += u32::from(matches!(byte, 0x20..0x7f | b'\r' | b'\n' | b'\t'));
            self.bytes += 1;
        }
    }

    fn kind(&self) -> &'static str {
        let entropy = |counts: &[u16; 16]| {
            let share = |count: u16| f64::from(count) / f64::from(self.bytes.max(1));
            counts.iter().map(|c| share(*c)).filter(|p| *p > 0.0).map(|p| -p * p.log2()).sum::<f64>()
        };
        if self.printable == self.bytes {
            "text"
        } else if self.bytes >= ENOUGH && self.nibbles.iter().all(|counts| entropy(counts) > RANDOM) {
            "random"
        } else {
            "binary"
        }
    }

    /// In words: `binary, begins 7e01, length 16-bit big-endian at 2`.
    fn shape(&self, out: &mut String) {
        if self.messages == 0 {
            out.push_str("silent");
            return;
        }
        out.push_str(self.kind());
        if self.messages < COMMON {
            return;
        }
        let length = if self.sizes_differ { self.length() } else { None };
        // The upper byte of a length is often 0, and no part of how messages begin.
        let end = length.map_or(BEGINS, |(_, at)| at.min(BEGINS));
        let begins = self.first.get(..self.same.min(end)).unwrap_or_default();
        if !begins.is_empty() {
            let _ = write!(out, ", begins {}", text::hex(begins, BEGINS));
        }
        if !self.sizes_differ {
            let _ = write!(out, ", always {} bytes", self.size);
        } else if let Some((width, at)) = length {
            let _ = write!(out, ", length {width} at {at}");
        }
    }

    fn length(&self) -> Option<(&'static str, usize)> {
        let mut found = WIDTHS.iter().zip(&self.lengths).flat_map(|((width, _), row)| {
            row.iter().enumerate().filter(|(_, rest)| **rest != OTHER).map(move |(at, _)| (*width, at))
        });
        found.next()
    }
}

/// The first messages of a flow that nothing recognises.
#[derive(Default)]
pub struct Profile {
    client: Common,
    server: Common,
    /// The message being said: who says it, its head, and how long it is so far.
    speaker: Option<Side>,
    head: Vec<u8>,
    size: usize,
}

/// Name of a cluster and the shape it stands for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Cluster {
    pub name: String,
    pub shape: String,
}

impl Profile {
    /// Takes further payload; gives the cluster as soon as enough was said.
    pub fn observe(&mut self, transport: Transport, side: Side, bytes: &[u8]) -> Option<Cluster> {
        let goes_on = transport == Transport::Tcp && self.speaker == Some(side);
        if !goes_on {
            self.end_message();
            self.speaker = Some(side);
        }
        let missing = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(bytes.get(..missing).unwrap_or_default());
        self.size = self.size.saturating_add(bytes.len());
        self.common(side).count(bytes);
        (self.client.messages + self.server.messages >= SETTLED).then(|| self.cluster(transport))
    }

    fn common(&mut self, side: Side) -> &mut Common {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    fn end_message(&mut self) {
        let Some(side) = self.speaker.take() else { return };
        let (head, size) = (std::mem::take(&mut self.head), std::mem::take(&mut self.size));
        self.common(side).message(&head, size);
    }

    fn cluster(&self, transport: Transport) -> Cluster {
        let mut shape = format!("{}; client: ", transport.name());
        self.client.shape(&mut shape);
        shape.push_str("; server: ");
        self.server.shape(&mut shape);
        let key = hash::digest(&[b"cluster", shape.as_bytes()]);
        let name = text::base32_128(&key).get(..6).map_or_else(String::new, |letters| format!("u-{letters}"));
        Cluster { name, shape }
    }
}

#[cfg(test)]
mod tests;
