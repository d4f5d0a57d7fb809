//! What is asked of a ring, and what it says of itself.

use wire::capture::filter::kernel::Instruction;

/// Smallest and largest ring of an interface, MiB.
pub const SMALLEST_RING: usize = 4;
pub const LARGEST_RING: usize = 2048;

/// How to listen.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Size of the ring of each interface, MiB; a smaller one is taken where memory is short.
    pub ring_mib: usize,
    /// See frames for others too: what a mirror port sends is always for others.
    pub promiscuous: bool,
    /// What the kernel passes; empty: everything.
    pub program: Vec<Instruction>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { ring_mib: 64, promiscuous: true, program: Vec::new() }
    }
}

/// How an interface stands.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Link {
    /// It is there, administratively up, and has a carrier.
    #[default]
    Up,
    /// It is there but switched off or without a carrier.
    Down,
    /// There is no interface of this name, or listening to it was refused and is tried again.
    Gone,
}

impl Link {
    /// Stable word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Gone => "gone",
        }
    }
}

/// Totals of an interface since it was opened.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Packets that reached the socket, those that were dropped too.
    pub packets: u64,
    /// Packets the kernel dropped because the ring was full.
    pub drops: u64,
    /// How often the ring was found full.
    pub freezes: u64,
    /// Frames this machine sent itself: not of the mirror, passed over.
    pub own: u64,
    /// Frames the ring holds contrary to its own format: passed over.
    pub odd: u64,
    /// Times the link went down or the interface away.
    pub link_losses: u64,
    /// Milliseconds without a link.
    pub link_down_ms: u64,
}

/// An interface as it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Health {
    pub interface: String,
    pub link: Link,
    pub counts: Counts,
    /// Size of its ring, MiB.
    pub ring_mib: usize,
    /// Blocks that waited to be read when the most did since this was last asked, in thousandths of the ring.
    pub fill_permille: u32,
}
