//! CODESYS V3: the protocol between controllers with the CODESYS runtime, its programming system, gateways and visualisations,
//! over TCP (11740 to 11743) and UDP (1740 to 1743). Its maker publishes nothing of it.
//!
//! Sources: Kaspersky ICS CERT, "Security research: CODESYS Runtime" (2019); Microsoft, CoDe16 (2023); names of services,
//! tags and errors as the interfaces of the runtime's components declare them. Numbers are little-endian.
//!
//! Four layers: block driver (TCP only), datagram (addresses of nodes), channel (blocks, acknowledgements, checksums),
//! services (a group for each component of the runtime, tags).

mod access;
mod application;
mod assembly;
mod block;
mod channel;
mod checksum;
mod datagram;
mod description;
mod device;
mod error;
mod file;
mod group;
mod layers;
mod name_service;
mod recognise;
mod result;
mod service;
mod settings;
mod speaker;
mod tag;
mod tell;
#[cfg(test)]
mod tests;
mod value;
mod variable;

use super::Protocol;
use crate::flow::Transport;
use layers::Layers;

pub const PROTOCOL: Protocol = Protocol {
    name: "codesys",
    ports: &[11740, 11741, 11742, 11743],
    transports: &[Transport::Tcp],
    probe: recognise::stream,
    parser: || Box::new(Layers::on_stream()),
};

/// The same datagrams without the block driver.
pub mod datagrams {
    use super::{Layers, Protocol, Transport, recognise};

    pub const PROTOCOL: Protocol = Protocol {
        name: "codesys",
        ports: &[1740, 1741, 1742, 1743],
        transports: &[Transport::Udp],
        probe: recognise::datagram,
        parser: || Box::new(Layers::on_datagrams()),
    };
}
