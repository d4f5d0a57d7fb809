//! The header of a FINS message (W227 1-3; W342 3-3).
//!
//! | 0 ICF 1 | 1 RSV 1 (0) | 2 GCT 1 | 3 DNA 1 | 4 DA1 1 | 5 DA2 1 | 6 SNA 1 | 7 SA1 1 | 8 SA2 1 | 9 SID 1 |
//! 10 command code 2 | then: a command's text, or a response's end code 2 and text |

use crate::bytes::{be16, u8_at};
use std::fmt::Write as _;

/// Header and command code.
pub const LENGTH: usize = 12;
/// ICF: use the gateway; this is a response; no response is wanted; bits that are 0.
pub const GATEWAY: u8 = 0x80;
pub const RESPONSE: u8 = 0x40;
pub const NO_RESPONSE: u8 = 0x01;
pub const ICF_RESERVED: u8 = 0x3e;
/// DA1: every node of the network.
pub const BROADCAST: u8 = 0xff;
/// Most networks that a message may still cross (W342: 07, before version 2 units 02).
pub const GATEWAYS: u8 = 7;
/// Highest network address.
const NETWORKS: u8 = 0x7f;
/// Unit addresses (W342 3-3): CPU unit; special I/O unit; CPU bus unit; inner board; computer; communications unit.
const UNITS: [std::ops::RangeInclusive<u8>; 6] = [0..=0, 0x20..=0x7f, 0x10..=0x1f, 0xe1..=0xe1, 1..=1, 0xfe..=0xfe];

/// Network, node and unit address.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Place {
    pub network: u8,
    pub node: u8,
    pub unit: u8,
}

impl Place {
    /// `network.node.unit` in decimal, into a buffer that is used again.
    pub fn write(self, out: &mut String) {
        out.clear();
        let _ = write!(out, "{}.{}.{}", self.network, self.node, self.unit);
    }

    /// Whether such an address exists.
    pub fn sound(self) -> bool {
        self.network <= NETWORKS && UNITS.iter().any(|range| range.contains(&self.unit))
    }
}

/// A message with its header taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    pub icf: u8,
    pub reserved: u8,
    pub gateways: u8,
    pub destination: Place,
    pub source: Place,
    pub sid: u8,
    pub command: u16,
    /// What follows the command code.
    pub text: &'a [u8],
}

impl<'a> Header<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let place =
            |at| Some(Place { network: u8_at(data, at)?, node: u8_at(data, at + 1)?, unit: u8_at(data, at + 2)? });
        Some(Self {
            icf: u8_at(data, 0)?,
            reserved: u8_at(data, 1)?,
            gateways: u8_at(data, 2)?,
            destination: place(3)?,
            source: place(6)?,
            sid: u8_at(data, 9)?,
            command: be16(data, 10)?,
            text: data.get(LENGTH..)?,
        })
    }

    pub fn is_response(&self) -> bool {
        self.icf & RESPONSE != 0
    }
}
