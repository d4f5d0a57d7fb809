//! EPSEM: the services of a message (ANSI C12.22 5.3.4.12).
//!
//! | flags 1: reserved 1, recovery, proxy, ED class, security 2, response 2 | ED class 4 | length, service … | MAC 4 |
//! read | 30 | table 2 |, | 3F | table 2 | offset 3 | count 2 |; write | 40 | table 2 | count 2 | data | checksum 1 |, | 4F | table 2 |
//! offset 3 | count 2 | data | checksum 1 |; logon | 50 | user 2 | name 10 | time 2 |; security | 51 | password 20 | user 2 |
//! response | code 1 | … |, of a read | 0 | count 2 | data | checksum 1 |. Numbers are big-endian.

use super::service;
use crate::bytes::{be16, u8_at};

const ED_CLASS: u8 = 0x10;
const MAC: usize = 4;

/// Services of one message with what is said of them together.
#[derive(Clone, Copy, Debug)]
pub struct Epsem<'a> {
    pub flags: u8,
    /// Lengths and services; ciphertext where it is enciphered.
    pub services: &'a [u8],
}

impl<'a> Epsem<'a> {
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let (flags, mut services) = data.split_first()?;
        if flags & ED_CLASS != 0 {
            services = services.get(4..)?;
        }
        if *flags >> 2 & 3 != 0 {
            services = services.get(..services.len().checked_sub(MAC)?)?;
        }
        Some(Self { flags: *flags, services })
    }

    pub fn enciphered(&self) -> bool {
        self.flags >> 2 & 3 >= 2
    }

    /// How it is secured, where it is.
    pub fn security(&self) -> Option<&'static str> {
        match self.flags >> 2 & 3 {
            1 => Some("authenticated"),
            2 => Some("enciphered"),
            3 => Some("reserved"),
            _ => None,
        }
    }

    /// Whether an answer is wanted only when it fails, or never.
    pub fn silent(&self) -> bool {
        self.flags & 3 != 0
    }

    /// Its services, each from its code on.
    pub fn list(&self) -> Services<'a> {
        Services { left: if self.enciphered() { &[] } else { self.services } }
    }
}

/// Services that follow each other; `left` tells what fits no more.
#[derive(Clone, Copy, Debug)]
pub struct Services<'a> {
    pub left: &'a [u8],
}

impl<'a> Iterator for Services<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, behind) = match self.left {
            [short @ 0..=0x7f, ..] => (usize::from(*short), 1),
            [0x81, length, ..] => (usize::from(*length), 2),
            [0x82, high, low, ..] => (usize::from(u16::from_be_bytes([*high, *low])), 3),
            _ => return None,
        };
        let whole = behind + length;
        let service = self.left.get(behind..whole).filter(|service| !service.is_empty())?;
        self.left = self.left.get(whole..).unwrap_or_default();
        Some(service)
    }
}

/// Part of a table that a service names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    pub table: u16,
    /// Offset and count of octets, where it is not the whole.
    pub part: Option<(u32, u16)>,
}

pub fn place(service: &[u8]) -> Option<Place> {
    let table = be16(service, 1)?;
    let part = match u8_at(service, 0)? {
        service::READ_OFFSET | service::WRITE_OFFSET => Some((offset(service)?, be16(service, 6)?)),
        0x30..=0x3e | 0x40..=0x4e => None,
        _ => return None,
    };
    Some(Place { table, part })
}

fn offset(service: &[u8]) -> Option<u32> {
    let high = u8_at(service, 3)?;
    Some(u32::from(high) << 16 | u32::from(be16(service, 4)?))
}

/// Data of a write or of an answered read, and whether their checksum fits. None where they do not fit into the service.
pub fn data(service: &[u8]) -> Option<(&[u8], bool)> {
    let at = match u8_at(service, 0)? {
        0 => 1,
        service::WRITE => 3,
        service::WRITE_OFFSET => 6,
        _ => return None,
    };
    let count = usize::from(be16(service, at)?);
    let data = service.get(at + 2..at + 2 + count)?;
    let checksum = u8_at(service, at + 2 + count)?;
    let sum = data.iter().fold(checksum, |sum, octet| sum.wrapping_add(*octet));
    Some((data, sum == 0))
}

/// Number of a procedure, of the manufacturer or not, in the data that are written to table 7: bits 0 to 10, and 11.
pub fn procedure(data: &[u8]) -> Option<(u16, bool)> {
    let low = u8_at(data, 0)?;
    let word = u16::from_le_bytes([low, u8_at(data, 1)?]);
    Some((word & 0x07ff, word & 0x0800 != 0))
}
