//! Batches on their way from the thread that reads to Python.

use crate::arrow::record_batch;
use arrow_array::RecordBatch;
use arrow_array::RecordBatchIterator;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::collections::BTreeMap;
use wire::Engine;
use wire::ledger::Counters;

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
    /// An earlier run handed all of it over.
    #[pyo3(get)]
    known: bool,
    /// Number of the last frame of each source that is in it; empty where files are read.
    #[pyo3(get)]
    reached: Vec<i64>,
}

#[pymethods]
impl Batch {
    #[getter]
    fn datasets(&self, py: Python<'_>) -> BTreeMap<&'static str, Py<Table>> {
        self.datasets.iter().map(|(name, table)| (*name, table.clone_ref(py))).collect()
    }
}

/// What the thread fills; holds nothing of Python.
pub struct Filled {
    datasets: Vec<(&'static str, RecordBatch)>,
    counters: Vec<(String, i64)>,
    clock: i64,
    known: bool,
    reached: Vec<i64>,
}

impl Filled {
    /// Takes what the engine has gathered. An error is a fault of the program.
    pub fn take(engine: &mut Engine) -> Result<Self, String> {
        let batch = engine.take_batch();
        Self::of(&batch, &engine.ledger.counters, engine.ledger.clock)
    }

    /// A batch, with the counters so far and the packet time (ns) up to which everything was told.
    pub fn of(batch: &wire::dataset::Batch, counters: &Counters, clock: i64) -> Result<Self, String> {
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
            return Err(reason);
        }
        let counters = counters.totals().into_iter().map(|(s, c, n)| (format!("{s}.{c}"), n)).collect();
        Ok(Self { datasets, counters, clock, known: false, reached: Vec::new() })
    }

    /// With whether an earlier run handed it over, and the last frame of each source that is in it.
    pub fn marked(self, known: bool, reached: Vec<i64>) -> Self {
        Self { known, reached, ..self }
    }

    /// As Python gets it.
    pub fn into_python(self, py: Python<'_>) -> PyResult<Batch> {
        let mut datasets = BTreeMap::new();
        for (name, batch) in self.datasets {
            datasets.insert(name, Py::new(py, Table(batch))?);
        }
        let Self { counters, clock, known, reached, .. } = self;
        Ok(Batch { datasets, counters: counters.into_iter().collect(), clock, known, reached })
    }
}
