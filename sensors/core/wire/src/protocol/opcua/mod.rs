//! OPC UA binary over TCP (opc.tcp; OPC 10000-4 services, 10000-6 encodings): channels and sessions, services with their nodes and
//! values, notifications given their nodes back.
//!
//! Read: everything with policy None or mode Sign. With SignAndEncrypt the handshake, certificates and the rhythm of
//! messages. Limits: chunk 1 MiB, message 1 MiB, 4,096 items of a message, 16,384 monitored items of a flow.

mod attribute;
mod certificate;
mod channel;
mod channel_row;
mod chunk;
mod discovery;
mod dispatch;
mod exchange;
mod extension;
mod filter;
mod frame;
mod handshake;
mod history;
mod identity;
mod login;
mod message;
mod method;
mod methods;
mod monitored;
mod node;
mod nodes;
mod notification;
mod opening;
mod pairing;
mod policy;
mod query;
mod reader;
mod security;
mod service;
mod session;
mod status;
mod stream;
mod subscription;
mod tables;
mod tell;
mod value;
mod variant;
mod view;
mod watched;

#[cfg(test)]
mod tests;

use super::{Framing, Parser, Protocol, Talk};
use crate::flow::{Side, Transport};

pub const PROTOCOL: Protocol = Protocol {
    name: "opcua",
    ports: &[frame::PORT],
    transports: &[Transport::Tcp],
    probe: frame::probe,
    parser: || Box::<OpcUa>::default(),
};

/// OPC UA on one flow.
#[derive(Default)]
pub struct OpcUa {
    stream: stream::Stream,
}

impl Parser for OpcUa {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        frame::framing(data)
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        self.stream.message(side, data, talk);
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        frame::resynchronise(data, self.stream.channel())
    }

    fn gap(&mut self, side: Side, _talk: &mut Talk<'_>) {
        self.stream.gap(side);
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.stream.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.stream.close(talk);
    }

    fn weight(&self) -> usize {
        self.stream.weight()
    }
}
