//! Captures that cannot be read, and paths with nothing to read, as Python gets them: codes and parameters.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use wire::capture::{CaptureError, Parameter};

/// A capture that could not be read to its end.
#[pyclass(frozen)]
#[derive(Clone)]
pub struct BadCapture(CaptureError);

#[pymethods]
impl BadCapture {
    /// As it was named.
    #[getter]
    fn path(&self) -> &str {
        &self.0.path
    }

    /// Byte of the (unpacked) stream where the trouble begins.
    #[getter]
    fn offset(&self) -> u64 {
        self.0.offset
    }

    /// Whole frames given before it.
    #[getter]
    fn frames(&self) -> u64 {
        self.0.frames
    }

    #[getter]
    fn code(&self) -> &'static str {
        self.0.kind.code()
    }

    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let found = PyDict::new(py);
        for (name, value) in self.0.kind.parameters() {
            match value {
                Parameter::Number(number) => found.set_item(name, number)?,
                Parameter::Text(text) => found.set_item(name, text)?,
            }
        }
        Ok(found)
    }
}

impl From<CaptureError> for BadCapture {
    fn from(error: CaptureError) -> Self {
        Self(error)
    }
}

/// Captures in order, what was passed over and why (a code), and paths with what is wrong.
pub type Discovered = (Vec<PathBuf>, Vec<(PathBuf, &'static str)>, Vec<BadCapture>);

/// Looks for captures in files and folders.
pub fn discover(paths: &[PathBuf]) -> Discovered {
    let found = wire::capture::discover(paths);
    let others = found.others.into_iter().map(|p| (p, "not_a_capture"));
    let passed = found.passed_over.into_iter().map(|p| (p, "hidden_or_special"));
    let repeated = found.repeated.into_iter().map(|p| (p, "repeated"));
    let errors = found.errors.into_iter().map(BadCapture).collect();
    (found.files, others.chain(passed).chain(repeated).collect(), errors)
}
