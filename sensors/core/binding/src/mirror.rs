//! What a mirror port gives: a thread counts frames of interfaces for a while, or of files to their end. Python waits for
//! the facts.

use crate::bad_capture::BadCapture;
use crate::interfaces::{InterfaceHealth, Interfaces};
use pyo3::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use tap::{Health, Rings};
use wire::capture::{BytesRead, CaptureError, Limits, Merged};
use wire::mirror::{Address, Clock, Examiner, Facts, Mac, Station};

/// Frames between two looks at everything else.
const STRIDE: usize = 1024;
/// Longest wait for a frame, and between two looks at whether somebody pressed ^C.
const PATIENCE: Duration = Duration::from_millis(100);

/// What both sides look at while it counts.
#[derive(Default)]
struct Shared {
    finish: AtomicBool,
    frames: AtomicU64,
    bytes: OnceLock<BytesRead>,
    health: Mutex<Vec<Health>>,
    errors: Mutex<Vec<CaptureError>>,
}

/// Counts what a mirror port gives.
#[pyclass(frozen)]
pub struct Mirror {
    shared: Arc<Shared>,
    told: Mutex<Receiver<Facts>>,
}

#[pymethods]
impl Mirror {
    /// Listens to open interfaces for so long, ms; `own` are the stations of this machine, six bytes each.
    #[staticmethod]
    fn live(interfaces: &Interfaces, milliseconds: u64, own: Vec<Mac>) -> PyResult<Self> {
        let rings = interfaces.take()?;
        let long = Duration::from_millis(milliseconds);
        Self::begin("mirror", move |shared| listen(rings, Examiner::new(own), long, shared))
    }

    /// Reads capture files to their end.
    #[staticmethod]
    fn files(paths: Vec<PathBuf>, own: Vec<Mac>) -> PyResult<Self> {
        Self::begin("mirror", move |shared| read(&paths, Examiner::new(own), shared))
    }

    /// Waits for the facts, without the GIL.
    fn facts(&self, py: Python<'_>) -> PyResult<MirrorFacts> {
        loop {
            let got = py.detach(|| self.told.lock().ok().map(|told| told.recv_timeout(PATIENCE)));
            match got {
                Some(Ok(facts)) => return Ok(MirrorFacts(facts)),
                Some(Err(RecvTimeoutError::Timeout)) => py.check_signals()?,
                _ => return Err(pyo3::exceptions::PyRuntimeError::new_err("the facts were taken, or counting failed")),
            }
        }
    }

    /// Ends counting early. May be called from a signal handler.
    fn finish(&self) {
        self.shared.finish.store(true, Ordering::Relaxed);
    }

    /// Bytes read from the files so far, packed as they are, and frames; may be asked at any time from any thread.
    #[getter]
    fn position(&self) -> (u64, u64) {
        (self.shared.bytes.get().map_or(0, BytesRead::get), self.shared.frames.load(Ordering::Relaxed))
    }

    /// How the interfaces stood a moment ago; none for files.
    #[getter]
    fn health(&self) -> Vec<InterfaceHealth> {
        let shown = self.shared.health.lock();
        shown.map(|shown| shown.iter().cloned().map(InterfaceHealth).collect()).unwrap_or_default()
    }

    /// Files that could not be read to their end.
    #[getter]
    fn errors(&self) -> Vec<BadCapture> {
        let errors = self.shared.errors.lock();
        errors.map(|errors| errors.iter().cloned().map(BadCapture::from).collect()).unwrap_or_default()
    }
}

impl Mirror {
    fn begin(name: &str, work: impl FnOnce(&Shared) -> Facts + Send + 'static) -> PyResult<Self> {
        let shared = Arc::new(Shared::default());
        let (theirs, (sender, receiver)) = (Arc::clone(&shared), channel());
        std::thread::Builder::new().name(name.into()).spawn(move || {
            let _ = sender.send(work(&theirs));
        })?;
        Ok(Self { shared, told: Mutex::new(receiver) })
    }
}

fn listen(mut rings: Rings, mut examiner: Examiner, long: Duration, shared: &Shared) -> Facts {
    let begun = Instant::now();
    let mut frames = 0u64;
    loop {
        let given = rings.read(PATIENCE, STRIDE, &mut |frame| examiner.frame(frame));
        frames = frames.saturating_add(u64::try_from(given).unwrap_or(0));
        shared.frames.store(frames, Ordering::Relaxed);
        let over = begun.elapsed() >= long || shared.finish.load(Ordering::Relaxed);
        if (over || given < STRIDE)
            && let Ok(mut health) = shared.health.lock()
        {
            *health = rings.health();
        }
        if over {
            return examiner.facts();
        }
    }
}

fn read(paths: &[PathBuf], mut examiner: Examiner, shared: &Shared) -> Facts {
    let mut merged = Merged::open(paths, Limits::default());
    let _ = shared.bytes.set(merged.bytes_read());
    let mut frames = 0u64;
    while let Some(frame) = merged.next() {
        examiner.frame(&frame);
        frames = frames.saturating_add(1);
        if frames.is_multiple_of(1024) {
            shared.frames.store(frames, Ordering::Relaxed);
            if shared.finish.load(Ordering::Relaxed) {
                break;
            }
        }
    }
    shared.frames.store(frames, Ordering::Relaxed);
    if let Ok(mut errors) = shared.errors.lock() {
        *errors = merged.errors().to_vec();
    }
    examiner.facts()
}

/// What was counted.
#[pyclass(frozen)]
pub struct MirrorFacts(pub Facts);

/// An address as Python gets it: itself, sent, received, stations, openings by time to live.
type AddressRow = (String, u64, u64, u8, [u64; 4]);

#[pymethods]
impl MirrorFacts {
    /// Totals by name.
    #[getter]
    fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.0.counts.clone()
    }

    /// Frames by VLAN id.
    #[getter]
    fn vlans(&self) -> BTreeMap<u16, u64> {
        self.0.vlans.clone()
    }

    /// Stations: MAC, sent, received, addresses.
    #[getter]
    fn stations(&self) -> Vec<(String, u64, u64, u64)> {
        let row = |s: &Station| (text(s.mac), s.sent, s.received, s.addresses);
        self.0.stations.iter().map(row).collect()
    }

    #[getter]
    fn addresses(&self) -> Vec<AddressRow> {
        let row = |a: &Address| (a.ip.to_string(), a.sent, a.received, a.stations, a.openings);
        self.0.addresses.iter().map(row).collect()
    }

    /// Time servers: source, median of the frames' time less theirs in ns, samples.
    #[getter]
    fn clocks(&self) -> Vec<(String, i64, u64)> {
        self.0.clocks.iter().map(|clock: &Clock| (clock.source.clone(), clock.ahead, clock.samples)).collect()
    }

    /// Conversations of which one direction alone was seen: sender, receiver.
    #[getter]
    fn one_way(&self) -> Vec<(String, String)> {
        self.0.one_way.clone()
    }

    /// Time of the first and the last frame, ns since 1970.
    #[getter]
    fn span(&self) -> Option<(i64, i64)> {
        self.0.span
    }
}

fn text(mac: Mac) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}
