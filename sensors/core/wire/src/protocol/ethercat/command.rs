//! Commands of a datagram (IEC 61158-4-12, 5.4): how they address and whether they read or write.

/// How a command finds its slaves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    None,
    /// By place in the ring: each slave adds one to the address, who sees nought is meant.
    Position,
    /// By the address that the master gave.
    Station,
    All,
    /// A memory that the slaves' FMMUs map.
    Logical,
}

/// One command.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    pub name: &'static str,
    pub way: Way,
    pub reads: bool,
    pub writes: bool,
}

const fn command(name: &'static str, way: Way, reads: bool, writes: bool) -> Command {
    Command { name, way, reads, writes }
}

static COMMANDS: [Command; 15] = [
    command("NOP", Way::None, false, false),
    command("APRD", Way::Position, true, false),
    command("APWR", Way::Position, false, true),
    command("APRW", Way::Position, true, true),
    command("FPRD", Way::Station, true, false),
    command("FPWR", Way::Station, false, true),
    command("FPRW", Way::Station, true, true),
    command("BRD", Way::All, true, false),
    command("BWR", Way::All, false, true),
    command("BRW", Way::All, true, true),
    command("LRD", Way::Logical, true, false),
    command("LWR", Way::Logical, false, true),
    command("LRW", Way::Logical, true, true),
    command("ARMW", Way::Position, true, true),
    command("FRMW", Way::Station, true, true),
];

/// Who is addressed reads, all others write: how a reference clock is spread.
pub const ARMW: u8 = 13;
pub const FRMW: u8 = 14;

pub fn of(code: u8) -> Option<&'static Command> {
    COMMANDS.get(usize::from(code))
}

/// Who a datagram speaks to.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Place {
    Station(u16),
    /// Place in the ring from 0, as the frame was sent.
    Position(u16),
    All,
    Nobody,
}
