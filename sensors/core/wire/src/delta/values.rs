//! Values as the wire carries them, compared as bytes and decoded only when the numbers are needed.

use crate::hash;
use crate::protocol::Values;

impl<'a> Values<'a> {
    /// Whether there is anything.
    pub fn is_none(&self) -> bool {
        matches!(self, Values::None)
    }

    /// Word of `ot.value.type`.
    pub fn kind(&self) -> Option<&'static str> {
        match self {
            Values::None => None,
            Values::Bits(..) => Some("bit"),
            Values::Registers(_) => Some("uint16"),
            Values::Octets(_) => Some("uint8"),
            Values::Numbers { kind, .. } | Values::Text { kind, .. } => Some(kind),
        }
    }

    /// The bytes that tell whether anything changed; `scratch` holds them where the values are no bytes yet.
    pub fn raw<'b>(&'b self, scratch: &'b mut Vec<u8>) -> &'b [u8] {
        match self {
            Values::None => &[],
            Values::Bits(bytes, _) | Values::Registers(bytes) | Values::Octets(bytes) => bytes,
            Values::Numbers { numbers, .. } => {
                scratch.clear();
                scratch.extend(numbers.iter().flat_map(|n| n.to_bits().to_le_bytes()));
                scratch
            }
            Values::Text { text, .. } => {
                scratch.clear();
                scratch.extend_from_slice(&hash::quick(text.as_bytes()).to_le_bytes());
                scratch
            }
        }
    }

    /// Number of points the values stand for.
    pub fn len(&self) -> usize {
        match self {
            Values::None => 0,
            Values::Bits(bytes, count) => usize::try_from(*count).unwrap_or(0).min(bytes.len() * 8),
            Values::Registers(bytes) => bytes.len() / 2,
            Values::Octets(bytes) => bytes.len(),
            Values::Numbers { numbers, .. } => numbers.len(),
            Values::Text { .. } => 1,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn numeric(&self) -> bool {
        !matches!(self, Values::None | Values::Text { .. })
    }

    /// The numbers, appended to `out`.
    pub fn decode(&self, out: &mut Vec<f64>) {
        match self {
            Values::None | Values::Text { .. } => {}
            Values::Numbers { numbers, .. } => out.extend_from_slice(numbers),
            Values::Bits(..) | Values::Registers(_) | Values::Octets(_) => {
                out.extend((0..self.len()).map(|i| f64::from_bits(self.bits(i))))
            }
        }
    }

    /// Value `i` as comparable bits: those of an f64, or a text's hash.
    pub fn bits(&self, i: usize) -> u64 {
        match self {
            Values::None => 0,
            Values::Bits(bytes, _) => f64::from(bytes.get(i / 8).map_or(0, |b| (b >> (i % 8)) & 1)).to_bits(),
            Values::Registers(bytes) => {
                let word = bytes.get(i * 2..).and_then(|b| b.first_chunk::<2>()).map_or(0, |b| u16::from_be_bytes(*b));
                f64::from(word).to_bits()
            }
            Values::Octets(bytes) => f64::from(bytes.get(i).copied().unwrap_or(0)).to_bits(),
            Values::Numbers { numbers, .. } => numbers.get(i).copied().unwrap_or(f64::NAN).to_bits(),
            Values::Text { text, .. } => hash::quick(text.as_bytes()),
        }
    }

    /// The next value from `from` on that may be news: its bytes differ from those `before`, the raw bytes of the same
    /// shape's last values, or its bit in `continuous` is set. Equal stretches are passed over in large steps: most
    /// registers of a poll never change.
    pub fn next_news(&self, from: usize, raw: &[u8], before: &[u8], continuous: &[u64]) -> Option<usize> {
        let (bytes, values) = match self {
            Values::None => return None,
            Values::Bits(..) => (1, 8),
            Values::Registers(_) => (2, 1),
            Values::Octets(_) => (1, 1),
            Values::Numbers { .. } | Values::Text { .. } => (8, 1),
        };
        let differs = first_difference(raw, before, from / values * bytes).map(|at| (at / bytes * values).max(from));
        let moving = next_bit(continuous, from);
        match (differs, moving) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}

/// Place of the first byte from `from` on that differs.
fn first_difference(a: &[u8], b: &[u8], from: usize) -> Option<usize> {
    const STEP: usize = 32;
    let (a, b) = (a.get(from..)?, b.get(from..)?);
    // Blocks of known size compare without a call.
    let blocks = a.as_chunks::<STEP>().0.iter().zip(b.as_chunks::<STEP>().0);
    let equal = blocks.take_while(|(x, y)| x == y).count() * STEP;
    let rest = a.get(equal..)?.iter().zip(b.get(equal..)?).position(|(x, y)| x != y)?;
    Some(from + equal + rest)
}

/// Place of the first set bit from `from` on.
fn next_bit(bits: &[u64], from: usize) -> Option<usize> {
    let mut word = from / 64;
    let mut held = bits.get(word)? >> (from % 64) << (from % 64);
    while held == 0 {
        word += 1;
        held = *bits.get(word)?;
    }
    Some(word * 64 + usize::try_from(held.trailing_zeros()).ok()?)
}
