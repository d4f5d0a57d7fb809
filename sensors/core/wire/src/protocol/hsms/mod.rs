//! SECS/GEM over HSMS (SEMI E37, E5, E30): hosts and semiconductor equipment. Requests are paired with replies by system
//! bytes; items of SECS-II are read with their types; what GEM names (status variables, equipment constants, remote
//! commands, recipes, alarms, events) has addresses of its own.

mod acknowledge;
mod header;
mod message;
mod secs;
mod shape;
mod speaker;
mod tell;
#[cfg(test)]
mod tests;

use super::Protocol;
use super::dialogue::Dialogue;
use crate::flow::Transport;

pub const PROTOCOL: Protocol = Protocol {
    name: "hsms",
    ports: &[5000],
    transports: &[Transport::Tcp],
    probe: header::probe,
    parser: || Box::<Dialogue<speaker::Speaker>>::default(),
};
