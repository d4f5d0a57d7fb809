//! One capture file, read frame by frame.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::bytes::{count, size};
use super::counters::{Counters, Drops};
use super::decompress::{Packing, unpack};
use super::error::{CaptureError, CaptureErrorKind, Fault};
use super::format::{Format, Record, open_format};
use super::interfaces::Interfaces;
use super::progress::{BytesRead, Counted};
use super::window::Window;
use super::{Frame, Limits};

/// A capture: pcap or pcapng, plain, gzip or Zstandard, from a file, standard input or any reader.
///
/// After an error the source is at its end; every whole frame before the error has been given.
pub struct FileSource {
    name: String,
    limit: u32,
    packing: Packing,
    window: Window,
    format: Format,
    interfaces: Interfaces,
    counters: Counters,
    pending: Option<Record>,
    last: i64,
    ended: bool,
    failed: Option<CaptureError>,
}

impl FileSource {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// `Unreadable`, `Empty`, `NotACapture`, `UnsupportedVersion`, `Truncated` (within the first header),
    /// `BadBlock`, `Decompression`.
    pub fn open(path: impl AsRef<Path>, limits: Limits) -> Result<Self, CaptureError> {
        Self::open_counted(path.as_ref(), limits, &BytesRead::default())
    }

    /// As [`open`](Self::open); what is read from the file is added to `read`.
    pub(super) fn open_counted(path: &Path, limits: Limits, read: &BytesRead) -> Result<Self, CaptureError> {
        let name = path.to_string_lossy();
        let read = read.clone();
        if path.as_os_str() == "-" {
            return Self::from_reader(Box::new(Counted::new(io::stdin(), read)), name, limits);
        }
        let file =
            File::open(path).map_err(|error| Fault::at(0, CaptureErrorKind::unreadable(&error)).named(&name, 0))?;
        Self::from_reader(Box::new(Counted::new(file, read)), name, limits)
    }

    /// Reads from anything that can be read; `name` stands for the path.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_reader(
        reader: Box<dyn Read + Send>,
        name: impl Into<String>,
        limits: Limits,
    ) -> Result<Self, CaptureError> {
        let name = name.into();
        let (reader, packing) =
            unpack(reader).map_err(|error| Fault::at(0, CaptureErrorKind::unreadable(&error)).named(&name, 0))?;
        let mut window = Window::new(reader, limits.window);
        let mut interfaces = Interfaces::default();
        let format = open_format(&mut window, packing, &name, &mut interfaces)
            .map_err(|fault| cause(&fault.kind, &window, packing).unwrap_or(fault).named(&name, 0))?;
        Ok(Self {
            name,
            limit: limits.frame,
            packing,
            window,
            format,
            interfaces,
            counters: Counters::default(),
            pending: None,
            last: 0,
            ended: false,
            failed: None,
        })
    }

    /// The next frame, `None` at the end. It is lent: it lives until the next call.
    ///
    /// # Errors
    /// `Truncated`, `FrameTooLong`, `BadBlock`, `TooManyInterfaces`, `UnsupportedVersion` (a later section),
    /// `Unreadable`, `Decompression`; once, then `None`.
    #[inline]
    #[expect(clippy::should_implement_trait, reason = "a lending iterator cannot be an Iterator")]
    pub fn next(&mut self) -> Result<Option<Frame<'_>>, CaptureError> {
        if self.prepare() { Ok(self.take()) } else { self.failed.take().map_or(Ok(None), Err) }
    }

    /// Time of the frame that [`next`](Self::next) will give, `None` at the end.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    #[inline]
    pub fn peek_time(&mut self) -> Result<Option<i64>, CaptureError> {
        match self.prepared_time() {
            Some(time) => Ok(Some(time)),
            None => self.failed.take().map_or(Ok(None), Err),
        }
    }

    /// As [`peek_time`](Self::peek_time), but leaves an error to be told by the next call of that or of `next`.
    #[inline]
    pub(super) fn prepared_time(&mut self) -> Option<i64> {
        self.prepare();
        self.pending.map(|record| record.timestamp)
    }

    /// Byte of the decompressed stream at which the next frame begins, or the blocks before it.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.window.position()
    }

    /// Path or name given at opening.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Interfaces described so far.
    #[must_use]
    pub fn interfaces(&self) -> &Interfaces {
        &self.interfaces
    }

    /// What was counted so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// What the capturing machine says it lost, as far as read (the statistics often stand at the end).
    #[must_use]
    pub fn drops(&self) -> Drops {
        match &self.format {
            Format::Pcap(_) => Drops::default(),
            Format::Pcapng(pcapng) => pcapng.drops(),
        }
    }

    /// Reads on until a frame is pending; false at the end and after an error.
    #[inline]
    fn prepare(&mut self) -> bool {
        if self.pending.is_some() {
            return true;
        }
        if self.ended {
            return false;
        }
        let read = match &mut self.format {
            Format::Pcap(pcap) => pcap.record(&mut self.window, self.limit, &mut self.counters),
            Format::Pcapng(pcapng) => {
                pcapng.record(&mut self.window, self.limit, &mut self.counters, &mut self.interfaces)
            }
        };
        match read {
            Ok(record) => self.pending = record,
            Err(fault) => self.failed = Some(fault.named(&self.name, self.counters.frames)),
        }
        self.pending.is_some() || self.end()
    }

    #[cold]
    fn end(&mut self) -> bool {
        self.ended = true;
        let kind = self.failed.as_ref().map_or(&CaptureErrorKind::Empty, |error| &error.kind);
        if let Some(fault) = cause(kind, &self.window, self.packing) {
            self.failed = Some(fault.named(&self.name, self.counters.frames));
        }
        false
    }

    /// The frame that was prepared.
    #[inline]
    pub(super) fn take(&mut self) -> Option<Frame<'_>> {
        let record = self.pending.take()?;
        let data = self.window.take(record.total).get(record.skip..)?.get(..record.length)?;
        let counters = &mut self.counters;
        counters.frames = counters.frames.saturating_add(1);
        counters.bytes = counters.bytes.saturating_add(count(record.length));
        match record.length.cmp(&size(record.wire_length)) {
            Ordering::Less => counters.shortened = counters.shortened.saturating_add(1),
            Ordering::Equal => {}
            Ordering::Greater => counters.longer_than_wire = counters.longer_than_wire.saturating_add(1),
        }
        if record.timestamp < self.last {
            counters.out_of_order = counters.out_of_order.saturating_add(1);
        }
        self.last = record.timestamp;
        Some(Frame {
            timestamp: record.timestamp,
            data,
            wire_length: record.wire_length,
            link: record.link,
            number: counters.frames.saturating_add(counters.without_interface).cast_signed(),
            source: 0,
            interface: record.interface,
        })
    }
}

/// If the stream itself failed, that is the cause, and a cut record only its consequence.
fn cause(kind: &CaptureErrorKind, window: &Window, packing: Packing) -> Option<Fault> {
    use CaptureErrorKind::{Empty, NotACapture, Truncated};
    let error = window.failure()?;
    matches!(kind, Truncated { .. } | Empty | NotACapture { .. })
        .then(|| Fault::at(window.position(), packing.failure(error)))
}
