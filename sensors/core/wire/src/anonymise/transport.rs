//! What of a packet is replaced, kept and cut above IP.
//!
//! Where what is carried stays, a checksum is changed with the addresses. Where it is cut, the checksum is that of as many
//! zeros: right for whoever fills them in, and without a trace of what was there.

use super::frame::{Below, DEEPEST, Frame};
use super::sums;
use crate::bytes::{be16, u8_at};

const ICMP: u8 = 1;
const IPV4: u8 = 4;
const TCP: u8 = 6;
const UDP: u8 = 17;
const IPV6: u8 = 41;
const ICMPV6: u8 = 58;
const SCTP: u8 = 132;
/// TCP options that say nothing of anybody: end, padding, segment size, window scale, SACK and time stamps (RFC 9293 §3.2, RFC 7323).
const PLAIN_OPTIONS: [u8; 7] = [0, 1, 2, 3, 4, 5, 8];

impl Frame<'_> {
    /// Gives where the headers end.
    pub fn transport(&mut self, protocol: u8, at: usize, below: &Below) -> Option<usize> {
        match protocol {
            TCP => {
                let size = usize::from(u8_at(self.octets, at.saturating_add(12))? >> 4).saturating_mul(4).max(20);
                let end = at.saturating_add(size);
                if !self.keeps {
                    self.options(at.saturating_add(20), end)?;
                }
                self.checked(protocol, at, 16, end, below)
            }
            UDP if be16(self.octets, at.saturating_add(6))? == 0 => Some(at.saturating_add(8)),
            UDP => self.checked(protocol, at, 6, at.saturating_add(8), below),
            ICMP => self.icmp(at, below),
            ICMPV6 => self.icmpv6(at, below),
            IPV4 if below.depth < DEEPEST => self.ipv4(at, below.depth.saturating_add(1)),
            IPV6 if below.depth < DEEPEST => self.ipv6(at, below.depth.saturating_add(1)),
            SCTP => {
                if !self.keeps {
                    self.blank(at.saturating_add(8), at.saturating_add(12), 0)?; // CRC-32C of what is not there any more
                }
                Some(at.saturating_add(12))
            }
            _ => Some(at),
        }
    }

    /// A header with a checksum over a pseudo header.
    fn checked(&mut self, protocol: u8, at: usize, place: usize, end: usize, below: &Below) -> Option<usize> {
        let length = u32::try_from(below.length).ok()?;
        let rest = sums::sum(&length.to_be_bytes()).saturating_add(u32::from(protocol));
        let difference = below.pseudo.saturating_add(0xffff_u32.saturating_sub(below.addresses));
        self.sum_up(at, place, end, below.pseudo.saturating_add(rest), difference)?;
        if protocol == UDP && be16(self.octets, at.saturating_add(place))? == 0 {
            self.put(at.saturating_add(place), &[0xff; 2])?; // zero says that there is none (RFC 768)
        }
        Some(end)
    }

    /// Puts a checksum right: changed by `difference`, or worked out anew over the header and `begin`.
    fn sum_up(&mut self, at: usize, place: usize, end: usize, begin: u32, difference: u32) -> Option<()> {
        let place = at.saturating_add(place);
        let before = be16(self.octets, place)?;
        let checksum = if self.keeps {
            sums::changed(before, difference)
        } else {
            self.put(place, &[0, 0])?;
            let end = end.min(self.octets.len());
            sums::inverted(begin.saturating_add(sums::sum(self.octets.get(at..end)?)))
        };
        self.put(place, &checksum.to_be_bytes())
    }

    /// Options of TCP that may name somebody become padding.
    fn options(&mut self, mut at: usize, end: usize) -> Option<()> {
        let end = end.min(self.octets.len());
        while at < end {
            let kind = u8_at(self.octets, at)?;
            let size = match kind {
                0 => return self.blank(at, end, 0),
                1 => 1,
                _ => usize::from(u8_at(self.octets, at.saturating_add(1))?).max(2),
            };
            let next = at.saturating_add(size).min(end);
            if !PLAIN_OPTIONS.contains(&kind) {
                self.blank(at, next, 1)?;
            }
            at = next;
        }
        Some(())
    }

    /// RFC 792. A redirect names a gateway; an error holds the packet that it is about.
    fn icmp(&mut self, at: usize, below: &Below) -> Option<usize> {
        let kind = u8_at(self.octets, at)?;
        let (end, inner) = (at.saturating_add(8), at.saturating_add(8));
        let gateway = at.saturating_add(4);
        let before = self.octets.get(gateway..end)?.to_vec();
        if kind == 5 {
            self.v4(gateway)?;
        }
        let difference = sums::difference(&before, self.octets.get(gateway..end)?);
        self.sum_up(at, 2, end, 0, difference)?;
        self.sure = end;
        if self.keeps && matches!(kind, 3 | 4 | 5 | 11 | 12) && below.depth < DEEPEST {
            let before = self.octets.get(inner..)?.to_vec();
            self.quoted(inner)?;
            let difference = sums::difference(&before, self.octets.get(inner..)?);
            self.sum_up(at, 2, end, 0, difference)?;
        }
        Some(end)
    }

    /// The begin of an IPv4 packet that an error quotes, with the checksums of TCP and UDP where it reaches so far.
    fn quoted(&mut self, at: usize) -> Option<()> {
        let range = at.saturating_add(12)..at.saturating_add(20);
        let before = self.octets.get(range.clone())?.to_vec();
        self.v4(range.start)?;
        self.v4(range.start.saturating_add(4))?;
        let difference = sums::difference(&before, self.octets.get(range)?);
        let checksum = sums::changed(be16(self.octets, at.saturating_add(10))?, difference);
        self.put(at.saturating_add(10), &checksum.to_be_bytes())?;
        let size = usize::from(u8_at(self.octets, at)? & 15).saturating_mul(4);
        let place = match (be16(self.octets, at.saturating_add(6))? & 0x1fff, u8_at(self.octets, at.saturating_add(9))?)
        {
            (0, TCP) => 16,
            (0, UDP) => 6,
            _ => return Some(()),
        };
        let place = at.saturating_add(size).saturating_add(place);
        match be16(self.octets, place) {
            Some(checksum) if checksum != 0 => self.put(place, &sums::changed(checksum, difference).to_be_bytes()),
            _ => Some(()),
        }
    }

    /// RFC 4443 and, for neighbours, RFC 4861 §4.
    fn icmpv6(&mut self, at: usize, below: &Below) -> Option<usize> {
        let kind = u8_at(self.octets, at)?;
        let body = at.saturating_add(8);
        let before = self.octets.get(body..)?.to_vec();
        let named: &[usize] = match kind {
            1..=4 => &[8, 24],
            135 | 136 => &[0],
            137 => &[0, 16],
            _ => &[],
        };
        let end = match kind {
            135..=137 => body.saturating_add(named.len().saturating_mul(16)),
            _ => body,
        };
        if self.keeps || kind >= 135 {
            for place in named {
                self.v6(body.saturating_add(*place))?;
            }
        }
        if self.keeps && matches!(kind, 133..=137) {
            let fixed = if kind == 134 { body.saturating_add(8) } else { end };
            self.neighbour_options(fixed)?;
        }
        let difference = sums::difference(&before, self.octets.get(body..)?);
        let addresses = below.pseudo.saturating_add(0xffff_u32.saturating_sub(below.addresses));
        let length = u32::try_from(below.length).ok()?;
        let rest = sums::sum(&length.to_be_bytes()).saturating_add(u32::from(ICMPV6));
        self.sum_up(at, 2, end, below.pseudo.saturating_add(rest), addresses.saturating_add(difference))?;
        Some(end)
    }

    /// Link-layer addresses (1, 2) and prefixes (3).
    fn neighbour_options(&mut self, mut at: usize) -> Option<()> {
        while let (Some(kind), Some(size)) = (u8_at(self.octets, at), u8_at(self.octets, at.saturating_add(1))) {
            match (kind, size) {
                (_, 0) => return None,
                (1 | 2, 1) => self.mac(at.saturating_add(2))?,
                (3, 4) => self.v6(at.saturating_add(16))?,
                _ => {}
            }
            at = at.saturating_add(usize::from(size).saturating_mul(8));
        }
        Some(())
    }
}
