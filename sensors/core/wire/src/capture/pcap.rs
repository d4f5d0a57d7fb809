//! The pcap format (draft-ietf-opsawg-pcap), with the variants that are met in the field.

use super::LinkType;
use super::bytes::{Order, count, size};
use super::counters::Counters;
use super::error::{CaptureErrorKind, Fault, Part};
use super::format::Record;
use super::time::NANOSECONDS;
use super::window::Window;

/// ```text
///  0 magic (4)        a1b2c3d4 microseconds, a1b23c4d nanoseconds, a1b2cd34 microseconds with longer records
///  4 major (2)   6 minor (2)
///  8 thiszone (4)    12 sigfigs (4)      both unused, not believed
/// 16 snap length (4)
/// 20 link type (4): FCS length (4 bits) R P reserved (10) link type (16)
/// ```
const FILE_HEADER: usize = 24;

/// ```text
///  0 seconds (4)   4 fraction (4)   8 captured length (4)   12 length on the wire (4)
/// ```
const RECORD_HEADER: usize = 16;

/// As above, then interface index (4), protocol (2), packet type (1), padding (1).
const PATCHED_RECORD_HEADER: usize = 24;

/// Low 26 bits of the link type field; above stand the FCS length and its flag.
const LINK_TYPE_MASK: u32 = 0x03ff_ffff;

const MAGIC_NANOSECONDS: u32 = 0xa1b2_3c4d;
/// Alexey Kuznetzov's patched libpcap.
const MAGIC_PATCHED: u32 = 0xa1b2_cd34;

/// How the two lengths of a record stand: old versions wrote them the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lengths {
    CapturedFirst,
    WireFirst,
    /// Some programs of version 2.3 did, some did not: the smaller one is the captured length.
    Either,
}

#[derive(Debug)]
pub(super) struct Pcap {
    order: Order,
    lengths: Lengths,
    record_header: usize,
    /// Nanoseconds of one unit of the fraction.
    unit: i64,
    pub(super) link: LinkType,
    pub(super) snap_length: u32,
}

impl Pcap {
    /// Reads the file header.
    ///
    /// # Errors
    /// `Truncated` and `UnsupportedVersion`.
    pub(super) fn open(window: &mut Window) -> Result<Self, Fault> {
        let found = count(window.rest().len());
        let Some((order, [magic, snap_length, link], (major, minor))) = window.view(FILE_HEADER).and_then(fields)
        else {
            let kind = CaptureErrorKind::Truncated { part: Part::FileHeader, expected: count(FILE_HEADER), found };
            return Err(Fault::at(0, kind));
        };
        let lengths = match (major, minor) {
            (2, 4) => Lengths::CapturedFirst,
            (2, 0..=2) | (543, 0) => Lengths::WireFirst,
            (2, 3) => Lengths::Either,
            _ => return Err(Fault::at(4, CaptureErrorKind::UnsupportedVersion { format: "pcap", major, minor })),
        };
        let unit = if magic == MAGIC_NANOSECONDS { 1 } else { 1_000 };
        let record_header = if magic == MAGIC_PATCHED { PATCHED_RECORD_HEADER } else { RECORD_HEADER };
        window.take(FILE_HEADER);
        let link = LinkType::from_field(link & LINK_TYPE_MASK);
        Ok(Self { order, lengths, record_header, unit, link, snap_length })
    }

    /// The next record, whole in the window but not yet taken.
    ///
    /// # Errors
    /// `Truncated` and `FrameTooLong`; both end the source, for nothing says where the next record begins.
    #[inline]
    pub(super) fn record(
        &self,
        window: &mut Window,
        limit: u32,
        counters: &mut Counters,
    ) -> Result<Option<Record>, Fault> {
        let order = self.order;
        let fields = window.view(self.record_header).and_then(|header| {
            Some((order.u32(header, 0)?, order.u32(header, 4)?, order.u32(header, 8)?, order.u32(header, 12)?))
        });
        let Some((seconds, fraction, first, second)) = fields else {
            return self.rest(window);
        };
        let (length, wire_length) = match self.lengths {
            Lengths::CapturedFirst => (first, second),
            Lengths::WireFirst => (second, first),
            Lengths::Either => (first.min(second), first.max(second)),
        };
        if length > limit {
            return Err(Fault::at(window.position(), CaptureErrorKind::FrameTooLong { length, limit }));
        }
        let total = self.record_header.saturating_add(size(length));
        if !window.want(total) {
            let found = count(window.rest().len());
            let kind = CaptureErrorKind::Truncated { part: Part::Record, expected: count(total), found };
            return Err(Fault::at(window.position(), kind));
        }
        // Both at their largest stay below LATEST: 2^32 s are 136 years.
        let fraction = i64::from(fraction).saturating_mul(self.unit);
        if fraction >= NANOSECONDS {
            counters.odd_times = counters.odd_times.saturating_add(1);
        }
        let timestamp = i64::from(seconds).saturating_mul(NANOSECONDS).saturating_add(fraction);
        Ok(Some(Record {
            timestamp,
            wire_length,
            link: self.link,
            interface: 0,
            skip: self.record_header,
            length: size(length),
            total,
        }))
    }

    #[cold]
    fn rest(&self, window: &Window) -> Result<Option<Record>, Fault> {
        let found = count(window.rest().len());
        if found == 0 {
            return Ok(None);
        }
        let kind = CaptureErrorKind::Truncated { part: Part::RecordHeader, expected: count(self.record_header), found };
        Err(Fault::at(window.position(), kind))
    }
}

/// Byte order; magic, snap length and link type; version.
fn fields(header: &[u8]) -> Option<(Order, [u32; 3], (u16, u16))> {
    let order = if header.first() == Some(&0xa1) { Order::Big } else { Order::Little };
    let words = [order.u32(header, 0)?, order.u32(header, 16)?, order.u32(header, 20)?];
    Some((order, words, (order.u16(header, 4)?, order.u16(header, 6)?)))
}
