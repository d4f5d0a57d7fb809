//! NMT error control (CiA 301, 7.2.8.3.2): | 0 toggle 1 bit, state 7 bits |. Boot-up and heartbeats come by themselves; a
//! master that guards a node asks it with a remote frame, and the toggle changes with each answer.

use super::Node;
use super::tell::{self, Asked, Ending, named};
use crate::bytes::u8_at;
use crate::dataset::{Flag, Operation};
use crate::flow::Side;
use crate::protocol::can::frame::Frame;
use crate::protocol::{Address, Function, Item, Object, Reply, Talk, Values};
use crate::text::Details;

const BOOT: u8 = 0;
pub const STOPPED: u8 = 4;
const TOGGLE: u8 = 0x80;

/// States of a node.
pub const fn state_name(state: u8) -> Option<&'static str> {
    Some(match state {
        BOOT => "boot-up",
        STOPPED => "stopped",
        5 => "operational",
        127 => "pre-operational",
        _ => return None,
    })
}

/// What is known of a node's state.
#[derive(Default)]
pub struct Guard {
    /// As it last said itself, unless it was commanded since.
    pub state: Option<u8>,
    before: Option<u8>,
    asked: Option<Asked>,
    toggle: Option<u8>,
}

impl Guard {
    pub fn commanded(&mut self) {
        self.state = None;
    }

    /// Tells that a node was asked for its state and did not answer.
    pub fn expire(&mut self, node: u8, now: i64, talk: &mut Talk<'_>) {
        if let Some(asked) = self.asked.take_if(|asked| asked.over(now)) {
            tell::to(node, talk);
            let address = address(node);
            let item = state_item(Operation::DiagnoseRead, &address, &[]);
            tell::exchange(&asked, Ending::SILENCE, (tell::ERROR_CONTROL, GUARDING), &item, talk);
        }
    }
}

const GUARDING: Function = named(1, "Node guarding");
const HEARTBEAT: Function = named(2, "Heartbeat");
const BOOT_UP: Function = named(0, "Boot-up");

/// A node's state: `state:5`.
fn address(node: u8) -> String {
    format!("state:{node}")
}

fn state_item<'a>(operation: Operation, address: &'a str, numbers: &'a [f64]) -> Item<'a> {
    let mut item = Item::new(operation);
    item.object = Object { kind: Some("state"), address: Address::Text(address), start: 0, count: 0 };
    if !numbers.is_empty() {
        item.values = Values::Numbers { kind: "uint8", numbers, exact: None };
    }
    item
}

/// A frame of a node's error control.
pub fn frame(known: &mut Node, node: u8, frame: &Frame<'_>, talk: &mut Talk<'_>) {
    if frame.remote {
        known.guard.asked = Some(Asked::now(0, talk));
        return;
    }
    tell::from(node, talk);
    if !std::mem::replace(&mut known.seen, true) {
        talk.seen(Side::Client);
    }
    if frame.data.len() != 1 {
        talk.flag(Flag::CanopenLength, None, None);
    }
    let Some(byte) = u8_at(frame.data, 0) else { return };
    let guard = &mut known.guard;
    let (state, toggle) = (byte & !TOGGLE, byte & TOGGLE);
    if state_name(state).is_none() {
        talk.flag(Flag::CanopenState, None, None);
    }
    let before = guard.before.replace(state);
    guard.state = Some(state);
    let mut details = Details::default();
    details.text("nmt_state", state_name(state).unwrap_or("unknown"));
    if let Some(before) = before.filter(|before| *before != state) {
        details.text("nmt_state_before", state_name(before).unwrap_or("unknown"));
    }
    let numbers = [f64::from(state)];
    match guard.asked.take() {
        Some(asked) if state != BOOT => answered(guard, node, (asked, toggle), &numbers, details, talk),
        _ => {
            guard.toggle = None;
            let boot = state == BOOT;
            let operation = if boot { Operation::SessionOpen } else { Operation::SessionKeepalive };
            let address = address(node);
            let details = details.finish();
            let mut item = state_item(operation, &address, &numbers);
            item.details = details.as_deref();
            let what = if boot { BOOT_UP } else { HEARTBEAT };
            tell::say((tell::ERROR_CONTROL, what), &item, frame.length, talk);
        }
    }
}

fn answered(
    guard: &mut Guard,
    node: u8,
    (mut asked, toggle): (Asked, u8),
    numbers: &[f64],
    details: Details,
    talk: &mut Talk<'_>,
) {
    if guard.toggle.replace(toggle) == Some(toggle) {
        talk.flag(Flag::CanopenGuardToggle, None, None);
    }
    asked.goes_on(1, talk);
    let details = details.finish();
    let address = address(node);
    let mut item = state_item(Operation::DiagnoseRead, &address, numbers);
    item.details = details.as_deref();
    tell::to(node, talk);
    let ending = Ending { reply: Reply::Answered, ..Ending::DONE };
    tell::exchange(&asked, ending, (tell::ERROR_CONTROL, GUARDING), &item, talk);
}
