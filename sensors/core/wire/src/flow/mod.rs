//! Flows: IP, fragments, TCP order, UDP, the flow table and what every event says of its flow.

pub mod assembly;
pub mod entry;
pub mod executable;
pub mod facts;
pub mod fieldbus;
pub mod fragment;
pub mod headers;
pub mod held;
pub mod ip;
pub mod profile;
pub mod stream;
pub mod table;

pub use facts::Facts;

/// When and where a packet was: time in ns since the epoch, frame number from 1, capture source.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Stamp {
    pub time: i64,
    pub number: i64,
    pub source: u32,
}

/// First and last packet of a fact.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Span {
    pub first: Stamp,
    pub last: Stamp,
}

impl Span {
    pub const fn at(stamp: Stamp) -> Self {
        Self { first: stamp, last: stamp }
    }
}

/// Which side of a flow sent something.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Side {
    #[default]
    Client,
    Server,
}

impl Side {
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// Transport of a flow.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Transport {
    Tcp,
    Udp,
    Icmp,
    /// A protocol that stands directly on Ethernet: its ends are MAC addresses (`facts::mac_end`).
    Ethernet,
    /// A CAN bus: one flow for all of it, whose messages name their ends themselves (`facts::can_end`).
    Can,
    /// A serial line that a tap listens to: its ends are the two wires (`fieldbus::serial_end`).
    Serial,
    /// A PROFIBUS: one flow for all of it (`fieldbus::profibus_end`).
    Profibus,
    Other(u8),
}

impl Transport {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmp => "icmp",
            Self::Ethernet => "ethernet",
            Self::Can => "can",
            Self::Serial => "serial",
            Self::Profibus => "profibus",
            Self::Other(_) => "ip",
        }
    }
}
