//! What the mirror port gives, looked at again and again while the sensor listens: the mirror doctor's own count of the
//! frames of twenty seconds, each quarter of an hour.

use std::time::{Duration, Instant};
use wire::capture::Frame;
use wire::mirror::{Examiner, Facts, Mac};

/// How long frames are counted, and from the end of one count to the next.
const LONG: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_secs(880);

/// Counts frames now and then.
pub struct MirrorWatch {
    own: Vec<Mac>,
    open: Option<(Examiner, Instant)>,
    /// `None`: never.
    next: Option<Instant>,
}

impl MirrorWatch {
    /// `own` are the stations of this machine. The first count begins at once; a sensor that sees part of the port alone
    /// counts nothing.
    pub fn new(own: Vec<Mac>, whole: bool) -> Self {
        Self { own, open: None, next: whole.then(Instant::now) }
    }

    /// Counts a frame, while it is time to.
    pub fn frame(&mut self, frame: &Frame<'_>) {
        if let Some((examiner, _)) = &mut self.open {
            examiner.frame(frame);
        }
    }

    /// Begins a count when it is time; gives what was counted when one is over. A sensor that has `more` to read than it
    /// can counts another time.
    pub fn pulse(&mut self, more: bool) -> Option<Facts> {
        let now = Instant::now();
        if more {
            if self.open.take().is_some() {
                self.next = Some(now + LONG);
            }
            return None;
        }
        match &self.open {
            None if self.next.is_some_and(|next| now >= next) => {
                self.open = Some((Examiner::new(self.own.clone()), now));
                None
            }
            Some((_, since)) if now.duration_since(*since) >= LONG => {
                self.next = Some(now + PAUSE);
                self.open.take().map(|(examiner, _)| examiner.facts())
            }
            _ => None,
        }
    }
}
