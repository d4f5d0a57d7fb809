//! The cycle (DS 301, 4.2.4): a managing node says that it begins (SoC), polls one node after the other (PReq, PRes) and
//! gives one of them leave to send what is not cyclic (SoA).
//!
//! SoC: | 3 reserved 1 | 4 flags 1 | 5 flags 1 | 6 net time 8 | 14 relative time 8 |. PReq: | 3 reserved 1 | 4 flags 1 |
//! 5 flags 1 | 6 PDO version 1 | 7 reserved 1 | 8 size 2 | 10 data |; PRes has the NMT status in byte 3.
//! SoA: | 3 NMT status 1 | 4 flags 1 | 5 flags 1 | 6 service 1 | 7 target 1 | 8 version 1 |.

use super::frame::{self, Frame};
use super::node::Nodes;
use super::tell::{self, Asked, Ending, Way, named};
use super::words;
use crate::bytes::u8_at;
use crate::dataset::Operation;
use crate::protocol::exchange::Notation;
use crate::protocol::{Address, Form, Function, Item, Object, Reply, Talk, Values};
use crate::text::Details;
use std::fmt::Write as _;
use std::net::IpAddr;

/// In PRes: there is a new error (exception new).
const EXCEPTION_NEW: u8 = 0x10;

/// Which process data, in the upper half of `Notation`'s part; the node is in the lower.
const INPUT: u64 = 0x100;
const OUTPUT: u64 = 0x200;

/// `input:5/0-3`: what node 5 sends, `output:5/0-3`: what is sent to it.
fn address(out: &mut String, part: u64, start: i64, count: u32) {
    let kind = if part & OUTPUT != 0 { "output" } else { "input" };
    let _ = write!(out, "{kind}:{}/{start}", part & 0xff);
    if count > 1 {
        let _ = write!(out, "-{}", start.saturating_add(i64::from(count)).saturating_sub(1));
    }
}

fn state_address(out: &mut String, part: u64, _start: i64, _count: u32) {
    let _ = write!(out, "state:{}", part & 0xff);
}

fn process<'a>(kind: &'static str, part: u64, bytes: &'a [u8]) -> Item<'a> {
    let mut item = Item::new(Operation::Publish);
    let count = u32::try_from(bytes.len()).unwrap_or(0);
    let address = Address::Placed(Notation { part, step: 1, write: address });
    item.object = Object { kind: Some(kind), address, start: 0, count };
    if count > 0 {
        item.values = Values::Packed { kind: "uint8", form: Form::Uint8, bytes };
    }
    item
}

/// A node's state as a value.
fn state_item(node: u8, state: &[u8]) -> Item<'_> {
    let mut item = Item::new(Operation::Publish);
    let address = Address::Placed(Notation { part: u64::from(node), step: 1, write: state_address });
    item.object = Object { kind: Some("state"), address, start: 0, count: 1 };
    item.values = Values::Packed { kind: "uint8", form: Form::Uint8, bytes: state };
    item
}

pub fn soc(frame: &Frame<'_>, way: &Way, talk: &mut Talk<'_>) {
    let mut item = Item::new(Operation::Publish);
    item.object = Object { kind: Some("cycle"), address: Address::Text("cycle"), start: 0, count: 0 };
    tell::say(way, (frame::named(frame.kind), Function::default()), &[item], frame.data.len(), talk);
}

pub fn preq(frame: &Frame<'_>, way: &Way, nodes: &mut Nodes, talk: &mut Talk<'_>) {
    nodes.at(frame.destination).polled(frame.destination, talk);
    let data = frame.pdo().unwrap_or_default();
    let item = process("output", OUTPUT | u64::from(frame.destination), data);
    tell::say(way, (frame::named(frame.kind), Function::default()), &[item], frame.data.len(), talk);
}

