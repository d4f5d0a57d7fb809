//! What a source counts while it is read.

use std::ops::AddAssign;

/// Counts of one source, or the sum over several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Frames given.
    pub frames: u64,
    /// Captured bytes of these frames.
    pub bytes: u64,
    /// Frames cut by the snap length: fewer bytes captured than were on the wire.
    pub shortened: u64,
    /// Frames with more bytes captured than the capture says were on the wire.
    pub longer_than_wire: u64,
    /// Frames earlier than the frame before them.
    pub out_of_order: u64,
    /// Time stamps that are no time: before 1970, after [`LATEST`](super::LATEST), or a fraction of a second and more
    /// (this one is added as it is, the others are taken as the nearest time that is one).
    pub odd_times: u64,
    /// Frames of a pcapng Simple Packet Block, which has no time: they get the time of the frame before.
    pub untimed: u64,
    /// pcapng packets of an interface that the section does not describe. They are numbered but not given: neither
    /// their link type nor their clock is known.
    pub without_interface: u64,
    /// pcapng blocks that hold no packet and are skipped (names, secrets, custom ones).
    pub skipped_blocks: u64,
}

impl AddAssign for Counters {
    fn add_assign(&mut self, other: Self) {
        self.frames = self.frames.saturating_add(other.frames);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.shortened = self.shortened.saturating_add(other.shortened);
        self.longer_than_wire = self.longer_than_wire.saturating_add(other.longer_than_wire);
        self.out_of_order = self.out_of_order.saturating_add(other.out_of_order);
        self.odd_times = self.odd_times.saturating_add(other.odd_times);
        self.untimed = self.untimed.saturating_add(other.untimed);
        self.without_interface = self.without_interface.saturating_add(other.without_interface);
        self.skipped_blocks = self.skipped_blocks.saturating_add(other.skipped_blocks);
    }
}

/// What the capturing machine says it received and lost (pcapng only; all 0 where the file says nothing).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drops {
    /// Packets the interfaces received (`isb_ifrecv`).
    pub received: u64,
    /// Packets the interfaces lost (`isb_ifdrop`).
    pub interface: u64,
    /// Packets the operating system lost (`isb_osdrop`).
    pub system: u64,
    /// Losses noted beside single packets (`epb_dropcount`, and the count of the obsolete Packet Block).
    pub between_packets: u64,
}

impl AddAssign for Drops {
    fn add_assign(&mut self, other: Self) {
        self.received = self.received.saturating_add(other.received);
        self.interface = self.interface.saturating_add(other.interface);
        self.system = self.system.saturating_add(other.system);
        self.between_packets = self.between_packets.saturating_add(other.between_packets);
    }
}

/// What became of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSummary {
    pub name: String,
    pub counters: Counters,
    pub drops: Drops,
    /// Read to its end, or to its error.
    pub ended: bool,
}
