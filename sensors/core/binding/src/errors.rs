//! Errors of the core as Python exceptions.

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;
use tap::TapError;
use wire::capture::{Filter, FilterError};
use wire::evidence::NoKey;

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

create_exception!(_core, NoPacketsKey, PyException, "Packets are encrypted with a key that is not there: (its id).");

/// An error of the ring as Python exceptions.
pub fn of_ring(error: std::io::Error) -> PyErr {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<NoKey>()) {
        Some(NoKey(id)) => NoPacketsKey::new_err((id.clone(),)),
        None => error.into(),
    }
}

/// Reads a capture filter.
pub fn filter(text: Option<&str>) -> PyResult<Option<Filter>> {
    text.map(Filter::parse).transpose().map_err(bad_filter)
}

/// As Python gets it.
pub fn bad_filter(error: FilterError) -> PyErr {
    BadFilter::new_err((error.position, error.code, error.word, error.better, error.expected))
}

/// As Python gets it.
pub fn bad_interface(error: TapError) -> PyErr {
    let (number, call) = error.kind.parameters();
    BadInterface::new_err((error.interface, error.kind.code(), number, call))
}
