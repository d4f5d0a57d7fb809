//! IP addresses and the stations behind them: a router or a translator of addresses in front of the mirror shows here.

use super::view::View;
use super::{Counts, Mac};
use crate::bytes::{be16, u8_at};
use crate::flow::ip::TCP;
use crate::link::decode::ETHERTYPE_ARP;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::net::{IpAddr, Ipv4Addr};

/// Addresses, and stations, at most.
const MOST: usize = 4096;
/// Stations that are listed.
const LISTED: usize = 16;
/// Values that systems begin with (time to live): a packet's is the next one at or above what it has left.
const BEGINS: [u8; 4] = [32, 64, 128, 255];

/// An IP address.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Address {
    pub ip: IpAddr,
    pub sent: u64,
    pub received: u64,
    /// Stations that sent with it, 3 for three or more.
    pub stations: u8,
    /// Openings of TCP it sent, by the time to live its system begins with: 32, 64, 128, 255.
    pub openings: [u64; 4],
}

/// A station.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Station {
    pub mac: Mac,
    pub sent: u64,
    pub received: u64,
    /// IP addresses that were first seen as its.
    pub addresses: u64,
}

#[derive(Default)]
struct Host {
    sent: u64,
    received: u64,
    macs: [Option<Mac>; 3],
    openings: [u64; 4],
}

/// Addresses and stations.
#[derive(Default)]
pub struct Hosts {
    hosts: HashMap<IpAddr, Host, RandomState>,
    /// Frames sent and received, addresses.
    stations: HashMap<Mac, (u64, u64, u64), RandomState>,
    untold: u64,
}

impl Hosts {
    pub fn frame(&mut self, view: &View<'_>) {
        if let Some((source, destination)) = view.stations() {
            if let Some(station) = self.station(source) {
                station.0 += 1;
            }
            if view.unicast()
                && let Some(station) = self.station(destination)
            {
                station.1 += 1;
            }
        }
        if let Some(ip) = &view.ip {
            self.sends(ip.datagram.source, view.packet.source_mac);
            if opens(ip.datagram.protocol, ip.datagram.payload)
                && let Some(host) = self.hosts.get_mut(&ip.datagram.source)
                && let Some(class) = BEGINS.iter().position(|begin| ip.ttl <= *begin)
                && let Some(count) = host.openings.get_mut(class)
            {
                *count += 1;
            }
            if view.unicast()
                && let Some(host) = self.host(ip.datagram.destination)
            {
                host.received += 1;
            }
        } else if view.packet.ether_type == Some(ETHERTYPE_ARP)
            && let Some(address) = speaker(view.packet.payload)
        {
            self.sends(address, view.packet.source_mac);
        }
    }

    /// An address sent something.
    fn sends(&mut self, address: IpAddr, mac: Option<Mac>) {
        let Some(host) = self.host(address) else { return };
        host.sent += 1;
        let Some(mac) = mac.filter(|mac| !host.macs.contains(&Some(*mac))) else { return };
        let first = host.macs == [None; 3];
        if let Some(free) = host.macs.iter_mut().find(|place| place.is_none()) {
            *free = Some(mac);
        }
        if first && let Some(station) = self.stations.get_mut(&mac) {
            station.2 += 1;
        }
    }

    fn host(&mut self, address: IpAddr) -> Option<&mut Host> {
        if !of_one(address) {
            return None;
        }
        if self.hosts.len() >= MOST && !self.hosts.contains_key(&address) {
            self.untold += 1;
            return None;
        }
        Some(self.hosts.entry(address).or_default())
    }

    fn station(&mut self, mac: Mac) -> Option<&mut (u64, u64, u64)> {
        if self.stations.len() >= MOST && !self.stations.contains_key(&mac) {
            self.untold += 1;
            return None;
        }
        Some(self.stations.entry(mac).or_default())
    }

    pub fn tell(&self, counts: &mut Counts) {
        let number = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        counts.extend([
            ("stations", number(self.stations.len())),
            ("addresses", number(self.hosts.len())),
            ("hosts_untold", self.untold),
        ]);
    }

    /// Stations, those with the most addresses and then the most frames first; all addresses in their order.
    pub fn lists(&self) -> (Vec<Station>, Vec<Address>) {
        let mut stations: Vec<Station> = self
            .stations
            .iter()
            .map(|(mac, (sent, received, addresses))| Station {
                mac: *mac,
                sent: *sent,
                received: *received,
                addresses: *addresses,
            })
            .collect();
        stations.sort_by_key(|s| std::cmp::Reverse((s.addresses, s.sent + s.received, s.mac)));
        stations.truncate(LISTED);
        let mut addresses: Vec<Address> = self
            .hosts
            .iter()
            .map(|(ip, host)| Address {
                ip: *ip,
                sent: host.sent,
                received: host.received,
                stations: u8::try_from(host.macs.iter().flatten().count()).unwrap_or(0),
                openings: host.openings,
            })
            .collect();
        addresses.sort_by_key(|address| address.ip);
        (stations, addresses)
    }
}

/// Whether a segment opens a conversation: SYN without ACK.
fn opens(protocol: u8, segment: &[u8]) -> bool {
    protocol == TCP && u8_at(segment, 13).is_some_and(|flags| flags & 0x12 == 0x02)
}

/// Whether an address is that of one host.
fn of_one(address: IpAddr) -> bool {
    let broadcast = matches!(address, IpAddr::V4(v4) if v4.is_broadcast());
    !(address.is_multicast() || address.is_unspecified() || address.is_loopback() || broadcast)
}

/// Who speaks in ARP (RFC 826): | 0 hardware 2 | 2 protocol 2 | 4 lengths 1+1 | 6 operation 2 | 8 sender's MAC 6 | 14 its IP 4 |
fn speaker(data: &[u8]) -> Option<IpAddr> {
    if be16(data, 2)? != 0x0800 {
        return None;
    }
    let octets = data.get(14..)?.first_chunk::<4>()?;
    Some(IpAddr::V4(Ipv4Addr::from(*octets)))
}
