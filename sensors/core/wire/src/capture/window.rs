//! A window over a stream: frames are lent out of it, never copied.

use std::io::{self, Read};

/// Reads ahead in large steps and lends slices. A read error counts as the end of the stream and is kept, so that
/// every whole frame before it is still given.
pub(super) struct Window {
    reader: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    size: usize,
    start: usize,
    end: usize,
    position: u64,
    ended: bool,
    failure: Option<io::Error>,
}

/// A window below this size would read a large frame in many small steps.
const SMALLEST: usize = 4096;
/// What a window begins with: a folder holds hundreds of small captures, and each byte of a window is zeroed first.
const FIRST: usize = 1 << 16;

impl Window {
    pub(super) fn new(reader: Box<dyn Read + Send>, size: usize) -> Self {
        let buffer = vec![0; size.clamp(SMALLEST, FIRST)];
        Self { reader, buffer, size, start: 0, end: 0, position: 0, ended: false, failure: None }
    }

    /// Byte of the stream at which [`rest`](Self::rest) begins.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Why the stream ended, if not because it was over.
    pub(super) fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    /// What is read and not yet taken.
    #[inline]
    pub(super) fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Makes the next `length` bytes available; false if the stream ends before. The caller bounds `length`.
    #[inline]
    pub(super) fn want(&mut self, length: usize) -> bool {
        self.end.saturating_sub(self.start) >= length || self.fill(length)
    }

    /// The next `length` bytes without taking them; `None` if the stream ends before.
    #[inline]
    pub(super) fn view(&mut self, length: usize) -> Option<&[u8]> {
        if self.want(length) { self.rest().get(..length) } else { None }
    }

    /// Takes `length` bytes that [`want`](Self::want) has made available.
    #[inline]
    pub(super) fn take(&mut self, length: usize) -> &[u8] {
        let from = self.start;
        let to = from.saturating_add(length).min(self.end);
        self.start = to;
        self.position = self.position.saturating_add(super::bytes::count(to.saturating_sub(from)));
        self.buffer.get(from..to).unwrap_or_default()
    }

    /// Passes over `length` bytes, however many; gives how many there were.
    pub(super) fn skip(&mut self, length: u64) -> u64 {
        let mut left = length;
        while left > 0 && self.want(1) {
            let step = usize::try_from(left).unwrap_or(usize::MAX);
            left = left.saturating_sub(super::bytes::count(self.take(step).len()));
        }
        length.saturating_sub(left)
    }

    #[cold]
    fn fill(&mut self, length: usize) -> bool {
        // What is left over is moved to the front, less than one record: so each read is as large as the window.
        let was_full = self.end == self.buffer.len();
        self.buffer.copy_within(self.start..self.end, 0);
        self.end = self.end.saturating_sub(self.start);
        self.start = 0;
        if length > self.buffer.len() {
            self.buffer.resize(length.next_power_of_two(), 0);
        } else if was_full && self.buffer.len() < self.size {
            self.buffer.resize(self.size, 0);
        }
        while self.end < length && !self.ended {
            let free = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.reader.read(free) {
                Ok(0) => self.ended = true,
                Ok(read) => self.end = self.end.saturating_add(read).min(self.buffer.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.failure = Some(error);
                }
            }
        }
        self.end >= length
    }
}
