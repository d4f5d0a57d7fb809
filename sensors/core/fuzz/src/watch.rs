//! A parser under observation: passes every call on and asserts what the trait's contract promises of the answer.

use std::cell::Cell;
use wire::flow::Side;
use wire::protocol::{Framing, Parser, Talk};

/// What a parser may hold of one flow. Its input here is a few KiB, so this is wide.
const STATE: usize = 4 << 20;
/// Lengths at which an answer is asked for again with fewer bytes.
const PREFIXES: [usize; 7] = [1, 2, 3, 5, 8, 16, 40];

pub struct Watch {
    inner: Box<dyn Parser>,
    /// Bytes come in any pieces; otherwise each is a datagram or a frame, never seen in part.
    stream: bool,
    /// The parser lost its step at least once.
    lost: Cell<bool>,
    /// Questions asked of it.
    calls: Cell<usize>,
}

impl Watch {
    pub fn new(inner: Box<dyn Parser>, stream: bool) -> Self {
        Self { inner, stream, lost: Cell::new(false), calls: Cell::new(0) }
    }

    pub fn lost(&self) -> bool {
        self.lost.get()
    }

    /// State is bounded, and each question but a few moved on by a byte: `fed` bytes came in `feeds` pieces.
    pub fn check(&self, fed: usize, feeds: usize) {
        let weight = self.inner.weight();
        assert!(weight <= STATE, "weight {weight} after {fed} bytes");
        let (calls, most) = (self.calls.get(), 2 * fed + 4 * feeds + 8);
        assert!(calls <= most, "{calls} questions for {fed} bytes in {feeds} pieces: no progress");
    }

    fn asked(&self) {
        self.calls.set(self.calls.get() + 1);
    }
}

impl Parser for Watch {
    fn framing(&self, side: Side, data: &[u8]) -> Framing {
        self.asked();
        let answer = self.inner.framing(side, data);
        match answer {
            Framing::Message(length) | Framing::Oversize(length) => assert!(length > 0, "{answer:?} of {data:02x?}"),
            Framing::Bad(_) => self.lost.set(true),
            Framing::Need => {}
        }
        let prefixes = if self.stream { &PREFIXES[..] } else { &[] };
        for prefix in prefixes.iter().filter_map(|length| data.get(..*length)) {
            let before = self.inner.framing(side, prefix);
            // A message not whole yet is only a wish for more bytes; with them it may still prove bad (a checksum).
            let open = matches!(before, Framing::Message(length) if length > prefix.len());
            assert!(
                before == Framing::Need || open || before == answer,
                "framing said {before:?} of the first {} bytes and {answer:?} of all {} of {data:02x?}",
                prefix.len(),
                data.len()
            );
        }
        answer
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        self.inner.message(side, data, talk);
    }

    fn resynchronise(&self, side: Side, data: &[u8]) -> (usize, bool) {
        self.asked();
        self.lost.set(true);
        let (skip, found) = self.inner.resynchronise(side, data);
        let within = if found { skip < data.len() } else { skip <= data.len() };
        assert!(within, "resynchronise passes over {skip} of {} bytes (found: {found})", data.len());
        (skip, found)
    }

    fn gap(&mut self, side: Side, talk: &mut Talk<'_>) {
        self.inner.gap(side, talk);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.inner.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.inner.close(talk);
    }

    fn weight(&self) -> usize {
        self.inner.weight()
    }
}
