//! Several interfaces on one time line.

use crate::ring::{RETIRE, Ring};
use crate::{Health, Settings, TapError, seal, system};
use std::time::{Duration, Instant};
use wire::capture::Frame;

/// So long after a block of one interface was found, every frame before it has come in on the others: they hand their
/// blocks over after [`RETIRE`] ms, and the kernel's timer may miss one turn.
const IN_ORDER: Duration = Duration::from_millis(2 * 50);
const _: () = assert!(RETIRE == 50);

/// Interfaces that are listened to. Frames come by time, as well as rings permit that are handed over block by block.
pub struct Rings {
    rings: Vec<Ring>,
}

impl Rings {
    /// Opens a ring for each interface.
    ///
    /// # Errors
    /// The first interface that cannot be listened to.
    pub fn open(interfaces: &[String], settings: &Settings) -> Result<Self, TapError> {
        let rings = interfaces.iter().map(|name| Ring::open(name, settings)).collect::<Result<_, _>>()?;
        Ok(Self { rings })
    }

    /// Takes from the whole process, for good, what it could send with: see [`seal`].
    ///
    /// # Errors
    /// `System`, `PrivilegesKept`.
    pub fn seal(&self) -> Result<(), TapError> {
        let sockets: Vec<_> = self.rings.iter().map(Ring::descriptor).collect();
        seal::seal(&sockets).map_err(|kind| kind.of(""))
    }

    /// Gives the frames that are there, at most so many, each on loan; waits for the first one. Gives their number.
    pub fn read(&mut self, patience: Duration, most: usize, take: &mut dyn FnMut(&Frame<'_>)) -> usize {
        let begun = Instant::now();
        let mut given = 0usize;
        self.fill_permille();
        loop {
            while given < most
                && let Some(index) = self.earliest()
                && let Some(ring) = self.rings.get_mut(index)
            {
                let source = u32::try_from(index).unwrap_or(u32::MAX);
                given = given.saturating_add(usize::from(ring.give(source, take)));
            }
            self.rings.iter_mut().for_each(Ring::look);
            let left = patience.saturating_sub(begun.elapsed());
            if given > 0 || left.is_zero() {
                return given;
            }
            self.wait(left);
        }
    }

    /// Whether no block waits to be read.
    pub fn is_empty(&mut self) -> bool {
        self.rings.iter_mut().all(|ring| ring.peek().is_none())
    }

    /// Whether so much waits in one of them that it may soon be full.
    pub fn is_filling(&self) -> bool {
        self.rings.iter().any(Ring::is_filling)
    }

    /// How full the fullest of them is, in thousandths.
    pub fn fill_permille(&mut self) -> u32 {
        self.rings.iter_mut().map(Ring::note_fill).max().unwrap_or(0)
    }

    /// How the interfaces stand.
    pub fn health(&mut self) -> Vec<Health> {
        self.rings.iter_mut().map(Ring::health).collect()
    }

    /// The ring whose frame is next. Where another has none yet, the frame waits until none before it can come.
    fn earliest(&mut self) -> Option<usize> {
        let mut first: Option<(i64, usize, Instant)> = None;
        let mut silent = false;
        for (index, ring) in self.rings.iter_mut().enumerate() {
            match ring.peek() {
                Some((time, seen)) if first.is_none_or(|(before, ..)| time < before) => {
                    first = Some((time, index, seen));
                }
                Some(_) => {}
                None => silent = true,
            }
        }
        let (_, index, seen) = first?;
        let settled = !silent || seen.elapsed() >= IN_ORDER || self.rings.get(index).is_some_and(Ring::is_filling);
        settled.then_some(index)
    }

    /// Waits for a block; one that waits already for its order ends it soon.
    fn wait(&mut self, patience: Duration) {
        let held = self.rings.iter_mut().any(|ring| ring.peek().is_some());
        if held {
            return std::thread::sleep(patience.min(Duration::from_millis(5)));
        }
        let sockets: Vec<_> = self.rings.iter().map(Ring::descriptor).collect();
        // Links are looked at once a second, whatever comes.
        system::wait(&sockets, patience.min(Duration::from_secs(1)));
    }
}
