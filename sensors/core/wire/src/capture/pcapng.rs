//! The pcapng format (draft-ietf-opsawg-pcapng): several sections, interfaces and byte orders in one file.

use super::block::{Block, FRAMING, HEAD, SECTION_HEADER, section_order};
use super::bytes::{Order, size};
use super::counters::{Counters, Drops};
use super::error::{CaptureErrorKind, Fault, Problem};
use super::format::Record;
use super::interfaces::{Interfaces, MOST};
use super::section::Section;
use super::window::Window;

const INTERFACE_DESCRIPTION: u32 = 1;
const PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

/// Interface, time, two lengths: the same size in the Enhanced and in the obsolete Packet Block.
const PACKET_FIELDS: usize = 20;
/// `drops_count` of the obsolete Packet Block when nobody counted.
const NOT_COUNTED: u16 = 0xffff;

/// Time and place of a packet, as its block gives them.
struct Fields {
    interface: u32,
    ticks: u64,
    length: u32,
    wire_length: u32,
}

pub(super) struct Pcapng {
    section: Section,
    /// Names the interfaces that have no name.
    file: String,
    /// Time of the last packet, for those without.
    last: i64,
}

impl Pcapng {
    /// Reads the first section header.
    ///
    /// # Errors
    /// `Truncated`, `BadBlock`, `UnsupportedVersion`.
    pub(super) fn open(window: &mut Window, file: &str) -> Result<Self, Fault> {
        let mut opened = Self { section: Section::new(Order::Little), file: file.to_owned(), last: 0 };
        match Block::next(window, Order::Little)? {
            Some(block) => opened.begin_section(block, window)?,
            None => return Err(Fault::at(0, CaptureErrorKind::Empty)),
        }
        Ok(opened)
    }

    pub(super) fn drops(&self) -> Drops {
        self.section.drops()
    }

    /// The next packet, whole in the window but not yet taken; blocks before it are read and taken.
    ///
    /// # Errors
    /// `Truncated`, `BadBlock`, `FrameTooLong`, `TooManyInterfaces`, `UnsupportedVersion`; all end the source.
    #[inline]
    pub(super) fn record(
        &mut self,
        window: &mut Window,
        limit: u32,
        counters: &mut Counters,
        table: &mut Interfaces,
    ) -> Result<Option<Record>, Fault> {
        while let Some(block) = Block::next(window, self.section.order)? {
            let record = match block.kind {
                ENHANCED_PACKET | PACKET => self.packet(block, window, limit, counters)?,
                SIMPLE_PACKET => self.simple_packet(block, window, limit, counters)?,
                _ => {
                    self.other(block, window, counters, table)?;
                    continue;
                }
            };
            if record.is_some() {
                return Ok(record);
            }
            counters.without_interface = counters.without_interface.saturating_add(1);
            window.take(block.total);
        }
        Ok(None)
    }

    /// ```text
    /// Enhanced:  0 interface (4)                8 body of both: 4 time, high (4)   8 time, low (4)
    /// obsolete:  0 interface (2)  2 drops (2)  12 captured length (4)  16 length on the wire (4)  20 data, options
    /// ```
    #[inline]
    fn packet(
        &mut self,
        block: Block,
        window: &mut Window,
        limit: u32,
        counters: &mut Counters,
    ) -> Result<Option<Record>, Fault> {
        let order = self.section.order;
        let body = block.body(window, order, limit)?;
        let Some((fields, lost)) = packet_fields(order, body, block.kind) else {
            return Err(block.bad(Problem::ShorterThanItsFields));
        };
        if fields.length > limit {
            return Err(Fault::at(block.offset, CaptureErrorKind::FrameTooLong { length: fields.length, limit }));
        }
        let length = size(fields.length);
        let Some(after) = body.get(PACKET_FIELDS..).and_then(|rest| rest.get(length..)) else {
            return Err(block.bad(Problem::PacketLonger));
        };
        if let Some(options @ [_, ..]) = after.get(length.next_multiple_of(4).saturating_sub(length)..)
            && block.kind == ENHANCED_PACKET
        {
            self.section.packet_options(options);
        }
        self.section.lost(lost);
        let Some(interface) = self.section.interface(fields.interface) else {
            return Ok(None);
        };
        let (timestamp, moved) = interface.resolution.time(fields.ticks, interface.offset);
        if moved {
            counters.odd_times = counters.odd_times.saturating_add(1);
        }
        self.last = timestamp;
        let skip = HEAD.saturating_add(PACKET_FIELDS);
        let (link, interface) = (interface.link, interface.row);
        Ok(Some(Record {
            timestamp,
            wire_length: fields.wire_length,
            link,
            interface,
            skip,
            length,
            total: block.total,
        }))
    }

