//! Interfaces that are open, and how each stands.

use crate::errors::{bad_filter, bad_interface};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use std::collections::BTreeMap;
use std::sync::Mutex;
use tap::{Health, Rings};
use wire::capture::Filter;
use wire::capture::filter::kernel::Share;

/// Interfaces that are open. Packets wait in their rings until somebody listens.
#[pyclass(frozen)]
pub struct Interfaces {
    pub names: Vec<String>,
    /// What the kernel passes, which besides passes what is odd: it is filtered once more.
    pub filter: Option<Filter>,
    /// Whether everything that arrives is seen.
    pub whole: bool,
    /// Until somebody takes them.
    rings: Mutex<Option<Rings>>,
}

#[pymethods]
impl Interfaces {
    #[new]
    #[pyo3(signature = (names, *, ring_mib=64, kernel_filter=None, share=None))]
    fn new(
        names: Vec<String>,
        ring_mib: usize,
        kernel_filter: Option<&str>,
        share: Option<(u32, u32)>,
    ) -> PyResult<Self> {
        let filter = crate::errors::filter(kernel_filter)?;
        let share = share
            .map(|(number, of)| {
                Share::new(number, of).ok_or_else(|| PyValueError::new_err(format!("no such share: {number}/{of}")))
            })
            .transpose()?;
        let program = filter.clone().unwrap_or_default().program(share).map_err(bad_filter)?;
        let whole = program.is_empty();
        let wanted = tap::Settings { ring_mib, program, ..tap::Settings::default() };
        let rings = Rings::open(&names, &wanted).map_err(bad_interface)?;
        Ok(Self { names, filter, whole, rings: Mutex::new(Some(rings)) })
    }

    /// Takes from the whole process, for good, its privileges and every call that could send.
    fn seal(&self) -> PyResult<()> {
        match self.rings.lock().as_deref() {
            Ok(Some(rings)) => rings.seal().map_err(bad_interface),
            _ => Err(PyRuntimeError::new_err("somebody listens to them already")),
        }
    }
}

impl Interfaces {
    /// Their rings, once.
    pub fn take(&self) -> PyResult<Rings> {
        let taken = self.rings.lock().ok().and_then(|mut rings| rings.take());
        taken.ok_or_else(|| PyRuntimeError::new_err("somebody listens to them already"))
    }
}

/// How an interface stands.
#[pyclass(frozen)]
pub struct InterfaceHealth(pub Health);

#[pymethods]
impl InterfaceHealth {
    #[getter]
    fn interface(&self) -> &str {
        &self.0.interface
    }

    /// `up`, `down` or `gone`.
    #[getter]
    fn link(&self) -> &'static str {
        self.0.link.code()
    }

    /// Size of its ring, MiB.
    #[getter]
    fn ring_mib(&self) -> usize {
        self.0.ring_mib
    }

    /// Highest fill of the ring lately, in thousandths.
    #[getter]
    fn fill_permille(&self) -> u32 {
        self.0.fill_permille
    }

    /// Totals by name.
    #[getter]
    fn counts(&self) -> BTreeMap<&'static str, u64> {
        let counts = self.0.counts;
        BTreeMap::from([
            ("packets", counts.packets),
            ("drops", counts.drops),
            ("freezes", counts.freezes),
            ("own", counts.own),
            ("odd", counts.odd),
            ("link_losses", counts.link_losses),
            ("link_down_ms", counts.link_down_ms),
        ])
    }
}
