//! What of a frame is replaced, kept and cut: link layer and network layer.
//!
//! Where a frame cannot be read on, it ends there: what is not understood may hold an address.

use super::names::Names;
use super::sums;
use crate::bytes::{be16, u8_at};
use crate::capture::LinkType;

const VLAN: [u16; 3] = [0x8100, 0x88a8, 0x9100];
const MOST_TAGS: usize = 8;
/// Packets inside packets that are followed.
pub const DEEPEST: u8 = 3;

/// A frame that is being rewritten.
pub struct Frame<'a> {
    pub names: &'a mut Names,
    pub octets: &'a mut Vec<u8>,
    /// What packets carry stays.
    pub keeps: bool,
    /// Up to here all is replaced that is to be.
    pub sure: usize,
}

impl Frame<'_> {
    /// Rewrites the frame and gives where it ends now; `None`: a link layer whose addresses are not known.
    pub fn rewrite(&mut self, link: LinkType) -> Option<usize> {
        let end = match link.0 {
            1 => self.ethernet(),
            0 | 108 => self.by_version(4),
            12 | 101 | 228 | 229 => self.by_version(0),
            113 => self.cooked(4, 14, 16),
            276 => self.cooked_anew(),
            _ => return None,
        };
        let whole = self.octets.len();
        Some(match end {
            Some(_) if self.keeps => whole,
            Some(end) => end.min(whole),
            None => self.sure.min(whole),
        })
    }

    fn ethernet(&mut self) -> Option<usize> {
        self.mac(0)?;
        self.mac(6)?;
        self.sure = 12;
        let (mut kind, mut at) = (be16(self.octets, 12)?, 14usize);
        for _ in 0..MOST_TAGS {
            if !VLAN.contains(&kind) {
                break;
            }
            kind = be16(self.octets, at.saturating_add(2))?;
            at = at.saturating_add(4);
        }
        if kind > 1500 {
            return self.network(kind, at);
        }
        self.sure = at.saturating_add(3).min(self.octets.len());
        if self.octets.get(at..)?.starts_with(&[0xaa, 0xaa, 3, 0, 0, 0]) {
            return self.network(be16(self.octets, at.saturating_add(6))?, at.saturating_add(8));
        }
        Some(at.saturating_add(3))
    }

    /// Linux cooked capture: the address of one station stands where `length` says how long it is.
    fn cooked(&mut self, length: usize, kind: usize, end: usize) -> Option<usize> {
        self.cooked_address(be16(self.octets, length)?, 6)?;
        self.network(be16(self.octets, kind)?, end)
    }

    fn cooked_anew(&mut self) -> Option<usize> {
        self.cooked_address(u16::from(u8_at(self.octets, 11)?), 12)?;
        self.network(be16(self.octets, 0)?, 20)
    }

    fn cooked_address(&mut self, length: u16, at: usize) -> Option<()> {
        if length == 6 {
            self.mac(at)?;
            return self.blank(at.saturating_add(6), at.saturating_add(8), 0);
        }
        self.blank(at, at.saturating_add(8), 0)
    }

    fn by_version(&mut self, at: usize) -> Option<usize> {
        self.sure = at;
        match u8_at(self.octets, at)? >> 4 {
            4 => self.ipv4(at, 0),
            6 => self.ipv6(at, 0),
            _ => None,
        }
    }

    fn network(&mut self, kind: u16, at: usize) -> Option<usize> {
        self.sure = at.min(self.octets.len());
        match kind {
            0x0800 => self.ipv4(at, 0),
            0x86dd => self.ipv6(at, 0),
            0x0806 | 0x8035 => self.arp(at),
            _ => Some(at),
        }
    }

    /// RFC 826: | 0 hardware 2 | 2 protocol 2 | 4 lengths 1+1 | 6 operation 2 | 8 MAC 6, IP 4, MAC 6, IP 4 |
    fn arp(&mut self, at: usize) -> Option<usize> {
        if be16(self.octets, at.saturating_add(4))? != 0x0604 {
            return None;
        }
        self.mac(at.saturating_add(8))?;
        self.v4(at.saturating_add(14))?;
        self.mac(at.saturating_add(18))?;
        self.v4(at.saturating_add(24))?;
        Some(at.saturating_add(28))
    }

    pub fn ipv4(&mut self, at: usize, depth: u8) -> Option<usize> {
        let size = usize::from(u8_at(self.octets, at)? & 15).saturating_mul(4);
        let end = at.saturating_add(size);
        if size < 20 || end > self.octets.len() {
            return None;
        }
        let addresses = sums::sum(self.octets.get(at.saturating_add(12)..at.saturating_add(20))?);
        let before = self.octets.get(at..end)?.to_vec();
        self.v4(at.saturating_add(12))?;
        self.v4(at.saturating_add(16))?;
        self.blank(at.saturating_add(20), end, 1)?; // options hold addresses: routes, time stamps
        let checksum = match self.keeps {
            true => sums::changed(be16(&before, 10)?, sums::difference(&before, self.octets.get(at..end)?)),
            false => {
                self.put(at.saturating_add(10), &[0, 0])?;
                sums::inverted(sums::sum(self.octets.get(at..end)?))
            }
        };
        self.put(at.saturating_add(10), &checksum.to_be_bytes())?;
        self.sure = end;
        let fragment = be16(self.octets, at.saturating_add(6))? & 0x1fff;
        let (whole, protocol) = (be16(self.octets, at.saturating_add(2))?, u8_at(self.octets, at.saturating_add(9))?);
        if fragment != 0 {
            return Some(end);
        }
        let pseudo = sums::sum(self.octets.get(at.saturating_add(12)..at.saturating_add(20))?);
        let length = usize::from(whole).saturating_sub(size);
        self.transport(protocol, end, &Below { addresses, pseudo, length, depth })
    }

    pub fn ipv6(&mut self, at: usize, depth: u8) -> Option<usize> {
        let end = at.saturating_add(40);
        let addresses = sums::sum(self.octets.get(at.saturating_add(8)..end)?);
        self.v6(at.saturating_add(8))?;
        self.v6(at.saturating_add(24))?;
        let pseudo = sums::sum(self.octets.get(at.saturating_add(8)..end)?);
        self.sure = end;
        let payload = usize::from(be16(self.octets, at.saturating_add(4))?);
        let (mut next, mut place) = (u8_at(self.octets, at.saturating_add(6))?, end);
        for _ in 0..MOST_TAGS {
            let (size, follows) = (u8_at(self.octets, place.saturating_add(1)), u8_at(self.octets, place));
            match next {
                // Options become padding (Pad1, RFC 8200 §4.2).
                0 | 60 => {
                    let size = usize::from(size?).saturating_add(1).saturating_mul(8);
                    self.blank(place.saturating_add(2), place.saturating_add(size), 0)?;
                    (next, place) = (follows?, place.saturating_add(size));
                }
                44 if be16(self.octets, place.saturating_add(2))? & 0xfff8 != 0 => {
                    return Some(place.saturating_add(8));
                }
                44 => (next, place) = (follows?, place.saturating_add(8)),
                43 => return None, // a way of further addresses, of which the checksum knows the last
                _ => break,
            }
            self.sure = place.min(self.octets.len());
        }
        let length = payload.saturating_sub(place.saturating_sub(end));
        self.transport(next, place, &Below { addresses, pseudo, length, depth })
    }

    pub fn mac(&mut self, at: usize) -> Option<()> {
        let other = self.names.mac(*self.octets.get(at..)?.first_chunk()?);
        self.put(at, &other)
    }

    pub fn v4(&mut self, at: usize) -> Option<()> {
        let other = self.names.v4(*self.octets.get(at..)?.first_chunk()?);
        self.put(at, &other)
    }

    pub fn v6(&mut self, at: usize) -> Option<()> {
        let other = self.names.v6(*self.octets.get(at..)?.first_chunk()?);
        self.put(at, &other)
    }

    pub fn put(&mut self, at: usize, octets: &[u8]) -> Option<()> {
        let end = at.saturating_add(octets.len());
        self.octets.get_mut(at..end)?.copy_from_slice(octets);
        Some(())
    }

    pub fn blank(&mut self, at: usize, end: usize, with: u8) -> Option<()> {
        self.octets.get_mut(at..end)?.fill(with);
        Some(())
    }
}

/// What a transport protocol is told of the layer below.
pub struct Below {
    /// Sum of the addresses before they were replaced, and since.
    pub addresses: u32,
    pub pseudo: u32,
    /// Octets that the network layer says there are.
    pub length: usize,
    pub depth: u8,
}
