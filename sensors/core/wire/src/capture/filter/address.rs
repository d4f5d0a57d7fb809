//! Addresses, networks and numbers in a filter.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Wrong;
use super::primitive::{Network, PortRange, mask32, mask128};

/// `10.0.0.1`, `fe80::1`.
pub(super) fn host(text: &str) -> Result<Network, Wrong> {
    match text.parse::<IpAddr>() {
        Ok(address) => Ok(Network { address, bits: if address.is_ipv4() { 32 } else { 128 } }),
        Err(_) => Err("not_an_address".into()),
    }
}

/// `10.1.0.0/16`, `2001:db8::/32`, `10.1` (= `10.1.0.0/16`), `10.1.2.3` (= `/32`).
pub(super) fn network(text: &str) -> Result<Network, Wrong> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let wrong = || Wrong::from("not_a_network");
    let (address, whole, stated) = match short_v4(address) {
        Some((address, stated)) => (IpAddr::V4(address), 32, stated),
        None => (address.parse::<IpAddr>().map_err(|_| wrong())?, 128, 128),
    };
    let bits = match bits {
        None => stated,
        Some(digits) => digits.parse::<u8>().ok().filter(|bits| *bits <= whole).ok_or_else(wrong)?,
    };
    let first = first_address(address, bits);
    if first == address {
        Ok(Network { address, bits })
    } else {
        Err(Wrong { code: "below_mask", better: format!("{first}/{bits}") })
    }
}

/// One to four numbers with dots, and how many bits they state.
fn short_v4(text: &str) -> Option<(Ipv4Addr, u8)> {
    let mut octets = [0_u8; 4];
    let mut places = octets.iter_mut();
    let mut bits = 0_u8;
    for part in text.split('.') {
        *places.next()? = decimal(part)?;
        bits = bits.saturating_add(8);
    }
    Some((Ipv4Addr::from(octets), bits))
}

fn decimal(part: &str) -> Option<u8> {
    part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
}

fn first_address(address: IpAddr, bits: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask32(bits))),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask128(bits))),
    }
}

/// `00:00:5e:00:53:23`, also with `-`.
pub(super) fn mac(text: &str) -> Result<[u8; 6], Wrong> {
    let mut octets = [0_u8; 6];
    let mut parts = text.split([':', '-']);
    let filled = octets.iter_mut().all(|octet| match parts.next().and_then(hexadecimal) {
        Some(value) => {
            *octet = value;
            true
        }
        None => false,
    });
    if filled && parts.next().is_none() { Ok(octets) } else { Err("not_a_mac".into()) }
}

fn hexadecimal(part: &str) -> Option<u8> {
    let plain = matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| u8::from_str_radix(part, 16).ok()).flatten()
}

/// A number, decimal or with `0x`, up to `largest`.
pub(super) fn number(text: &str, largest: u16) -> Option<u16> {
    let value = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => u16::from_str_radix(digits, 16).ok(),
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    };
    value.filter(|value| *value <= largest)
}

/// `502`.
pub(super) fn port(text: &str) -> Result<PortRange, Wrong> {
    match number(text, u16::MAX) {
        Some(port) => Ok(PortRange { first: port, last: port }),
        None => Err("not_a_port".into()),
    }
}

/// `2404-2410`.
pub(super) fn port_range(text: &str) -> Result<PortRange, Wrong> {
    let ends = text.split_once('-').and_then(|(first, last)| Some((number(first, u16::MAX)?, number(last, u16::MAX)?)));
    match ends {
        Some((first, last)) if first <= last => Ok(PortRange { first, last }),
        _ => Err("not_a_range".into()),
    }
}
