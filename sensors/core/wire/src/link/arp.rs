//! ARP over Ethernet (RFC 826, RFC 5227).

use crate::bytes::be16;
use std::net::Ipv4Addr;

const HARDWARE_ETHERNET: u16 = 1;
const PROTOCOL_IPV4: u16 = 0x0800;
const REQUEST: u16 = 1;
const REPLY: u16 = 2;

/// Details of a message whose sender's MAC is not the frame's.
pub const SENDER_DIFFERS: &str = r#"{"sender_differs":true}"#;

/// What an ARP message does.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Action {
    Request,
    Reply,
    /// Sender and target address are the same (RFC 5227 3).
    Announce,
    /// Sender address 0.0.0.0 (RFC 5227 2.1.1).
    Probe,
    Other,
}

impl Action {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Reply => "reply",
            Self::Announce => "announce",
            Self::Probe => "probe",
            Self::Other => "other",
        }
    }
}

/// One ARP message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Arp {
    pub action: Action,
    pub sender_mac: [u8; 6],
    pub sender: Ipv4Addr,
    pub target: Ipv4Addr,
}

/// | 0 hardware type 2 | 2 protocol type 2 | 4 lengths 1+1 | 6 operation 2 | 8 sender MAC 6 | 14 sender IP 4 |
/// 18 target MAC 6 | 24 target IP 4 |. None: no ARP for Ethernet and IPv4.
pub fn parse(data: &[u8]) -> Option<Arp> {
    if be16(data, 0)? != HARDWARE_ETHERNET || be16(data, 2)? != PROTOCOL_IPV4 || be16(data, 4)? != 0x0604 {
        return None;
    }
    let sender_mac = *data.get(8..)?.first_chunk::<6>()?;
    let sender = Ipv4Addr::from(*data.get(14..)?.first_chunk::<4>()?);
    let target = Ipv4Addr::from(*data.get(24..)?.first_chunk::<4>()?);
    let action = match be16(data, 6)? {
        REQUEST | REPLY if sender == target => Action::Announce,
        REQUEST if sender.is_unspecified() => Action::Probe,
        REQUEST => Action::Request,
        REPLY => Action::Reply,
        _ => Action::Other,
    };
    Some(Arp { action, sender_mac, sender, target })
}
