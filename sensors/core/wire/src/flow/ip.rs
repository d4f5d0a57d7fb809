//! IPv4 (RFC 791) and IPv6 with extension headers (RFC 8200).

use crate::bytes::{be16, be32, u8_at};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub const ICMP: u8 = 1;
pub const TCP: u8 = 6;
pub const UDP: u8 = 17;
pub const ICMPV6: u8 = 58;
const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION_OPTIONS: u8 = 60;
const MOBILITY: u8 = 135;
/// Headers that may stand between that of IPv6 and that of the transport.
pub const EXTENSIONS: [u8; 6] = [HOP_BY_HOP, ROUTING, FRAGMENT, AUTHENTICATION, DESTINATION_OPTIONS, MOBILITY];
/// More extension headers than this is an attack on the reader.
const EXTENSION_HEADERS: usize = 16;

/// Place of a fragment in its datagram.
#[derive(Clone, Copy, Debug)]
pub struct Fragment {
    pub id: u32,
    pub offset: usize,
    pub more: bool,
}

/// One IP datagram or fragment.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    pub source: IpAddr,
    pub destination: IpAddr,
    pub protocol: u8,
    pub payload: &'a [u8],
    pub fragment: Option<Fragment>,
    /// The frame holds less than the header says: snapped or cut off.
    pub short: bool,
}

/// IPv4: | 0 version, IHL 1 | 1 TOS 1 | 2 total length 2 | 4 id 2 | 6 flags, offset 2 | 8 TTL 1 | 9 protocol 1 |
/// 10 checksum 2 | 12 source 4 | 16 destination 4 | options |. None: the header cannot be right.
pub fn ipv4(data: &[u8]) -> Option<Datagram<'_>> {
    let head = data.first_chunk::<20>()?;
    let [first, _, l1, l2, i1, i2, f1, f2, _, protocol, _, _, s1, s2, s3, s4, d1, d2, d3, d4] = *head;
    if first >> 4 != 4 {
        return None;
    }
    let header = usize::from(first & 0x0f) * 4;
    let total = usize::from(u16::from_be_bytes([l1, l2]));
    // Total length 0: the sender's network card was to cut it (TSO); take what is there.
    let total = if total == 0 { data.len() } else { total };
    if header < 20 || total < header {
        return None;
    }
    let short = data.len() < total;
    let payload = data.get(header..total.min(data.len()))?;
    let flags = u16::from_be_bytes([f1, f2]);
    let (more, offset) = (flags & 0x2000 != 0, usize::from(flags & 0x1fff) * 8);
    let id = u32::from(u16::from_be_bytes([i1, i2]));
    Some(Datagram {
        source: IpAddr::V4(Ipv4Addr::new(s1, s2, s3, s4)),
        destination: IpAddr::V4(Ipv4Addr::new(d1, d2, d3, d4)),
        protocol,
        payload,
        fragment: (more || offset > 0).then_some(Fragment { id, offset, more }),
        short,
    })
}

/// IPv6: | 0 version, class, label 4 | 4 payload length 2 | 6 next header 1 | 7 hop limit 1 | 8 source 16 |
/// 24 destination 16 | extension headers |. None: the header cannot be right.
pub fn ipv6(data: &[u8]) -> Option<Datagram<'_>> {
    if data.len() < 40 || u8_at(data, 0)? >> 4 != 6 {
        return None;
    }
    let source = Ipv6Addr::from(*data.get(8..)?.first_chunk::<16>()?);
    let destination = Ipv6Addr::from(*data.get(24..)?.first_chunk::<16>()?);
    let length = usize::from(be16(data, 4)?);
    // Payload length 0: jumbogram or segmentation offload; take what is there.
    let end = if length == 0 { data.len() } else { 40 + length };
    let short = data.len() < end;
    let mut rest = data.get(40..end.min(data.len()))?;
    let mut next = u8_at(data, 6)?;
    let mut fragment = None;
    for _ in 0..EXTENSION_HEADERS {
        let size = match next {
            HOP_BY_HOP | ROUTING | DESTINATION_OPTIONS | MOBILITY => (usize::from(u8_at(rest, 1)?) + 1) * 8,
            AUTHENTICATION => (usize::from(u8_at(rest, 1)?) + 2) * 4,
            FRAGMENT => {
                let place = be16(rest, 2)?;
                let offset = usize::from(place & 0xfff8);
                fragment = Some(Fragment { id: be32(rest, 4)?, offset, more: place & 1 == 1 });
                8
            }
            _ => break,
        };
        let first = next == FRAGMENT && fragment.is_some_and(|f| f.offset > 0);
        next = u8_at(rest, 0)?;
        rest = rest.get(size..)?;
        // Behind a later fragment's header stands payload, not a header.
        if first {
            break;
        }
    }
    let fragment = fragment.filter(|f| f.more || f.offset > 0);
    Some(Datagram {
        source: source.into(),
        destination: destination.into(),
        protocol: next,
        payload: rest,
        fragment,
        short,
    })
}
