//! Capture filters: a subset of the language of tcpdump (pcap-filter(7)), over decoded headers.
//!
//! | primitive | matches |
//! | --- | --- |
//! | `host A`, `A` after `src`, `dst` | IPv4 or IPv6 address; of ARP too where the view holds its addresses |
//! | `net A/N`, `net 10.1` (= `10.1.0.0/16`) | network; bits below the mask must be 0 |
//! | `port N`, `portrange A-B` | port of TCP, UDP or SCTP |
//! | `src …`, `dst …`, `src or dst …`, `src and dst …` | before any of these; without, either side |
//! | `ip`, `ip6`, `arp` before `host`, `net`; `tcp`, `udp` before `port`, `portrange` | and that protocol |
//! | `ip`, `ip6`, `arp`, `tcp`, `udp`, `icmp`, `icmp6` alone | protocol |
//! | `ip proto N`, `ip6 proto N` | protocol number in the IP header |
//! | `ether proto 0x88b8` | EtherType, behind VLAN tags |
//! | `ether host MAC`, `ether src MAC`, `ether dst MAC` | hardware address |
//! | `vlan`, `vlan N` | tagged; with this number in the outer or the inner tag |
//! | `not` `!`, `and` `&&`, `or` `\|\|`, `( )` | |
//!
//! As in tcpdump, `and` and `or` bind **equally** and group from the left, `not` binds closer, and `port 80 or 443`
//! repeats `port`. An empty filter matches everything.
//!
//! Other than in tcpdump, `vlan` **does not shift** what follows: the view is decoded behind all tags and tunnels the
//! decoder knows, so `vlan and host A` and `host A and vlan` are the same, and `host A` alone finds tagged frames too.
//! Names of hosts and services, byte expressions (`tcp[13]`), `less`, `greater`, `gateway`, `broadcast` and
//! `multicast` are refused.

mod address;
pub mod kernel;
mod lexer;
mod needs;
mod parser;
mod phrase;
mod primitive;

use std::fmt;
use std::net::IpAddr;

use self::primitive::Primitive;
pub use needs::{Clause, Need};

/// What a filter looks at: the headers of one frame, each `None` if the frame has no such field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FilterView {
    /// VLAN number of the outer and of the inner tag.
    pub vlan: Option<u16>,
    pub inner_vlan: Option<u16>,
    /// EtherType behind the tags; `None` on links without one.
    pub ether_type: Option<u16>,
    pub source_mac: Option<[u8; 6]>,
    pub destination_mac: Option<[u8; 6]>,
    /// Addresses of IP; of ARP sender and target for `host` to find ARP as tcpdump does.
    pub source: Option<IpAddr>,
    pub destination: Option<IpAddr>,
    /// Protocol behind all IPv6 extension headers.
    pub ip_protocol: Option<u8>,
    pub source_port: Option<u16>,
    pub destination_port: Option<u16>,
}

/// A parsed filter; the default one is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// `None` for the empty filter.
    chain: Option<Chain>,
}

/// Terms joined by `and` and `or`, evaluated from the left.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Chain {
    first: Term,
    rest: Vec<(Join, Term)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Join {
    And,
    Or,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    negated: bool,
    operand: Operand,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Operand {
    Primitive(Primitive),
    Group(Box<Chain>),
}

/// A filter that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// Byte of the text at which the trouble begins.
    pub position: usize,
    /// Stable word for what is wrong, for translation.
    pub code: &'static str,
    /// The word it is about, and what belongs there, where the message names them; else empty.
    pub word: String,
    pub better: String,
    /// What could stand there: words of the language, and kinds of values as `<address>`.
    pub expected: &'static [&'static str],
}

/// Why a value cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wrong {
    code: &'static str,
    better: String,
}

impl From<&'static str> for Wrong {
    fn from(code: &'static str) -> Self {
        Self { code, better: String::new() }
    }
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// The first word that cannot stand where it stands, with its place and what could.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parser::parse(text).map(|chain| Self { chain })
    }

    /// A filter that passes what both pass.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self.chain, other.chain) {
            (Some(one), Some(other)) => {
                let group = |chain| Term { negated: false, operand: Operand::Group(Box::new(chain)) };
                Self { chain: Some(Chain { first: group(one), rest: vec![(Join::And, group(other))] }) }
            }
            (one, other) => Self { chain: one.or(other) },
        }
    }

    /// Whether a frame passes.
    #[must_use]
    pub fn matches(&self, view: &FilterView) -> bool {
        self.chain.as_ref().is_none_or(|chain| chain.matches(view))
    }
}

impl Chain {
    fn matches(&self, view: &FilterView) -> bool {
        self.rest.iter().fold(self.first.matches(view), |before, (join, term)| match join {
            Join::And => before && term.matches(view),
            Join::Or => before || term.matches(view),
        })
    }
}

impl Term {
    fn matches(&self, view: &FilterView) -> bool {
        let found = match &self.operand {
            Operand::Primitive(primitive) => primitive.matches(view),
            Operand::Group(chain) => chain.matches(view),
        };
        found != self.negated
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, code, word, better, expected } = self;
        write!(out, "filter, byte {position}: {code} '{word}' '{better}'; expected: {}", expected.join(", "))
    }
}

impl std::error::Error for FilterError {}
