//! UUIDs as numbers: their text without dashes is the number in hexadecimal (C706 appendix A).

use super::ndr::Ndr;
use std::fmt;

#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Uuid(pub u128);

impl Uuid {
    /// One on the wire: | time low 4 | time mid 2 | time high 2 | clock and node 8 |, numbers in the sender's order.
    pub fn read(bytes: &[u8; 16], little: bool) -> Self {
        let [a, b, c, d, e, f, g, h, rest @ ..] = *bytes;
        if !little {
            return Self(u128::from_be_bytes(*bytes));
        }
        let [i, j, k, l, m, n, o, p] = rest;
        Self(u128::from_be_bytes([d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]))
    }

    /// The one at the reader's place.
    pub fn next(from: &mut Ndr<'_>) -> Option<Self> {
        from.align(4);
        let little = from.little;
        from.take(16)?.first_chunk().map(|bytes| Self::read(bytes, little))
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = format!("{:032x}", self.0);
        for (i, letter) in hex.chars().enumerate() {
            let dash = if matches!(i, 8 | 12 | 16 | 20) { "-" } else { "" };
            write!(out, "{dash}{letter}")?;
        }
        Ok(())
    }
}
