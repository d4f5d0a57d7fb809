//! One flow: a conversation of two endpoints with what is known of it and of its two sides.

use super::assembly::Assembly;
use super::facts::Endpoint;
use super::held::Held;
use super::profile::{Cluster, Profile};
use super::stream::Stream;
use super::{Facts, Side, Stamp, Transport};
use crate::hash;
use crate::protocol::Parser;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;

/// Packets between two looks at what a parser holds; divides 256.
const WEIGHINGS: u8 = 64;

/// What makes packets one flow, the smaller endpoint first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FlowKey {
    pub low: (IpAddr, u16),
    pub high: (IpAddr, u16),
    pub transport: Transport,
    pub vlans: (Option<u16>, Option<u16>),
    pub segment: u32,
}

/// In few words: it is hashed for each packet, and derived it would be a dozen. An IPv4 address and the IPv6 address of
/// the same number are told apart by comparison.
impl Hash for FlowKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let number = |ip| match ip {
            IpAddr::V4(v4) => u128::from(v4.to_bits()),
            IpAddr::V6(v6) => v6.to_bits(),
        };
        let tag = |vlan: Option<u16>| vlan.map_or(0xffff, u64::from);
        state.write_u128(number(self.low.0));
        state.write_u128(number(self.high.0));
        let ports = u64::from(self.low.1) << 16 | u64::from(self.high.1);
        state.write_u64(tag(self.vlans.0) << 48 | tag(self.vlans.1) << 32 | ports);
        state.write_u32(self.segment);
        self.transport.hash(state);
    }
}

/// `ot.flow_state`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    Syn,
    Established,
    Midstream,
    Reset,
    Closed,
    Timeout,
    HalfOpen,
}

impl State {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syn => "syn",
            Self::Established => "established",
            Self::Midstream => "midstream",
            Self::Reset => "reset",
            Self::Closed => "closed",
            Self::Timeout => "timeout",
            Self::HalfOpen => "half_open",
        }
    }

    /// The connection is over.
    pub const fn over(self) -> bool {
        matches!(self, Self::Reset | Self::Closed | Self::Timeout | Self::HalfOpen)
    }
}

/// Counts of one side since the flow's last row, and in the current ten seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct SideCounts {
    pub packets: i64,
    pub bytes: i64,
    pub window_packets: u32,
    pub window_bytes: i64,
}

/// Which protocol the flow speaks.
pub enum Recognition {
    /// Not enough payload yet; so many pieces were tried.
    Probing(u8),
    Unknown,
    Known(Box<dyn Parser>),
    /// Named by its bytes, and not read.
    Named,
    /// The parser failed and was taken off.
    Failed,
}

/// One side of a flow.
#[derive(Default)]
pub struct SideState {
    pub stream: Stream,
    pub assembly: Assembly,
    pub counts: SideCounts,
    /// Bytes of the current burst looked at for programs.
    pub looked: usize,
    /// Payload of this side was seen.
    pub spoke: bool,
    /// Payload held while probing.
    pub held: Held,
    pub finished: bool,
    /// A packet of this side was seen.
    pub heard: bool,
    /// One after a packet of the other side was.
    pub replied: bool,
}

impl SideState {
    fn held_bytes(&self) -> usize {
        self.stream.waiting_bytes() + self.assembly.buffered() + self.held.bytes().len()
    }
}

