//! The phrases of the language: what stands between two joins.

use super::address;
use super::parser::{Parser, TERMS, error};
use super::primitive::{Direction, ICMP, ICMPV6, Primitive, Protocol, TCP, UDP};
use super::{FilterError, Wrong};

/// What kind of word follows the qualifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Host,
    Net,
    Port,
    PortRange,
}

/// The words before an address or port; `port 80 or 443` uses them twice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Qualifiers {
    protocol: Option<Protocol>,
    direction: Direction,
    kind: Kind,
}

impl Parser<'_> {
    pub(super) fn primitive(&mut self) -> Result<Primitive, FilterError> {
        match self.peek() {
            Some("vlan") => self.vlan(),
            Some("ether") => self.ether(),
            Some("ip" | "ip6" | "arp" | "tcp" | "udp" | "icmp" | "icmp6") => self.protocol(),
            Some("src" | "dst" | "host" | "net" | "port" | "portrange") => self.qualified(None),
            _ => self.repeated(),
        }
    }

    fn vlan(&mut self) -> Result<Primitive, FilterError> {
        self.advance();
        if !self.peek().is_some_and(|text| text.starts_with(|sign: char| sign.is_ascii_digit())) {
            return Ok(Primitive::Vlan(None));
        }
        self.value(&["<vlan>"], |text| match address::number(text, 4095) {
            Some(number) => Ok(Primitive::Vlan(Some(number))),
            None => Err("not_a_vlan".into()),
        })
    }

    fn ether(&mut self) -> Result<Primitive, FilterError> {
        const AFTER: &[&str] = &["proto", "host", "src", "dst"];
        self.advance();
        if self.take("proto") {
            const KNOWN: &[&str] = &["<ethertype>", "ip", "ip6", "arp"];
            return self.value(KNOWN, |text| match text {
                "ip" => Ok(Primitive::Protocol(Protocol::Ip)),
                "ip6" => Ok(Primitive::Protocol(Protocol::Ip6)),
                "arp" => Ok(Primitive::Protocol(Protocol::Arp)),
                _ => address::number(text, u16::MAX).map(Primitive::EtherType).ok_or_else(|| "not_an_ethertype".into()),
            });
        }
        let stated = matches!(self.peek(), Some("src" | "dst"));
        let direction = self.direction()?;
        if !self.take("host") && !stated {
            let token = self.word(AFTER)?;
            return Err(token.error("not_after_ether", AFTER));
        }
        self.value(&["<mac>"], |text| address::mac(text).map(|mac| Primitive::EtherHost(direction, mac)))
    }

    fn protocol(&mut self) -> Result<Primitive, FilterError> {
        let token = self.word(TERMS)?;
        let protocol = match token.text {
            "ip" => Protocol::Ip,
            "ip6" => Protocol::Ip6,
            "arp" => Protocol::Arp,
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            "icmp" => Protocol::Icmp,
            _ => Protocol::Icmp6,
        };
        match self.peek() {
            Some("proto") if matches!(protocol, Protocol::Ip | Protocol::Ip6) => {
                self.advance();
                self.value(&["<protocol>", "tcp", "udp", "icmp", "icmp6"], |text| {
                    ip_protocol(text).map(|number| Primitive::IpProtocol(protocol, number))
                })
            }
            Some("src" | "dst" | "host" | "net" | "port" | "portrange") => self.qualified(Some(protocol)),
            _ => Ok(Primitive::Protocol(protocol)),
        }
    }

    /// `[src | dst | src or dst | src and dst] [host | net | port | portrange] value`.
    fn qualified(&mut self, protocol: Option<Protocol>) -> Result<Primitive, FilterError> {
        let direction = self.direction()?;
        let position = self.position();
        let kind = match self.peek() {
            Some("net") => Kind::Net,
            Some("port") => Kind::Port,
            Some("portrange") => Kind::PortRange,
            _ => Kind::Host,
        };
        if matches!(self.peek(), Some("host" | "net" | "port" | "portrange")) {
            self.advance();
        }
        let fits = match kind {
            Kind::Host | Kind::Net => matches!(protocol, None | Some(Protocol::Ip | Protocol::Ip6 | Protocol::Arp)),
            Kind::Port | Kind::PortRange => {
                matches!(protocol, None | Some(Protocol::Tcp | Protocol::Udp))
            }
        };
        if !fits {
            return Err(error(position, "no_such_field", &["and", "or"]));
        }
        self.operand(Qualifiers { protocol, direction, kind })
    }

    /// A bare value after `and` or `or`: the qualifiers before it count again.
    fn repeated(&mut self) -> Result<Primitive, FilterError> {
        let known =
            self.peek().is_some_and(|text| text.contains(':') || text.starts_with(|sign: char| sign.is_ascii_digit()));
        match self.last {
            Some(qualifiers) if known => self.operand(qualifiers),
            _ => {
                let token = self.word(TERMS)?;
                Err(token.error("unknown_word", TERMS))
            }
        }
    }

    fn operand(&mut self, qualifiers: Qualifiers) -> Result<Primitive, FilterError> {
        let Qualifiers { protocol, direction, kind } = qualifiers;
        self.last = Some(qualifiers);
        let address = |network| Primitive::Address(protocol, direction, network);
        let ports = |range| Primitive::Ports(protocol, direction, range);
        match kind {
            Kind::Host => self.value(&["<address>"], |text| address::host(text).map(address)),
            Kind::Net => self.value(&["<network>"], |text| address::network(text).map(address)),
            Kind::Port => self.value(&["<port>"], |text| address::port(text).map(ports)),
            Kind::PortRange => self.value(&["<range>"], |text| address::port_range(text).map(ports)),
        }
    }

    fn direction(&mut self) -> Result<Direction, FilterError> {
        let first = if self.take("src") {
            Direction::Source
        } else if self.take("dst") {
            return Ok(Direction::Destination);
        } else {
            return Ok(Direction::Either);
        };
        let joined = match self.peek() {
            Some("or" | "||") => Direction::Either,
            Some("and" | "&&") => Direction::Both,
            _ => return Ok(first),
        };
        self.advance();
        let token = self.word(&["dst"])?;
        if token.text == "dst" { Ok(joined) } else { Err(token.error("not_after_src", &["dst"])) }
    }
}

fn ip_protocol(text: &str) -> Result<u8, Wrong> {
    match text {
        "tcp" => Ok(TCP),
        "udp" => Ok(UDP),
        "icmp" => Ok(ICMP),
        "icmp6" => Ok(ICMPV6),
        _ => address::number(text, 255)
            .and_then(|number| u8::try_from(number).ok())
            .ok_or_else(|| "not_a_protocol".into()),
    }
}
