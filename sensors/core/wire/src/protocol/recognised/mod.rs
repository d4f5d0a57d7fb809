//! Protocols that are named by the structure of their bytes and not read: facts of their flows only. One is a file here
//! and one line in `SIGNATURES`; what it needs beside is a page in `sensors/fields/protocol/` and golden captures.

mod bacnet_sc;
mod cc_link;
mod deltav;
mod logo;
mod lontalk;
mod secured;

use super::{Guess, Probe};
use crate::flow::Transport;

/// One protocol that is named only.
pub struct Signature {
    /// Word of `network.protocol`.
    pub name: &'static str,
    /// Ports registered for it, for `ot.port_protocol` and ties.
    pub ports: &'static [u16],
    pub transports: &'static [Transport],
    pub probe: fn(&Probe<'_>) -> Guess,
}

/// Every protocol the core names without reading it.
pub static SIGNATURES: &[Signature] = &[
    lontalk::SIGNATURE,
    secured::MODBUS,
    secured::ENIP,
    secured::IEC104,
    secured::MQTT,
    secured::FOX,
    cc_link::FIELD_BASIC,
    cc_link::IE,
    bacnet_sc::SIGNATURE,
    logo::SIGNATURE,
    deltav::SIGNATURE,
];
