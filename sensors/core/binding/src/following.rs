//! A run over capture files that come one after the other, as other tools write them: one engine, one time line.

use crate::bad_capture::BadCapture;
use crate::batch::{Batch, Filled};
use crate::dissectors::{DissectorStanding, Launch};
use crate::reader::Reader;
use crate::thread::{Message, message};
use pyo3::prelude::*;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use wire::capture::{Frame, Limits, Merged};
use wire::protocol::dissector::Dissector;
use wire::{Engine, Place, Settings};

/// Places that are kept: what is told of a frame names its file, and no summary reaches back over so many.
const PLACES: usize = 4096;
/// Between two looks for the next file.
const PAUSE: Duration = Duration::from_millis(50);
/// An empty batch at least so often while no file is there: whoever takes them goes on with what else there is to do.
const PULSE: Duration = Duration::from_secs(1);
/// Frames between two looks at whether to stop, and at the clock.
const STRIDE: i64 = 1024;

/// A file to be read: its name in events, and up to which frame everything was handed over by an earlier run.
struct Given {
    path: PathBuf,
    name: String,
    known: i64,
}

/// What both sides look at.
#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    finish: AtomicBool,
    frames: AtomicU64,
    /// Files that were read to their end.
    done: AtomicU64,
    waiting: Mutex<VecDeque<Given>>,
    /// Number of each file that was read to its end, and its frames, until somebody takes them.
    ends: Mutex<Vec<(i64, i64)>>,
}

/// Reads files as they are given, until it is told to finish.
#[pyclass(frozen)]
pub struct Following {
    reader: Reader,
    shared: Arc<Shared>,
    errors: Mutex<Vec<BadCapture>>,
    dissectors: Vec<Dissector>,
}

#[pymethods]
impl Following {
    #[new]
    #[pyo3(signature = (*, sensor, segment, filter=None, batch_rows=16_384, span_ms=250, dissectors=Vec::new()))]
    fn new(
        sensor: String,
        segment: String,
        filter: Option<&str>,
        batch_rows: usize,
        span_ms: u64,
        dissectors: Vec<Launch>,
    ) -> PyResult<Self> {
        let filter = crate::errors::filter(filter)?;
        let dissectors: Vec<Dissector> = dissectors.into_iter().filter_map(Launch::dissector).collect();
        let settings = Settings { batch_rows, dissectors: dissectors.clone(), ..Settings::default() };
        let shared = Arc::new(Shared::default());
        let place = Place { sensor, interface: String::new(), segment, capture: String::new(), drill: false };
        let follower = Follower {
            engine: Engine::new(settings, Vec::new(), filter),
            place,
            shared: Arc::clone(&shared),
            span: Duration::from_millis(span_ms),
            files: 0,
            mark: Mark { known: false, file: 0, frame: 0 },
        };
        let reader = Reader::begin("follow", move |sender| follower.run(&sender))?;
        Ok(Self { reader, shared, errors: Mutex::new(Vec::new()), dissectors })
    }

    /// One more file, to be read behind those before it.
    #[pyo3(signature = (path, name, *, known=0))]
    fn give(&self, path: PathBuf, name: String, known: i64) {
        if let Ok(mut waiting) = self.shared.waiting.lock() {
            waiting.push_back(Given { path, name, known });
        }
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        self.reader.next(py, &mut |error| {
            if let Ok(mut errors) = self.errors.lock() {
                errors.push(error.into());
            }
        })
    }

    /// Files that could not be read to their end, since they were asked for last.
    fn take_errors(&self) -> Vec<BadCapture> {
        self.errors.lock().map(|mut errors| std::mem::take(&mut *errors)).unwrap_or_default()
    }

    /// How many files were read to their end, and how many frames.
    #[getter]
    fn position(&self) -> (u64, u64) {
        (self.shared.done.load(Ordering::Relaxed), self.shared.frames.load(Ordering::Relaxed))
    }

    /// Files that were read to their end since this was asked last: number and frames.
    fn take_ends(&self) -> Vec<(i64, i64)> {
        self.shared.ends.lock().map(|mut ends| std::mem::take(&mut *ends)).unwrap_or_default()
    }

    /// How the dissectors fare; waits for a question that is being answered.
    #[getter]
    fn dissectors(&self, py: Python<'_>) -> Vec<DissectorStanding> {
        py.detach(|| self.dissectors.iter().map(DissectorStanding::of).collect())
    }

    /// No more files: what is still open is told in the last batches. May be called from a signal handler.
    fn finish(&self) {
        self.shared.finish.store(true, Ordering::Relaxed);
    }

