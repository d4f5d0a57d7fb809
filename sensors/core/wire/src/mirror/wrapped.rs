//! Frames in tunnels. They are named and counted; what is inside is not read.

use super::Counts;
use super::view::View;
use crate::bytes::{be16, be32, u8_at};
use crate::capture::Frame;
use crate::flow::ip::{Datagram, UDP};

const MACSEC: u16 = 0x88E5;
const MPLS: u16 = 0x8847;
const PPPOE: u16 = 0x8864;
/// Numbers of IP protocols (IANA).
const IP_IN_IP: u8 = 4;
const IPV6_IN_IP: u8 = 41;
const GRE: u8 = 47;
const ESP: u8 = 50;
const L2TP: u8 = 115;
/// Protocol types in GRE: ERSPAN type II, and type III (draft-foschiano-erspan).
const ERSPAN: [u16; 2] = [0x88BE, 0x22EB];

const KINDS: usize = 13;
const NAMES: [(&str, &str); KINDS] = [
    ("erspan", "erspan_bytes"),
    ("gre", "gre_bytes"),
    ("vxlan", "vxlan_bytes"),
    ("gtp", "gtp_bytes"),
    ("ip_in_ip", "ip_in_ip_bytes"),
    ("mpls", "mpls_bytes"),
    ("pppoe", "pppoe_bytes"),
    ("ipsec", "ipsec_bytes"),
    ("macsec", "macsec_bytes"),
    ("wireguard", "wireguard_bytes"),
    ("openvpn", "openvpn_bytes"),
    ("l2tp", "l2tp_bytes"),
    ("dtls", "dtls_bytes"),
];

/// Frames and bytes by kind, in the order of the names.
#[derive(Default)]
pub struct Wrapped([(u64, u64); KINDS]);

impl Wrapped {
    pub fn frame(&mut self, frame: &Frame<'_>, view: &View<'_>) {
        let kind = match (view.packet.ether_type, &view.ip) {
            (Some(MACSEC), _) => Some("macsec"),
            (Some(MPLS), _) => Some("mpls"),
            (Some(PPPOE), _) => Some("pppoe"),
            (_, Some(ip)) if ip.datagram.fragment.is_none_or(|part| part.offset == 0) => kind(&ip.datagram),
            _ => None,
        };
        let place = kind.and_then(|kind| NAMES.iter().position(|(name, _)| *name == kind));
        if let Some((frames, bytes)) = place.and_then(|place| self.0.get_mut(place)) {
            *frames += 1;
            *bytes += u64::from(frame.wire_length);
        }
    }

    /// Only those that were seen.
    pub fn tell(&self, counts: &mut Counts) {
        for ((name, bytes_name), (frames, bytes)) in NAMES.iter().zip(self.0).filter(|(_, (frames, _))| *frames > 0) {
            counts.extend([(*name, frames), (*bytes_name, bytes)]);
        }
    }
}

fn kind(datagram: &Datagram<'_>) -> Option<&'static str> {
    match datagram.protocol {
        IP_IN_IP | IPV6_IN_IP => Some("ip_in_ip"),
        GRE if ERSPAN.contains(&be16(datagram.payload, 2)?) => Some("erspan"),
        GRE => Some("gre"),
        ESP => Some("ipsec"),
        L2TP => Some("l2tp"),
        UDP => over_udp(datagram.payload),
        _ => None,
    }
}

/// A port says what may be inside, its first bytes say that it is.
fn over_udp(segment: &[u8]) -> Option<&'static str> {
    let (source, destination, body) = (be16(segment, 0)?, be16(segment, 2)?, segment.get(8..)?);
    let at = |port: u16| source == port || destination == port;
    let first = u8_at(body, 0)?;
    match () {
        // RFC 7348, 5: the flag I alone.
        () if destination == 4789 && first == 0x08 => Some("vxlan"),
        // 3GPP TS 29.281, 5.1: version 1, GTP, a G-PDU.
        () if at(2152) && first >> 4 == 3 && u8_at(body, 1) == Some(0xff) => Some("gtp"),
        // RFC 3948: IKE has four zero bytes here, a keep-alive is one byte.
        () if at(4500) && body.len() > 8 && be32(body, 0)? != 0 => Some("ipsec"),
        () if at(51_820) && (1..=4).contains(&first) && body.get(1..4) == Some(&[0; 3]) => Some("wireguard"),
        // Operation codes 6 and 9 are data.
        () if at(1194) && matches!(first >> 3, 6 | 9) => Some("openvpn"),
        () if at(1701) && be16(body, 0)? & 0x000f == 2 => Some("l2tp"),
        // RFC 6347: application data of DTLS 1.x.
        () if first == 23 && u8_at(body, 1) == Some(0xfe) => Some("dtls"),
        () => None,
    }
}
