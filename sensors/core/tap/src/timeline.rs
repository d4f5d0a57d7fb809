//! Packet time of what is captured live: that of the system's clock, until somebody sets that clock. Then another time
//! line begins, for time that runs backwards, or that leaps, would be taken for the plant's.

/// A clock that moved so far against one that nobody sets was set, ns. Slewing moves it by less than a millisecond a second.
const SET: i64 = 4_000_000_000;
/// So far behind now is the time up to which nothing more can arrive, ns: blocks come long before that.
const SETTLED: i64 = 1_000_000_000;

/// The time line that frames are on.
#[derive(Debug, Default)]
pub struct Timeline {
    /// Time of the last frame, ns since 1970, and the steady clock when it was taken.
    last: Option<(i64, i64)>,
    /// Up to where it was told, by frames or in silence.
    told: i64,
    /// What the system's clock was ahead of the steady one when this time line began.
    offset: Option<i64>,
    /// The steady clock when both were last looked at.
    looked: i64,
    /// How far the system's clock was set since, ns; 0 for not at all.
    set_by: i64,
    /// Frames earlier than the one before.
    pub out_of_order: i64,
    /// Time lines that ended since the clock was set.
    pub ended: i64,
}

impl Timeline {
    /// Looks at both clocks (ns); often, for that is how precisely it is known when one was set.
    pub fn look(&mut self, system: i64, steady: i64) {
        let offset = system.saturating_sub(steady);
        let moved = offset.saturating_sub(*self.offset.get_or_insert(offset));
        self.set_by = if moved.saturating_abs() > SET { moved } else { 0 };
        if self.set_by == 0 {
            // Slewed: the difference is that of now.
            self.offset = Some(offset);
        }
        self.looked = steady;
        if self.last.is_none() {
            self.told = self.told.max(system.saturating_sub(SETTLED));
        }
    }

    /// Whether a frame of this time belongs to another time line: the clock was set before it came.
    #[must_use]
    pub fn ends_before(&self, time: i64) -> bool {
        let now = self.looked.saturating_add(self.offset.unwrap_or(0));
        match self.set_by {
            0 => false,
            forward if forward > 0 => time > now.saturating_add(forward / 2),
            // Frames of before that are still in the ring come in order.
            _ => time < self.told.saturating_sub(SETTLED),
        }
    }

    /// Begins another time line, on which the next frame is.
    pub fn begin_anew(&mut self) {
        self.offset = self.offset.map(|offset| offset.saturating_add(self.set_by));
        (self.set_by, self.last, self.told) = (0, None, 0);
        self.ended = self.ended.saturating_add(1);
    }

    /// A frame was taken.
    pub fn frame(&mut self, time: i64) {
        if self.last.is_some_and(|(last, _)| time < last) {
            self.out_of_order = self.out_of_order.saturating_add(1);
        }
        self.last = Some((time, self.looked));
        self.told = self.told.max(time);
    }

    /// Time (ns) up to which nothing more can arrive if no frame waits now; `None` shortly after a frame.
    #[must_use]
    pub fn settled(&self) -> Option<i64> {
        let (last, seen) = self.last.unwrap_or((self.looked.saturating_add(self.offset?), self.looked));
        let passed = self.looked.saturating_sub(seen);
        let now = last.saturating_add(passed).saturating_sub(SETTLED);
        (self.last.is_none() || passed > SETTLED).then_some(now)
    }

    /// Time went on without frames until `time`.
    pub fn quiet(&mut self, time: i64) {
        self.told = self.told.max(time);
    }
}
