//! Errors of the core as Python exceptions.

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;

create_exception!(
    _core,
    BadFilter,
    PyValueError,
    "A capture filter that cannot be understood: (byte, code, word, what belongs there, expected)."
);
