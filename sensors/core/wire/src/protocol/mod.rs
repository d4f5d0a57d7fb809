//! Protocol parsers. A protocol is one file (or folder) here and one line in `PROTOCOLS`.
//!
//! A parser states facts; it never decides what is bad. Framing and parsing are apart: `framing` looks at the head of
//! the bytes only, `message` gets whole messages only, so events do not depend on how TCP cut the stream.

pub mod ads;
pub mod bacnet;
mod ber;
pub mod c1222;
pub mod can;
pub mod canopen;
pub mod codesys;
pub mod codesys_v2;
mod dcerpc;
pub mod defaults;
pub mod devicenet;
pub mod dialogue;
mod dictionary;
pub mod dissector;
pub mod dlms;
pub mod dnp3;
mod draft;
pub mod egd;
pub mod enip;
pub mod ethercat;
pub mod exchange;
pub mod fins;
pub mod fox;
mod ft12;
pub mod ge_srtp;
pub mod goose;
pub mod hart_ip;
pub mod hsms;
pub mod iec101;
pub mod iec104;
mod iec60870;
mod iec61850;
mod iso;
pub mod j1939;
pub mod knx;
#[cfg(test)]
mod listening;
pub mod mbus;
pub mod melsoft;
pub mod mms;
pub mod modbus;
pub mod mqtt;
pub mod opc_classic;
pub mod opcua;
pub mod powerlink;
pub mod profibus;
pub mod profinet;
pub mod recognised;
pub mod roc_plus;
pub mod s7comm;
pub mod s7comm_plus;
pub mod sampled_values;
mod serial_line;
pub mod slmp;
mod sparkplug;
pub mod suitelink;
pub mod synchrophasor;
pub mod talk;
pub mod tristation;

pub use exchange::{Address, Exchange, Form, Function, Item, Notation, Object, Outcome, Reply, Unit, Values};
pub use talk::Talk;

use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::sync::LazyLock;

/// What the first bytes of a message say of its length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Framing {
    /// A whole message of so many bytes (may be more than there are yet).
    Message(usize),
    /// Too few bytes to tell.
    Need,
    /// A message of so many bytes, longer than the parser takes: passed over and counted.
    Oversize(usize),
    /// Not a message: the parser looks for its step again behind this byte.
    Bad(Flag),
}

/// The next place where a message can begin, by how the protocol is framed: for `Parser::resynchronise`.
pub fn next_message(data: &[u8], framing: impl Fn(&[u8]) -> Framing) -> (usize, bool) {
    for at in 0..data.len() {
        match framing(data.get(at..).unwrap_or_default()) {
            Framing::Bad(_) => {}
            Framing::Need => return (at, false),
            Framing::Message(_) | Framing::Oversize(_) => return (at, true),
        }
    }
    (data.len(), false)
}

/// What a protocol thinks of the first payload bytes of a direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Guess {
    No,
    /// Perhaps, with more bytes.
    Need,
    /// Its own, with a confidence from 0 to 1 and who the sender is, if the bytes tell.
    Yes {
        confidence: f32,
        sender: Option<Side>,
    },
    /// Its own, sent by the server, which opened the connection itself.
    Reversed {
        confidence: f32,
    },
}

/// What a probe may look at. Ports only break ties between client and server; they never name a protocol.
#[derive(Clone, Copy, Debug)]
pub struct Probe<'a> {
    pub data: &'a [u8],
    pub transport: Transport,
    pub source_port: u16,
    pub destination_port: u16,
    /// The flow is over: what was not enough so far is all there will ever be.
    pub ended: bool,
}

/// State of one protocol on one flow.
pub trait Parser: Send {
    /// Length of the message at the head of `data`, which is never empty. Must depend on the bytes only, and once it
    /// answered that a whole message is there must answer the same with more bytes.
    fn framing(&self, side: Side, data: &[u8]) -> Framing;

