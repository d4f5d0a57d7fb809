//! What is given up while more arrives than can be read, in this order: values that reads bring, then conversations of
//! which nothing says that they are of a control protocol. Commands never are. It depends on how fast the machine is, so
//! that whoever reads files gives up nothing.

use super::{Engine, SYN, Segment};
use crate::flow::Transport;
use crate::flow::entry::{Flow, Recognition};
use crate::protocol::listed;

/// How much is given up.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Relief {
    /// Nothing.
    #[default]
    None,
    /// Values of points that reads bring: points, samples and what depends on them.
    Values,
    /// These, and conversations that no parser reads: their packets are counted, and new ones do not become flows. A
    /// connection to a port of a control protocol begins with its first payload.
    Others,
}

impl Engine {
    /// Gives so much up from the next frame on.
    pub fn relieve(&mut self, relief: Relief) {
        self.relief = relief;
        self.ledger.values_given_up = relief >= Relief::Values;
    }

    /// Whether a packet that begins a flow is passed over.
    pub(super) fn refuses(&mut self, transport: Transport, ports: (u16, u16), tcp: Option<&Segment<'_>>) -> bool {
        if self.relief < Relief::Others || !matches!(transport, Transport::Tcp | Transport::Udp) {
            return false;
        }
        let promises = [ports.0, ports.1].iter().any(|port| listed(transport, *port).is_some());
        let empty = tcp.is_some_and(|segment| segment.payload.is_empty() || segment.flags & SYN != 0);
        let refused = !promises || empty;
        if refused {
            self.ledger.counters.add("overload", "frames_given_up", 1);
        }
        refused
    }
}

/// Whether the payload of a flow is read even while others are given up.
pub(super) fn matters(flow: &Flow) -> bool {
    let promises = || {
        let ports = [flow.key.low.1, flow.key.high.1];
        ports.iter().any(|port| listed(flow.key.transport, *port).is_some())
    };
    match flow.recognition {
        Recognition::Known(_) => true,
        Recognition::Probing(_) => promises(),
        Recognition::Unknown | Recognition::Named | Recognition::Failed => false,
    }
}
