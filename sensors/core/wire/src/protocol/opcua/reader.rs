//! Reading OPC UA Binary (Part 6, 5.2.2): little endian, strings and arrays with a length of 4 bytes, -1 for null.

use crate::text;

/// Why a body cannot be read on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// A length, an encoding byte or the end of the body is wrong.
    Malformed,
    /// Variants inside Variants beyond `DEPTH`.
    Nesting,
    /// Inner DiagnosticInfo beyond `DIAGNOSTIC_DEPTH`.
    Diagnostics,
}

pub type Read<T> = Result<T, Fault>;

/// Nested Variants, DataValues and lists read before giving up; real ones nest twice (Part 6, 5.2.2.16 asks for 100 at least of a
/// decoder that acts on them, an observer needs fewer).
pub const DEPTH: u32 = 32;
/// Nested DiagnosticInfo (Part 6, 5.2.2.12: decoders shall support at least 100 levels).
pub const DIAGNOSTIC_DEPTH: u32 = 100;

/// A body and the place in it. No operation goes beyond its end; every array is bounded by the bytes that are left.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    /// A text or list was cut to its limit.
    pub cut: bool,
}

impl<'a> Reader<'a> {
    pub const fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0, cut: false }
    }

    /// Bytes read so far.
    pub const fn at(&self) -> usize {
        self.at
    }

    pub const fn remaining(&self) -> usize {
        self.data.len().saturating_sub(self.at)
    }

    /// The bytes read since `from`.
    pub fn since(&self, from: usize) -> &'a [u8] {
        self.data.get(from..self.at).unwrap_or_default()
    }

    pub fn take(&mut self, length: usize) -> Read<&'a [u8]> {
        let end = self.at.checked_add(length).ok_or(Fault::Malformed)?;
        let taken = self.data.get(self.at..end).ok_or(Fault::Malformed)?;
        self.at = end;
        Ok(taken)
    }

    fn chunk<const N: usize>(&mut self) -> Read<[u8; N]> {
        self.take(N)?.first_chunk::<N>().copied().ok_or(Fault::Malformed)
    }

    pub fn u8(&mut self) -> Read<u8> {
        self.chunk::<1>().map(|[byte]| byte)
    }

    pub fn truth(&mut self) -> Read<bool> {
        Ok(self.u8()? != 0)
    }

    pub fn u16(&mut self) -> Read<u16> {
        self.chunk().map(u16::from_le_bytes)
    }

    pub fn u32(&mut self) -> Read<u32> {
        self.chunk().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Read<u64> {
        self.chunk().map(u64::from_le_bytes)
    }

    pub fn i32(&mut self) -> Read<i32> {
        self.chunk().map(i32::from_le_bytes)
    }

    pub fn i64(&mut self) -> Read<i64> {
        self.chunk().map(i64::from_le_bytes)
    }

    pub fn f32(&mut self) -> Read<f32> {
        self.chunk().map(f32::from_le_bytes)
    }

    pub fn f64(&mut self) -> Read<f64> {
        self.chunk().map(f64::from_le_bytes)
    }

    pub fn guid(&mut self) -> Read<[u8; 16]> {
        self.chunk()
    }

    /// Number of elements of an array; null is none. Every element takes a byte at least.
    pub fn array(&mut self) -> Read<usize> {
        let count = usize::try_from(self.i32()?.max(0)).map_err(|_| Fault::Malformed)?;
        if count > self.remaining() { Err(Fault::Malformed) } else { Ok(count) }
    }

    /// String, ByteString or XmlElement; None is null.
    pub fn bytes(&mut self) -> Read<Option<&'a [u8]>> {
        let length = self.i32()?;
        if length < 0 {
            return Ok(None);
        }
        let length = usize::try_from(length).map_err(|_| Fault::Malformed)?;
        self.take(length).map(Some)
    }

    /// A String, cut to the limit of texts.
    pub fn text(&mut self) -> Read<String> {
        let bytes = self.bytes()?.unwrap_or_default();
        Ok(self.bounded(bytes))
    }

    /// Bytes of this body as text, cut to the limit of texts.
    pub fn bounded(&mut self, bytes: &[u8]) -> String {
        let (text, cut) = text::bounded(bytes, text::TEXT_LIMIT);
        self.cut |= cut;
        text
    }

    /// Reads an array of Strings, keeping the first `keep`; with 0 it is only passed over.
    pub fn texts(&mut self, keep: usize) -> Read<Vec<String>> {
        let count = self.array()?;
        let mut out = Vec::new();
        for i in 0..count {
            if i < keep {
                out.push(self.text()?);
            } else {
                self.bytes()?;
            }
        }
        self.cut |= keep > 0 && count > keep;
        Ok(out)
    }

    /// Reads an array of UInt32 or StatusCode, keeping the first `keep`.
    pub fn words(&mut self, keep: usize) -> Read<Vec<u32>> {
        let count = self.array()?;
        let mut out = Vec::with_capacity(count.min(keep).min(self.remaining() / 4));
        for i in 0..count {
            let word = self.u32()?;
            if i < keep {
                out.push(word);
            }
        }
        Ok(out)
    }
}
