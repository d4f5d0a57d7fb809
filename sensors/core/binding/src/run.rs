//! A run over capture files: a thread reads, decodes and fills batches; Python takes them one by one.

use crate::arrow::record_batch;
use crate::errors::BadFilter;
use arrow_array::RecordBatch;
use arrow_array::RecordBatchIterator;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use wire::capture::{Filter, Limits, Merged};
use wire::{Engine, Place, Settings};

/// Batches that may wait for Python; then the thread waits.
const WAITING: usize = 4;
/// Frames between two looks at the stop flag.
const STRIDE: u32 = 4096;

/// One dataset of a batch; speaks the Arrow C stream interface.
#[pyclass(frozen)]
pub struct Table(RecordBatch);

#[pymethods]
impl Table {
    #[getter]
    fn rows(&self) -> usize {
        self.0.num_rows()
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let reader = RecordBatchIterator::new([Ok(self.0.clone())], self.0.schema());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
    }
}

/// The datasets of one span.
#[pyclass(frozen)]
pub struct Batch {
    datasets: BTreeMap<&'static str, Py<Table>>,
    #[pyo3(get)]
    counters: BTreeMap<String, i64>,
    /// Packet time the batch ends at, ns.
    #[pyo3(get)]
    clock: i64,
    /// Bytes read from the files so far.
    #[pyo3(get)]
    position: u64,
}

#[pymethods]
impl Batch {
    #[getter]
    fn datasets(&self, py: Python<'_>) -> BTreeMap<&'static str, Py<Table>> {
        self.datasets.iter().map(|(name, table)| (*name, table.clone_ref(py))).collect()
    }
}

struct Filled {
    datasets: Vec<(&'static str, RecordBatch)>,
    counters: Vec<(String, i64)>,
    clock: i64,
    position: u64,
}

enum Message {
    Batch(Box<Filled>),
    /// A file that could not be read to its end; the others go on.
    BadFile {
        path: String,
        offset: u64,
        reason: String,
    },
    Failed(String),
}

/// Reads capture files as one time line.
#[pyclass(frozen)]
pub struct Capture {
    receiver: Mutex<Option<Receiver<Message>>>,
    stop: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
    errors: Mutex<Vec<(String, u64, String)>>,
}

#[pymethods]
impl Capture {
    #[new]
    #[pyo3(signature = (paths, *, sensor, segment, names, full=false, samples=false, filter=None, batch_rows=65_536, drill=false))]
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
    ) -> PyResult<Self> {
        let filter = filter
            .map(|text| Filter::parse(&text))
            .transpose()
            .map_err(|e| BadFilter::new_err((e.position, e.message, e.expected)))?;
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
        let settings = Settings { full, samples, batch_rows, ..Settings::default() };
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, receiver) = sync_channel(WAITING);
        let flag = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("capture".into())
            .spawn(move || read(&paths, Engine::new(settings, places, filter), &sender, &flag))?;
        Ok(Self {
            receiver: Mutex::new(Some(receiver)),
            stop,
            thread: Mutex::new(Some(thread)),
            errors: Mutex::new(Vec::new()),
        })
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        loop {
            let message = py.detach(|| {
                let guard = self.receiver.lock().ok()?;
                guard.as_ref()?.recv().ok()
            });
            match message {
                Some(Message::Batch(filled)) => return python_batch(py, *filled).map(Some),
                Some(Message::BadFile { path, offset, reason }) => {
                    if let Ok(mut errors) = self.errors.lock() {
                        errors.push((path, offset, reason));
                    }
                }
                Some(Message::Failed(reason)) => return Err(PyRuntimeError::new_err(reason)),
                None => return self.ended(py),
            }
        }
    }

    /// Files that could not be read to their end: (path, offset, reason).
    #[getter]
    fn errors(&self) -> Vec<(String, u64, String)> {
        self.errors.lock().map(|errors| errors.clone()).unwrap_or_default()
    }

