//! Service data units put together from data PDUs (ITU-T X.224, 6.3): the last has the end bit.

use crate::flow::Span;

/// Longest service data unit that is put together.
const LIMIT: usize = 1 << 16;

/// One direction's segments so far.
#[derive(Debug, Default)]
pub struct Segments {
    held: Vec<u8>,
    /// Packets of the first segment.
    first: Option<Span>,
    /// Something of this unit is missing or was too much.
    broken: bool,
}

/// What became of a segment.
#[derive(Debug)]
pub enum Put<'a> {
    /// More is to come.
    More,
    /// The unit with the packets it came in.
    Whole(&'a [u8], Span),
    /// The unit was too long.
    Refused,
}

impl Segments {
    /// Takes the data of one PDU. A unit of one segment is not copied.
    pub fn put<'a>(&'a mut self, data: &'a [u8], end: bool, span: Span) -> Put<'a> {
        if self.first.is_none() && !self.broken && end {
            return Put::Whole(data, span);
        }
        // Some stacks acknowledge by data PDUs without data: nothing began.
        if data.is_empty() && !end && self.first.is_none() {
            return Put::More;
        }
        if self.first.is_none() {
            self.held.clear();
        }
        let first = *self.first.get_or_insert(span);
        self.broken |= self.held.len() + data.len() > LIMIT;
        if !self.broken {
            self.held.extend_from_slice(data);
        }
        if !end {
            return Put::More;
        }
        self.first = None;
        if std::mem::take(&mut self.broken) {
            self.held = Vec::new();
            return Put::Refused;
        }
        Put::Whole(&self.held, Span { first: first.first, last: span.last })
    }

    /// Bytes are missing: what was begun cannot be finished, and the next segment may be one in the midst.
    pub fn gap(&mut self) {
        self.held = Vec::new();
        self.first = None;
    }

    pub fn weight(&self) -> usize {
        self.held.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, Put, Segments};
    use crate::flow::Span;

    #[test]
    fn segments_make_a_unit_and_empty_ones_do_not_begin_one() {
        let mut segments = Segments::default();
        assert!(matches!(segments.put(&[], false, Span::default()), Put::More));
        assert!(matches!(segments.put(&[1], true, Span::default()), Put::Whole(&[1], _)));
        assert!(matches!(segments.put(&[1, 2], false, Span::default()), Put::More));
        assert!(matches!(segments.put(&[3], true, Span::default()), Put::Whole(&[1, 2, 3], _)));
        assert!(matches!(segments.put(&[4], true, Span::default()), Put::Whole(&[4], _)));
    }

    #[test]
    fn a_unit_without_end_is_bounded_and_refused() {
        let mut segments = Segments::default();
        for _ in 0..LIMIT {
            segments.put(&[0; 100], false, Span::default());
        }
        assert!(segments.weight() <= 2 * LIMIT);
        assert!(matches!(segments.put(&[0], true, Span::default()), Put::Refused));
        assert!(matches!(segments.put(&[5], true, Span::default()), Put::Whole(&[5], _)));
    }
}