pub fn pres(frame: &Frame<'_>, way: &Way, nodes: &mut Nodes, talk: &mut Talk<'_>) {
    let state = u8_at(frame.data, 3).unwrap_or(0);
    let known = nodes.at(frame.source);
    known.answered();
    let before = known.says(frame.source, state, talk);
    let mut details = Details::default();
    if let Some(before) = before {
        details.text("nmt_state", words::state(state).unwrap_or("unknown"));
        details.text("nmt_state_before", words::state(before).unwrap_or("unknown"));
    }
    if u8_at(frame.data, 4).is_some_and(|flags| flags & EXCEPTION_NEW != 0) {
        details.truth("exception_new", true);
    }
    let (details, states) = (details.finish(), [state]);
    let mut own = state_item(frame.source, &states);
    own.details = details.as_deref();
    let data = process("input", INPUT | u64::from(frame.source), frame.pdo().unwrap_or_default());
    tell::say(way, (frame::named(frame.kind), Function::default()), &[own, data], frame.data.len(), talk);
}

/// A redundant managing node takes the cycle over (DS 302-A).
pub fn amni(frame: &Frame<'_>, way: &Way, talk: &mut Talk<'_>) {
    let mut item = Item::new(Operation::ConfigureAccess);
    item.object = Object { kind: Some("node"), address: Address::Text("manager"), start: 0, count: 0 };
    tell::say(way, (frame::named(frame.kind), Function::default()), &[item], frame.data.len(), talk);
}

/// What SoA asked of a node, which answers with an ASnd.
pub struct Invited {
    pub service: u8,
    pub target: u8,
    pub asked: Asked,
    /// Where the managing node is.
    pub manager: IpAddr,
    group: IpAddr,
}

impl Invited {
    fn operation(&self) -> Operation {
        match self.service {
            1 => Operation::IdentifyDevice,
            2 => Operation::DiagnoseRead,
            6 => Operation::TimeRead,
            _ => Operation::SessionKeepalive,
        }
    }

    /// Whether an ASnd of a service is what was asked for.
    pub fn is_answered_by(&self, node: u8, service: u8) -> bool {
        self.target == node && self.service == service
    }

    /// Tells it with what came of it, and who was to answer.
    pub fn tell(&self, ending: Ending, station: Option<IpAddr>, answer: &[Item<'_>], talk: &mut Talk<'_>) {
        let ends = Some((self.manager, station.unwrap_or(self.group)));
        let way = Way { from: frame::MANAGER, to: self.target, side: crate::flow::Side::Client, ends };
        let functions = (frame::named(frame::SOA), named(u32::from(self.service), words::requested(self.service)));
        let address = format!("node:{}", self.target);
        let mut item = Item::new(self.operation());
        item.object = Object { kind: Some("node"), address: Address::Text(&address), start: 0, count: 0 };
        let items = if answer.is_empty() { std::slice::from_ref(&item) } else { answer };
        tell::exchange(&self.asked, ending, &way, functions, items, talk);
    }
}

/// A beginning of the asynchronous part. What asks a node for an answer waits for it.
pub fn soa(frame: &Frame<'_>, way: &Way, talk: &mut Talk<'_>) -> Option<Invited> {
    let (service, target) = (u8_at(frame.data, 6).unwrap_or(0), u8_at(frame.data, 7).unwrap_or(0));
    let (manager, group) = way.ends?;
    if matches!(service, 1 | 2 | 6) && target != 0 && target != frame::ALL {
        return Some(Invited { service, target, asked: Asked::now(frame.data.len(), talk), manager, group });
    }
    let address = if service == 0 { "none".to_owned() } else { format!("node:{target}") };
    let mut item = Item::new(Operation::SessionKeepalive);
    item.object = Object { kind: Some("node"), address: Address::Text(&address), start: 0, count: 0 };
    let functions = (frame::named(frame.kind), named(u32::from(service), words::requested(service)));
    let ending = Ending { reply: Reply::None, ..Ending::SILENCE };
    tell::exchange(&Asked::now(frame.data.len(), talk), ending, way, functions, &[item], talk);
    None
}