/// One flow.
pub struct Flow {
    pub facts: Facts,
    pub key: FlowKey,
    pub client_low: bool,
    /// A SYN or the content told who the client is.
    pub oriented: bool,
    pub first: Stamp,
    pub last: Stamp,
    pub state: State,
    pub syn_sequence: Option<u32>,
    pub recognition: Recognition,
    pub confidence: f32,
    pub client: SideState,
    pub server: SideState,
    pub gaps: u32,
    pub retransmissions: u32,
    /// The `start` row was written.
    pub started: bool,
    /// Rows written so far.
    pub rows: i64,
    pub reset_in_window: bool,
    pub answered: bool,
    /// Nothing was said on it so far: see `is_bare`.
    pub bare: bool,
    /// Bytes held for it when it was last weighed, the parser's part of them, and how often it was weighed.
    pub weight: usize,
    parser_weight: usize,
    weighed: u8,
    /// The key its other direction carries, where a mirror tags the two differently.
    pub second_key: Option<Box<FlowKey>>,
    /// What nothing recognises is profiled until its cluster is known.
    profile: Option<Box<Profile>>,
    pub cluster: Option<Box<Cluster>>,
    iat_count: u32,
    iat_mean: f64,
    iat_m2: f64,
}

impl Flow {
    pub fn side(&mut self, side: Side) -> &mut SideState {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    /// Bytes held beyond the entry itself: segments that wait, messages that are not whole, and what the parser keeps.
    pub fn held(&mut self) -> usize {
        // A parser adds up its tables: asked of every packet, large ones would cost more than reading it.
        if self.weighed.is_multiple_of(WEIGHINGS) {
            self.parser_weight = match &self.recognition {
                Recognition::Known(parser) => parser.weight(),
                _ => 0,
            };
        }
        self.weighed = self.weighed.wrapping_add(1);
        self.parser_weight + self.client.held_bytes() + self.server.held_bytes()
    }

    /// Which side sent a packet, by whether its source is the smaller endpoint.
    pub fn side_of(&self, source_low: bool) -> Side {
        if source_low == self.client_low { Side::Client } else { Side::Server }
    }

    /// Puts back the stream of a side that was taken out to deliver from it; recognition may have exchanged the sides in
    /// between, which `client_low`, as it was then, shows.
    pub fn put_back(&mut self, side: Side, client_low: bool, stream: Stream) {
        let side = if client_low == self.client_low { side } else { side.other() };
        self.side(side).stream = stream;
    }

    /// The first guess at the client was wrong.
    pub fn swap(&mut self) {
        self.client_low = !self.client_low;
        self.facts.swap();
        std::mem::swap(&mut self.client, &mut self.server);
    }

    /// Payload of a protocol that nothing recognises so far.
    pub fn profile(&mut self, side: Side, bytes: &[u8]) {
        if self.cluster.is_some() {
            return;
        }
        let profile = self.profile.get_or_insert_with(Box::default);
        if let Some(cluster) = profile.observe(self.key.transport, side, bytes) {
            self.cluster = Some(Box::new(cluster));
            self.profile = None;
        }
    }

    /// The protocol is known: its shape need not be.
    pub fn known(&mut self) {
        (self.profile, self.cluster) = (None, None);
    }

    /// Nobody recognised a word on it: forged packets can make any number of such flows.
    pub fn is_bare(&self) -> bool {
        let silent = matches!(self.recognition, Recognition::Probing(0));
        self.facts.protocol.is_none() && (silent || !self.client.replied)
    }

    /// Notes that a side sent something after the other one did; true for the first time.
    pub fn replies(&mut self, side: Side) -> bool {
        if self.side(side).replied || !self.side(side.other()).heard {
            return false;
        }
        self.side(side).replied = true;
        true
    }

    /// Counts a packet.
    pub fn count(&mut self, side: Side, bytes: u32, stamp: Stamp) {
        let gap = stamp.time.saturating_sub(self.last.time);
        if self.client.counts.packets + self.server.counts.packets > 0 {
            self.arrival(gap);
        }
        self.last = stamp;
        self.side(side).heard = true;
        let counts = &mut self.side(side).counts;
        counts.packets += 1;
        counts.bytes += i64::from(bytes);
        counts.window_packets += 1;
        counts.window_bytes += i64::from(bytes);
    }

    // Gaps are far below 2^53 ns; the mean comes back as whole nanoseconds.
    #[allow(clippy::as_conversions)]
    fn arrival(&mut self, gap: i64) {
        let x = gap as f64;
        self.iat_count += 1;
        let delta = x - self.iat_mean;
        self.iat_mean += delta / f64::from(self.iat_count);
        self.iat_m2 += delta * (x - self.iat_mean);
    }

    /// Mean and deviation of the time between packets since the last row, which begin anew.
    #[allow(clippy::as_conversions)]
    pub fn take_arrivals(&mut self) -> Option<(i64, i64)> {
        let count = std::mem::take(&mut self.iat_count);
        let (mean, m2) = (std::mem::take(&mut self.iat_mean), std::mem::take(&mut self.iat_m2));
        (count > 0).then(|| (mean.round() as i64, (m2 / f64::from(count)).max(0.0).sqrt().round() as i64))
    }
}

/// How a new flow begins.
pub struct Birth {
    pub key: FlowKey,
    pub source_low: bool,
    pub source_is_client: bool,
    pub oriented: bool,
    pub stamp: Stamp,
    pub macs: (Option<[u8; 6]>, Option<[u8; 6]>),
}

pub(super) fn born(birth: &Birth) -> Flow {
    let key = birth.key;
    let client_low = birth.source_low == birth.source_is_client;
    let (source_mac, destination_mac) = birth.macs;
    let (client_mac, server_mac) =
        if birth.source_is_client { (source_mac, destination_mac) } else { (destination_mac, source_mac) };
    let (client, server) = if client_low { (key.low, key.high) } else { (key.high, key.low) };
    let end = |(ip, port): (IpAddr, u16), mac| Endpoint { ip, port, mac };
    let mut facts = Facts::new(end(client, client_mac), end(server, server_mac), key.transport, flow_id(birth));
    (facts.vlan, facts.inner_vlan) = key.vlans;
    facts.interface = birth.stamp.source;
    Flow {
        facts,
        key,
        client_low,
        oriented: birth.oriented,
        first: birth.stamp,
        last: birth.stamp,
        state: State::Midstream,
        syn_sequence: None,
        recognition: Recognition::Probing(0),
        confidence: 0.0,
        client: SideState::default(),
        server: SideState::default(),
        gaps: 0,
        retransmissions: 0,
        started: false,
        rows: 0,
        reset_in_window: false,
        answered: false,
        bare: true,
        weight: 0,
        parser_weight: 0,
        weighed: 0,
        second_key: None,
        profile: None,
        cluster: None,
        iat_count: 0,
        iat_mean: 0.0,
        iat_m2: 0.0,
    }
}

/// `ot.flow`: hash of the flow's key and its first time stamp.
fn flow_id(birth: &Birth) -> i64 {
    let FlowKey { low, high, transport, vlans, segment } = birth.key;
    let octets = |ip: IpAddr| match ip {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    };
    let number: u8 = match transport {
        Transport::Tcp => 6,
        Transport::Udp => 17,
        Transport::Icmp => 1,
        // No IP protocol number: 255 is reserved.
        Transport::Ethernet => 255,
        // Nor here: 254 is for experiments (RFC 3692), which no flow of this program is.
        Transport::Can => 254,
        // Nor here, the other number for experiments.
        Transport::Serial => 253,
        // Nor here: the last number that nobody was given.
        Transport::Profibus => 252,
        Transport::Other(n) => n,
    };
    let mut bytes = Vec::with_capacity(64);
    bytes.extend_from_slice(&octets(low.0));
    bytes.extend_from_slice(&low.1.to_be_bytes());
    bytes.extend_from_slice(&octets(high.0));
    bytes.extend_from_slice(&high.1.to_be_bytes());
    bytes.push(number);
    bytes.extend_from_slice(&vlans.0.unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend_from_slice(&vlans.1.unwrap_or(u16::MAX).to_be_bytes());
    bytes.extend_from_slice(&segment.to_be_bytes());
    bytes.extend_from_slice(&birth.stamp.time.to_be_bytes());
    hash::key(&[b"flow", &bytes]).max(1)
}
