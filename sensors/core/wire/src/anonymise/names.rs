//! Which address stands for which. One key gives one answer, everywhere and always.
//!
//! IP: each bit is turned or not by a keyed hash of the bits before it (Xu, Fan, Ammar, Moon: "Prefix-Preserving IP Address
//! Anonymization", ICNP 2002; with keyed BLAKE2b instead of AES). So it is one to one, and two addresses share as many
//! first bits as before. On the way to what has a meaning of its own (multicast, broadcast, loopback, "this host") no bit is
//! turned: those stay, and nothing else becomes one of them.
//!
//! MAC: a Feistel network over the 46 bits beside *group* and *local*, or over the last 24 where the maker is kept.

use blake2b_simd::Params;
use hashbrown::HashMap;

/// Octets of a key.
pub const KEY: usize = 32;
/// Addresses that are remembered, so that each is worked out once; beyond that they are worked out anew.
const MOST_KNOWN: usize = 1 << 20;
const ROUNDS: u8 = 8;
const V4: u8 = 4;
const V6: u8 = 6;
const MAC: u8 = 1;

/// A prefix whose bits are not turned; `whole`: nor are those behind it.
struct Meant<const N: usize> {
    value: [u8; N],
    bits: usize,
    whole: bool,
}

const MEANT_V4: &[Meant<4>] = &[
    Meant { value: [0, 0, 0, 0], bits: 8, whole: true },
    Meant { value: [127, 0, 0, 0], bits: 8, whole: true },
    Meant { value: [169, 254, 0, 0], bits: 16, whole: false },
    Meant { value: [224, 0, 0, 0], bits: 4, whole: true },
    Meant { value: [255; 4], bits: 32, whole: true },
];
/// The first that fits decides: of a solicited-node address the end is a host's (RFC 4291 §2.7.1).
const MEANT_V6: &[Meant<16>] = &[
    Meant { value: [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0], bits: 104, whole: false },
    Meant { value: [0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], bits: 8, whole: true },
    Meant { value: [0; 16], bits: 127, whole: true },
    Meant { value: [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], bits: 64, whole: false },
];
/// Groups that name a protocol and no station: IEEE 802.1, IPv4, IEC 61850, PROFINET, EtherCAT's and POWERLINK's
/// neighbours, PTP, Cisco.
const GROUPS: &[[u8; 3]] = &[
    [0x01, 0x80, 0xc2],
    [0x01, 0x00, 0x5e],
    [0x01, 0x0c, 0xcd],
    [0x01, 0x0e, 0xcf],
    [0x01, 0x11, 0x1e],
    [0x01, 0x1b, 0x19],
    [0x01, 0x00, 0x0c],
    [0x01, 0x01, 0x05],
];

/// Replaces addresses by a key.
pub struct Names {
    key: [u8; KEY],
    makers: bool,
    v4: HashMap<[u8; 4], [u8; 4]>,
    v6: HashMap<[u8; 16], [u8; 16]>,
    macs: HashMap<[u8; 6], [u8; 6]>,
}

impl Names {
    /// `makers`: of a MAC that a maker assigned, the maker stays.
    pub fn of(key: [u8; KEY], makers: bool) -> Self {
        Self { key, makers, v4: HashMap::new(), v6: HashMap::new(), macs: HashMap::new() }
    }

    /// What may be told of the key: equal keys have equal ids, and nothing else follows from one.
    pub fn key_id(&self) -> [u8; 8] {
        self.hash(0, 0, b"key id").to_le_bytes()
    }

    /// How many addresses were replaced so far: IPv4, IPv6, MAC.
    pub fn counts(&self) -> (usize, usize, usize) {
        (self.v4.len(), self.v6.len(), self.macs.len())
    }

    pub fn v4(&mut self, address: [u8; 4]) -> [u8; 4] {
        if let Some(known) = self.v4.get(&address) {
            return *known;
        }
        let other = self.turned(V4, address, MEANT_V4);
        remember(&mut self.v4, address, other);
        other
    }

    pub fn v6(&mut self, address: [u8; 16]) -> [u8; 16] {
        if let Some(known) = self.v6.get(&address) {
            return *known;
        }
        let other = self.turned(V6, address, MEANT_V6);
        remember(&mut self.v6, address, other);
        other
    }

    pub fn mac(&mut self, address: [u8; 6]) -> [u8; 6] {
        if let Some(known) = self.macs.get(&address) {
            return *known;
        }
        let other = self.station(address);
        remember(&mut self.macs, address, other);
        other
    }