    /// Simple Packet Block: length on the wire (4), data; first interface, no time.
    fn simple_packet(
        &mut self,
        block: Block,
        window: &mut Window,
        limit: u32,
        counters: &mut Counters,
    ) -> Result<Option<Record>, Fault> {
        let order = self.section.order;
        let body = block.body(window, order, limit)?;
        let (Some(wire_length), Some(data)) = (order.u32(body, 0), body.get(4..)) else {
            return Err(block.bad(Problem::ShorterThanItsFields));
        };
        let length = self.section.simple_length(wire_length, data.len());
        if length > size(limit) {
            let length = u32::try_from(length).unwrap_or(u32::MAX);
            return Err(Fault::at(block.offset, CaptureErrorKind::FrameTooLong { length, limit }));
        }
        let Some(interface) = self.section.interface(0) else {
            return Ok(None);
        };
        counters.untimed = counters.untimed.saturating_add(1);
        let (link, interface, timestamp) = (interface.link, interface.row, self.last);
        Ok(Some(Record { timestamp, wire_length, link, interface, skip: FRAMING, length, total: block.total }))
    }

    #[cold]
    fn other(
        &mut self,
        block: Block,
        window: &mut Window,
        counters: &mut Counters,
        table: &mut Interfaces,
    ) -> Result<(), Fault> {
        let order = self.section.order;
        match block.kind {
            SECTION_HEADER => return self.begin_section(block, window),
            INTERFACE_DESCRIPTION => match self.section.describe(block.body(window, order, 0)?, &self.file, table) {
                Some(true) => {}
                Some(false) => {
                    return Err(Fault::at(block.offset, CaptureErrorKind::TooManyInterfaces { limit: MOST }));
                }
                None => return Err(block.bad(Problem::ShorterThanItsFields)),
            },
            INTERFACE_STATISTICS => {
                let body = block.body(window, order, 0)?;
                if self.section.statistics(body).is_none() {
                    counters.skipped_blocks = counters.skipped_blocks.saturating_add(1);
                }
            }
            _ => {
                counters.skipped_blocks = counters.skipped_blocks.saturating_add(1);
                return block.skip(window, order);
            }
        }
        window.take(block.total);
        Ok(())
    }

    /// Section Header Block: byte order mark (4), major (2), minor (2), section length (8, often -1; not needed, for
    /// the next section shows itself), options.
    fn begin_section(&mut self, block: Block, window: &mut Window) -> Result<(), Fault> {
        let order = window.view(FRAMING).and_then(section_order).unwrap_or(self.section.order);
        let body = block.body(window, order, 0)?;
        let (Some(major), Some(minor), Some(_)) = (order.u16(body, 4), order.u16(body, 6), order.u64(body, 8)) else {
            return Err(block.bad(Problem::ShorterThanItsFields));
        };
        // Version 1.2 was written by some programs and is read like 1.0.
        if major != 1 || minor > 2 {
            return Err(Fault::at(
                block.offset,
                CaptureErrorKind::UnsupportedVersion { format: "pcapng", major, minor },
            ));
        }
        self.section.restart(order);
        window.take(block.total);
        Ok(())
    }
}

#[inline]
fn packet_fields(order: Order, body: &[u8], kind: u32) -> Option<(Fields, u64)> {
    let (interface, lost) = if kind == ENHANCED_PACKET {
        (order.u32(body, 0)?, 0)
    } else {
        let lost = order.u16(body, 2).filter(|lost| *lost != NOT_COUNTED).unwrap_or_default();
        (u32::from(order.u16(body, 0)?), u64::from(lost))
    };
    let ticks = u64::from(order.u32(body, 4)?).wrapping_shl(32) | u64::from(order.u32(body, 8)?);
    let (length, wire_length) = (order.u32(body, 12)?, order.u32(body, 16)?);
    Some((Fields { interface, ticks, length, wire_length }, lost))
}
