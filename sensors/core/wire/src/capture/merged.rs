//! Several captures on one time line.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};

use super::bytes::{row, size};
use super::counters::{Counters, Drops, SourceSummary};
use super::error::CaptureError;
use super::interfaces::{Interface, Interfaces};
use super::progress::BytesRead;
use super::source::FileSource;
use super::{Frame, Limits};

/// Memory for the windows of all sources together, as long as none goes below [`SMALLEST_WINDOW`].
const ALL_WINDOWS: usize = 64 << 20;
const SMALLEST_WINDOW: usize = 64 << 10;

enum State {
    /// Not open now: only files whose time has come are, so that a folder may hold more than a process may open.
    Waiting(PathBuf),
    Open(Box<FileSource>),
    Ended,
}

struct Slot {
    name: String,
    state: State,
    /// Row of the source's own interface table → row of the common one.
    rows: Vec<u32>,
    counters: Counters,
    drops: Drops,
}

/// Frames of several sources by time; at equal times the source with the lower index goes first. Inside a source the
/// file's order is kept, even where its times step back.
///
/// A source that fails gives all its whole frames, then its error is kept in [`errors`](Self::errors), and the others
/// go on.
pub struct Merged {
    slots: Vec<Slot>,
    limits: Limits,
    /// Time of the next frame of each source but the current one.
    queue: BinaryHeap<Reverse<(i64, u32)>>,
    current: Option<u32>,
    interfaces: Interfaces,
    errors: Vec<CaptureError>,
    read: BytesRead,
}

impl Merged {
    /// Opens each file once for the time of its first frame. Files that cannot be opened are in
    /// [`errors`](Self::errors). `-` is standard input.
    #[must_use]
    pub fn open(paths: &[PathBuf], limits: Limits) -> Self {
        let share = ALL_WINDOWS.checked_div(paths.len()).unwrap_or(ALL_WINDOWS).max(SMALLEST_WINDOW);
        let limits = Limits { window: limits.window.min(share), ..limits };
        let slots =
            paths.iter().map(|path| Slot::new(path.to_string_lossy().into_owned(), State::Waiting(path.clone())));
        let mut merged = Self::with_slots(slots.collect(), limits);
        for index in 0..row(paths.len()) {
            merged.enqueue(index);
            merged.close_for_now(index);
        }
        merged.read.reset();
        merged
    }

    /// Merges sources that are open already.
    #[must_use]
    pub fn from_sources(sources: Vec<FileSource>) -> Self {
        let slots =
            sources.into_iter().map(|source| Slot::new(source.name().to_owned(), State::Open(Box::new(source))));
        let mut merged = Self::with_slots(slots.collect(), Limits::default());
        (0..row(merged.slots.len())).for_each(|index| merged.enqueue(index));
        merged
    }

    fn with_slots(slots: Vec<Slot>, limits: Limits) -> Self {
        let (queue, interfaces) = (BinaryHeap::with_capacity(slots.len()), Interfaces::default());
        Self { slots, limits, queue, current: None, interfaces, errors: Vec::new(), read: BytesRead::default() }
    }

