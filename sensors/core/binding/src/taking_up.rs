//! A sensor that begins again takes up what it knew: it reads once more what the earlier run kept of the last minutes.
//! Frames of which everything was handed over only make its state; those that were not are told now.

use crate::listen::{Listener, send};
use crate::thread::Message;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};
use wire::evidence::Past;

/// What is known is read back for so long, while packets wait in the rings of the interfaces, or until those fill.
const PATIENCE: Duration = Duration::from_secs(10);
/// Frames between two looks at the clock.
const STRIDE: u32 = 4096;

impl Listener {
    /// Takes the past up, if there is one; false when nobody takes batches any more.
    pub fn take_up(&mut self, sender: &SyncSender<Message>, waited: &Arc<AtomicU64>) -> bool {
        let mut past = std::mem::take(&mut self.past);
        if past.left_out > 0 {
            let left_out = i64::try_from(past.left_out).unwrap_or(i64::MAX);
            self.engine.ledger.counters.set("reader", "not_taken_up", left_out);
        }
        let Some(latest) = past.latest else { return true };
        self.shared.known.store(true, Ordering::Relaxed);
        // A disk that cannot be read is no reason to be blind: what was taken up so far is better than nothing.
        let listened = self.read_past(&mut past, sender, waited).unwrap_or(true);
        if !listened || !self.is_told_from_now(sender) {
            return false;
        }
        self.engine.ledger.unheard(self.opened);
        let absent = self.opened.saturating_sub(latest) / 1_000_000;
        self.engine.ledger.counters.set("reader", "absent_ms", absent.max(1));
        true
    }

    fn read_past(
        &mut self,
        past: &mut Past,
        sender: &SyncSender<Message>,
        waited: &Arc<AtomicU64>,
    ) -> io::Result<bool> {
        let (begun, mut frames) = (Instant::now(), 0u32);
        while let Some(is_known) = past.is_next_known()? {
            if self.shared.stop.load(Ordering::Relaxed) || !is_known && !self.is_told_from_now(sender) {
                return Ok(false);
            }
            past.give(&mut |frame| {
                self.engine.frame(frame);
                self.shared.took(frame);
            })?;
            frames = frames.wrapping_add(1);
            if self.engine.batch_full() && !send(&mut self.engine, sender, &self.shared) {
                return Ok(false);
            }
            // What is known gives way to new packets; what was not handed over never does.
            let is_late = || begun.elapsed() > PATIENCE || self.rings.is_filling();
            if is_known && frames.is_multiple_of(STRIDE) && is_late() {
                // With a hole in its midst what is known would be wrong: connections that miss bytes, counts that are
                // behind. Better to know nothing.
                if !send(&mut self.engine, sender, &self.shared) {
                    return Ok(false);
                }
                past.forget_known()?;
                self.forget(sender, waited);
                self.engine.ledger.counters.add("reader", "forgotten_times", 1);
            }
        }
        Ok(true)
    }

    /// What was known is over: hands it over as that. False when nobody takes batches any more.
    fn is_told_from_now(&mut self, sender: &SyncSender<Message>) -> bool {
        if !self.shared.known.load(Ordering::Relaxed) {
            return true;
        }
        let listened = self.engine.ledger.clock == i64::MIN || send(&mut self.engine, sender, &self.shared);
        // What was counted since the last row of counters goes on: that row was told, these counts were not.
        self.shared.known.store(false, Ordering::Relaxed);
        listened
    }
}
