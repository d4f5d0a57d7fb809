//! Whom a message is between, and what all messages have in common.

pub use crate::protocol::can::asked::{Asked, Ending, exchange, say};

use crate::flow::facts::can_end;
use crate::protocol::{Function, Talk};

/// Services by the function bits of their identifiers.
pub const NMT: Function = named(0, "NMT");
pub const SYNC: Function = named(1, "SYNC");
pub const EMERGENCY: Function = named(1, "EMCY");
pub const TIME: Function = named(2, "TIME");
pub const SDO: Function = named(12, "SDO");
pub const ERROR_CONTROL: Function = named(14, "NMT error control");
pub const LSS: Function = named(15, "LSS");
pub const MASTERS: Function = named(0, "NMT master");

pub const fn named(code: u32, name: &'static str) -> Function {
    Function { code: Some(code), name: Some(name) }
}

/// A node speaks to all that listen.
pub fn from(node: u8, talk: &mut Talk<'_>) {
    let interface = talk.span().last.source;
    talk.between(can_end(interface, Some(node)), can_end(interface, None));
}

/// Somebody speaks to a node; 0: to all.
pub fn to(node: u8, talk: &mut Talk<'_>) {
    let interface = talk.span().last.source;
    talk.between(can_end(interface, None), can_end(interface, Some(node).filter(|node| *node != 0)));
}
