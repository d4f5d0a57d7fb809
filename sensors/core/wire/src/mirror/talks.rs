//! TCP conversations: which directions were seen, on which ways, and what was acknowledged and never seen.

use super::Counts;
use super::stream::Stream;
use super::view::{Inet, View};
use crate::bytes::{be16, be32, u8_at};
use crate::flow::ip::TCP;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::net::SocketAddr;

/// Conversations at most.
const MOST: usize = 16_384;
/// Conversations of which one direction alone was seen that are named.
const NAMED: usize = 5;
/// Segments behind the opening that a conversation must have to say anything.
const ENOUGH: u32 = 4;
const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

/// One direction of a conversation.
#[derive(Clone, Copy, Default)]
struct Direction {
    frames: u32,
    /// Segments behind the opening.
    settled: u32,
    data: u32,
    first_ack: Option<u32>,
    /// What it acknowledged grew: the other side sent.
    hears: bool,
    stream: Stream,
    stations: Option<([u8; 6], [u8; 6])>,
    vlan: Option<u16>,
}

/// Both directions: from the lower end, from the higher end.
type Talk = (Direction, Direction);

/// All conversations.
#[derive(Default)]
pub struct Talks {
    table: HashMap<(SocketAddr, SocketAddr), Talk, RandomState>,
    /// In the order in which they were met, so that the same frames give the same facts.
    order: Vec<(SocketAddr, SocketAddr)>,
    untold: u64,
}

/// What a TCP header says.
struct Segment {
    ends: (u16, u16),
    sequence: u32,
    acknowledged: u32,
    flags: u8,
    /// Bytes of data, by the header of IP: what a capture cut off was sent all the same.
    length: u32,
}

impl Talks {
    pub fn frame(&mut self, view: &View<'_>) {
        let Some(ip) = view.ip.as_ref().filter(|ip| ip.datagram.protocol == TCP && ip.datagram.fragment.is_none())
        else {
            return;
        };
        let Some(segment) = segment(ip) else { return };
        let source = SocketAddr::new(ip.datagram.source, segment.ends.0);
        let destination = SocketAddr::new(ip.datagram.destination, segment.ends.1);
        let up = source < destination;
        let key = if up { (source, destination) } else { (destination, source) };
        if !self.table.contains_key(&key) {
            if self.table.len() >= MOST {
                self.untold += 1;
                return;
            }
            self.order.push(key);
        }
        let talk = self.table.entry(key).or_default();
        // A new conversation between the same ends.
        if segment.flags & (SYN | ACK) == SYN && (talk.0.settled > 0 || talk.1.settled > 0) {
            (talk.0.stream, talk.1.stream) = (talk.0.stream.renewed(), talk.1.stream.renewed());
            (talk.0.first_ack, talk.1.first_ack) = (None, None);
        }
        let (this, other) = if up { (&mut talk.0, &mut talk.1) } else { (&mut talk.1, &mut talk.0) };
        this.take(view, &segment);
        if segment.flags & (ACK | RST) == ACK {
            other.stream.acknowledged(segment.acknowledged);
        }
    }

    pub fn tell(&self, counts: &mut Counts, one_way: &mut Vec<(String, String)>) {
        let mut told = Told::default();
        for key in &self.order {
            let Some((low, high)) = self.table.get(key) else { continue };
            if low.settled.saturating_add(high.settled) < ENOUGH {
                continue;
            }
            told.talks += 1;
            if low.frames == 0 || high.frames == 0 {
                let (seen, ends) = if high.frames == 0 { (low, (key.0, key.1)) } else { (high, (key.1, key.0)) };
                told.one_way += 1;
                told.proven += u64::from(seen.hears);
                if one_way.len() < NAMED {
                    one_way.push((ends.0.to_string(), ends.1.to_string()));
                }
                continue;
            }
            told.both(low, high);
        }
        told.tell(counts);
        counts.insert("talks_untold", self.untold);
    }
}

impl Direction {
    fn take(&mut self, view: &View<'_>, segment: &Segment) {
        self.frames = self.frames.saturating_add(1);
        let opens = segment.flags & SYN != 0;
        if !opens && segment.flags & RST == 0 {
            self.settled = self.settled.saturating_add(1);
        }
        self.data = self.data.saturating_add(u32::from(segment.length > 0));
        if segment.flags & ACK != 0 && segment.flags & RST == 0 {
            let first = *self.first_ack.get_or_insert(segment.acknowledged);
            // One more is what a SYN or a FIN counts.
            self.hears |= (2..1 << 30).contains(&segment.acknowledged.wrapping_sub(first));
        }
        if self.stations.is_none() {
            (self.stations, self.vlan) = (view.stations(), view.packet.vlan);
        }
        if segment.flags & RST == 0 {
            let more = u32::from(opens) + u32::from(segment.flags & FIN != 0);
            self.stream.seen(segment.sequence, segment.length.saturating_add(more));
        }
    }
}

/// Sums over conversations.
#[derive(Default)]
struct Told {
    talks: u64,
    one_way: u64,
    proven: u64,
    two_way: u64,
    data: u64,
    gaps: u64,
    gap_bytes: u64,
    late: u64,
    other_stations: u64,
    other_vlan: u64,
    half_tagged: u64,
}

impl Told {
    /// A conversation of which both directions were seen.
    fn both(&mut self, low: &Direction, high: &Direction) {
        self.two_way += 1;
        for side in [low, high] {
            self.data += u64::from(side.data);
            self.gaps += u64::from(side.stream.gaps);
            self.gap_bytes += side.stream.gap_bytes;
            self.late += u64::from(side.stream.late);
        }
        if let (Some(forth), Some(back)) = (low.stations, high.stations) {
            self.other_stations += u64::from(forth != (back.1, back.0));
            let half = low.vlan.is_some() != high.vlan.is_some();
            self.half_tagged += u64::from(half);
            self.other_vlan += u64::from(low.vlan != high.vlan && !half);
        }
    }

    fn tell(&self, counts: &mut Counts) {
        counts.extend([
            ("talks", self.talks),
            ("talks_one_way", self.one_way),
            ("talks_one_way_proven", self.proven),
            ("talks_two_way", self.two_way),
            ("tcp_data", self.data),
            ("tcp_gaps", self.gaps),
            ("tcp_gap_bytes", self.gap_bytes),
            ("tcp_late", self.late),
            ("talks_other_stations", self.other_stations),
            ("talks_other_vlan", self.other_vlan),
            ("talks_half_tagged", self.half_tagged),
        ]);
    }
}

/// | 0 source port 2 | 2 destination port 2 | 4 sequence 4 | 8 acknowledged 4 | 12 header length, flags 2 |
fn segment(ip: &Inet<'_>) -> Option<Segment> {
    let data = ip.datagram.payload;
    let header = usize::from(u8_at(data, 12)? >> 4) * 4;
    let around = if ip.datagram.source.is_ipv4() { 20 } else { 40 };
    let body = if ip.datagram.short { ip.length.saturating_sub(around).max(data.len()) } else { data.len() };
    Some(Segment {
        ends: (be16(data, 0)?, be16(data, 2)?),
        sequence: be32(data, 4)?,
        acknowledged: be32(data, 8)?,
        flags: u8_at(data, 13)?,
        length: u32::try_from(body.saturating_sub(header)).ok()?,
    })
}
