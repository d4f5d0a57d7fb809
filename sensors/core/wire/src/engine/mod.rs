//! The engine: one frame after the other, from link to ledger. It knows no clock but packet time.

mod below_ip;
mod conversation;
mod everybody;
mod programs;
mod recognition;
mod relief;
mod serial;
mod ticks;

pub use relief::Relief;

use crate::bytes::{be16, be32, u8_at};
use crate::capture::filter::Filter;
use crate::capture::{Frame, LinkType};
use crate::dataset::{Batch, Flag};
use crate::flow::facts::{Endpoint, Place};
use crate::flow::fragment::{Fragments, Origin, Reassembly};
use crate::flow::headers;
use crate::flow::ip::{self, Datagram};
use crate::flow::table::FlowTable;
use crate::flow::{Facts, Side, Span, Stamp, Transport};
use crate::ledger::{Ledger, Settings};
use crate::link::echo::Echoes;
use crate::link::{self, LinkIssue, Packet, arp, decode, icmp};
use crate::protocol::listed;
use std::net::IpAddr;

/// The whole state between frames and rows.
pub struct Engine {
    pub ledger: Ledger,
    flows: FlowTable,
    /// Sum of the flows' weights.
    held: usize,
    fragments: Fragments,
    echoes: Echoes,
    filter: Option<Filter>,
    /// Beginning of the window of ten seconds that the clock is in, ns.
    window: Option<i64>,
    /// Beginning of the window of ten seconds that the last frame was in, ns.
    heard: Option<i64>,
    /// The frame before leapt far ahead in time.
    leapt: bool,
    /// Flows before this place were ended by `finish_some`.
    ended: u32,
    relief: Relief,
}

/// A frame's place on the wire while it is taken apart.
#[derive(Clone, Copy)]
struct Arrival<'a> {
    stamp: Stamp,
    packet: Packet<'a>,
    wire_length: u32,
    snapped: bool,
}

impl Engine {
    pub fn new(settings: Settings, places: Vec<Place>, filter: Option<Filter>) -> Self {
        Self {
            ledger: Ledger::new(settings, places),
            flows: FlowTable::default(),
            held: 0,
            fragments: Fragments::default(),
            echoes: Echoes::default(),
            filter,
            window: None,
            heard: None,
            leapt: false,
            ended: 0,
            relief: Relief::None,
        }
    }

    /// Takes one frame.
    pub fn frame(&mut self, frame: &Frame<'_>) {
        self.advance(frame.timestamp);
        self.ledger.counters.frame(frame.data.len(), frame.timestamp);
        let stamp = Stamp { time: frame.timestamp, number: frame.number, source: frame.source };
        let packet = match link::decode(frame.link, frame.data) {
            Ok(packet) => packet,
            Err(issue) => return self.undecodable(issue, frame.link, stamp),
        };
        let snapped = usize::try_from(frame.wire_length).is_ok_and(|length| frame.data.len() < length);
        if snapped {
            self.ledger.counters.add("link", "snapped", 1);
        }
        let arrival = Arrival { stamp, packet, wire_length: frame.wire_length, snapped };
        match packet.ether_type {
            Some(decode::ETHERTYPE_IPV4) => self.network(arrival, ip::ipv4(packet.payload)),
            Some(decode::ETHERTYPE_IPV6) => self.network(arrival, ip::ipv6(packet.payload)),
            Some(decode::ETHERTYPE_ARP) => self.arp(arrival),
            Some(decode::ETHERTYPE_CAN | decode::ETHERTYPE_CAN_COOKED) => match self.passes(&arrival, None) {
                true => self.can(arrival),
                false => self.ledger.counters.add("link", "filtered", 1),
            },
            Some(decode::ETHERTYPE_SERIAL) => match self.passes(&arrival, None) {
                true => self.serial(arrival),
                false => self.ledger.counters.add("link", "filtered", 1),
            },
            Some(decode::ETHERTYPE_PROFIBUS) => match self.passes(&arrival, None) {
                true => self.profibus(arrival),
                false => self.ledger.counters.add("link", "filtered", 1),
            },
            Some(other) if self.known_on_ethernet(other) => match self.passes(&arrival, None) {
                true => self.ethernet(arrival, other),
                false => self.ledger.counters.add("link", "filtered", 1),
            },
            _ if self.passes(&arrival, None) => self.ledger.counters.add("link", "not_ip", 1),
            _ => self.ledger.counters.add("link", "filtered", 1),
        }
    }

    /// Bytes held for all flows together (`Settings::max_held`).
    pub fn held(&self) -> usize {
        self.held
    }

    /// Whether a batch is full and should be handed over.
    pub fn batch_full(&self) -> bool {
        self.ledger.batch.rows() >= self.ledger.settings.batch_rows
    }

    pub fn take_batch(&mut self) -> Batch {
        self.ledger.take_batch()
    }

    fn undecodable(&mut self, issue: LinkIssue, link: LinkType, stamp: Stamp) {
        match issue {
            LinkIssue::Short => {
                self.ledger.counters.add("link", "short", 1);
                self.ledger.frame_flag(Flag::LinkTruncated, stamp, None, None);
            }
            LinkIssue::UnknownLinkType => {
                let _ = link;
                self.ledger.counters.add("link", "unknown_link_type", 1);
            }
        }
    }

