//! DLMS/COSEM of meters and their concentrators, in the wrapper of TCP and UDP, port 4059, and in HDLC frames over either.
//!
//! Sources: IEC 62056-5-3 (application layer), 62056-6-1 (OBIS), 62056-6-2 (interface classes), 62056-46 (HDLC), 62056-47
//! (wrapper). Numbers are big-endian, but for the checksums of HDLC.

mod account;
mod acse;
mod apdu;
mod association;
mod axdr;
mod block;
mod class;
mod deed;
mod hdlc;
mod image;
mod item;
mod link;
mod notice;
mod result;
mod said;
mod scaler;
mod sealed;
mod service;
mod short;
mod show;
mod speaker;
mod tell;
#[cfg(test)]
mod tests;
mod wrapper;

use super::Protocol;
use crate::flow::Transport;

const PORT: u16 = 4059;

pub const PROTOCOL: Protocol = Protocol {
    name: "dlms",
    ports: &[PORT],
    transports: &[Transport::Tcp, Transport::Udp],
    probe: wrapper::probe,
    parser: || Box::<wrapper::Wrapped>::default(),
};

/// The same in HDLC frames, as modems and serial servers carry them.
pub mod framed {
    use super::{Protocol, Transport, hdlc, link};

    pub const PROTOCOL: Protocol = Protocol {
        name: "dlms",
        ports: &[],
        transports: &[Transport::Tcp, Transport::Udp],
        probe: hdlc::probe,
        parser: || Box::<link::Line>::default(),
    };
}
