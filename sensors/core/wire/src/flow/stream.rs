//! One direction of a TCP connection put in order (RFC 9293 3.4, 3.10.7.4).
//!
//! Midstream is the normal case: the first segment seen sets the start. A hole is declared once the other side has
//! acknowledged bytes behind it (they reached their receiver, so only the sensor missed them), or when too much waits
//! behind it. Bytes that were accepted are never replaced: the first copy stands, a differing second one is a flag.

use super::Stamp;

/// Segments and bytes that may wait behind a hole in one direction.
const WAITING_SEGMENTS: usize = 16;
const WAITING_BYTES: usize = 128 * 1024;
/// A jump in sequence numbers beyond this is not of this stream, unless the next segment goes on from it.
const WINDOW: u32 = 1 << 20;
/// Bytes of the last segment kept to compare a retransmission with.
const REMEMBERED: usize = 512;
/// Time a hole may stay open without an acknowledgement, ns.
const PATIENCE: i64 = 1_000_000_000;

struct Waiting {
    sequence: u32,
    data: Vec<u8>,
    stamp: Stamp,
}

/// What `segment` found besides the bytes it delivered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts {
    pub retransmission: bool,
    pub overlap_differs: bool,
    pub refused: bool,
}

/// Ordered output.
pub enum Piece<'a> {
    Bytes(&'a [u8], Stamp),
    /// So many bytes are missing here.
    Gap(u32),
}

/// One direction.
#[derive(Default)]
pub struct Stream {
    next: u32,
    started: bool,
    acknowledged: Option<u32>,
    recent: Vec<u8>,
    recent_sequence: u32,
    /// Most streams come in order: those that do not alone pay for it.
    disorder: Option<Box<Disorder>>,
}

/// What came out of order: segments that wait behind a hole, and where one far away would go on.
#[derive(Default)]
struct Disorder {
    waiting: Vec<Waiting>,
    outlier: Option<u32>,
}

fn ahead(a: u32, b: u32) -> bool {
    let distance = a.wrapping_sub(b);
    distance != 0 && distance < 1 << 31
}

impl Stream {
    /// A SYN fixes where the bytes begin.
    pub fn open(&mut self, sequence: u32) {
        *self = Self { next: sequence.wrapping_add(1), started: true, ..Self::default() };
    }

    pub fn started(&self) -> bool {
        self.started
    }

    /// The other side acknowledged everything before `number`; true when that is news and beyond what was seen.
    pub fn acknowledge(&mut self, number: u32) -> bool {
        let news = self.acknowledged.is_none_or(|known| ahead(number, known));
        if news {
            self.acknowledged = Some(number);
        }
        // A FIN counts one in the sequence numbers without being a byte.
        news && self.started && ahead(number, self.next.wrapping_add(1)) && number.wrapping_sub(self.next) < WINDOW
    }

