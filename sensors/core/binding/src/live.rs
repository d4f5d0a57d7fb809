//! A run over interfaces: a thread listens and fills batches; Python takes them one by one.

use crate::batch::Batch;
use crate::dissectors::{DissectorStanding, Launch};
use crate::interfaces::{InterfaceHealth, Interfaces};
use crate::keeping::{Keeping, Standing};
use crate::listen::{Listener, Shared};

use crate::mirror::MirrorFacts;
use crate::mirror_watch::MirrorWatch;
use crate::reader::Reader;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tap::Overload;
use wire::evidence::{Bounds, Former, KEY, Keys, Past, Reach};
use wire::mirror::Mac;
use wire::protocol::dissector::Dissector;
use wire::{Engine, Place, Settings};

/// Listens to interfaces as one time line.
#[pyclass(frozen)]
pub struct Live {
    /// Until the thread takes it.
    listener: Mutex<Option<Listener>>,
    reader: OnceLock<Reader>,
    shared: Arc<Shared>,
    dissectors: Vec<Dissector>,
    kept: Option<Arc<Standing>>,
}

/// Where packets are kept: folder, octets at most, age in ns, octets and age (ns) of one file, and keys to encrypt with.
type Ring = (PathBuf, u64, i64, u64, i64, Vec<[u8; KEY]>);
/// A capture of an earlier run: its name, the interface it is of, the last frame of which everything was handed over.
type Earlier = (String, String, i64);

/// How far back an earlier run is read: two million frames or a quarter of an hour, if it ended within a day.
const REACH: Reach = Reach { frames: 2_000_000, window: 900_000_000_000, gap: 86_400_000_000_000 };

