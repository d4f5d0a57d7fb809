//! The phrases of the language: what stands between two joins.

use super::FilterError;
use super::address;
use super::parser::{Parser, TERMS, error};
use super::primitive::{Direction, ICMP, ICMPV6, Primitive, Protocol, TCP, UDP};

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
        self.value(&["a number up to 4095"], |text| match address::number(text, 4095) {
            Some(number) => Ok(Primitive::Vlan(Some(number))),
            None => Err(format!("'{text}' is not the number of a VLAN")),
        })
    }

    fn ether(&mut self) -> Result<Primitive, FilterError> {
        const AFTER: &[&str] = &["proto", "host", "src", "dst"];
        self.advance();
        if self.take("proto") {
            const KNOWN: &[&str] = &["a number such as 0x88b8", "ip", "ip6", "arp"];
            return self.value(KNOWN, |text| match text {
                "ip" => Ok(Primitive::Protocol(Protocol::Ip)),
                "ip6" => Ok(Primitive::Protocol(Protocol::Ip6)),
                "arp" => Ok(Primitive::Protocol(Protocol::Arp)),
                _ => address::number(text, u16::MAX)
                    .map(Primitive::EtherType)
                    .ok_or_else(|| format!("'{text}' is not an EtherType")),
            });
        }
        let stated = matches!(self.peek(), Some("src" | "dst"));
        let direction = self.direction()?;
        if !self.take("host") && !stated {
            let token = self.word(AFTER)?;
            return Err(error(token.position, &format!("'{}' cannot stand after 'ether'", token.text), AFTER));
        }
        self.value(&["an address such as 00:00:5e:00:53:23"], |text| {
            address::mac(text).map(|mac| Primitive::EtherHost(direction, mac))
        })
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
                self.value(&["a number up to 255", "tcp", "udp", "icmp", "icmp6"], |text| {
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
            let message = "this protocol has no such field; write the protocol, 'and', and the rest";
            return Err(error(position, message, &["and", "or"]));
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
                Err(error(token.position, &format!("'{}' is not a word of the filter language", token.text), TERMS))
            }
        }
    }

    fn operand(&mut self, qualifiers: Qualifiers) -> Result<Primitive, FilterError> {
        let Qualifiers { protocol, direction, kind } = qualifiers;
        self.last = Some(qualifiers);
        let address = |network| Primitive::Address(protocol, direction, network);
        let ports = |range| Primitive::Ports(protocol, direction, range);
        match kind {
            Kind::Host => self.value(&["an address such as 10.0.0.1"], |text| address::host(text).map(address)),
            Kind::Net => self.value(&["a network such as 10.1.0.0/16"], |text| address::network(text).map(address)),
            Kind::Port => self.value(&["a port such as 502"], |text| address::port(text).map(ports)),
            Kind::PortRange => self.value(&["a range such as 2404-2410"], |text| address::port_range(text).map(ports)),
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
        if token.text == "dst" {
            Ok(joined)
        } else {
            Err(error(token.position, &format!("'{}' cannot stand after 'src' and a join", token.text), &["dst"]))
        }
    }
}

fn ip_protocol(text: &str) -> Result<u8, String> {
    match text {
        "tcp" => Ok(TCP),
        "udp" => Ok(UDP),
        "icmp" => Ok(ICMP),
        "icmp6" => Ok(ICMPV6),
        _ => address::number(text, 255)
            .and_then(|number| u8::try_from(number).ok())
            .ok_or_else(|| format!("'{text}' is not the number of an IP protocol")),
    }
}
