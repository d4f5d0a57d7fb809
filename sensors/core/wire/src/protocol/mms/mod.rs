//! MMS (ISO 9506) as IEC 61850-8-1 uses it: association, confirmed services paired by invoke id, names in the form of
//! IEC 61850, reads and writes with values, the control model, reports, files. Plain MMS has the same services, and so has
//! TASE.2 (ICCP), whose names have meanings of their own (`tase2`).

mod acse;
mod association;
mod control;
mod file;
mod list;
mod name;
mod pdu;
mod probe;
mod report;
mod request;
mod service;
mod session;
mod state;
mod status;
mod tase2;
mod tell;
mod transfer;
mod variable;

use super::Protocol;
use super::iso::{Carried, tpkt};
use crate::flow::Transport;

pub const PROTOCOL: Protocol = Protocol {
    name: "mms",
    ports: &[tpkt::PORT],
    transports: &[Transport::Tcp],
    probe: probe::probe,
    parser: || Box::<Carried<state::State>>::default(),
};