    /// The next frame of all, `None` when every source is at its end. It is lent: it lives until the next call.
    #[expect(clippy::should_implement_trait, reason = "a lending iterator cannot be an Iterator")]
    pub fn next(&mut self) -> Option<Frame<'_>> {
        let index = self.select()?;
        let slot = self.slots.get_mut(size(index))?;
        let State::Open(source) = &mut slot.state else {
            return None;
        };
        let described = source.interfaces().rows();
        for interface in described.get(slot.rows.len()..).unwrap_or_default() {
            slot.rows.push(self.interfaces.add(Interface { source: index, ..interface.clone() }));
        }
        let frame = source.take()?;
        let interface = slot.rows.get(size(frame.interface)).copied()?;
        Some(Frame { source: index, interface, ..frame })
    }

    /// Time of the frame that [`next`](Self::next) will give, `None` at the end.
    pub fn peek_time(&mut self) -> Option<i64> {
        let index = self.select()?;
        self.time_of(index)
    }

    /// Errors so far, in the order in which they were met.
    #[must_use]
    pub fn errors(&self) -> &[CaptureError] {
        &self.errors
    }

    /// Bytes read from the files so far, packed as they are; may be looked at from another thread.
    #[must_use]
    pub fn bytes_read(&self) -> BytesRead {
        self.read.clone()
    }

    /// Interfaces of all frames given so far.
    #[must_use]
    pub fn interfaces(&self) -> &Interfaces {
        &self.interfaces
    }

    /// Name of a source.
    #[must_use]
    pub fn name(&self, source: u32) -> Option<&str> {
        self.slots.get(size(source)).map(|slot| slot.name.as_str())
    }

    /// What was counted, source by source.
    pub fn summaries(&self) -> impl Iterator<Item = SourceSummary> {
        self.slots.iter().map(Slot::summary)
    }

    /// What was counted, over all sources.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let mut sum = Counters::default();
        self.summaries().for_each(|summary| sum += summary.counters);
        sum
    }

    /// What the capturing machines say they lost, over all sources.
    #[must_use]
    pub fn drops(&self) -> Drops {
        let mut sum = Drops::default();
        self.summaries().for_each(|summary| sum += summary.drops);
        sum
    }

    /// The source whose turn it is, with a frame prepared.
    #[inline]
    fn select(&mut self) -> Option<u32> {
        // The usual case: the source that gave the last frame is the earliest still.
        if let Some(index) = self.current
            && let Some(State::Open(source)) = self.slots.get_mut(size(index)).map(|slot| &mut slot.state)
            && let Some(time) = source.prepared_time()
            && self.queue.peek().is_none_or(|Reverse(first)| (time, index) < *first)
        {
            return Some(index);
        }
        self.select_other()
    }

    fn select_other(&mut self) -> Option<u32> {
        let mut candidate = self.current.take();
        loop {
            let index = match candidate.take() {
                Some(index) => index,
                None => self.queue.pop()?.0.1,
            };
            let Some(time) = self.time_of(index) else {
                continue;
            };
            match self.queue.peek() {
                Some(Reverse(first)) if *first < (time, index) => self.queue.push(Reverse((time, index))),
                _ => {
                    self.current = Some(index);
                    return Some(index);
                }
            }
        }
    }

    fn enqueue(&mut self, index: u32) {
        if let Some(time) = self.time_of(index) {
            self.queue.push(Reverse((time, index)));
        }
    }

    /// Time of the source's next frame; opens it if need be, and ends it when it has no more.
    #[inline]
    fn time_of(&mut self, index: u32) -> Option<i64> {
        let slot = self.slots.get_mut(size(index))?;
        match slot.peek(self.limits, &self.read) {
            Ok(Some(time)) => return Some(time),
            Ok(None) => {}
            Err(error) => self.errors.push(error),
        }
        slot.end();
        None
    }

    /// A file that was only opened for its first time stamp. Standard input cannot be opened twice.
    fn close_for_now(&mut self, index: u32) {
        if let Some(slot) = self.slots.get_mut(size(index))
            && slot.name != "-"
            && matches!(slot.state, State::Open(_))
        {
            slot.state = State::Waiting(Path::new(&slot.name).to_owned());
        }
    }
}

impl Slot {
    fn new(name: String, state: State) -> Self {
        Self { name, state, rows: Vec::new(), counters: Counters::default(), drops: Drops::default() }
    }

    #[inline]
    fn peek(&mut self, limits: Limits, read: &BytesRead) -> Result<Option<i64>, CaptureError> {
        if let State::Waiting(path) = &self.state {
            self.state = State::Open(Box::new(FileSource::open_counted(path, limits, read)?));
        }
        match &mut self.state {
            State::Open(source) => source.peek_time(),
            State::Waiting(_) | State::Ended => Ok(None),
        }
    }

    fn end(&mut self) {
        let summary = self.summary();
        (self.counters, self.drops) = (summary.counters, summary.drops);
        self.state = State::Ended;
    }

    fn summary(&self) -> SourceSummary {
        let (counters, drops) = match &self.state {
            State::Open(source) => (source.counters(), source.drops()),
            State::Waiting(_) | State::Ended => (self.counters, self.drops),
        };
        SourceSummary { name: self.name.clone(), counters, drops, ended: matches!(self.state, State::Ended) }
    }
}
