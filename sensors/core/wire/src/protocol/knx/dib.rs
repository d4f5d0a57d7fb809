//! Description information blocks: what a device says of itself (KNX 3/8/2 7.5.4), and search parameters (7.5.7).
//!
//! | size 1 | type 1 | content |. Type 1, device: | medium 1 | status 1 | individual address 2 | project 2 | serial 6 |
//! multicast address 4 | MAC 6 | name 30 |. Types 2 and 6, families (secured ones): | family 1 | version 1 |, as many.
//! Type 3, addresses: | address 4 | mask 4 | gateway 4 | capabilities 1 | assignment 1 |. Type 5: | individual address 2 |,
//! as many. Type 7, tunnels: | APDU length 2 | address 2 | status 2 |, as many. Type 8: | medium status 1 | 0 | APDU length 2 |
//! descriptor 2 |. Type 254: | maker 2 | its own |.

use super::said::{Said, readable};
use super::{address, manufacturer};
use crate::bytes::{be16, u8_at};
use crate::flow::Side;
use crate::protocol::Talk;
use crate::text;
use std::fmt::Write as _;
use std::net::Ipv4Addr;

const CONFIDENCE: f32 = 0.95;
const TUNNELLING: u8 = 4;
const MANAGEMENT: u8 = 3;

/// Structures one after another; the last flag says whether all bytes were such.
pub fn blocks<'a>(mut bytes: &'a [u8], mut take: impl FnMut(u8, &'a [u8])) -> bool {
    while let [size, kind, ..] = bytes {
        let size = usize::from(*size);
        let Some(content) = bytes.get(2..size) else { return false };
        take(*kind, content);
        bytes = bytes.get(size..).unwrap_or_default();
    }
    bytes.is_empty()
}

/// Whether the blocks say that tunnels or management are to be secured.
pub fn secured(bytes: &[u8]) -> bool {
    let mut found = false;
    blocks(bytes, |kind, content| {
        found |= kind == 6 && content.chunks(2).any(|pair| matches!(pair, [TUNNELLING | MANAGEMENT, 1..=0xff]));
    });
    found
}

/// Tells all blocks of a device, `about` which they speak.
pub fn tell(bytes: &[u8], about: Side, said: &mut Said, talk: &mut Talk<'_>) -> bool {
    let mut sound = true;
    let whole = blocks(bytes, |kind, content| {
        sound &= match kind {
            1 => device(content, about, said, talk).is_some(),
            2 => families("families", content, said),
            3 => settings(content, said).is_some(),
            5 => addresses(content, said),
            6 => families("secured_families", content, said),
            7 => tunnels(content, said),
            8 => extended(content, said).is_some(),
            4 | 0xfe => true,
            _ => false,
        };
    });
    whole && sound
}

fn medium(code: u8) -> &'static str {
    match code {
        0x01 => "TP0",
        0x02 => "TP1",
        0x04 => "PL110",
        0x08 => "PL132",
        0x10 => "RF",
        0x20 => "IP",
        _ => "unknown medium",
    }
}

fn device(content: &[u8], about: Side, said: &mut Said, talk: &mut Talk<'_>) -> Option<()> {
    let [first, status] = *content.first_chunk::<2>()?;
    let place = address::text(be16(content, 2)?, false);
    let serial = text::hex(content.get(6..12)?, 6);
    let multicast = Ipv4Addr::from(*content.get(12..16)?.first_chunk::<4>()?);
    let mac = text::mac(*content.get(16..22)?.first_chunk::<6>()?);
    let name = readable(content.get(22..52)?);
    said.text("medium", medium(first));
    said.details.truth("programming_mode", status & 1 != 0);
    said.text("knx_address", &place);
    said.number("project", be16(content, 4));
    said.text("serial", &serial);
    said.text("multicast", &multicast.to_string());
    said.text("mac", &mac);
    said.text("name", &name);
    let maker = be16(content, 6).unwrap_or(0);
    let vendor = manufacturer::name(maker).map_or_else(|| format!("KNX manufacturer {maker}"), str::to_owned);
    said.text("manufacturer", &vendor);
    let facts = [("vendor", &vendor), ("serial", &serial), ("name", &name), ("alias", &place)];
    for (attribute, value) in facts.into_iter().filter(|(_, value)| !value.is_empty()) {
        talk.identity(about, attribute, value, CONFIDENCE, "KNXnet/IP device information");
    }
    (content.len() == 52).then_some(())
}

fn family(code: u8) -> Option<&'static str> {
    Some(match code {
        2 => "core",
        MANAGEMENT => "device management",
        TUNNELLING => "tunnelling",
        5 => "routing",
        6 => "remote logging",
        7 => "remote configuration and diagnosis",
        8 => "object server",
        9 => "security",
        _ => return None,
    })
}

fn families(key: &'static str, content: &[u8], said: &mut Said) -> bool {
    let mut list = String::new();
    for pair in content.chunks_exact(2) {
        let (Some(code), Some(version)) = (u8_at(pair, 0), u8_at(pair, 1)) else { continue };
        let separator = if list.is_empty() { "" } else { ", " };
        let _ = match family(code) {
            Some(name) => write!(list, "{separator}{name} {version}"),
            None => write!(list, "{separator}{code:#04x} {version}"),
        };
    }
    said.text(key, &list);
    content.len().is_multiple_of(2)
}

fn settings(content: &[u8], said: &mut Said) -> Option<()> {
    for (key, at) in [("ip_address", 0), ("subnet_mask", 4), ("gateway", 8)] {
        let address = Ipv4Addr::from(*content.get(at..)?.first_chunk::<4>()?);
        said.text(key, &address.to_string());
    }
    Some(())
}

fn addresses(content: &[u8], said: &mut Said) -> bool {
    let list: Vec<String> =
        content.chunks_exact(2).filter_map(|pair| be16(pair, 0)).map(|place| address::text(place, false)).collect();
    said.text("knx_addresses", &list.join(", "));
    content.len().is_multiple_of(2)
}

fn tunnels(content: &[u8], said: &mut Said) -> bool {
    let slots = content.get(2..).unwrap_or_default();
    let list: Vec<String> = slots
        .chunks_exact(4)
        .filter_map(|slot| Some((be16(slot, 0)?, be16(slot, 2)?)))
        .map(|(place, status)| {
            let state = if status & 1 != 0 { "free" } else { "in use" };
            format!("{} {state}", address::text(place, false))
        })
        .collect();
    said.text("tunnels", &list.join(", "));
    content.len() >= 2 && slots.len().is_multiple_of(4)
}

fn extended(content: &[u8], said: &mut Said) -> Option<()> {
    said.text("mask", &format!("{:04x}", be16(content, 4)?));
    said.number("apdu_length", be16(content, 2));
    Some(())
}

/// Parameters of a search: whom it is for and what is to be told.
pub fn parameters(bytes: &[u8], said: &mut Said) -> bool {
    blocks(bytes, |kind, content| match kind & 0x7f {
        1 => said.text("selector", "programming mode"),
        2 => said.text("selector", &content.first_chunk::<6>().map(|mac| text::mac(*mac)).unwrap_or_default()),
        3 => said.text("selector", content.first().copied().and_then(family).unwrap_or("unknown family")),
        4 => said.text("asked_blocks", &text::hex(content, 16)),
        _ => {}
    })
}