    /// One whole message.
    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>);

    /// Looks for the next message: (bytes to pass over, whether a message begins there). Without one, all bytes that
    /// cannot begin one are passed over.
    fn resynchronise(&self, side: Side, data: &[u8]) -> (usize, bool);

    /// Bytes of one direction are missing.
    fn gap(&mut self, _side: Side, _talk: &mut Talk<'_>) {}

    /// On a serial line a frame is over after so long a silence within it, ns. None: silence says nothing.
    fn silence(&self) -> Option<i64> {
        None
    }

    /// Gives up requests older than `TIMEOUT` before `now`.
    fn expire(&mut self, _now: i64, _talk: &mut Talk<'_>) {}

    /// The flow ended: requests still waiting are told as unanswered.
    fn close(&mut self, _talk: &mut Talk<'_>) {}

    /// Bytes of state, for the memory bound.
    fn weight(&self) -> usize;
}

/// A request without a reply after this time (ns) is unanswered.
pub const TIMEOUT: i64 = 10_000_000_000;

/// One protocol of the list.
pub struct Protocol {
    /// Word of `network.protocol`.
    pub name: &'static str,
    /// Ports registered for it, for `ot.port_protocol` and ties.
    pub ports: &'static [u16],
    pub transports: &'static [Transport],
    pub probe: fn(&Probe<'_>) -> Guess,
    pub parser: fn() -> Box<dyn Parser>,
}

/// Every protocol the core parses. A contract test walks this list.
pub static PROTOCOLS: &[Protocol] = &[
    modbus::PROTOCOL,
    modbus::rtu::PROTOCOL,
    modbus::ascii::PROTOCOL,
    modbus::line::PROTOCOL,
    goose::PROTOCOL,
    goose::ROUTED,
    sampled_values::PROTOCOL,
    sampled_values::ROUTED,
    mqtt::PROTOCOL,
    opcua::PROTOCOL,
    s7comm::PROTOCOL,
    s7comm_plus::PROTOCOL,
    mms::PROTOCOL,
    enip::PROTOCOL,
    enip::io::PROTOCOL,
    iec104::PROTOCOL,
    iec101::PROTOCOL,
    iec101::ON_LINE,
    dnp3::PROTOCOL,
    dnp3::ON_LINE,
    bacnet::PROTOCOL,
    profibus::PROTOCOL,
    profinet::PROTOCOL,
    profinet::mrp::PROTOCOL,
    profinet::rpc::PROTOCOL,
    hsms::PROTOCOL,
    synchrophasor::PROTOCOL,
    ethercat::PROTOCOL,
    ads::PROTOCOL,
    ads::discovery::PROTOCOL,
    fins::PROTOCOL,
    fins::stream::PROTOCOL,
    slmp::PROTOCOL,
    slmp::frame_1e::PROTOCOL,
    melsoft::PROTOCOL,
    tristation::PROTOCOL,
    knx::PROTOCOL,
    knx::stream::PROTOCOL,
    dlms::PROTOCOL,
    dlms::framed::PROTOCOL,
    can::PROTOCOL,
    canopen::PROTOCOL,
    j1939::PROTOCOL,
    hart_ip::PROTOCOL,
    hart_ip::stream::PROTOCOL,
    devicenet::PROTOCOL,
    egd::PROTOCOL,
    fox::PROTOCOL,
    suitelink::PROTOCOL,
    powerlink::PROTOCOL,
    powerlink::V1,
    powerlink::OVER_UDP,
    codesys::PROTOCOL,
    codesys::datagrams::PROTOCOL,
    codesys_v2::PROTOCOL,
    ge_srtp::PROTOCOL,
    c1222::PROTOCOL,
    roc_plus::PROTOCOL,
    mbus::PROTOCOL,
    opc_classic::PROTOCOL,
];

/// What the port would promise; ports never name a protocol by themselves.
pub fn promised(transport: Transport, port: u16) -> Option<&'static str> {
    listed(transport, port).or_else(|| crate::protocol::talk::well_known(transport, port))
}

/// The first protocol of the lists that has a port, or an EtherType, for its own.
pub fn listed(transport: Transport, port: u16) -> Option<&'static str> {
    static PROMISED: LazyLock<HashMap<(Transport, u16), &str, FixedState>> = LazyLock::new(|| {
        let read = PROTOCOLS.iter().map(|p| (p.name, p.ports, p.transports));
        let named = recognised::SIGNATURES.iter().map(|s| (s.name, s.ports, s.transports));
        let mut promised = HashMap::default();
        for (name, ports, transports) in read.chain(named) {
            for (transport, port) in transports.iter().flat_map(|t| ports.iter().map(move |port| (*t, *port))) {
                promised.entry((transport, port)).or_insert(name);
            }
        }
        promised
    });
    PROMISED.get(&(transport, port)).copied()
}

/// The ports that a datagram's conversation goes by, for a protocol whose answers come from other ports than were asked.
type Conversation = fn(data: &[u8], ports: (u16, u16)) -> Option<(u16, u16)>;

/// Such protocols. Each looks at every datagram, so its first glance has to be cheap.
static CONVERSATIONS: &[Conversation] = &[profinet::rpc::conversation, hart_ip::conversation];

/// Source and destination port as the flow of this datagram has them.
pub fn conversation(data: &[u8], ports: (u16, u16)) -> (u16, u16) {
    CONVERSATIONS.iter().find_map(|of| of(data, ports)).unwrap_or(ports)
}

/// The host that a frame comes back to, for a protocol whose devices send the frames that reach them on and back with
/// another source address.
type Returned = fn(ether_type: u16, source: [u8; 6]) -> Option<[u8; 6]>;

/// Such protocols.
static RETURNED: &[Returned] = &[ethercat::returned];

/// Who may have sent a frame that comes back from this source.
pub fn returned(ether_type: u16, source: [u8; 6]) -> Option<[u8; 6]> {
    RETURNED.iter().find_map(|of| of(ether_type, source))
}

/// The group address that stands for a network whose stations all hear each other.
type HeardByAll = fn(ether_type: u16) -> Option<[u8; 6]>;

/// Protocols of such networks: one of their flows holds all that is said.
static HEARD_BY_ALL: &[HeardByAll] = &[powerlink::heard_by_all];

/// The end that all frames of an EtherType have in common.
pub fn heard_by_all(ether_type: u16) -> Option<[u8; 6]> {
    HEARD_BY_ALL.iter().find_map(|of| of(ether_type))
}

/// Who sends a datagram that is for everybody, and the port that was asked: for a protocol whose devices answer to everybody
/// too, so that neither end of a reply says who had asked.
type SaidToAll = fn(data: &[u8], ports: (u16, u16)) -> Option<(Side, u16)>;

/// Such protocols: one flow of an interface holds all that is said. Each looks at every datagram for everybody.
static SAID_TO_ALL: &[SaidToAll] = &[melsoft::said_to_all];

/// The side that sends a datagram for everybody, and the server's port.
pub fn said_to_all(data: &[u8], ports: (u16, u16)) -> Option<(Side, u16)> {
    SAID_TO_ALL.iter().find_map(|of| of(data, ports))
}
