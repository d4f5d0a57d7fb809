//! Whether a bus speaks J1939. As with CANopen several frames together say so: each group of each source gives its sign
//! once, and only where its bytes are what the standard has there.

use super::{GLOBAL, Head, NULL, number, pgn};
use crate::bytes::{le16, u8_at};
use crate::protocol::can::frame::Frame;

const ENOUGH: u32 = 4;
const KNOWN: usize = 64;
/// A group of one frame is always this long.
const LENGTH: usize = 8;

/// What was seen so far.
#[derive(Default)]
pub struct Signs {
    found: u32,
    against: u32,
    given: Vec<(u32, u8)>,
}

impl Signs {
    /// Looks at a frame.
    pub fn take(&mut self, frame: &Frame<'_>) {
        if !frame.extended || frame.error || frame.remote {
            return;
        }
        let head = Head::of(frame.id);
        let Some(weight) = sign(head, frame.data).filter(|_| !frame.flexible && !head.extended) else {
            self.against = self.against.saturating_add(1);
            return;
        };
        let given = (head.group, head.source);
        if weight > 0 && self.given.len() < KNOWN && !self.given.contains(&given) {
            self.given.push(given);
            self.found = self.found.saturating_add(weight);
        }
    }

    /// Whether it is J1939 by now.
    pub fn tell(&self) -> bool {
        self.found >= ENOUGH && self.against.saturating_mul(4) <= self.found
    }

    pub fn weight(&self) -> usize {
        self.given.capacity() * 8
    }
}

/// What one frame says; None: what J1939 does not have.
fn sign(head: Head, data: &[u8]) -> Option<u32> {
    let eight = data.len() == LENGTH;
    let byte = |at: usize| u8_at(data, at).unwrap_or(0);
    match head.group {
        pgn::REQUEST => {
            let wanted = number(data, 0).filter(|_| data.len() == 3)?;
            Some(u32::from(pgn::name(wanted).is_some()) * 2)
        }
        // The reserved bit of a NAME is clear, and it has a maker.
        pgn::ADDRESS_CLAIMED => (eight && head.destination == GLOBAL && byte(6) & 1 == 0).then_some(2),
        pgn::CONNECTION => (eight && connection(data)).then_some(2),
        pgn::DATA => eight.then_some(0),
        group if group >> 8 & 0xff >= 240 && pgn::name(group).is_some() => (eight && head.source < NULL).then_some(1),
        _ => Some(0),
    }
}

/// Sizes and packets that agree.
fn connection(data: &[u8]) -> bool {
    let (control, size, packets) = (u8_at(data, 0), le16(data, 1).unwrap_or(0), u8_at(data, 3).unwrap_or(0));
    match control {
        Some(16 | 19 | 32) => (9..=1785).contains(&size) && size.div_ceil(7) == u16::from(packets),
        Some(17) => true,
        Some(255) => u8_at(data, 1).is_some_and(|reason| reason <= 9 || reason >= 250),
        _ => false,
    }
}
