//! The frame around every pcapng block.

use super::bytes::{Order, count, size};
use super::error::{CaptureErrorKind, Fault, Part, Problem};
use super::window::Window;

pub(super) const SECTION_HEADER: u32 = 0x0a0d_0d0a;

/// Type (4), length (4), length again at the end (4).
pub(super) const FRAMING: usize = 12;
/// Type and length.
pub(super) const HEAD: usize = 8;

const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
/// What the options of a block may add to the largest frame.
const OPTIONS_LIMIT: usize = 1 << 20;

/// ```text
/// 0 type (4)   4 total length (4)   8 body, padded to four bytes   total - 4 total length (4)
/// ```
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub(super) kind: u32,
    /// As stated.
    pub(super) length: u32,
    /// Rounded up: some writers do not count the padding of the packet.
    pub(super) total: usize,
    pub(super) offset: u64,
}

impl Block {
    pub(super) fn bad(&self, problem: Problem) -> Fault {
        Fault::at(self.offset, CaptureErrorKind::BadBlock { block: self.kind, length: self.length, problem })
    }

    /// The frame of the next block, `None` at the end of the stream. Nothing is taken.
    ///
    /// # Errors
    /// `Truncated`, and `BadBlock` for a length below the least or a section without byte order.
    #[inline]
    pub(super) fn next(window: &mut Window, order: Order) -> Result<Option<Self>, Fault> {
        let offset = window.position();
        let Some(bytes) = window.view(FRAMING) else {
            let found = count(window.rest().len());
            let kind = CaptureErrorKind::Truncated { part: Part::BlockHeader, expected: count(FRAMING), found };
            return if found == 0 { Ok(None) } else { Err(Fault::at(offset, kind)) };
        };
        let kind = order.u32(bytes, 0).unwrap_or_default();
        let order = if kind == SECTION_HEADER { section_order(bytes) } else { Some(order) };
        let length = order.and_then(|order| order.u32(bytes, 4)).unwrap_or_default();
        let total = size(length).checked_next_multiple_of(4).unwrap_or(usize::MAX);
        let block = Self { kind, length, total, offset };
        match order {
            None => Err(block.bad(Problem::ByteOrder)),
            Some(_) if total < FRAMING => Err(block.bad(Problem::ShorterThanABlock)),
            Some(_) => Ok(Some(block)),
        }
    }

    /// The block's body, when all of it is there and both lengths agree.
    #[inline]
    pub(super) fn body<'w>(&self, window: &'w mut Window, order: Order, limit: u32) -> Result<&'w [u8], Fault> {
        if self.total > size(limit).saturating_add(OPTIONS_LIMIT) {
            return Err(self.bad(Problem::LongerThanABlock));
        }
        if !window.want(self.total) {
            return Err(self.truncated(count(window.rest().len())));
        }
        let inner = self.total.saturating_sub(FRAMING);
        let parts = window.rest().get(HEAD..).and_then(|rest| rest.split_at_checked(inner));
        match parts {
            Some((body, trailer)) if self.closes(order.u32(trailer, 0)) => Ok(body),
            _ => Err(self.bad(Problem::LengthsDiffer)),
        }
    }

    #[inline]
    fn closes(&self, trailer: Option<u32>) -> bool {
        trailer == Some(self.length) || trailer.map(size) == Some(self.total)
    }

    fn truncated(&self, found: u64) -> Fault {
        Fault::at(self.offset, CaptureErrorKind::Truncated { part: Part::Block, expected: count(self.total), found })
    }

    /// Passes over a block that is of no use here, of any length.
    pub(super) fn skip(self, window: &mut Window, order: Order) -> Result<(), Fault> {
        let inner = count(self.total.saturating_sub(4));
        let skipped = window.skip(inner);
        let trailer = window.view(4).and_then(|bytes| order.u32(bytes, 0));
        match trailer {
            None => Err(self.truncated(skipped.saturating_add(count(window.rest().len())))),
            Some(_) if self.closes(trailer) => {
                window.take(4);
                Ok(())
            }
            Some(_) => Err(self.bad(Problem::LengthsDiffer)),
        }
    }
}

/// Byte order of a section, by the mark in its header.
pub(super) fn section_order(block: &[u8]) -> Option<Order> {
    [Order::Little, Order::Big].into_iter().find(|order| order.u32(block, 8) == Some(BYTE_ORDER_MAGIC))
}
