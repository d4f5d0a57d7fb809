//! S7comm-plus, the protocol of Siemens S7-1200 and S7-1500 controllers: objects with attributes that are explored, created,
//! read, written, called and subscribed to, in sessions that are open, signed or inside TLS.
//!
//! A connection belongs to the protocol of its first message: classic S7 messages (0x32) among these ones are flagged.

mod address;
mod deed;
mod explore;
mod facts;
mod frame;
mod function;
mod names;
mod object;
mod pairing;
mod probe;
mod publication;
mod reader;
mod session;
mod state;
mod status;
mod subject;
mod subscription;
mod tell;
#[cfg(test)]
mod tests;
mod value;

use super::Protocol;
use super::iso::{Carried, tpkt};
use crate::flow::Transport;

pub const PROTOCOL: Protocol = Protocol {
    name: "s7comm_plus",
    ports: &[tpkt::PORT],
    transports: &[Transport::Tcp],
    probe: probe::probe,
    parser: || Box::<Carried<state::State>>::default(),
};
