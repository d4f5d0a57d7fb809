//! Connection management on connectionless DCE/RPC over UDP (C706, 12.6.3; IEC 61158-6-10, 4.10).
//!
//! | 0 version 1 (4) | 1 type 1 | 2 flags 2 | 4 data representation 3 | 7 serial high 1 | 8 object 16 | 24 interface 16 |
//! 40 activity 16 | 56 boot time 4 | 60 interface version 4 | 64 sequence 4 | 68 operation 2 | 70 hints 4 | 74 length 2 |
//! 76 fragment 2 | 78 authentication 1 | 79 serial low 1 | 80 body |

use super::management::Management;
use crate::bytes::{be16, be32, le16, le32, u8_at};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Parser, Probe, Protocol, Talk};

/// Where a device's connection management and endpoint mapper listen.
pub const PORT: u16 = 34964;
pub const HEADER: usize = 80;

pub const PROTOCOL: Protocol = Protocol {
    name: "profinet",
    ports: &[PORT],
    transports: &[Transport::Udp],
    probe,
    parser: || Box::<Rpc>::default(),
};

pub const REQUEST: u8 = 0;
const PING: u8 = 1;
pub const RESPONSE: u8 = 2;
pub const FAULT: u8 = 3;
const WORKING: u8 = 4;
const NOCALL: u8 = 5;
pub const REJECT: u8 = 6;
const ACK: u8 = 7;
const CANCEL: u8 = 8;
const FACK: u8 = 9;
const CANCEL_ACK: u8 = 10;

/// Flags 1.
pub const LAST_FRAGMENT: u8 = 0x02;
pub const FRAGMENT: u8 = 0x04;

/// Interfaces, as they stand in a big-endian packet: device, controller, supervisor, parameter server differ in one
/// octet.
const PNIO: [u8; 16] = [0xde, 0xa0, 0, 0, 0x6c, 0x97, 0x11, 0xd1, 0x82, 0x71, 0, 0xa0, 0x24, 0x42, 0xdf, 0x7d];
const MAPPER: [u8; 16] = [0xe1, 0xaf, 0x83, 0x08, 0x5d, 0x1f, 0x11, 0xc9, 0x91, 0xa4, 0x08, 0, 0x2b, 0x14, 0xa0, 0xfa];
/// Objects of PROFINET: DEA00000-6C97-11D1-8271, instance, device, maker.
const OBJECT: [u8; 10] = [0xde, 0xa0, 0, 0, 0x6c, 0x97, 0x11, 0xd1, 0x82, 0x71];

/// Which interface a call is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Interface {
    Device,
    Controller,
    Supervisor,
    ParameterServer,
    Mapper,
}

/// The fields of a header that are used.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub kind: u8,
    pub flags: u8,
    pub little: bool,
    pub object: [u8; 16],
    pub interface: Interface,
    pub activity: [u8; 16],
    pub sequence: u32,
    pub operation: u16,
    pub length: usize,
    pub fragment: u16,
}

/// A UUID in big-endian order.
fn uuid(data: &[u8], at: usize, little: bool) -> Option<[u8; 16]> {
    let bytes = data.get(at..)?.first_chunk::<16>().copied()?;
    let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
    if !little {
        return Some(bytes);
    }
    let [i, j, k, l, m, n, o, p] = rest;
    Some([d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p])
}

impl Header {
    /// None: no header of a call that concerns PROFINET.
    pub fn read(data: &[u8]) -> Option<Self> {
        if u8_at(data, 0)? != 4 || u8_at(data, 1)? > CANCEL_ACK || data.len() < HEADER {
            return None;
        }
        let little = u8_at(data, 4)? & 0x10 != 0;
        let object = uuid(data, 8, little)?;
        let interface = uuid(data, 24, little)?;
        let [a, b, c, version, rest @ ..] = interface;
        let [pa, pb, pc, _, pnio @ ..] = PNIO;
        let interface = match version {
            _ if interface == MAPPER => Interface::Mapper,
            1..=4 if ([a, b, c], rest) != ([pa, pb, pc], pnio) => return None,
            1 => Interface::Device,
            2 => Interface::Controller,
            3 => Interface::Supervisor,
            4 => Interface::ParameterServer,
            _ => return None,
        };
        let word = |at| if little { le16(data, at) } else { be16(data, at) };
        Some(Self {
            kind: u8_at(data, 1)?,
            flags: u8_at(data, 2)?,
            little,
            object,
            interface,
            activity: uuid(data, 40, little)?,
            sequence: if little { le32(data, 64)? } else { be32(data, 64)? },
            operation: word(68)?,
            length: usize::from(word(74)?),
            fragment: word(76)?,
        })
    }

    /// Who sends packets of this type: the one that called, or the one that was called.
    fn sender(&self) -> Side {
        match self.kind {
            REQUEST | PING | ACK | CANCEL | FACK => Side::Client,
            _ => Side::Server,
        }
    }
}

/// A device answers from another port than the one it was called on, and its caller may go on there; all that is one
/// conversation with the service behind `PORT`.
pub fn conversation(data: &[u8], (source, destination): (u16, u16)) -> Option<(u16, u16)> {
    // Any datagram comes by here.
    if u8_at(data, 0) != Some(4) || source == PORT || destination == PORT {
        return None;
    }
    match Header::read(data).filter(concerns)? {
        header if header.kind == FACK => None,
        header if header.sender() == Side::Server => Some((PORT, destination)),
        _ => Some((source, PORT)),
    }
}

/// The endpoint mapper serves other systems too: only those that call an object of PROFINET or none are meant here.
fn concerns(header: &Header) -> bool {
    header.interface != Interface::Mapper || header.object.starts_with(&OBJECT)
}

fn probe(probe: &Probe<'_>) -> Guess {
    let Some(header) = Header::read(probe.data) else { return Guess::No };
    let here = probe.source_port == PORT || probe.destination_port == PORT;
    let fits = HEADER + header.length <= probe.data.len() && (here || concerns(&header));
    if fits { Guess::Yes { confidence: 0.97, sender: Some(header.sender()) } } else { Guess::No }
}

/// Calls between two hosts.
#[derive(Default)]
pub struct Rpc {
    management: Management,
}

impl Parser for Rpc {
    fn framing(&self, _side: Side, data: &[u8]) -> Framing {
        Framing::Message(data.len())
    }

    fn message(&mut self, side: Side, data: &[u8], talk: &mut Talk<'_>) {
        let Some(header) = Header::read(data) else { return talk.flag(Flag::ProfinetRpcHeader, Some(0), None) };
        let Some(body) = data.get(HEADER..HEADER + header.length) else {
            return talk.flag(Flag::ProfinetRpcLength, Some(74), None);
        };
        match header.kind {
            REQUEST => self.management.request(side, &header, body, talk),
            RESPONSE => self.management.response(side, &header, body, talk),
            FAULT | REJECT => self.management.refused(side, &header, body, talk),
            PING | WORKING | NOCALL | ACK | CANCEL | FACK => {}
            _ => {}
        }
    }

    fn resynchronise(&self, _side: Side, data: &[u8]) -> (usize, bool) {
        (0, !data.is_empty())
    }

    fn expire(&mut self, now: i64, talk: &mut Talk<'_>) {
        self.management.expire(now, talk);
    }

    fn close(&mut self, talk: &mut Talk<'_>) {
        self.management.expire(i64::MAX, talk);
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.management.weight()
    }
}
