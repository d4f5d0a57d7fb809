//! Network management commands (CiA 301, 7.2.8.2.1): | 0 command 1 | 1 node 1, 0 for all |, and the talk among masters that
//! share a network (CiA 302-2).

use super::LAST_NODE;
use super::tell::{self, named};
use crate::bytes::u8_at;
use crate::dataset::{Flag, Operation};
use crate::protocol::can::frame::Frame;
use crate::protocol::{Address, Function, Item, Object, Talk};

const LENGTH: usize = 2;

const fn command(code: u8) -> Option<(&'static str, Operation)> {
    Some(match code {
        1 => ("Start", Operation::ModeRun),
        2 => ("Stop", Operation::ModeStop),
        128 => ("Enter pre-operational", Operation::ModeProgram),
        129 => ("Reset node", Operation::RestartCold),
        130 => ("Reset communication", Operation::RestartCommunication),
        _ => return None,
    })
}

/// Tells a command; the node that it is for.
pub fn tell(frame: &Frame<'_>, talk: &mut Talk<'_>) -> Option<u8> {
    if frame.data.len() != LENGTH {
        talk.flag(Flag::CanopenLength, None, None);
    }
    let (code, node) = (u8_at(frame.data, 0)?, u8_at(frame.data, 1)?);
    let known = command(code).filter(|_| node <= LAST_NODE);
    if known.is_none() {
        talk.flag(Flag::CanopenNmtCommand, None, None);
    }
    let (name, operation) = known.unwrap_or(("Unknown command", Operation::Unknown));
    tell::to(node.min(LAST_NODE), talk);
    let address = if node == 0 { "all".to_owned() } else { format!("node:{node}") };
    let mut item = Item::new(operation);
    item.object = Object { kind: Some("node"), address: Address::Text(&address), start: 0, count: 0 };
    tell::say((tell::NMT, named(u32::from(code), name)), &item, frame.length, talk);
    known.map(|_| node)
}

/// Messages among masters by their identifier.
const fn among_masters(id: u16) -> Function {
    match id {
        0x071 => named(0x71, "Active master"),
        0x072 => named(0x72, "Master negotiation"),
        0x073 => named(0x73, "Active master detection"),
        0x074 => named(0x74, "Master capable"),
        0x075 => named(0x75, "Master capable detection"),
        _ => named(0x76, "Force master negotiation"),
    }
}

/// A device that can be master looks for the one there is, or makes all of them find out anew.
pub fn masters(id: u16, frame: &Frame<'_>, talk: &mut Talk<'_>) {
    let mut item = Item::new(match id {
        0x072 | 0x076 => Operation::ConfigureAccess,
        _ => Operation::IdentifyNetwork,
    });
    item.object = Object { kind: Some("node"), address: Address::Text("master"), start: 0, count: 0 };
    tell::say((tell::MASTERS, among_masters(id)), &item, frame.length, talk);
}
