//! A section of a pcapng file: its interfaces, their clocks and what they lost.

use super::LinkType;
use super::bytes::{Order, count, size};
use super::counters::Drops;
use super::interfaces::{Interface, Interfaces, MOST};
use super::options::{Options, text};
use super::time::Resolution;

const IF_NAME: u16 = 2;
const IF_TSRESOL: u16 = 9;
const IF_TSOFFSET: u16 = 14;
const ISB_IFRECV: u16 = 4;
const ISB_IFDROP: u16 = 5;
const ISB_OSDROP: u16 = 7;
const EPB_DROPCOUNT: u16 = 4;

/// An interface as the section describes it.
#[derive(Debug)]
pub(super) struct Described {
    /// Row in the table of interfaces.
    pub(super) row: u32,
    pub(super) link: LinkType,
    pub(super) resolution: Resolution,
    /// Seconds to add to each time stamp.
    pub(super) offset: i64,
    pub(super) snap_length: u32,
    /// The last statistics; they count from the start of the capture, so a later block replaces an earlier one.
    statistics: Drops,
}

/// What is known since the last Section Header Block.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) order: Order,
    pub(super) interfaces: Vec<Described>,
    /// Losses of earlier sections, and those noted beside packets.
    settled: Drops,
}

impl Section {
    pub(super) fn new(order: Order) -> Self {
        Self { order, interfaces: Vec::new(), settled: Drops::default() }
    }

    /// A new section: interfaces are numbered from 0 again.
    pub(super) fn restart(&mut self, order: Order) {
        self.settled = self.drops();
        self.interfaces.clear();
        self.order = order;
    }

    pub(super) fn drops(&self) -> Drops {
        let mut sum = self.settled;
        self.interfaces.iter().for_each(|interface| sum += interface.statistics);
        sum
    }

    #[inline]
    pub(super) fn interface(&self, number: u32) -> Option<&Described> {
        self.interfaces.get(size(number))
    }

    /// Interface Description Block: link type (2), reserved (2), snap length (4), options.
    ///
    /// Gives `None` if the block is too short, `Some(false)` if there are too many interfaces.
    pub(super) fn describe(&mut self, block: &[u8], file: &str, table: &mut Interfaces) -> Option<bool> {
        let link = LinkType::from_field(u32::from(self.order.u16(block, 0)?));
        let snap_length = self.order.u32(block, 4)?;
        let mut name = match self.interfaces.len() {
            0 => file.to_owned(),
            number => format!("{file}#{number}"),
        };
        let (mut resolution, mut offset) = (Resolution::DEFAULT, 0);
        for (code, value) in Options::new(self.order, block.get(8..)?) {
            match (code, value) {
                (IF_NAME, [_, ..]) => name = text(value),
                (IF_TSRESOL, [exponent, ..]) => resolution = Resolution::from_option(*exponent),
                (IF_TSOFFSET, _) => offset = self.order.i64(value, 0).unwrap_or_default(),
                _ => {}
            }
        }
        if self.interfaces.len() >= MOST {
            return Some(false);
        }
        let Some(row) = table.find_or_add(Interface { source: 0, name, link, snap_length }) else {
            return Some(false);
        };
        self.interfaces.push(Described { row, link, resolution, offset, snap_length, statistics: Drops::default() });
        Some(true)
    }

    /// Interface Statistics Block: interface (4), time (8), options. One for an unknown interface is passed over.
    pub(super) fn statistics(&mut self, block: &[u8]) -> Option<()> {
        let order = self.order;
        let number = order.u32(block, 0)?;
        let options = Options::new(order, block.get(12..)?);
        let interface = self.interfaces.get_mut(size(number))?;
        for (code, value) in options {
            let Some(number) = order.u64(value, 0) else {
                continue;
            };
            match code {
                ISB_IFRECV => interface.statistics.received = number,
                ISB_IFDROP => interface.statistics.interface = number,
                ISB_OSDROP => interface.statistics.system = number,
                _ => {}
            }
        }
        Some(())
    }

    /// Options of an Enhanced Packet Block: how many packets were lost before it.
    pub(super) fn packet_options(&mut self, options: &[u8]) {
        for (code, value) in Options::new(self.order, options) {
            if let (EPB_DROPCOUNT, Some(lost)) = (code, self.order.u64(value, 0)) {
                self.lost(lost);
            }
        }
    }

    pub(super) fn lost(&mut self, packets: u64) {
        self.settled.between_packets = self.settled.between_packets.saturating_add(packets);
    }

    /// Length of the data of a Simple Packet Block: it is not stated, only bounded by snap length and block.
    pub(super) fn simple_length(&self, wire_length: u32, body: usize) -> usize {
        let snap_length = self.interfaces.first().map_or(0, |interface| interface.snap_length);
        let captured = if snap_length == 0 { wire_length } else { wire_length.min(snap_length) };
        usize::try_from(count(body).min(u64::from(captured))).unwrap_or(body)
    }
}
