//! The smallest tests of a filter.

use std::net::IpAddr;

use super::FilterView;

const ETHER_TYPE_IPV4: u16 = 0x0800;
const ETHER_TYPE_ARP: u16 = 0x0806;
const ETHER_TYPE_IPV6: u16 = 0x86dd;

pub(super) const ICMP: u8 = 1;
pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;
pub(super) const ICMPV6: u8 = 58;

/// One test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Primitive {
    Protocol(Protocol),
    IpProtocol(Protocol, u8),
    EtherType(u16),
    EtherHost(Direction, [u8; 6]),
    Vlan(Option<u16>),
    Address(Option<Protocol>, Direction, Network),
    Ports(Option<Protocol>, Direction, PortRange),
}

/// Words that name a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Ip,
    Ip6,
    Arp,
    Tcp,
    Udp,
    Icmp,
    Icmp6,
}

/// Which side of a frame is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Source,
    Destination,
    Either,
    Both,
}

/// An address with the number of its leading bits that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    pub(super) address: IpAddr,
    pub(super) bits: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PortRange {
    pub(super) first: u16,
    pub(super) last: u16,
}

impl Primitive {
    pub(super) fn matches(&self, view: &FilterView) -> bool {
        match self {
            Self::Protocol(protocol) => protocol.matches(view),
            Self::IpProtocol(protocol, number) => protocol.matches(view) && view.ip_protocol == Some(*number),
            Self::EtherType(number) => view.ether_type == Some(*number),
            Self::EtherHost(direction, mac) => {
                direction.matches(view.source_mac == Some(*mac), view.destination_mac == Some(*mac))
            }
            Self::Vlan(None) => view.vlan.is_some(),
            Self::Vlan(number) => view.vlan == *number || view.inner_vlan == *number,
            Self::Address(protocol, direction, network) => {
                protocol.is_none_or(|protocol| protocol.matches(view))
                    && direction.matches(network.has(view.source), network.has(view.destination))
            }
            Self::Ports(protocol, direction, range) => {
                protocol.is_none_or(|protocol| protocol.matches(view))
                    && direction.matches(range.has(view.source_port), range.has(view.destination_port))
            }
        }
    }
}

impl Protocol {
    /// On links without an EtherType the addresses tell the version of IP.
    fn matches(self, view: &FilterView) -> bool {
        match self {
            Self::Ip => match view.ether_type {
                Some(number) => number == ETHER_TYPE_IPV4,
                None => matches!(view.source, Some(IpAddr::V4(_))),
            },
            Self::Ip6 => match view.ether_type {
                Some(number) => number == ETHER_TYPE_IPV6,
                None => matches!(view.source, Some(IpAddr::V6(_))),
            },
            Self::Arp => view.ether_type == Some(ETHER_TYPE_ARP),
            Self::Tcp => view.ip_protocol == Some(TCP),
            Self::Udp => view.ip_protocol == Some(UDP),
            Self::Icmp => view.ip_protocol == Some(ICMP) && Self::Ip.matches(view),
            Self::Icmp6 => view.ip_protocol == Some(ICMPV6) && Self::Ip6.matches(view),
        }
    }
}

impl Direction {
    fn matches(self, source: bool, destination: bool) -> bool {
        match self {
            Self::Source => source,
            Self::Destination => destination,
            Self::Either => source || destination,
            Self::Both => source && destination,
        }
    }
}

impl Network {
    pub(super) fn has(self, address: Option<IpAddr>) -> bool {
        match (self.address, address) {
            (IpAddr::V4(network), Some(IpAddr::V4(address))) => {
                (network.to_bits() ^ address.to_bits()) & mask32(self.bits) == 0
            }
            (IpAddr::V6(network), Some(IpAddr::V6(address))) => {
                (network.to_bits() ^ address.to_bits()) & mask128(self.bits) == 0
            }
            _ => false,
        }
    }
}

/// Mask with the given number of leading ones, at most 32.
pub(super) fn mask32(bits: u8) -> u32 {
    u32::MAX.checked_shl(32_u32.saturating_sub(u32::from(bits))).unwrap_or(0)
}

/// Mask with the given number of leading ones, at most 128.
pub(super) fn mask128(bits: u8) -> u128 {
    u128::MAX.checked_shl(128_u32.saturating_sub(u32::from(bits))).unwrap_or(0)
}

impl PortRange {
    fn has(self, port: Option<u16>) -> bool {
        port.is_some_and(|port| (self.first..=self.last).contains(&port))
    }
}
