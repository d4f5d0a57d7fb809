//! Whether a bus speaks CANopen. No frame says so by itself: identifiers and lengths of several together do.
//!
//! A sign is a frame that CANopen has and that hardly anything else has by chance; each identifier gives its sign once, a
//! transfer whose answer names the object of its request counts double. A frame that CANopen forbids counts against it.

use crate::bytes::{le16, u8_at};
use crate::protocol::can::frame::Frame;

/// Signs that are enough.
const ENOUGH: u32 = 4;
/// Identifiers remembered.
const KNOWN: usize = 64;
const REQUESTS: usize = 16;

/// What was seen so far.
#[derive(Default)]
pub struct Signs {
    found: u32,
    against: u32,
    given: Vec<u16>,
    /// Nodes that were asked for an object: node, index, subindex.
    asked: Vec<(u8, u16, u8)>,
}

impl Signs {
    /// Looks at a frame.
    pub fn take(&mut self, frame: &Frame<'_>) {
        if frame.extended || frame.error {
            return;
        }
        let Ok(id) = u16::try_from(frame.id) else { return };
        if frame.flexible {
            self.against = self.against.saturating_add(1);
            return;
        }
        if frame.remote {
            return;
        }
        match sign(id, frame.data) {
            Sign::Against => self.against = self.against.saturating_add(1),
            Sign::Asks => self.asks(id, frame.data),
            Sign::Answers => self.answers(id, frame.data),
            Sign::For(weight) => self.give(id, weight),
            Sign::Nothing => {}
        }
    }

    fn give(&mut self, id: u16, weight: u32) {
        if self.given.len() < KNOWN && !self.given.contains(&id) {
            self.given.push(id);
            self.found = self.found.saturating_add(weight);
        }
    }

    fn asks(&mut self, id: u16, data: &[u8]) {
        let Some(object) = object(id, data) else { return };
        if self.asked.len() >= REQUESTS {
            self.asked.remove(0);
        }
        self.asked.push(object);
    }

    fn answers(&mut self, id: u16, data: &[u8]) {
        let Some(object) = object(id, data) else { return };
        if let Some(at) = self.asked.iter().position(|asked| *asked == object) {
            self.asked.remove(at);
            // Each pair is one: the same by chance twice would be strange.
            self.found = self.found.saturating_add(2);
        }
    }

    /// Whether it is CANopen by now.
    pub fn tell(&self) -> bool {
        self.found >= ENOUGH && self.against.saturating_mul(4) <= self.found
    }

    pub fn weight(&self) -> usize {
        self.given.capacity() * 2 + self.asked.capacity() * 8
    }
}

enum Sign {
    Nothing,
    For(u32),
    Against,
    Asks,
    Answers,
}

fn object(id: u16, data: &[u8]) -> Option<(u8, u16, u8)> {
    Some((u8::try_from(id & 0x7f).ok()?, le16(data, 1)?, u8_at(data, 3)?))
}

/// What one frame says (CiA 301, 7.3.5; table 37 for identifiers that nobody may use).
fn sign(id: u16, data: &[u8]) -> Sign {
    let (length, first) = (data.len(), u8_at(data, 0).unwrap_or(0));
    match id {
        0x000 if length != 2 => Sign::Against,
        0x000 => match (matches!(first, 1 | 2 | 128..=130), u8_at(data, 1).unwrap_or(255) <= 127) {
            (true, true) => Sign::For(2),
            _ => Sign::Against,
        },
        0x080 if length > 1 => Sign::Against,
        0x080 => Sign::For(1),
        0x081..=0x0ff if length == 8 && emergency(data) => Sign::For(1),
        0x601..=0x67f if length == 8 && matches!(first >> 5, 1 | 2 | 5 | 6) => Sign::Asks,
        0x581..=0x5ff if length == 8 && (matches!(first >> 5, 2 | 3 | 5 | 6) || first == 0x80) => Sign::Answers,
        0x601..=0x67f if length != 8 => Sign::Against,
        0x701..=0x77f if length == 1 && matches!(first, 0 | 4 | 5 | 127 | 0x84 | 0x85 | 0xff) => Sign::For(2),
        0x701..=0x77f => Sign::Against,
        0x7e4 | 0x7e5 if length == 8 && matches!(first, 0x04 | 0x11..=0x17 | 0x40..=0x51 | 0x5a..=0x5e) => Sign::For(1),
        _ => Sign::Nothing,
    }
}

/// A known class of errors, and a register whose reserved bit is clear.
fn emergency(data: &[u8]) -> bool {
    let (Some(code), Some(register)) = (le16(data, 0), u8_at(data, 2)) else { return false };
    let class = matches!(code >> 8, 0x10 | 0x20..=0x23 | 0x30..=0x33 | 0x40..=0x42 | 0x50 | 0x60..=0x63 | 0x70 | 0x80..=0x82 | 0x90 | 0xf0 | 0xff);
    register & 0x40 == 0 && (class && register & 1 == 1 || code == 0 && register == 0 && data.iter().all(|b| *b == 0))
}
