//! Devices by the codes of iQ-R and iQ-F, which are not those of `slmp`; Q and L use the codes of `slmp`.
//!
//! The codes are those of a published client of the simulator; a download to an FX5U that clears all devices agrees with them in
//! how many there are of M, L, F, B, SB, TN, STN, CN, LCN, D, R, W, SW, Z and LZ, and shows that LCN and LZ have four bytes.
//! 3F is read at each connection and named by nobody.

use crate::protocol::slmp::device;
use crate::protocol::{Address, Notation, Object};
use std::fmt::Write as _;

/// Devices of four bytes: long counters and long index registers.
const DOUBLES: [u16; 2] = [0x56, 0x62];

/// Most bits of a bit device that are told one by one; more are told as words.
const BITS: u32 = 512;

static CODES: [(u16, u16); 26] = [
    (0x01, 0x90), // M
    (0x02, 0x91), // SM
    (0x03, 0x92), // L
    (0x04, 0x93), // F
    (0x08, 0x98), // S
    (0x10, 0x9c), // X
    (0x11, 0x9d), // Y
    (0x14, 0xa0), // B
    (0x15, 0xa1), // SB
    (0x20, 0xa8), // D
    (0x21, 0xa9), // SD
    (0x27, 0xaf), // R
    (0x30, 0xb4), // W
    (0x31, 0xb5), // SW
    (0x40, 0xc0), // TC
    (0x41, 0xc1), // TS
    (0x42, 0xc2), // TN
    (0x44, 0xc3), // CC
    (0x45, 0xc4), // CS
    (0x46, 0xc5), // CN
    (0x48, 0xc6), // STC
    (0x49, 0xc7), // STS
    (0x4a, 0xc8), // STN
    (0x56, 0x56), // LCN
    (0x60, 0xcc), // Z
    (0x62, 0x62), // LZ
];

/// A device as a message names it.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    pub code: u16,
    pub number: u32,
    /// In the form of iQ-R and iQ-F.
    pub long: bool,
}

impl Named {
    /// The code that `slmp` has for it.
    fn documented(self) -> Option<u16> {
        if !self.long {
            return device::of(self.code).map(|_| self.code);
        }
        let at = CODES.binary_search_by_key(&self.code, |(own, _)| *own).ok()?;
        CODES.get(at).map(|(_, code)| *code)
    }

    /// Whether it holds bits. None: nobody knows.
    pub fn is_bit(self) -> Option<bool> {
        self.documented().and_then(device::of).map(|device| device.bit)
    }

    /// Whether each has four bytes.
    pub fn is_double(self) -> bool {
        self.long && DOUBLES.contains(&self.code)
    }

    /// Whether so many points are told one by one.
    pub fn in_bits(self, points: u32) -> bool {
        self.is_bit() == Some(true) && (points <= BITS || !points.is_multiple_of(16))
    }

    /// `count` values from it on, bits or words.
    pub fn object(self, count: u32, in_words: bool) -> Object<'static> {
        match self.documented() {
            Some(code) => device::object(code, self.number, count, in_words),
            None => {
                let address = Address::Placed(Notation { part: u64::from(self.code), step: 1, write });
                Object { kind: Some("device"), address, start: i64::from(self.number), count }
            }
        }
    }
}

/// `0x3f:488-603`.
fn write(out: &mut String, part: u64, start: i64, count: u32) {
    let _ = write!(out, "{part:#04x}:{start}");
    let last = start.saturating_add(i64::from(count.max(1)) - 1);
    if last > start {
        let _ = write!(out, "-{last}");
    }
}

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn the_table_is_in_order() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
