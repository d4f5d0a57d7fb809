//! A run over capture files: a thread reads, decodes and fills batches; Python takes them one by one.

use crate::bad_capture::BadCapture;
use crate::batch::Batch;
use crate::dissectors::{DissectorStanding, Launch};
use crate::errors::BadFilter;
use crate::thread::{Message, Shared, read};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use wire::capture::Filter;
use wire::protocol::dissector::Dissector;
use wire::{Engine, Place, Settings};

/// Batches that may wait for Python; then the thread waits.
const WAITING: usize = 2;
/// Between two looks at whether somebody pressed ^C, while a batch is awaited.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long the end of the thread is awaited.
const GRACE: Duration = Duration::from_secs(2);

/// Reads capture files as one time line.
#[pyclass(frozen)]
pub struct Capture {
    receiver: Mutex<Option<Receiver<Message>>>,
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    errors: Mutex<Vec<BadCapture>>,
    dissectors: Vec<Dissector>,
}

#[pymethods]
impl Capture {
    #[new]
    #[pyo3(signature = (paths, *, sensor, segment, names, full=false, samples=false, filter=None, batch_rows=65_536, drill=false, dissectors=Vec::new()))]
    #[allow(clippy::too_many_arguments)]
    fn new(
        paths: Vec<PathBuf>,
        sensor: String,
        segment: String,
        names: Vec<String>,
        full: bool,
        samples: bool,
        filter: Option<String>,
        batch_rows: usize,
        drill: bool,
        dissectors: Vec<Launch>,
    ) -> PyResult<Self> {
        let filter = filter
            .map(|text| Filter::parse(&text))
            .transpose()
            .map_err(|e| BadFilter::new_err((e.position, e.code, e.word, e.better, e.expected)))?;
        let places = names
            .into_iter()
            .map(|name| Place {
                sensor: sensor.clone(),
                interface: name.clone(),
                segment: segment.clone(),
                capture: name,
                drill,
            })
            .collect();
        let dissectors: Vec<Dissector> = dissectors.into_iter().filter_map(Launch::dissector).collect();
        let settings = Settings { full, samples, batch_rows, dissectors: dissectors.clone(), ..Settings::default() };
        let shared = Arc::new(Shared::default());
        let (sender, receiver) = sync_channel(WAITING);
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("capture".into())
            .spawn(move || read(&paths, Engine::new(settings, places, filter), &sender, &theirs))?;
        Ok(Self {
            receiver: Mutex::new(Some(receiver)),
            shared,
            thread: Mutex::new(Some(thread)),
            errors: Mutex::new(Vec::new()),
            dissectors,
        })
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        loop {
            let message = py.detach(|| {
                let guard = self.receiver.lock().ok()?;
                match guard.as_ref()?.recv_timeout(PATIENCE) {
                    Ok(message) => Some(Some(message)),
                    Err(RecvTimeoutError::Timeout) => Some(None),
                    Err(RecvTimeoutError::Disconnected) => None,
                }
            });
            match message {
                Some(Some(Message::Batch(filled))) => return filled.into_python(py).map(Some),
                Some(Some(Message::BadFile(error))) => {
                    if let Ok(mut errors) = self.errors.lock() {
                        errors.push((*error).into());
                    }
                }
                Some(Some(Message::Failed(reason))) => return Err(PyRuntimeError::new_err(reason)),
                Some(None) => py.check_signals()?,
                None => return self.ended(py),
            }
        }
    }

    /// Files that could not be read to their end.
    #[getter]
    fn errors(&self) -> Vec<BadCapture> {
        self.errors.lock().map(|errors| errors.clone()).unwrap_or_default()
    }

    /// How the dissectors fare; waits for a question that is being answered.
    #[getter]
    fn dissectors(&self, py: Python<'_>) -> Vec<DissectorStanding> {
        py.detach(|| self.dissectors.iter().map(DissectorStanding::of).collect())
    }

    /// Bytes read from the files so far, packed as they are, and frames; may be asked at any time from any thread.
    #[getter]
    fn position(&self) -> (u64, u64) {
        self.shared.position()
    }

    /// Stops the thread and waits for it, but not for one that a pipe without data holds: that one ends with its read.
    fn close(&self, py: Python<'_>) {
        self.shared.stop.store(true, Ordering::Relaxed);
        py.detach(|| {
            if let Ok(mut receiver) = self.receiver.lock() {
                receiver.take();
            }
            if let Ok(mut thread) = self.thread.lock()
                && let Some(thread) = thread.take()
            {
                let begun = Instant::now();
                while !thread.is_finished() && begun.elapsed() < GRACE {
                    std::thread::sleep(Duration::from_millis(5));
                }
                if thread.is_finished() {
                    let _ = thread.join();
                }
            }
        });
    }
}

impl Capture {
    /// The channel is closed: the thread ended, by itself or by a panic, which must not look like the end of the file.
    fn ended(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        let joined = py.detach(|| self.thread.lock().ok().and_then(|mut thread| thread.take()).map(JoinHandle::join));
        match joined {
            Some(Err(_)) => {
                Err(PyRuntimeError::new_err("the capture thread failed; what it had read so far was delivered"))
            }
            _ => Ok(None),
        }
    }
}
