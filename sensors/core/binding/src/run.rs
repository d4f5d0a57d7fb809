//! A run over capture files: a thread reads, decodes and fills batches; Python takes them one by one.

use crate::bad_capture::BadCapture;
use crate::batch::Batch;
use crate::dissectors::{DissectorStanding, Launch};
use crate::pace::Pace;
use crate::reader::Reader;
use crate::thread::{Shared, read};
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use wire::protocol::dissector::Dissector;
use wire::{Engine, Place, Settings};

/// Reads capture files as one time line.
#[pyclass(frozen)]
pub struct Capture {
    reader: Reader,
    shared: Arc<Shared>,
    errors: Mutex<Vec<BadCapture>>,
    dissectors: Vec<Dissector>,
}

#[pymethods]
impl Capture {
    #[new]
    #[pyo3(signature = (paths, *, sensor, segment, names, full=false, samples=false, filter=None, batch_rows=65_536, drill=false, dissectors=Vec::new(), speed=None))]
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
        speed: Option<f64>,
    ) -> PyResult<Self> {
        let filter = crate::errors::filter(filter.as_deref())?;
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
        let theirs = Arc::clone(&shared);
        let reader = Reader::begin("capture", move |sender| {
            read(&paths, Engine::new(settings, places, filter), &sender, &theirs, speed.map(Pace::new));
        })?;
        Ok(Self { reader, shared, errors: Mutex::new(Vec::new()), dissectors })
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
        self.reader.end(py);
    }
}
