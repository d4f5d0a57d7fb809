//! One direction of a TCP conversation: how far its bytes were seen, and which were acknowledged and never seen.

/// Stretches behind a gap that are remembered.
const STRETCHES: usize = 4;

/// Sequence numbers wrap (RFC 9293, 3.4): how far `to` is ahead, negative where it is behind.
fn ahead(to: u32, from: u32) -> i32 {
    to.wrapping_sub(from).cast_signed()
}

/// The bytes of one direction.
#[derive(Clone, Copy, Default)]
pub struct Stream {
    /// The next byte without a gap before it.
    next: Option<u32>,
    /// What was seen behind a gap: from, to.
    held: [Option<(u32, u32)>; STRETCHES],
    /// The gap that was told last: a receiver may be heard before the sender.
    told: Option<(u32, u32)>,
    pub gaps: u32,
    pub gap_bytes: u64,
    /// Gaps that were filled after their bytes had been acknowledged.
    pub late: u32,
}

impl Stream {
    /// Bytes were seen; a SYN or FIN counts as one.
    pub fn seen(&mut self, from: u32, length: u32) {
        let to = from.wrapping_add(length);
        let Some(next) = self.next else {
            self.next = Some(to);
            return;
        };
        if let Some((start, end)) = self.told
            && ahead(from, start) >= 0
            && ahead(end, from) > 0
        {
            self.told = None;
            self.gaps = self.gaps.saturating_sub(1);
            self.gap_bytes = self.gap_bytes.saturating_sub(u64::from(end.wrapping_sub(start)));
            self.late = self.late.saturating_add(1);
        }
        if ahead(from, next) > 0 {
            self.hold(from, to);
        } else if ahead(to, next) > 0 {
            self.next = Some(to);
            self.close_up();
        }
    }

    /// The other side has all bytes before this one. A jump beyond any window is another conversation.
    pub fn acknowledged(&mut self, to: u32) {
        let Some(next) = self.next else { return };
        let missing = ahead(to, next);
        if missing <= 0 {
            return;
        }
        if missing > 1 << 24 {
            *self = Self { next: Some(to), ..self.renewed() };
            return;
        }
        let held: i32 = self
            .held
            .iter()
            .flatten()
            .map(|(from, end)| ahead(if ahead(*end, to) > 0 { to } else { *end }, *from).max(0))
            .sum();
        let lost = missing.saturating_sub(held).max(0);
        if lost > 0 {
            self.gaps = self.gaps.saturating_add(1);
            self.gap_bytes = self.gap_bytes.saturating_add(lost.unsigned_abs().into());
            self.told = Some((next, to));
        }
        self.next = Some(to);
        self.close_up();
    }

    /// The same counts, and nothing seen yet.
    pub fn renewed(&self) -> Self {
        Self { gaps: self.gaps, gap_bytes: self.gap_bytes, late: self.late, ..Self::default() }
    }

    fn hold(&mut self, from: u32, to: u32) {
        for place in &mut self.held {
            match place {
                Some((_, end)) if *end == from => return *end = to,
                Some((start, _)) if *start == from => return,
                _ => {}
            }
        }
        if let Some(free) = self.held.iter_mut().find(|place| place.is_none()) {
            *free = Some((from, to));
        }
    }

    /// What was held and follows without a gap is held no longer.
    fn close_up(&mut self) {
        for _ in 0..STRETCHES {
            for place in &mut self.held {
                if let (Some((from, to)), Some(next)) = (*place, self.next)
                    && ahead(from, next) <= 0
                {
                    if ahead(to, next) > 0 {
                        self.next = Some(to);
                    }
                    *place = None;
                }
            }
        }
    }
}
