//! PROFINET IO (IEC 61158-6-10): DCP, cyclic data, alarms and PTCP on EtherType 0x8892, the media redundancy protocol
//! (IEC 62439-2) on 0x88E3, and the connection management on DCE/RPC over UDP.
//!
//! Who asks is the client. A question to a group and its answers are flows of different ends: each states what it saw,
//! and none is called unanswered.

mod alarm;
mod block;
mod cyclic;
mod dcp;
mod management;
mod module;
pub mod mrp;
mod option;
mod ptcp;
mod realtime;
mod record;
pub mod rpc;
mod status;
mod tell;
mod vendor;

use super::Protocol;
use crate::flow::Transport;

/// EtherType of PROFINET.
pub const ETHERTYPE: u16 = 0x8892;

pub const PROTOCOL: Protocol = Protocol {
    name: "profinet",
    ports: &[ETHERTYPE],
    transports: &[Transport::Ethernet],
    probe: realtime::probe,
    parser: || Box::<realtime::Realtime>::default(),
};
