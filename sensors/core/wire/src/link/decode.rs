//! Ethernet, VLAN tags, Linux cooked captures, loopback, raw IP (IEEE 802.3, 802.1Q, 802.1ad), CAN (ISO 11898-1) and taps
//! on serial lines.

use super::rtac;
use crate::bytes::{be16, be32, le16, le32, u8_at};
use crate::capture::LinkType;

pub const ETHERTYPE_IPV4: u16 = 0x0800;
pub const ETHERTYPE_ARP: u16 = 0x0806;
pub const ETHERTYPE_IPV6: u16 = 0x86DD;
/// A CAN frame of any kind. Linux's own number for it (ETH_P_CAN, linux/if_ether.h); on Ethernet it would be a length.
pub const ETHERTYPE_CAN: u16 = 0x000C;
/// The same out of a cooked capture, where the identifier has the byte order of the machine that captured.
pub const ETHERTYPE_CAN_COOKED: u16 = 0x000D;
/// CAN, CAN FD and CAN XL in cooked captures.
const COOKED_CAN: std::ops::RangeInclusive<u16> = 0x000C..=0x000E;
/// Octets of a serial line. No EtherType: the number of their link type, which on Ethernet would be a length.
pub const ETHERTYPE_SERIAL: u16 = 250;
/// A frame of a PROFIBUS, in the same way.
pub const ETHERTYPE_PROFIBUS: u16 = 257;
/// Customer tag (802.1Q), service tag (802.1ad) and the two old values for stacked tags.
pub const TAGS: [u16; 4] = [0x8100, 0x88A8, 0x9100, 0x9200];
/// Below this an EtherType field is an IEEE 802.3 length.
pub const ETHERTYPE_MIN: u16 = 0x0600;

/// A frame with its link headers taken off.
#[derive(Clone, Copy, Debug, Default)]
pub struct Packet<'a> {
    pub source_mac: Option<[u8; 6]>,
    pub destination_mac: Option<[u8; 6]>,
    pub vlan: Option<u16>,
    pub inner_vlan: Option<u16>,
    /// None: an 802.3 length field with LLC behind it.
    pub ether_type: Option<u16>,
    pub payload: &'a [u8],
}

/// Why a frame could not be opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LinkIssue {
    /// Shorter than its own headers.
    Short,
    /// A link type this program does not know.
    UnknownLinkType,
}

/// Takes the link headers off a frame.
pub fn decode(link: LinkType, data: &[u8]) -> Result<Packet<'_>, LinkIssue> {
    match link {
        LinkType::ETHERNET => ethernet(data).ok_or(LinkIssue::Short),
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 => raw(data).ok_or(LinkIssue::Short),
        LinkType::LINUX_SLL => sll(data).ok_or(LinkIssue::Short),
        LinkType::LINUX_SLL2 => sll2(data).ok_or(LinkIssue::Short),
        LinkType::CAN_SOCKETCAN => Ok(can(data, Packet::default())),
        LinkType::RTAC_SERIAL => rtac(data).ok_or(LinkIssue::Short),
        LinkType::PROFIBUS_DL if data.is_empty() => Err(LinkIssue::Short),
        LinkType::PROFIBUS_DL => {
            Ok(Packet { ether_type: Some(ETHERTYPE_PROFIBUS), payload: data, ..Packet::default() })
        }
        LinkType::NULL | LinkType::LOOP => loopback(data).ok_or(LinkIssue::Short),
        _ => Err(LinkIssue::UnknownLinkType),
    }
}

/// | 0 destination 6 | 6 source 6 | 12 EtherType or tag 2 | … |
fn ethernet(data: &[u8]) -> Option<Packet<'_>> {
    let head = data.first_chunk::<14>()?;
    let packet = Packet {
        destination_mac: head.first_chunk::<6>().copied(),
        source_mac: head.get(6..12)?.first_chunk::<6>().copied(),
        ..Packet::default()
    };
    tagged(packet, be16(data, 12)?, data.get(14..)?)
}

/// Tag: | 0 priority, DEI, VLAN id 2 | 2 EtherType 2 |
fn tagged<'a>(mut packet: Packet<'a>, mut ether_type: u16, mut rest: &'a [u8]) -> Option<Packet<'a>> {
    let mut depth = 0;
    while TAGS.contains(&ether_type) && depth < 8 {
        let id = be16(rest, 0)? & 0x0fff;
        match depth {
            0 => packet.vlan = Some(id),
            1 => packet.inner_vlan = Some(id),
            _ => {}
        }
        ether_type = be16(rest, 2)?;
        rest = rest.get(4..)?;
        depth += 1;
    }
    if ether_type < ETHERTYPE_MIN {
        packet.payload = rest.get(..usize::from(ether_type)).unwrap_or(rest);
        return Some(packet);
    }
    packet.ether_type = Some(ether_type);
    packet.payload = rest;
    Some(packet)
}

fn raw(data: &[u8]) -> Option<Packet<'_>> {
    let ether_type = match u8_at(data, 0)? >> 4 {
        4 => ETHERTYPE_IPV4,
        6 => ETHERTYPE_IPV6,
        _ => return Some(Packet { payload: data, ..Packet::default() }),
    };
    Some(Packet { ether_type: Some(ether_type), payload: data, ..Packet::default() })
}

