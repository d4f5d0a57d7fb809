//! Network layer (clause 6.2).
//!
//! | 0 version 1 (1) | 1 control 1 | [DNET 2 | DLEN 1 | DADR] | [SNET 2 | SLEN 1 | SADR] | [hop count 1, with DNET] |
//! then, with control bit 7, | message type 1 | [vendor 2, from 0x80 on] | data |, else the APDU.

use crate::bytes::{be16, u8_at};
use std::fmt::Write as _;

const VERSION: u8 = 1;
const NETWORK_MESSAGE: u8 = 0x80;
const DESTINATION: u8 = 0x20;
const SOURCE: u8 = 0x08;
const RESERVED: u8 = 0x50;
const PRIORITY: u8 = 0x03;
/// All networks.
pub const GLOBAL: u16 = 0xffff;
/// Message types from here on are a vendor's.
const PROPRIETARY: u8 = 0x80;
/// Longest MAC address of a data link (IPv6 with its port).
const LONGEST: usize = 18;

/// A device on a network behind a router.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    pub network: u16,
    length: u8,
    address: [u8; LONGEST],
}

impl Place {
    fn read(data: &[u8]) -> Option<(Self, &[u8])> {
        let (network, length) = (be16(data, 0)?, u8_at(data, 2)?);
        let end = usize::from(length) + 3;
        let bytes = data.get(3..end)?;
        let mut address = [0; LONGEST];
        for (slot, byte) in address.iter_mut().zip(bytes) {
            *slot = *byte;
        }
        Some((Self { network, length, address }, data.get(end..)?))
    }

    fn bytes(&self) -> &[u8] {
        self.address.get(..usize::from(self.length)).unwrap_or(&self.address)
    }

    /// `network:address`: one byte as a number, more of them hexadecimal, `*` for everybody there.
    pub fn write(&self, out: &mut String) {
        let _ = match self.bytes() {
            [] if self.network == GLOBAL => write!(out, "*:*"),
            [] => write!(out, "{}:*", self.network),
            [one] => write!(out, "{}:{one}", self.network),
            more => {
                let _ = write!(out, "{}:0x", self.network);
                more.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
            }
        };
    }
}

/// Header of the network layer.
#[derive(Clone, Copy, Debug)]
pub struct Npdu<'a> {
    pub version: u8,
    control: u8,
    pub destination: Option<Place>,
    pub source: Option<Place>,
    pub hops: Option<u8>,
    /// Message type of the network layer, and its vendor.
    pub message: Option<(u8, Option<u16>)>,
    pub data: &'a [u8],
}

impl<'a> Npdu<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let (version, control) = (u8_at(data, 0)?, u8_at(data, 1)?);
        let mut rest = data.get(2..)?;
        let (mut destination, mut source, mut hops, mut message) = (None, None, None, None);
        if control & DESTINATION != 0 {
            let (place, behind) = Place::read(rest)?;
            (destination, rest) = (Some(place), behind);
        }
        if control & SOURCE != 0 {
            let (place, behind) = Place::read(rest)?;
            (source, rest) = (Some(place), behind);
        }
        if control & DESTINATION != 0 {
            let (first, behind) = rest.split_first()?;
            (hops, rest) = (Some(*first), behind);
        }
        if control & NETWORK_MESSAGE != 0 {
            let kind = u8_at(rest, 0)?;
            let vendor = if kind >= PROPRIETARY { Some(be16(rest, 1)?) } else { None };
            message = Some((kind, vendor));
            rest = rest.get(if vendor.is_some() { 3 } else { 1 }..)?;
        }
        Some(Self { version, control, destination, source, hops, message, data: rest })
    }

    /// Nothing in the header is impossible.
    pub fn sound(&self) -> bool {
        let longest = |place: Option<Place>| place.is_none_or(|p| usize::from(p.length) <= LONGEST && p.network != 0);
        // A source is one device on one network (6.2.2.1).
        let source = self.source.is_none_or(|place| place.network != GLOBAL && place.length > 0);
        let filled = self.message.is_some() || super::apdu::Apdu::read(self.data).is_some();
        self.version == VERSION
            && self.control & RESERVED == 0
            && longest(self.destination)
            && longest(self.source)
            && source
            && filled
    }

    /// 0 normal, 1 urgent, 2 critical equipment, 3 life safety.
    pub const fn priority(&self) -> u8 {
        self.control & PRIORITY
    }
}
