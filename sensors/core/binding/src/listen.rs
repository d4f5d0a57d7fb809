//! The thread that listens: frames of interfaces to batches, without Python. It never waits for Python unless its own
//! batch is full: then the ring fills, the kernel drops, and both are counted.

use crate::batch::Filled;
use crate::keeping::Keeping;
use crate::mirror_watch::MirrorWatch;

use crate::reader::WAITING;
use crate::thread::{Message, message};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tap::{Health, Overload, Rings, Timeline};
use wire::Engine;
use wire::Relief;
use wire::capture::Frame;
use wire::evidence::Past;
use wire::mirror::Facts;

/// Frames between two looks at everything else.
const STRIDE: usize = 1024;
/// A batch is sent at least so often, empty or not: packet time goes on.
const PULSE: Duration = Duration::from_secs(1);
/// Pause while there is no room for frames.
const PAUSE: Duration = Duration::from_millis(2);
/// How long the last blocks are awaited at the end.
const LAST: Duration = Duration::from_millis(250);
/// How long packets are still taken at the end, at most.
const MOST: Duration = Duration::from_secs(2);

/// What both sides look at while it runs.
#[derive(Default)]
pub struct Shared {
    /// Return at once.
    pub stop: AtomicBool,
    /// Tell what is still open, then return.
    pub finish: AtomicBool,
    /// Batches sent and not yet taken.
    pub waiting: AtomicUsize,
    pub bytes: AtomicU64,
    pub frames: AtomicU64,
    pub health: Mutex<Vec<Health>>,
    /// What batches hold is what an earlier run handed over.
    pub known: AtomicBool,
    /// What the mirror port gave when it was looked at last, until somebody takes it.
    pub mirror: Mutex<Option<Facts>>,
    /// Number of the last frame of each source that the engine took, now or in an earlier run that handed it over.
    pub reached: Vec<AtomicI64>,
}

impl Shared {
    /// A batch as it is sent.
    fn marked(&self, filled: Result<Filled, String>) -> Message {
        let reached = self.reached.iter().map(|number| number.load(Ordering::Relaxed)).collect();
        message(filled.map(|filled| filled.marked(self.known.load(Ordering::Relaxed), reached)))
    }

    pub fn took(&self, frame: &Frame<'_>) {
        if let Some(reached) = usize::try_from(frame.source).ok().and_then(|source| self.reached.get(source)) {
            reached.fetch_max(frame.number, Ordering::Relaxed);
        }
    }
}

/// A frame that waits for its engine.
struct Held {
    frame: Frame<'static>,
    data: Vec<u8>,
}

/// Frames on their way to batches.
pub struct Listener {
    pub rings: Rings,
    pub engine: Engine,
    /// Makes another engine, for another time line.
    pub make: Box<dyn Fn() -> Engine + Send>,
    pub shared: Arc<Shared>,
    /// Where packets are kept, if they are.
    pub keeping: Option<Keeping>,
    /// What an earlier run kept, to be taken up first.
    pub past: Past,
    /// When the interfaces were opened, ns since 1970.
    pub opened: i64,
    /// Longest span of a batch.
    pub span: Duration,
    pub overload: Overload,
    pub mirror: MirrorWatch,
}

impl Listener {
    /// Listens until it is told to finish or to stop. A receiver that is gone stops it too.
    pub fn run(mut self, sender: &SyncSender<Message>) {
        let waited = Arc::new(AtomicU64::new(0));
        self.relieve_into(sender.clone(), Arc::clone(&waited));
        let (mut line, begun) = (Timeline::default(), Instant::now());
        if !self.take_up(sender, &waited) {
            return;
        }
        let (mut sent, mut room, mut ending) = (Instant::now(), true, None);
        while !self.shared.stop.load(Ordering::Relaxed) {
            let finishing = self.shared.finish.load(Ordering::Relaxed);
            if finishing && ending.is_none() {
                ending = Some(Instant::now());
            }
            if room {
                let patience = self.span.saturating_sub(sent.elapsed()).max(PAUSE);
                line.look(system_now(), nanoseconds(begun.elapsed()));
                let held = self.read(if finishing { LAST } else { patience }, &mut line);
                if !held.is_empty() && !self.begin_anew(held, &mut line, sender, &waited) {
                    return;
                }
            } else {
                std::thread::sleep(PAUSE);
                waited.fetch_add(u64::try_from(PAUSE.as_millis()).unwrap_or(0), Ordering::Relaxed);
            }
            // A wire that never pauses does not hold up the end.
            if ending.is_some_and(|since| since.elapsed() >= MOST) || finishing && self.rings.is_empty() {
                self.finish(sender, &waited);
                return;
            }
            let full = self.engine.batch_full();
            let free = self.shared.waiting.load(Ordering::Acquire) < WAITING;
            room = !full || free;
            let due = sent.elapsed() >= self.span && self.engine.ledger.batch.rows() > 0 || sent.elapsed() >= PULSE;
            if (full || due) && free && self.engine.ledger.clock > i64::MIN {
                self.count(&waited);
                sent = Instant::now();
                if !send(&mut self.engine, sender, &self.shared) {
                    return;
                }
            }
        }
    }