/// | 0 identifier and flags 4 | 4 length 1 | 5 flags of CAN FD 1 | 6 reserved 2 | 8 data |; what a machine pads its frames
/// with is left off. CAN XL, whose length has the highest bit set: | 6 length 2, little-endian | 8 acceptance 4 | data |.
fn can<'a>(data: &'a [u8], packet: Packet<'a>) -> Packet<'a> {
    let length = match (u8_at(data, 4), le16(data, 6)) {
        (Some(flags), Some(length)) if flags & 0x80 != 0 => 12 + usize::from(length),
        (length, _) => 8 + usize::from(length.unwrap_or(0)),
    };
    Packet { ether_type: Some(ETHERTYPE_CAN), payload: data.get(..length).unwrap_or(data), ..packet }
}

/// LINKTYPE_RTAC_SERIAL: the record as it is; `link::rtac` reads it.
fn rtac(data: &[u8]) -> Option<Packet<'_>> {
    (data.len() >= rtac::HEADER).then_some(Packet {
        ether_type: Some(ETHERTYPE_SERIAL),
        payload: data,
        ..Packet::default()
    })
}

/// LINKTYPE_LINUX_SLL: | 0 packet type 2 | 2 ARPHRD 2 | 4 address length 2 | 6 address 8 | 14 protocol 2 |
fn sll(data: &[u8]) -> Option<Packet<'_>> {
    let source = (be16(data, 4)? == 6).then(|| data.get(6..12)?.first_chunk::<6>().copied()).flatten();
    let packet = Packet { source_mac: source, ..Packet::default() };
    cooked(packet, be16(data, 14)?, data.get(16..)?)
}

/// LINKTYPE_LINUX_SLL2: | 0 protocol 2 | 2 reserved 2 | 4 interface 4 | 8 ARPHRD 2 | 10 type 1 | 11 length 1 | 12 address 8 |
fn sll2(data: &[u8]) -> Option<Packet<'_>> {
    let source = (u8_at(data, 11)? == 6).then(|| data.get(12..18)?.first_chunk::<6>().copied()).flatten();
    let packet = Packet { source_mac: source, ..Packet::default() };
    cooked(packet, be16(data, 0)?, data.get(20..)?)
}

fn cooked<'a>(packet: Packet<'a>, protocol: u16, rest: &'a [u8]) -> Option<Packet<'a>> {
    if !COOKED_CAN.contains(&protocol) {
        return tagged(packet, protocol, rest);
    }
    Some(Packet { ether_type: Some(ETHERTYPE_CAN_COOKED), ..can(rest, packet) })
}

/// Bits of an identifier's word that a frame with 11 bits leaves clear, unless it is an error frame.
const LONGER: u32 = 0x1fff_f800;
const EXTENDED_OR_ERROR: u32 = 0xa000_0000;

/// A CAN frame of a cooked capture in the byte order that captures of CAN have. Nearly all machines are little-endian, so
/// that order is taken wherever it makes an identifier.
pub fn network_order(data: &[u8]) -> Vec<u8> {
    let mut turned = data.to_vec();
    let likely = |word: u32| word & EXTENDED_OR_ERROR != 0 || word & LONGER == 0;
    if let (Some(little), Some(head)) = (le32(data, 0).filter(|word| likely(*word)), turned.first_chunk_mut::<4>()) {
        *head = little.to_be_bytes();
    }
    turned
}

/// LINKTYPE_NULL and LINKTYPE_LOOP: a 4-byte address family in the byte order of whoever captured. AF_INET is 2
/// everywhere; AF_INET6 is 10, 24, 28 or 30.
fn loopback(data: &[u8]) -> Option<Packet<'_>> {
    let family = be32(data, 0)?;
    let family = if family > 0xffff { le32(data, 0)? } else { family };
    let ether_type = match family {
        2 => Some(ETHERTYPE_IPV4),
        10 | 24 | 28 | 30 => Some(ETHERTYPE_IPV6),
        _ => None,
    };
    Some(Packet { ether_type, payload: data.get(4..)?, ..Packet::default() })
}

#[cfg(test)]
mod tests {
    use super::{ETHERTYPE_CAN, ETHERTYPE_CAN_COOKED, decode, network_order};
    use crate::capture::LinkType;

    #[test]
    fn a_can_frame_is_cut_to_its_length() {
        let frame = [0, 0, 7, 5, 1, 0, 0, 0, 0x7f, 9, 9, 9];
        let packet = decode(LinkType::CAN_SOCKETCAN, &frame).unwrap();
        assert_eq!((packet.ether_type, packet.payload), (Some(ETHERTYPE_CAN), &frame[..9]));
    }

    #[test]
    fn cooked_captures_of_can_are_no_lengths_of_802_3() {
        let frame = [5, 7, 0, 0, 1, 0, 0, 0, 0x7f];
        let old = [&[0, 4, 1, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12][..], &frame].concat();
        let new = [&[0, 12, 0, 0, 0, 0, 0, 3, 1, 24, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &frame].concat();
        for (link, data) in [(LinkType::LINUX_SLL, old), (LinkType::LINUX_SLL2, new)] {
            let packet = decode(link, &data).unwrap();
            assert_eq!((packet.ether_type, packet.payload), (Some(ETHERTYPE_CAN_COOKED), &frame[..]));
        }
    }

    #[test]
    fn identifiers_of_either_byte_order_are_found() {
        assert_eq!(network_order(&[5, 7, 0, 0, 1]), [0, 0, 7, 5, 1], "little-endian");
        assert_eq!(network_order(&[0, 0, 7, 5, 1]), [0, 0, 7, 5, 1], "big-endian");
        assert_eq!(network_order(&[1, 2, 3, 0x98, 8]), [0x98, 3, 2, 1, 8], "29 bits");
        assert_eq!(network_order(&[1, 2]), [1, 2]);
    }
}
