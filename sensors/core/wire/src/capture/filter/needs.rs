//! What every frame that passes a filter must hold, so that an index can say where none is.

use super::primitive::{Network, PortRange, Primitive, Protocol};
use super::{Chain, Filter, Join, Operand, Term};
use std::net::IpAddr;

const ETHER_TYPE_ARP: u16 = 0x0806;
/// Ports of a range that are looked up one by one; a wider one needs nothing.
const MOST_PORTS: u16 = 16;
/// Clauses of one side of an `or` that are combined with those of the other.
const MOST_CLAUSES: usize = 8;

/// A thing that a frame's headers name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Mac([u8; 6]),
    EtherType(u16),
    Vlan(u16),
    Address(IpAddr),
    Port(u16),
}

/// At least one of these must be there.
pub type Clause = Vec<Need>;

impl Filter {
    /// Clauses that all hold for every frame that passes. Others may fulfil them too; none: the filter says nothing that
    /// can be looked up.
    #[must_use]
    pub fn needs(&self) -> Vec<Clause> {
        self.chain.as_ref().map(of_chain).unwrap_or_default()
    }
}

fn of_chain(chain: &Chain) -> Vec<Clause> {
    chain.rest.iter().fold(of_term(&chain.first), |before, (join, term)| match join {
        Join::And => before.into_iter().chain(of_term(term)).collect(),
        Join::Or => either(&before, &of_term(term)),
    })
}

/// (A and B) or (C and D) needs (A or C), (A or D), (B or C) and (B or D).
fn either(left: &[Clause], right: &[Clause]) -> Vec<Clause> {
    let some = |clauses: &[Clause]| clauses.iter().take(MOST_CLAUSES).cloned().collect::<Vec<_>>();
    let right = some(right);
    let both = some(left).into_iter().flat_map(|one| {
        let joined = |other: &Clause| one.iter().chain(other).copied().collect();
        right.iter().map(joined).collect::<Vec<Clause>>()
    });
    both.collect()
}

fn of_term(term: &Term) -> Vec<Clause> {
    match &term.operand {
        _ if term.negated => Vec::new(),
        Operand::Primitive(primitive) => of_primitive(primitive),
        Operand::Group(chain) => of_chain(chain),
    }
}

fn of_primitive(primitive: &Primitive) -> Vec<Clause> {
    match primitive {
        Primitive::Protocol(Protocol::Arp) => vec![vec![Need::EtherType(ETHER_TYPE_ARP)]],
        Primitive::EtherType(number) => vec![vec![Need::EtherType(*number)]],
        Primitive::EtherHost(_, mac) => vec![vec![Need::Mac(*mac)]],
        Primitive::Vlan(Some(number)) => vec![vec![Need::Vlan(*number)]],
        Primitive::Address(_, _, network) => of_network(*network),
        Primitive::Ports(_, _, range) => of_ports(*range),
        Primitive::Vlan(None) | Primitive::Protocol(_) | Primitive::IpProtocol(..) => Vec::new(),
    }
}

fn of_network(Network { address, bits }: Network) -> Vec<Clause> {
    let whole = if address.is_ipv4() { 32 } else { 128 };
    if bits == whole { vec![vec![Need::Address(address)]] } else { Vec::new() }
}

fn of_ports(PortRange { first, last }: PortRange) -> Vec<Clause> {
    if last.saturating_sub(first) < MOST_PORTS { vec![(first..=last).map(Need::Port).collect()] } else { Vec::new() }
}
