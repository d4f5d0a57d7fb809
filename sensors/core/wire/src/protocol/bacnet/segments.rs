//! Messages in segments (clause 5.2), put together again.

use super::apdu::Segment;
use super::npdu::Place;
use crate::flow::{Side, Span};

/// Messages under way on a flow, and bytes of one.
const MESSAGES: usize = 4;
const BYTES: usize = 64 * 1024;

/// A message whose segments are coming in.
pub struct Parts {
    pub side: Side,
    pub invoke: u8,
    pub place: Option<Place>,
    request: bool,
    next: u8,
    pub count: u32,
    pub span: Span,
    pub ordinal: i64,
    pub bytes: u32,
    pub data: Vec<u8>,
}

/// What a segment did.
pub enum Step {
    /// More are to come, or it was there already.
    Waiting,
    /// The last one: here is the whole.
    Whole(Box<Parts>),
    /// One is missing, or the beginning was not seen.
    Missing,
    /// Too many messages, or too long a one.
    Limit,
}

/// One segment with where it came from.
pub struct Arrived<'a> {
    pub side: Side,
    pub invoke: u8,
    pub place: Option<Place>,
    pub request: bool,
    pub segment: Segment,
    pub span: Span,
    pub ordinal: i64,
    pub bytes: u32,
    pub data: &'a [u8],
}

#[derive(Default)]
pub struct Segments {
    list: Vec<Parts>,
}

impl Segments {
    pub fn take(&mut self, arrived: &Arrived<'_>) -> Step {
        let of = |p: &Parts| {
            (p.side, p.invoke, p.place, p.request) == (arrived.side, arrived.invoke, arrived.place, arrived.request)
        };
        let mut at = self.list.iter().position(of);
        let sequence = arrived.segment.sequence;
        // A first segment begins anew, unless it is the one that came before, sent again.
        if sequence == 0 && at.and_then(|at| self.list.get(at)).is_some_and(|p| p.next != 0 && p.count > 1) {
            at.take().map(|at| self.list.remove(at));
        }
        let Some(at) = at.or_else(|| self.begin(arrived)) else { return Step::Missing };
        let Some(parts) = self.list.get_mut(at) else { return Step::Missing };
        // Numbers go round after 255; what lies shortly behind is a segment sent again.
        let ahead = sequence.wrapping_sub(parts.next);
        if ahead >= 128 {
            return Step::Waiting;
        }
        if ahead > 0 {
            self.list.remove(at);
            return Step::Missing;
        }
        if parts.data.len() + arrived.data.len() > BYTES {
            self.list.remove(at);
            return Step::Limit;
        }
        parts.data.extend_from_slice(arrived.data);
        parts.next = sequence.wrapping_add(1);
        parts.count += 1;
        parts.bytes = parts.bytes.saturating_add(arrived.bytes);
        parts.span.last = arrived.span.last;
        if arrived.segment.more { Step::Waiting } else { Step::Whole(Box::new(self.list.remove(at))) }
    }

    /// A message begins, at the cost of the oldest one where there is no room. None: its beginning was not seen.
    fn begin(&mut self, arrived: &Arrived<'_>) -> Option<usize> {
        if arrived.segment.sequence != 0 {
            return None;
        }
        if self.list.len() >= MESSAGES {
            self.list.remove(0);
        }
        self.list.push(Parts {
            side: arrived.side,
            invoke: arrived.invoke,
            place: arrived.place,
            request: arrived.request,
            next: 0,
            count: 0,
            span: arrived.span,
            ordinal: arrived.ordinal,
            bytes: 0,
            data: Vec::new(),
        });
        self.list.len().checked_sub(1)
    }

    /// An abort, or a reply that came without segments: nothing more will come.
    pub fn forget(&mut self, invoke: u8) {
        self.list.retain(|parts| parts.invoke != invoke);
    }

    pub fn clear(&mut self) {
        self.list.clear();
    }

    pub fn weight(&self) -> usize {
        self.list.iter().map(|parts| size_of::<Parts>() + parts.data.capacity()).sum()
    }
}
