//! Network management (DS 301, 7.3.1): commands of the managing node, and what nodes request of it.
//!
//! NMTCommand: | 4 command 1 | 5 reserved 1 | 6 data |; NMTRequest: | 4 command 1 | 5 target 1 | 6 data |. Extended commands
//! hold a bit for each node, of which the first stands for node 0.

use super::frame::{self, ALL, Frame};
use super::identity::host_name;
use super::node::Nodes;
use super::tell::{self, Way, named};
use super::words;
use crate::bytes::{le16, u8_at};
use crate::dataset::{Flag, Operation as Op};
use crate::protocol::{Address, Item, Object, Talk, Values};
use crate::text::Details;

/// Service of NMTRequest.
const REQUEST: u8 = 3;
const DATA: usize = 6;
const NODE_LIST: usize = 32;
const HOST_NAME: usize = 32;
const NET_HOST_NAME_SET: u8 = 0x62;
const FLUSH_ARP_ENTRY: u8 = 0x63;
const RESET_NODE: u8 = 0x28;

/// A command (DS 301, appendix 3.7).
const fn command(code: u8) -> Option<(&'static str, Op)> {
    Some(match code {
        0x21 => ("NMTStartNode", Op::ModeRun),
        0x22 => ("NMTStopNode", Op::ModeStop),
        0x23 => ("NMTEnterPreOperational2", Op::ModeProgram),
        0x24 => ("NMTEnableReadyToOperate", Op::SessionOpen),
        RESET_NODE => ("NMTResetNode", Op::RestartCold),
        0x29 => ("NMTResetCommunication", Op::RestartCommunication),
        0x2a => ("NMTResetConfiguration", Op::RestartWarm),
        0x2b => ("NMTSwReset", Op::RestartCold),
        0x2c => ("NMTGoToStandby", Op::ConfigureAccess),
        0x2d => ("NMTDNA", Op::ConfigureNetwork),
        0x41 => ("NMTStartNodeEx", Op::ModeRun),
        0x42 => ("NMTStopNodeEx", Op::ModeStop),
        0x43 => ("NMTEnterPreOperational2Ex", Op::ModeProgram),
        0x44 => ("NMTEnableReadyToOperateEx", Op::SessionOpen),
        0x48 => ("NMTResetNodeEx", Op::RestartCold),
        0x49 => ("NMTResetCommunicationEx", Op::RestartCommunication),
        0x4a => ("NMTResetConfigurationEx", Op::RestartWarm),
        0x4b => ("NMTSwResetEx", Op::RestartCold),
        NET_HOST_NAME_SET => ("NMTNetHostNameSet", Op::NameChange),
        FLUSH_ARP_ENTRY => ("NMTFlushArpEntry", Op::ConfigureNetwork),
        0x80 => ("NMTPublishConfiguredNodes", Op::Publish),
        0x90 => ("NMTPublishActiveNodes", Op::Publish),
        0x91 => ("NMTPublishPreOperational1", Op::Publish),
        0x92 => ("NMTPublishPreOperational2", Op::Publish),
        0x93 => ("NMTPublishReadyToOperate", Op::Publish),
        0x94 => ("NMTPublishOperational", Op::Publish),
        0x95 => ("NMTPublishStopped", Op::Publish),
        0x96 => ("NMTPublishNodeStates", Op::Publish),
        0xa0 => ("NMTPublishEmergencyNew", Op::Publish),
        0xb0 => ("NMTPublishTime", Op::TimeSet),
        0xff => ("NMTInvalidService", Op::Notify),
        _ => return None,
    })
}

/// What a node may request besides commands: that another one is asked who and how it is.
const fn request(code: u8) -> Option<(&'static str, Op)> {
    match code {
        1 => Some(("IdentRequest", Op::IdentifyDevice)),
        2 => Some(("StatusRequest", Op::DiagnoseRead)),
        _ => command(code),
    }
}

/// Nodes whose bits are set.
fn nodes_of(bits: &[u8]) -> String {
    let mut out = String::new();
    for node in 0..=u8::MAX {
        let set = u8_at(bits, usize::from(node / 8)).is_some_and(|byte| byte >> (node % 8) & 1 == 1);
        if set {
            out.push_str(if out.is_empty() { "" } else { "," });
            out.push_str(&node.to_string());
        }
    }
    out
}

/// Tells a command, or a request for one with the node it is meant for.
fn tell(
    frame: &Frame<'_>,
    way: &Way,
    (code, target): (u8, u8),
    known: Option<(&'static str, Op)>,
    talk: &mut Talk<'_>,
) {
    let requested = frame.service() == REQUEST;
    let (name, operation) = known.unwrap_or(("Unknown command", Op::Unknown));
    if known.is_none() {
        talk.flag(Flag::PowerlinkNmtCommand, Some(4), None);
    }
    let data = frame.data.get(DATA..).unwrap_or_default();
    let mut details = Details::default();
    if requested {
        details.truth("requested", true);
    }
    let listed = matches!(code, 0x41..=0x4b | 0x80..=0x95 | 0xa0);
    if listed {
        if data.len() < NODE_LIST {
            talk.flag(Flag::PowerlinkLength, Some(6), None);
        }
        details.text("nodes", &nodes_of(data.get(..NODE_LIST).unwrap_or(data)));
    }
    if code == FLUSH_ARP_ENTRY {
        details.number("node", u8_at(data, 0).unwrap_or(0));
    }
    if let Some(reason) = le16(data, 0).filter(|reason| code == RESET_NODE && *reason != 0) {
        details.text("reason", words::error(reason));
    }
    let (details, name_set) = (details.finish(), host_name(data.get(..HOST_NAME).unwrap_or(data)));
    let address = if target == ALL { "all".to_owned() } else { format!("node:{target}") };
    let mut item = Item::new(operation);
    item.object = Object { kind: Some("node"), address: Address::Text(&address), start: 0, count: 0 };
    item.details = details.as_deref();
    if code == NET_HOST_NAME_SET {
        item.values = Values::Text { kind: "string", text: &name_set };
    }
    let service = named(u32::from(frame::ASND), words::service(frame.service()));
    tell::say(way, (service, named(u32::from(code), name)), &[item], frame.data.len(), talk);
}

pub fn commands(frame: &Frame<'_>, way: &Way, nodes: &mut Nodes, talk: &mut Talk<'_>) {
    let Some(code) = u8_at(frame.data, 4) else { return talk.flag(Flag::PowerlinkLength, Some(3), None) };
    let known = command(code);
    if known.is_some_and(|(_, operation)| operation != Op::Publish) {
        nodes.foreign(frame, way.ends.map_or_else(|| talk.facts.client.ip, |(from, _)| from), talk);
    }
    // Information of the managing node changes no state.
    if code < 0x60 {
        nodes.commanded(Some(frame.destination).filter(|node| *node != ALL));
    }
    tell(frame, way, (code, frame.destination), known, talk);
}

pub fn requests(frame: &Frame<'_>, way: &Way, talk: &mut Talk<'_>) {
    let (Some(code), Some(target)) = (u8_at(frame.data, 4), u8_at(frame.data, 5)) else {
        return talk.flag(Flag::PowerlinkLength, Some(3), None);
    };
    tell(frame, way, (code, target), request(code), talk);
}