#[pymethods]
impl Live {
    #[new]
    #[pyo3(signature = (interfaces, *, sensor, segment, captures, full=false, samples=false, filter=None, batch_rows=16_384, span_ms=250, dissectors=Vec::new(), ring=None, opened=0, own=Vec::new(), earlier=Vec::new()))]
    #[allow(clippy::too_many_arguments)]
    fn new(
        interfaces: &Interfaces,
        sensor: &str,
        segment: &str,
        captures: Vec<String>,
        full: bool,
        samples: bool,
        filter: Option<&str>,
        batch_rows: usize,
        span_ms: u64,
        dissectors: Vec<Launch>,
        ring: Option<Ring>,
        opened: i64,
        own: Vec<Mac>,
        earlier: Vec<Earlier>,
    ) -> PyResult<Self> {
        let filter = match (interfaces.filter.clone(), crate::errors::filter(filter)?) {
            (Some(kernel), Some(filter)) => Some(kernel.and(filter)),
            (kernel, filter) => kernel.or(filter),
        };
        let place = |capture: &String, interface: &String| Place {
            sensor: sensor.to_owned(),
            interface: interface.clone(),
            segment: segment.to_owned(),
            capture: capture.clone(),
            drill: false,
        };
        let now = captures.iter().zip(&interfaces.names).map(|(capture, interface)| place(capture, interface));
        let before = earlier.iter().map(|(capture, interface, _)| place(capture, interface));
        let places: Vec<Place> = now.chain(before).collect();
        // What was handed over stays so, though not all of it may be read once more.
        let handed = captures.iter().map(|_| 0).chain(earlier.iter().map(|(.., handed)| *handed));
        let reached = handed.map(AtomicI64::new).collect();
        let dissectors: Vec<Dissector> = dissectors.into_iter().filter_map(Launch::dissector).collect();
        let settings = Settings { full, samples, batch_rows, dissectors: dissectors.clone(), ..Settings::default() };
        let make = Box::new(move || Engine::new(settings.clone(), places.clone(), filter.clone()));
        let folder = ring.as_ref().map(|(folder, ..)| folder.clone());
        let keys = Keys::of(ring.as_ref().map(|(.., keys)| keys.clone()).unwrap_or_default());
        let keeping = ring
            .map(|(folder, bytes, age, file_bytes, file_age, _)| {
                Keeping::begin(folder, &captures, Bounds { bytes, age, file_bytes, file_age }, keys.clone())
            })
            .transpose()?;
        let kept = keeping.as_ref().map(|keeping| Arc::clone(&keeping.standing));
        // Behind the ring's own beginning, which makes the index of the file that a killed run left open.
        let sources = (captures.len()..).filter_map(|source| u32::try_from(source).ok());
        let former = |((name, _, handed), source): (&Earlier, u32)| {
            folder.as_ref().map(|folder| Former { folder: folder.join(name), source, handed: *handed })
        };
        let formers: Vec<Former> = earlier.iter().zip(sources).filter_map(former).collect();
        let past = Past::unsealing(&formers, opened, REACH, &keys)?;
        let mut rings = interfaces.take()?;
        let shared = Arc::new(Shared { health: Mutex::new(rings.health()), reached, ..Shared::default() });
        let (engine, span) = (make(), Duration::from_millis(span_ms));
        let listener = Listener {
            rings,
            engine,
            make,
            shared: Arc::clone(&shared),
            keeping,
            past,
            opened,
            span,
            overload: Overload::default(),
            mirror: MirrorWatch::new(own, interfaces.whole),
        };
        Ok(Self { listener: Mutex::new(Some(listener)), reader: OnceLock::new(), shared, dissectors, kept })
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Batch>> {
        self.begin()?;
        let Some(reader) = self.reader.get() else { return Ok(None) };
        let batch = reader.next(py, &mut |_| {})?;
        if batch.is_some() {
            self.shared.waiting.fetch_sub(1, Ordering::AcqRel);
        }
        Ok(batch)
    }

    /// Ends listening: what is still open is told in the last batches. May be called from a signal handler.
    fn finish(&self) {
        self.shared.finish.store(true, Ordering::Relaxed);
    }

    /// What the mirror port gave when it was looked at last, once.
    fn take_mirror(&self) -> Option<MirrorFacts> {
        let told = self.shared.mirror.lock();
        told.ok().and_then(|mut told| told.take()).map(MirrorFacts)
    }

    /// How the interfaces stood a moment ago.
    #[getter]
    fn health(&self) -> Vec<InterfaceHealth> {
        let shown = self.shared.health.lock();
        shown.map(|shown| shown.iter().cloned().map(InterfaceHealth).collect()).unwrap_or_default()
    }

    /// The ring of packets: octets on disk, frames that were not kept, what the system says while it refuses more; `None`
    /// where packets are not kept.
    #[getter]
    fn kept(&self) -> Option<(u64, u64, Option<String>)> {
        let kept = self.kept.as_ref()?;
        let lost = kept.lost.iter().map(|lost| lost.load(Ordering::Relaxed)).sum();
        let refused = kept.refused.lock().ok().and_then(|refused| refused.clone());
        Some((kept.octets.load(Ordering::Relaxed), lost, refused))
    }

    /// How the dissectors fare; waits for a question that is being answered.
    #[getter]
    fn dissectors(&self, py: Python<'_>) -> Vec<DissectorStanding> {
        py.detach(|| self.dissectors.iter().map(DissectorStanding::of).collect())
    }

    /// Bytes and frames taken so far; may be asked at any time from any thread.
    #[getter]
    fn position(&self) -> (u64, u64) {
        (self.shared.bytes.load(Ordering::Relaxed), self.shared.frames.load(Ordering::Relaxed))
    }

    /// Stops at once.
    fn close(&self, py: Python<'_>) {
        self.shared.stop.store(true, Ordering::Relaxed);
        match self.reader.get() {
            Some(reader) => reader.end(py),
            None => drop(self.listener.lock().map(|mut listener| listener.take())),
        }
    }
}

impl Live {
    /// Begins to listen, once.
    fn begin(&self) -> PyResult<()> {
        let taken = self.listener.lock().ok().and_then(|mut listener| listener.take());
        if let Some(listener) = taken {
            let reader = Reader::begin("listen", move |sender| listener.run(&sender))?;
            let _ = self.reader.set(reader);
        }
        Ok(())
    }
}