    fn turned<const N: usize>(&self, kind: u8, address: [u8; N], meant: &[Meant<N>]) -> [u8; N] {
        let mut other = address;
        for at in 0..N.saturating_mul(8) {
            if stays(&address, at, meant) {
                continue;
            }
            let before = first_bits(&address, at);
            let depth = u8::try_from(at).unwrap_or(u8::MAX);
            if self.hash(kind, depth, &before) & 1 == 1
                && let Some(octet) = other.get_mut(at / 8)
            {
                *octet ^= 0x80 >> (at % 8);
            }
        }
        other
    }

    fn station(&mut self, address: [u8; 6]) -> [u8; 6] {
        let [a, b, c, d, e, f] = address;
        if [a, b, c] == [0x33, 0x33, 0xff] {
            let group = self.v6([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, c, d, e, f]);
            let [.., d, e, f] = group;
            return [a, b, c, d, e, f];
        }
        let mut other = address;
        while !is_meant(&address) {
            other = self.shuffled(other);
            if !is_meant(&other) {
                break; // else once more: only so nothing else becomes what has a meaning
            }
        }
        other
    }

    /// One to one over all addresses with the same two lowest bits of the first octet.
    fn shuffled(&self, address: [u8; 6]) -> [u8; 6] {
        let [a, b, c, d, e, f] = address;
        if self.makers && a & 3 == 0 {
            let low = self.feistel(u64::from(u32::from_be_bytes([0, d, e, f])), 12, &[a, b, c]);
            let [.., d, e, f] = low.to_be_bytes();
            return [a, b, c, d, e, f];
        }
        let body = u64::from_be_bytes([0, 0, a >> 2, b, c, d, e, f]);
        let [_, _, first, b, c, d, e, f] = self.feistel(body, 23, &[a & 3]).to_be_bytes();
        [first << 2 | a & 3, b, c, d, e, f]
    }

    /// A permutation of numbers of twice so many bits.
    fn feistel(&self, number: u64, half: u32, tweak: &[u8]) -> u64 {
        let mask = (1u64 << half).saturating_sub(1);
        let (mut left, mut right) = (number >> half & mask, number & mask);
        for round in 0..ROUNDS {
            let mut told = [0u8; 16];
            told.iter_mut().zip(right.to_be_bytes().iter().chain(tweak)).for_each(|(to, from)| *to = *from);
            let mixed = self.hash(MAC.saturating_add(u8::try_from(half).unwrap_or(0)), round, &told) & mask;
            (left, right) = (right, left ^ mixed);
        }
        left << half | right
    }

    fn hash(&self, kind: u8, depth: u8, told: &[u8]) -> u64 {
        let mut params = Params::new();
        params.hash_length(16).key(&self.key);
        let mut state = params.to_state();
        state.update(&[kind, depth]).update(told);
        state.finalize().as_bytes().first_chunk().map(|octets| u64::from_le_bytes(*octets)).unwrap_or_default()
    }
}

fn remember<const N: usize>(known: &mut HashMap<[u8; N], [u8; N]>, address: [u8; N], other: [u8; N]) {
    if known.len() < MOST_KNOWN {
        known.insert(address, other);
    }
}

fn is_meant(address: &[u8; 6]) -> bool {
    let [a, b, c, ..] = *address;
    let of_ipv6 = [a, b] == [0x33, 0x33];
    *address == [0xff; 6] || *address == [0; 6] || of_ipv6 || GROUPS.contains(&[a, b, c])
}

/// Whether the bit at this place stays as it is.
fn stays<const N: usize>(address: &[u8; N], at: usize, meant: &[Meant<N>]) -> bool {
    let within = meant.iter().find(|each| at >= each.bits && first_bits(address, each.bits) == each.value);
    if let Some(within) = within {
        return within.whole;
    }
    meant.iter().any(|each| at < each.bits && first_bits(address, at) == first_bits(&each.value, at))
}

fn first_bits<const N: usize>(address: &[u8; N], bits: usize) -> [u8; N] {
    let mut first = [0u8; N];
    for (place, (to, from)) in first.iter_mut().zip(address).enumerate() {
        let left = bits.saturating_sub(place.saturating_mul(8)).min(8);
        let mask = 0xff00u16 >> left;
        *to = *from & u8::try_from(mask & 0xff).unwrap_or(0);
    }
    first
}
