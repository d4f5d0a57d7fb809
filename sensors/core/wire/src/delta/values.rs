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
            Values::Numbers { kind, .. } | Values::Text { kind, .. } => Some(kind),
        }
    }

    /// The bytes that tell whether anything changed; `scratch` holds them where the values are no bytes yet.
    pub fn raw<'b>(&'b self, scratch: &'b mut Vec<u8>) -> &'b [u8] {
        match self {
            Values::None => &[],
            Values::Bits(bytes, _) | Values::Registers(bytes) => bytes,
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
            Values::Bits(..) | Values::Registers(_) => {
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
            Values::Numbers { numbers, .. } => numbers.get(i).copied().unwrap_or(f64::NAN).to_bits(),
            Values::Text { text, .. } => hash::quick(text.as_bytes()),
        }
    }

    /// Whether value `i` has other bytes than in `before`, the raw bytes of the same shape's last values.
    pub fn differs_at(&self, i: usize, raw: &[u8], before: &[u8]) -> bool {
        let width = match self {
            Values::None => return false,
            Values::Bits(..) => return raw.get(i / 8) != before.get(i / 8),
            Values::Registers(_) => 2,
            Values::Numbers { .. } | Values::Text { .. } => 8,
        };
        let range = i * width..(i + 1) * width;
        raw.get(range.clone()) != before.get(range)
    }
}