    /// Stops the thread and waits for it.
    fn close(&self, py: Python<'_>) {
        self.stop.store(true, Ordering::Relaxed);
        py.detach(|| {
            if let Ok(mut receiver) = self.receiver.lock() {
                receiver.take();
            }
            if let Ok(mut thread) = self.thread.lock()
                && let Some(thread) = thread.take()
            {
                let _ = thread.join();
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

fn python_batch(py: Python<'_>, filled: Filled) -> PyResult<Batch> {
    let mut datasets = BTreeMap::new();
    for (name, batch) in filled.datasets {
        datasets.insert(name, Py::new(py, Table(batch))?);
    }
    Ok(Batch {
        datasets,
        counters: filled.counters.into_iter().collect(),
        clock: filled.clock,
        position: filled.position,
    })
}

/// The thread: frames to batches. A receiver that is gone ends it.
fn read(paths: &[PathBuf], mut engine: Engine, sender: &SyncSender<Message>, stop: &AtomicBool) {
    let mut merged = Merged::open(paths, Limits::default());
    let mut told = 0;
    let mut since_look = 0;
    loop {
        let more = match merged.next() {
            Some(frame) => {
                engine.frame(&frame);
                true
            }
            None => false,
        };
        since_look += 1;
        if since_look >= STRIDE || !more {
            since_look = 0;
            if stop.load(Ordering::Relaxed) {
                return;
            }
        }
        let mut over = false;
        if !more {
            reader_counters(&mut engine, &merged);
            over = engine.finish_some();
        }
        if engine.batch_full() || !more {
            for error in merged.errors().iter().skip(told) {
                let bad =
                    Message::BadFile { path: error.path.clone(), offset: error.offset, reason: error.to_string() };
                if sender.send(bad).is_err() {
                    return;
                }
            }
            told = merged.errors().len();
            if sender.send(filled(&mut engine)).is_err() || over {
                return;
            }
        }
    }
}

fn reader_counters(engine: &mut Engine, merged: &Merged) {
    let (counters, drops) = (merged.counters(), merged.drops());
    let pairs = [
        ("out_of_order", counters.out_of_order),
        ("odd_times", counters.odd_times),
        ("untimed", counters.untimed),
        ("without_interface", counters.without_interface),
        ("longer_than_wire", counters.longer_than_wire),
        ("dropped_by_interface", drops.interface),
        ("dropped_by_system", drops.system),
        ("dropped_between_packets", drops.between_packets),
    ];
    for (name, value) in pairs {
        if value > 0 {
            engine.ledger.counters.set("reader", name, i64::try_from(value).unwrap_or(i64::MAX));
        }
    }
}

fn filled(engine: &mut Engine) -> Message {
    let batch = engine.take_batch();
    let mut datasets = Vec::new();
    let mut failure = None;
    batch.visit(&mut |name, each, rows| {
        if rows == 0 {
            return;
        }
        match record_batch(each, &batch.words) {
            Ok(made) => datasets.push((name, made)),
            Err(error) => failure = Some(format!("dataset {name}: {error}")),
        }
    });
    if let Some(reason) = failure {
        return Message::Failed(reason);
    }
    let counters = engine.ledger.counters.totals().into_iter().map(|(s, c, n)| (format!("{s}.{c}"), n)).collect();
    Message::Batch(Box::new(Filled { datasets, counters, clock: engine.ledger.clock, position: 0 }))
}

/// Captures in order, what was passed over and why, and paths with what is wrong.
pub type Discovered = (Vec<PathBuf>, Vec<(PathBuf, &'static str)>, Vec<(String, String)>);

/// Looks for captures in files and folders.
pub fn discover(paths: &[PathBuf]) -> Discovered {
    let found = wire::capture::discover(paths);
    let others = found.others.into_iter().map(|p| (p, "not a capture"));
    let passed = found.passed_over.into_iter().map(|p| (p, "hidden or special"));
    let repeated = found.repeated.into_iter().map(|p| (p, "the same file again"));
    let errors = found.errors.iter().map(|e| (e.path.clone(), e.to_string())).collect();
    (found.files, others.chain(passed).chain(repeated).collect(), errors)
}