    /// Stops at once.
    fn close(&self, py: Python<'_>) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.reader.end(py);
    }
}

/// How far a batch reaches: the file's number, and that of its last frame.
#[derive(Clone, Copy)]
struct Mark {
    known: bool,
    file: i64,
    frame: i64,
}

struct Follower {
    engine: Engine,
    place: Place,
    shared: Arc<Shared>,
    span: Duration,
    files: usize,
    mark: Mark,
}

impl Follower {
    fn run(mut self, sender: &SyncSender<Message>) {
        let relief = sender.clone();
        self.engine.ledger.hand_over = Some(Box::new(move |batch, counters, clock| {
            // In the midst of a tick: how far everything was told is not further than before.
            let _ = relief.send(message(Filled::of(&batch, counters, clock)));
        }));
        let mut sent = Instant::now();
        while !self.shared.stop.load(Ordering::Relaxed) {
            let next = self.shared.waiting.lock().ok().and_then(|mut waiting| waiting.pop_front());
            let listened = match next {
                Some(given) => self.read(&given, sender),
                None if self.shared.finish.load(Ordering::Relaxed) => return self.finish(sender),
                None if sent.elapsed() >= PULSE => {
                    sent = Instant::now();
                    self.send(sender)
                }
                None => {
                    std::thread::sleep(PAUSE);
                    true
                }
            };
            if !listened {
                return;
            }
        }
    }

    /// Reads a file to its end; false when nobody takes batches any more.
    fn read(&mut self, given: &Given, sender: &SyncSender<Message>) -> bool {
        let source = self.place(&given.name);
        self.mark = Mark { known: given.known > 0, file: i64::from(source.1), frame: 0 };
        let mut merged = Merged::open(std::slice::from_ref(&given.path), Limits::default());
        let mut sent = Instant::now();
        while let Some(frame) = merged.next() {
            let number = frame.number;
            if self.mark.known && number > given.known {
                // What an earlier run handed over ends here.
                if !self.send(sender) {
                    return false;
                }
                self.mark.known = false;
            }
            self.engine.frame(&Frame { source: source.0, interface: source.0, ..frame });
            self.mark.frame = number;
            let stride = number % STRIDE == 0;
            if stride && self.shared.stop.load(Ordering::Relaxed) {
                return false;
            }
            if self.engine.batch_full() || stride && sent.elapsed() >= self.span && self.engine.ledger.batch.rows() > 0
            {
                sent = Instant::now();
                if !self.send(sender) {
                    return false;
                }
            }
        }
        let read = u64::try_from(self.mark.frame).unwrap_or(0);
        self.shared.frames.fetch_add(read, Ordering::Relaxed);
        for error in merged.errors() {
            if sender.send(Message::BadFile(Box::new(error.clone()))).is_err() {
                return false;
            }
        }
        let listened = self.send(sender);
        if let Ok(mut ends) = self.shared.ends.lock() {
            ends.push((self.mark.file, self.mark.frame));
        }
        self.shared.done.fetch_add(1, Ordering::Relaxed);
        listened
    }

    /// The source a file is, and the number of the file.
    fn place(&mut self, name: &str) -> (u32, u32) {
        let index = self.files % PLACES;
        let number = u32::try_from(self.files).unwrap_or(u32::MAX);
        self.files = self.files.saturating_add(1);
        let place = Place { interface: name.to_owned(), capture: name.to_owned(), ..self.place.clone() };
        match self.engine.ledger.places.get_mut(index) {
            Some(known) => *known = place,
            None => self.engine.ledger.places.push(place),
        }
        (u32::try_from(index).unwrap_or(0), number)
    }

    fn finish(mut self, sender: &SyncSender<Message>) {
        self.mark.known = false;
        while !self.engine.finish_some() {
            if !self.send(sender) {
                return;
            }
        }
        self.send(sender);
    }

    fn send(&mut self, sender: &SyncSender<Message>) -> bool {
        let Mark { known, file, frame } = self.mark;
        let filled = Filled::take(&mut self.engine).map(|filled| filled.marked(known, vec![file, frame]));
        sender.send(message(filled)).is_ok()
    }
}

/// Time of a capture's first frame, ns; None for one without any, or that is no capture.
#[pyfunction]
pub fn first_time(path: PathBuf) -> Option<i64> {
    Merged::open(&[path], Limits::default()).peek_time()
}

/// Whether a file begins as a capture, with frames or without.
#[pyfunction]
pub fn is_capture(path: PathBuf) -> bool {
    let mut merged = Merged::open(&[path], Limits::default());
    merged.peek_time().is_some() || merged.errors().is_empty()
}
