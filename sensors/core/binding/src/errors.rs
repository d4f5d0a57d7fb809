//! Errors of the core as Python exceptions.

use pyo3::create_exception;
use pyo3::exceptions::{PyOSError, PyValueError};

create_exception!(_core, BadCapture, PyOSError, "A capture file that cannot be read: (path, offset, reason).");
create_exception!(
    _core,
    BadFilter,
    PyValueError,
    "A capture filter that cannot be understood: (position, message, expected)."
);