    /// Takes a segment and delivers what is now in order.
    pub fn segment(&mut self, sequence: u32, data: &[u8], stamp: Stamp, deliver: &mut dyn FnMut(Piece<'_>)) -> Facts {
        let mut facts = Facts::default();
        if data.is_empty() {
            return facts;
        }
        if !self.started {
            self.started = true;
            self.next = sequence;
        }
        if sequence == self.next && !self.is_waiting() {
            self.accept(data, stamp, deliver);
            return facts;
        }
        let distance = sequence.wrapping_sub(self.next);
        if distance > WINDOW && distance < WINDOW.wrapping_neg() {
            self.stray(sequence, data, stamp, deliver, &mut facts);
            return facts;
        }
        if let Some(disorder) = &mut self.disorder {
            disorder.outlier = None;
        }
        if ahead(sequence, self.next) {
            self.hold(sequence, data, stamp, &mut facts);
        } else {
            self.overlapping(sequence, data, stamp, deliver, &mut facts);
        }
        self.drain(stamp.time, deliver);
        facts
    }

    /// Gives up holes nobody will fill: called when the connection ends and on ticks.
    pub fn flush(&mut self, now: i64, all: bool, deliver: &mut dyn FnMut(Piece<'_>)) {
        let old = self.waiting().first().is_some_and(|w| now.saturating_sub(w.stamp.time) >= PATIENCE);
        if all || old {
            self.skip_hole(deliver);
        }
        self.drain(now, deliver);
    }

    /// Bytes of the segments that wait behind a hole.
    pub fn waiting_bytes(&self) -> usize {
        self.waiting().iter().map(|w| w.data.len()).sum()
    }

    pub fn is_waiting(&self) -> bool {
        !self.waiting().is_empty()
    }

    fn waiting(&self) -> &[Waiting] {
        self.disorder.as_ref().map_or(&[], |disorder| &disorder.waiting)
    }

    fn accept(&mut self, data: &[u8], stamp: Stamp, deliver: &mut dyn FnMut(Piece<'_>)) {
        let some = data.get(..REMEMBERED).unwrap_or(data);
        self.recent.clear();
        // As much as is needed, not twice that: a crowd has two hundred thousand.
        self.recent.reserve_exact(some.len());
        self.recent.extend_from_slice(some);
        self.recent_sequence = self.next;
        self.next = self.next.wrapping_add(u32::try_from(data.len()).unwrap_or(0));
        deliver(Piece::Bytes(data, stamp));
    }

    /// Far from where the stream stands: ignored, unless a second segment goes on from it.
    fn stray(
        &mut self,
        sequence: u32,
        data: &[u8],
        stamp: Stamp,
        deliver: &mut dyn FnMut(Piece<'_>),
        facts: &mut Facts,
    ) {
        let length = u32::try_from(data.len()).unwrap_or(0);
        if self.disorder.as_ref().is_some_and(|disorder| disorder.outlier == Some(sequence)) {
            self.disorder = None;
            self.next = sequence;
            self.acknowledged = None;
            deliver(Piece::Gap(0));
            self.accept(data, stamp, deliver);
            return;
        }
        self.disorder.get_or_insert_default().outlier = Some(sequence.wrapping_add(length));
        facts.refused = true;
    }

    fn overlapping(
        &mut self,
        sequence: u32,
        data: &[u8],
        stamp: Stamp,
        deliver: &mut dyn FnMut(Piece<'_>),
        facts: &mut Facts,
    ) {
        let old = usize::try_from(self.next.wrapping_sub(sequence)).unwrap_or(usize::MAX);
        facts.retransmission = true;
        // A keep-alive repeats at most one byte of no meaning (RFC 9293 3.8.4).
        facts.overlap_differs =
            data.len() > 1 && self.differs(sequence, data.get(..old.min(data.len())).unwrap_or_default());
        if let Some(fresh) = data.get(old..)
            && !fresh.is_empty()
        {
            self.accept(fresh, stamp, deliver);
        }
    }

    /// Compares with the last segment as far as both cover the same bytes.
    fn differs(&self, sequence: u32, data: &[u8]) -> bool {
        let (mine, theirs) = if ahead(self.recent_sequence, sequence) {
            let skip = usize::try_from(self.recent_sequence.wrapping_sub(sequence)).unwrap_or(usize::MAX);
            (self.recent.as_slice(), data.get(skip..).unwrap_or_default())
        } else {
            let skip = usize::try_from(sequence.wrapping_sub(self.recent_sequence)).unwrap_or(usize::MAX);
            (self.recent.get(skip..).unwrap_or_default(), data)
        };
        mine.iter().zip(theirs).any(|(a, b)| a != b)
    }

    fn hold(&mut self, sequence: u32, data: &[u8], stamp: Stamp, facts: &mut Facts) {
        let waiting = self.waiting();
        let at = waiting.partition_point(|w| ahead(sequence, w.sequence) || w.sequence == sequence);
        let known = at.checked_sub(1).and_then(|i| waiting.get(i)).filter(|w| w.sequence == sequence);
        if let Some(known) = known {
            facts.retransmission = true;
            facts.overlap_differs = known.data.iter().zip(data).any(|(a, b)| a != b);
            if known.data.len() >= data.len() {
                return;
            }
        }
        self.disorder.get_or_insert_default().waiting.insert(at, Waiting { sequence, data: data.to_vec(), stamp });
    }

    /// Delivers what waits and is now in order, and skips holes that will not be filled.
    fn drain(&mut self, now: i64, deliver: &mut dyn FnMut(Piece<'_>)) {
        while let Some(first) = self.waiting().first() {
            if ahead(first.sequence, self.next) && !self.hopeless(now) {
                return;
            }
            if ahead(first.sequence, self.next) {
                self.skip_hole(deliver);
            }
            let Some(disorder) = &mut self.disorder else { return };
            let segment = disorder.waiting.remove(0);
            let old = usize::try_from(self.next.wrapping_sub(segment.sequence)).unwrap_or(usize::MAX);
            if let Some(fresh) = segment.data.get(old..)
                && !fresh.is_empty()
            {
                self.accept(fresh, segment.stamp, deliver);
            }
        }
    }

    fn hopeless(&self, now: i64) -> bool {
        let Some(first) = self.waiting().first() else { return false };
        let acknowledged = self.acknowledged.is_some_and(|a| !ahead(first.sequence, a));
        acknowledged
            || self.waiting().len() > WAITING_SEGMENTS
            || self.waiting_bytes() > WAITING_BYTES
            || now.saturating_sub(first.stamp.time) >= PATIENCE
    }

    fn skip_hole(&mut self, deliver: &mut dyn FnMut(Piece<'_>)) {
        let Some(first) = self.waiting().first() else { return };
        if ahead(first.sequence, self.next) {
            deliver(Piece::Gap(first.sequence.wrapping_sub(self.next)));
            self.next = first.sequence;
        }
    }
}
