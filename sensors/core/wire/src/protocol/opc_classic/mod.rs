//! OPC Classic: Data Access, Historical Data Access, Alarms and Events of Windows servers (OPC Foundation, 1996 to 2006),
//! called over DCOM. It has no port and no frame of its own: a connection is named by an OPC interface that is bound or asked
//! for, never by DCOM alone, which carries much else.

mod account;
mod activation;
mod alarm;
mod group;
mod history;
mod interface;
mod item;
mod names;
mod recognise;
mod session;
mod speaker;
mod status;
mod tell;
#[cfg(test)]
mod tests;
mod transfer;
mod variant;

use super::Protocol;
use super::dialogue::Dialogue;
use crate::flow::Transport;

pub const PROTOCOL: Protocol = Protocol {
    name: "opc_classic",
    ports: &[],
    transports: &[Transport::Tcp],
    probe: recognise::probe,
    parser: || Box::<Dialogue<speaker::Speaker>>::default(),
};