    fn network(&mut self, arrival: Arrival<'_>, datagram: Option<Datagram<'_>>) {
        let Some(datagram) = datagram else {
            self.ledger.counters.add("ip", "bad_header", 1);
            self.ledger.frame_flag(Flag::IpBadHeader, arrival.stamp, None, None);
            return;
        };
        if !self.passes(&arrival, Some(&datagram)) {
            self.ledger.counters.add("link", "filtered", 1);
            return;
        }
        let Some(fragment) = datagram.fragment else {
            return self.transport(arrival, &datagram);
        };
        self.ledger.counters.add("ip", "fragments", 1);
        let Datagram { source, destination, protocol, .. } = datagram;
        let origin = Origin { source, destination, protocol, interface: arrival.stamp.source };
        match self.fragments.add(&origin, fragment, datagram.payload, arrival.stamp.time) {
            Reassembly::Waiting => {}
            Reassembly::Complete(payload) => {
                let whole = Datagram { payload: &payload, fragment: None, ..datagram };
                self.transport(arrival, &whole);
            }
            Reassembly::Differs => {
                self.ledger.frame_flag(Flag::IpFragmentOverlap, arrival.stamp, Some(source), Some(destination));
            }
            Reassembly::Refused => self.ledger.counters.add("ip", "fragments_refused", 1),
        }
    }

    fn transport(&mut self, arrival: Arrival<'_>, datagram: &Datagram<'_>) {
        let data = datagram.payload;
        match datagram.protocol {
            ip::TCP => self.tcp(arrival, datagram, data),
            ip::UDP => self.udp(arrival, datagram, data),
            ip::ICMP => self.icmp(arrival, datagram, 4),
            ip::ICMPV6 => self.icmp(arrival, datagram, 6),
            _ => self.ledger.counters.add("ip", "other_protocol", 1),
        }
    }

    fn icmp(&mut self, arrival: Arrival<'_>, datagram: &Datagram<'_>, version: u8) {
        let Some(kind) = u8_at(datagram.payload, 0) else {
            self.ledger.counters.add("ip", "bad_header", 1);
            return;
        };
        let mut facts = pair(&arrival, datagram.source, datagram.destination, Transport::Icmp);
        self.ledger.seen(&mut facts, Side::Client, Span::at(arrival.stamp), false);
        // What the capture cut off cannot be compared.
        let whole = !(arrival.snapped || datagram.short);
        let details = (whole && self.echoes.differs(datagram)).then_some(icmp::REPLY_DIFFERS);
        self.ledger.link(&mut facts, "icmp", icmp::action(version, kind), Span::at(arrival.stamp), details);
    }

    fn arp(&mut self, arrival: Arrival<'_>) {
        if !self.passes(&arrival, None) {
            self.ledger.counters.add("link", "filtered", 1);
            return;
        }
        let Some(message) = arp::parse(arrival.packet.payload) else {
            self.ledger.counters.add("link", "bad_arp", 1);
            return;
        };
        let mut facts = pair(&arrival, message.sender.into(), message.target.into(), Transport::Other(0));
        let odd = arrival.packet.source_mac.is_some_and(|mac| mac != message.sender_mac);
        facts.client.mac = Some(message.sender_mac);
        facts.server.mac = None;
        let span = Span::at(arrival.stamp);
        self.ledger.seen(&mut facts, Side::Client, span, true);
        self.ledger.link(&mut facts, "arp", message.action.name(), span, odd.then_some(arp::SENDER_DIFFERS));
    }

    /// Whether a protocol of the list, or a dissector's, stands directly on Ethernet under this EtherType.
    fn known_on_ethernet(&self, ether_type: u16) -> bool {
        listed(Transport::Ethernet, ether_type).is_some()
            || self.ledger.settings.dissectors.iter().any(|d| d.known_on_ethernet(ether_type))
    }

    fn passes(&self, arrival: &Arrival<'_>, datagram: Option<&Datagram<'_>>) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches(&headers::view(&arrival.packet, datagram)))
    }
}

/// Facts of a frame that belongs to no flow.
fn pair(arrival: &Arrival<'_>, source: IpAddr, destination: IpAddr, transport: Transport) -> Facts {
    let client = Endpoint { ip: source, port: 0, mac: arrival.packet.source_mac };
    let server = Endpoint { ip: destination, port: 0, mac: arrival.packet.destination_mac };
    let mut facts = Facts::new(client, server, transport, 0);
    facts.vlan = arrival.packet.vlan;
    facts.inner_vlan = arrival.packet.inner_vlan;
    facts.interface = arrival.stamp.source;
    facts
}

/// TCP: | 0 ports 2+2 | 4 sequence 4 | 8 acknowledgement 4 | 12 offset 4 bits | 13 flags 1 | 14 window 2 |
/// 16 checksum 2 | 18 urgent 2 | options | (RFC 9293 3.1).
#[derive(Clone, Copy, Debug)]
struct Segment<'a> {
    source_port: u16,
    destination_port: u16,
    sequence: u32,
    acknowledgement: u32,
    flags: u8,
    payload: &'a [u8],
}

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

fn segment(data: &[u8]) -> Option<Segment<'_>> {
    let header = usize::from(u8_at(data, 12)? >> 4) * 4;
    if header < 20 {
        return None;
    }
    Some(Segment {
        source_port: be16(data, 0)?,
        destination_port: be16(data, 2)?,
        sequence: be32(data, 4)?,
        acknowledgement: be32(data, 8)?,
        flags: u8_at(data, 13)?,
        payload: data.get(header..)?,
    })
}
