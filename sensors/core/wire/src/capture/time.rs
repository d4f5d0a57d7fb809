//! Time stamps of captures as nanoseconds since 1970.

/// The last time a frame can have, February 2116. Half of what `i64` holds, so that whoever adds a duration to the
/// time of a packet, or takes one from another, cannot overflow. All times of pcap (32-bit seconds) lie below.
pub const LATEST: i64 = i64::MAX / 2;

pub(super) const NANOSECONDS: i64 = 1_000_000_000;

/// The clock of a pcapng interface (`if_tsresol`): how a tick becomes nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resolution {
    /// 10^-n seconds, n ≤ 9: nanoseconds per tick.
    Multiply(u64),
    /// 10^-n seconds, n > 9: ticks per nanosecond.
    Divide(u128),
    /// 2^-n seconds.
    Binary(u32),
}

impl Resolution {
    /// Without the option: microseconds.
    pub(super) const DEFAULT: Self = Self::Multiply(1_000);

    /// ```text
    ///  7   6 5 4 3 2 1 0
    /// +---+-------------+
    /// | B |      n      |   B = 0: 10^-n s, B = 1: 2^-n s
    /// +---+-------------+
    /// ```
    pub(super) fn from_option(value: u8) -> Self {
        let exponent = u32::from(value & 0x7f);
        if value & 0x80 != 0 {
            Self::Binary(exponent)
        } else if let Some(digits) = 9_u32.checked_sub(exponent) {
            Self::Multiply(10_u64.saturating_pow(digits))
        } else {
            Self::Divide(10_u128.saturating_pow(exponent.saturating_sub(9)))
        }
    }

    #[inline]
    fn nanoseconds(self, ticks: u64) -> i128 {
        let ticks = u128::from(ticks);
        let nanoseconds = match self {
            Self::Multiply(factor) => ticks.saturating_mul(u128::from(factor)),
            Self::Divide(divisor) => ticks.checked_div(divisor).unwrap_or_default(),
            Self::Binary(shift) => ticks.saturating_mul(1_000_000_000).checked_shr(shift).unwrap_or_default(),
        };
        // At most 2^64 ticks of 10^9 ns: 94 bits.
        i128::try_from(nanoseconds).unwrap_or(i128::MAX)
    }

    /// The time of a packet, and whether it had to be moved into `0..=LATEST`.
    ///
    /// `offset` is `if_tsoffset` in seconds.
    #[inline]
    pub(super) fn time(self, ticks: u64, offset: i64) -> (i64, bool) {
        let exact = self.nanoseconds(ticks).saturating_add(i128::from(offset).saturating_mul(i128::from(NANOSECONDS)));
        let inside = exact.clamp(0, i128::from(LATEST));
        (i64::try_from(inside).unwrap_or(LATEST), inside != exact)
    }
}
