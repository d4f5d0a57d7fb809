//! How far the reading of files is.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::bytes::count;

/// Bytes read from files so far; a clone looks at the same number.
#[derive(Debug, Clone, Default)]
pub struct BytesRead(Arc<AtomicU64>);

impl BytesRead {
    /// How many.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn reset(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// Counts what is read.
pub(super) struct Counted<R> {
    inner: R,
    read: BytesRead,
}

impl<R> Counted<R> {
    pub(super) fn new(inner: R, read: BytesRead) -> Self {
        Self { inner, read }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let found = self.inner.read(buffer)?;
        self.read.0.fetch_add(count(found), Ordering::Relaxed);
        Ok(found)
    }
}
