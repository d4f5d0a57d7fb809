//! S7comm, the protocol of Siemens S7-300, 400 and classic 1200 controllers: jobs and userdata paired with their replies,
//! variables with values, blocks that move, services, identification. S7comm-plus (protocol id 0x72) is not read here.

mod area;
mod block;
mod clock;
mod connection;
mod function;
mod jobs;
mod login;
mod pdu;
mod probe;
mod request;
mod service;
mod spec;
mod state;
mod status;
mod szl;
mod tell;
mod test_job;
mod transfer;
mod userdata;
mod variable;

use super::Protocol;
use super::iso::{Carried, tpkt};
use crate::flow::Transport;

pub const PROTOCOL: Protocol = Protocol {
    name: "s7comm",
    ports: &[tpkt::PORT],
    transports: &[Transport::Tcp],
    probe: probe::probe,
    parser: || Box::<Carried<state::State>>::default(),
};
