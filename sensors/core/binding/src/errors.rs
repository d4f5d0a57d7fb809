//! Errors of the core as Python exceptions.

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;
use tap::TapError;
use wire::capture::Filter;

create_exception!(
    _core,
    BadFilter,
    PyValueError,
    "A capture filter that cannot be understood: (byte, code, word, what belongs there, expected)."
);
create_exception!(
    _core,
    BadInterface,
    PyException,
    "An interface that cannot be listened to: (its name, code, number of the message, system call)."
);

/// Reads a capture filter.
pub fn filter(text: Option<&str>) -> PyResult<Option<Filter>> {
    text.map(Filter::parse)
        .transpose()
        .map_err(|e| BadFilter::new_err((e.position, e.code, e.word, e.better, e.expected)))
}

/// As Python gets it.
pub fn bad_interface(error: TapError) -> PyErr {
    let (number, call) = error.kind.parameters();
    BadInterface::new_err((error.interface, error.kind.code(), number, call))
}
