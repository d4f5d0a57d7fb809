//! Beckhoff ADS over AMS/TCP: devices, ports and symbols of TwinCAT, read, written and watched; states, files, registry
//! and routes of its system service. Sources: Beckhoff Information System, TE1000 ADS; the headers of Beckhoff/ADS.
//!
//! Discovery and routes on UDP stand in `discovery`. Secure ADS (TLS on 8016) and ADS over MQTT are not read.

mod command;
pub mod discovery;
mod files;
mod group;
mod header;
mod names;
mod notify;
mod object;
mod request;
mod service;
mod state;
mod status;
mod sum;
mod symbols;
mod tell;
#[cfg(test)]
mod tests;
mod value;

use super::Protocol;
use super::dialogue::Dialogue;
use crate::flow::Transport;

pub const PROTOCOL: Protocol = Protocol {
    name: "ads",
    ports: &[header::PORT],
    transports: &[Transport::Tcp],
    probe: header::probe,
    parser: || Box::<Dialogue<state::Ads>>::default(),
};
