//! The same packet twice within a moment: two mirrored ports, or both directions of one path.
//!
//! A packet that a station sends again has a number of its own (IPv4 identification) or comes later; so only IPv4 packets
//! with a number, and TCP over IPv6 with data, can be told to be twins.

use super::Counts;
use super::view::View;
use crate::bytes::u8_at;
use crate::capture::Frame;
use crate::flow::ip::{Datagram, TCP};
use crate::hash::quick;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::collections::VecDeque;
use std::net::IpAddr;

/// Copies of a packet come within so long, ns. A station waits ten times as long before it repeats (RFC 6298: 200 ms and
/// more in practice).
const MOMENT: i64 = 20_000_000;
/// Packets that are remembered at most: 20 ms of 400,000 packets a second.
const MOST: usize = 8192;
/// The last two bytes of a frame of a network in parallel redundancy (IEC 62439-3, PRP).
const PRP: [u8; 2] = [0x88, 0xfb];

#[derive(Clone, Copy, Eq, PartialEq)]
struct Seen {
    time: i64,
    vlans: (Option<u16>, Option<u16>),
    ttl: u8,
    stations: Option<([u8; 6], [u8; 6])>,
}

/// Packets of the last moment, and what was counted of them.
#[derive(Default)]
pub struct Twins {
    seen: HashMap<u64, Seen, RandomState>,
    order: VecDeque<(i64, u64)>,
    eligible: u64,
    same: u64,
    vlan: u64,
    routed: u64,
    redundant: u64,
    latest: i64,
}

impl Twins {
    pub fn frame(&mut self, frame: &Frame<'_>, view: &View<'_>) {
        // A packet to a group leaves a switch by many ports.
        let to_one = view.ip.as_ref().filter(|ip| view.unicast() && !ip.datagram.destination.is_multicast());
        let Some(key) = to_one.and_then(|ip| key(&ip.datagram, ip.id)) else { return };
        self.eligible += 1;
        self.forget(view.time);
        let packet = &view.packet;
        let now = Seen {
            time: view.time,
            vlans: (packet.vlan, packet.inner_vlan),
            ttl: view.ip.as_ref().map_or(0, |ip| ip.ttl),
            stations: view.stations(),
        };
        // The first of them stays: what differs, differs from that.
        let Some(before) = self.seen.get(&key).copied() else {
            self.seen.insert(key, now);
            return self.order.push_back((view.time, key));
        };
        let kind = match () {
            () if frame.data.ends_with(&PRP) => &mut self.redundant,
            () if before.vlans != now.vlans => &mut self.vlan,
            () if before.ttl != now.ttl || before.stations != now.stations => &mut self.routed,
            () => &mut self.same,
        };
        *kind += 1;
        self.latest = self.latest.max((view.time - before.time).abs());
    }

    fn forget(&mut self, now: i64) {
        while let Some((time, key)) = self.order.front().copied()
            && (self.order.len() >= MOST || now.saturating_sub(time).abs() > MOMENT)
        {
            self.order.pop_front();
            self.seen.remove(&key);
        }
    }

    pub fn tell(&self, counts: &mut Counts) {
        counts.extend([
            ("twins_possible", self.eligible),
            ("twins_same", self.same),
            ("twins_vlan", self.vlan),
            ("twins_routed", self.routed),
            ("twins_redundant", self.redundant),
            ("twins_latest_us", u64::try_from(self.latest / 1000).unwrap_or(0)),
        ]);
    }
}

/// What is the same in all copies of a packet; None where a packet cannot be told from one that was sent again.
fn key(datagram: &Datagram<'_>, id: Option<u16>) -> Option<u64> {
    let payload = datagram.payload;
    let part = datagram.fragment.map_or(0, |part| part.offset);
    if datagram.protocol == TCP && part == 0 {
        let header = usize::from(u8_at(payload, 12)? >> 4) * 4;
        let opens = u8_at(payload, 13)? & 0x02 != 0;
        if payload.len() <= header && !opens {
            return None;
        }
    } else if id.is_none() {
        return None;
    }
    let id = match id {
        Some(0) => return None,
        Some(id) => u64::from(id),
        None => 1 << 16,
    };
    let ends = quick(&octets(datagram.source)).rotate_left(13) ^ quick(&octets(datagram.destination));
    let place = u64::try_from(part).unwrap_or(0) << 24 | u64::from(datagram.protocol) << 17 | id;
    Some(quick(payload) ^ ends.rotate_left(7) ^ quick(&place.to_le_bytes()).rotate_left(29))
}

fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}
