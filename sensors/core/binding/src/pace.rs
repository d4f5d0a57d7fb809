//! Captures played at the pace of their packets, as a live sensor would see them.

use std::time::{Duration, Instant};

/// A batch is sent so often at least while packets are awaited, and so is packet time in a silence.
pub const SPAN: Duration = Duration::from_millis(250);
/// The longest sleep: whoever wants to stop waits no longer.
const NAP: Duration = Duration::from_millis(50);
/// Packet time without packets stays so far behind, ns: as that of a live sensor, for which blocks are on their way.
const SETTLED: i64 = 1_000_000_000;

/// When packets are due.
pub struct Pace {
    speed: f64,
    /// Packet time of the first frame, ns, and when it was played.
    begun: Option<(i64, Instant)>,
}

impl Pace {
    /// `speed` times as fast as they were recorded.
    pub fn new(speed: f64) -> Self {
        Self { speed, begun: None }
    }

    /// How long to sleep before a frame of this time (ns) may be looked at again; `None` when it is due.
    pub fn nap(&mut self, time: i64) -> Option<Duration> {
        let (first, begun) = *self.begun.get_or_insert_with(|| (time, Instant::now()));
        let behind = u64::try_from(time.saturating_sub(first)).unwrap_or(0);
        let due = Duration::from_nanos(behind).div_f64(self.speed);
        let left = due.saturating_sub(begun.elapsed());
        (!left.is_zero()).then_some(left.min(NAP))
    }

    /// Packet time up to which nothing more can come before the frame that is awaited, ns.
    pub fn quiet(&self) -> Option<i64> {
        let (first, begun) = self.begun?;
        let passed = i64::try_from(begun.elapsed().mul_f64(self.speed).as_nanos()).ok()?;
        Some(first.saturating_add(passed).saturating_sub(SETTLED))
    }
}