    /// Takes what the rings hold; where they are silent, time goes on without packets. Gives the frames of another time
    /// line, whose first one ends this one.
    fn read(&mut self, patience: Duration, line: &mut Timeline) -> Vec<Held> {
        let Self { rings, engine, keeping, shared, overload, mirror, .. } = self;
        let relief = overload.at(rings.fill_permille());
        engine.relieve(relief);
        if let Some(facts) = mirror.pulse(relief > Relief::None)
            && let Ok(mut told) = shared.mirror.lock()
        {
            *told = Some(facts);
        }
        let mut held: Vec<Held> = Vec::new();
        let mut last: Option<(u32, i64)> = None;
        let given = rings.read(patience, STRIDE, &mut |frame| {
            last = Some((frame.source, frame.timestamp));
            mirror.frame(frame);
            if let Some(keeping) = keeping {
                keeping.frame(frame);
            }
            if !held.is_empty() || line.ends_before(frame.timestamp) {
                held.push(Held { frame: Frame { data: &[], ..*frame }, data: frame.data.to_vec() });
                return;
            }
            line.frame(frame.timestamp);
            engine.frame(frame);
            shared.took(frame);
        });
        if let Some((source, time)) = last {
            let late = system_now().saturating_sub(time) / 1_000_000;
            engine.ledger.counters.peak_of(source, "read_after_ms", late.max(0));
        }
        if let Some(keeping) = keeping {
            keeping.pulse();
        }
        if given == 0
            && rings.is_empty()
            && let Some(now) = line.settled()
        {
            engine.quiet(now);
            line.quiet(now);
        }
        if line.out_of_order > 0 {
            engine.ledger.counters.set("reader", "out_of_order", line.out_of_order);
        }
        held
    }

    /// The system's clock was set: tells all that is open on the old time line, and begins another engine. False when
    /// nobody takes batches any more.
    fn begin_anew(
        &mut self,
        held: Vec<Held>,
        line: &mut Timeline,
        sender: &SyncSender<Message>,
        waited: &Arc<AtomicU64>,
    ) -> bool {
        line.begin_anew();
        self.engine.ledger.counters.set("reader", "clock_set", line.ended);
        if !self.finish(sender, waited) {
            return false;
        }
        self.forget(sender, waited);
        for Held { frame, data } in &held {
            line.frame(frame.timestamp);
            self.engine.frame(&Frame { data, ..*frame });
            self.shared.took(frame);
        }
        true
    }

    /// Another engine, which knows nothing; counting goes on.
    pub fn forget(&mut self, sender: &SyncSender<Message>, waited: &Arc<AtomicU64>) {
        let mut counters = std::mem::take(&mut self.engine.ledger.counters);
        counters.begin_anew();
        self.engine = (self.make)();
        self.engine.ledger.counters = counters;
        self.relieve_into(sender.clone(), Arc::clone(waited));
    }

    /// Batches that fill up within a tick: they are sent when there is room, and the wait is counted.
    fn relieve_into(&mut self, sender: SyncSender<Message>, waited: Arc<AtomicU64>) {
        let shared = Arc::clone(&self.shared);
        self.engine.ledger.hand_over = Some(Box::new(move |batch, counters, clock| {
            let begun = Instant::now();
            shared.waiting.fetch_add(1, Ordering::AcqRel);
            let _ = sender.send(shared.marked(Filled::of(&batch, counters, clock)));
            waited.fetch_add(u64::try_from(begun.elapsed().as_millis()).unwrap_or(0), Ordering::Relaxed);
        }));
    }

    /// What the interfaces count goes among the counters of the batch.
    fn count(&mut self, waited: &AtomicU64) {
        let health = self.rings.health();
        self.overload.count(&mut self.engine.ledger.counters);
        let counters = &mut self.engine.ledger.counters;
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        for (source, each) in (0u32..).zip(&health) {
            let counts = each.counts;
            let totals = [
                ("kernel_packets", counts.packets),
                ("kernel_drops", counts.drops),
                ("ring_freezes", counts.freezes),
                ("own_frames", counts.own),
                ("odd_blocks", counts.odd),
                ("link_losses", counts.link_losses),
                ("link_down_ms", counts.link_down_ms),
            ];
            for (name, count) in totals.into_iter().filter(|(_, count)| *count > 0) {
                counters.set_of(source, name, number(count));
            }
            if each.fill_permille > 0 {
                counters.peak_of(source, "ring_fill_permille", i64::from(each.fill_permille));
            }
        }
        let lost = self.keeping.iter().flat_map(|keeping| &keeping.standing.lost);
        for (source, lost) in (0u32..).zip(lost.map(|lost| lost.load(Ordering::Relaxed))).filter(|(_, lost)| *lost > 0)
        {
            counters.set_of(source, "evidence_lost", number(lost));
        }
        let waited = waited.load(Ordering::Relaxed);
        if waited > 0 {
            counters.set("reader", "waited_ms", number(waited));
        }
        // Of files nobody asks how many octets a second they had; at an interface it says how near its limit is.
        let octets = counters.bytes;
        counters.set("reader", "bytes", octets);
        self.shared.frames.store(u64::try_from(counters.frames).unwrap_or(0), Ordering::Relaxed);
        self.shared.bytes.store(u64::try_from(counters.bytes).unwrap_or(0), Ordering::Relaxed);
        if let Ok(mut shown) = self.shared.health.lock() {
            *shown = health;
        }
    }

    /// Tells all that is still open; false when nobody takes it any more.
    fn finish(&mut self, sender: &SyncSender<Message>, waited: &AtomicU64) -> bool {
        self.count(waited);
        loop {
            let over = self.engine.finish_some();
            if !send(&mut self.engine, sender, &self.shared) {
                return false;
            }
            if over {
                return true;
            }
        }
    }
}

/// Sends the batch so far; false when nobody takes it any more.
pub fn send(engine: &mut Engine, sender: &SyncSender<Message>, shared: &Shared) -> bool {
    shared.waiting.fetch_add(1, Ordering::AcqRel);
    sender.send(shared.marked(Filled::take(engine))).is_ok()
}

/// The system's clock, ns since 1970.
fn system_now() -> i64 {
    nanoseconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn nanoseconds(passed: Duration) -> i64 {
    i64::try_from(passed.as_nanos()).unwrap_or(i64::MAX)
}
