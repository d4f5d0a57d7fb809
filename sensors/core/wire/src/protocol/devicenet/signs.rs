//! Whether a bus speaks DeviceNet: stations that look for their own number, and explicit requests with their answers.

use super::{Head, service};
use crate::bytes::{le16, u8_at};
use crate::protocol::can::frame::Frame;

const ENOUGH: u32 = 4;
const KNOWN: usize = 64;
const REQUESTS: usize = 16;
const CHECK: usize = 7;

/// What was seen so far.
#[derive(Default)]
pub struct Signs {
    found: u32,
    against: u32,
    given: Vec<(u8, u8)>,
    /// Stations that were asked for a service, and by whom.
    asked: Vec<(u8, u8, u8)>,
}

impl Signs {
    /// Looks at a frame.
    pub fn take(&mut self, frame: &Frame<'_>) {
        if frame.extended || frame.error || frame.remote {
            return;
        }
        let head = u16::try_from(frame.id).ok().and_then(Head::of).filter(|_| !frame.flexible);
        let Some(head) = head else {
            self.against = self.against.saturating_add(1);
            return;
        };
        let (Head { group: 2, message, station: Some(station) }, data) = (head, frame.data) else { return };
        let byte = |at: usize| u8_at(data, at).unwrap_or(0);
        match message {
            7 if data.len() != CHECK => self.against = self.against.saturating_add(1),
            7 if byte(0) & 0x7f <= 1 && le16(data, 1).is_some_and(|vendor| (1..4096).contains(&vendor)) => {
                self.give((7, station), 2);
            }
            4 | 6 if data.len() >= 4 && byte(0) & 0x80 == 0 && service::name(byte(1)).is_some() => {
                if self.asked.len() >= REQUESTS {
                    self.asked.remove(0);
                }
                self.asked.push((station, byte(0) & 0x3f, byte(1)));
            }
            3 if data.len() >= 2 && byte(0) & 0x80 == 0 => self.answered(station, byte(0) & 0x3f, byte(1)),
            _ => {}
        }
    }

    fn answered(&mut self, station: u8, client: u8, code: u8) {
        let fits = |(asked, by, wanted): &(u8, u8, u8)| {
            (*asked, *by) == (station, client) && (code == wanted | 0x80 || code == service::ERROR | 0x80)
        };
        if let Some(at) = self.asked.iter().position(fits) {
            let (_, _, wanted) = self.asked.remove(at);
            self.give((wanted | 0x80, station), 2);
        }
    }

    fn give(&mut self, sign: (u8, u8), weight: u32) {
        if self.given.len() < KNOWN && !self.given.contains(&sign) {
            self.given.push(sign);
            self.found = self.found.saturating_add(weight);
        }
    }

    /// Whether it is DeviceNet by now.
    pub fn tell(&self) -> bool {
        self.found >= ENOUGH && self.against.saturating_mul(4) <= self.found
    }

    pub fn weight(&self) -> usize {
        self.given.capacity() * 2 + self.asked.capacity() * 3
    }
}
