//! Integers in the byte order of a file, and conversions that cannot fail silently.

/// Byte order of a file or of a pcapng section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// Two bytes at `at`, if they are there.
    #[inline]
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let raw = *bytes.get(at..)?.first_chunk::<2>()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(raw),
            Self::Big => u16::from_be_bytes(raw),
        })
    }

    /// Four bytes at `at`, if they are there.
    #[inline]
    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let raw = *bytes.get(at..)?.first_chunk::<4>()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(raw),
            Self::Big => u32::from_be_bytes(raw),
        })
    }

    /// Eight bytes at `at`, if they are there.
    #[inline]
    pub(super) fn u64(self, bytes: &[u8], at: usize) -> Option<u64> {
        let raw = *bytes.get(at..)?.first_chunk::<8>()?;
        Some(match self {
            Self::Little => u64::from_le_bytes(raw),
            Self::Big => u64::from_be_bytes(raw),
        })
    }

    /// Eight bytes at `at` as a signed number, if they are there.
    #[inline]
    pub(super) fn i64(self, bytes: &[u8], at: usize) -> Option<i64> {
        self.u64(bytes, at).map(u64::cast_signed)
    }
}

/// A 32-bit length as a size; on a 16-bit machine it would saturate and then exceed every limit.
#[inline]
pub(super) fn size(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// A size as a 64-bit count.
#[inline]
pub(super) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// An index as a 32-bit table row.
#[inline]
pub(super) fn row(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
