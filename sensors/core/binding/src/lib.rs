//! Thin PyO3 binding: capture files or interfaces in, batches of Arrow record batches out. All work is done in `wire`, on a thread
//! of its own, without the GIL.

mod arrow;
mod bad_capture;
mod batch;
mod dissectors;
mod errors;
mod following;
mod interfaces;
mod keeping;
mod listen;
mod live;
mod mirror;
mod mirror_watch;
mod pace;
mod packets;
mod process;
mod reader;
mod run;
mod taking_up;
mod thread;

use pyo3::prelude::*;

#[pymodule]
mod _core {
    #[pymodule_export]
    use super::bad_capture::BadCapture;
    #[pymodule_export]
    use super::batch::{Batch, Table};
    #[pymodule_export]
    use super::dissectors::DissectorStanding;
    #[pymodule_export]
    use super::errors::{BadFilter, BadInterface, NoPacketsKey};
    #[pymodule_export]
    use super::following::{Following, first_time, is_capture};
    #[pymodule_export]
    use super::interfaces::{InterfaceHealth, Interfaces};
    #[pymodule_export]
    use super::live::Live;
    #[pymodule_export]
    use super::mirror::{Mirror, MirrorFacts};
    #[pymodule_export]
    use super::packets::{anonymise, carve_by_filter, carve_by_numbers, ring_standing, seal_packets};
    #[pymodule_export]
    use super::run::Capture;

    use super::{Bound, PyModule, PyResult};
    use pyo3::prelude::*;
    use std::path::PathBuf;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        let mut ports = std::collections::BTreeMap::<&str, Vec<u16>>::new();
        for protocol in wire::protocol::PROTOCOLS {
            ports.entry(protocol.name).or_default().extend(protocol.ports);
        }
        for signature in wire::protocol::recognised::SIGNATURES {
            ports.entry(signature.name).or_default().extend(signature.ports);
        }
        module.add("PORTS", ports)?;
        let read = wire::protocol::PROTOCOLS.iter().map(|p| p.name);
        let named = wire::protocol::recognised::SIGNATURES.iter().map(|s| s.name);
        module.add("PROTOCOLS", read.chain(named).collect::<Vec<_>>())
    }

    /// Capture files among paths: (captures in order, what was passed over and why, what is wrong).
    #[pyfunction]
    fn discover(paths: Vec<PathBuf>) -> super::bad_capture::Discovered {
        super::bad_capture::discover(&paths)
    }
}
