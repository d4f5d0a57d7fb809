//! Putting IP fragments together (RFC 791 3.2, RFC 8200 4.5), bounded.

use super::ip::Fragment;
use hashbrown::HashMap;
use std::net::IpAddr;

/// Datagrams under construction; beyond it the oldest is given up.
const DATAGRAMS: usize = 1024;
/// Time a datagram may take, ns (RFC 1122 3.3.2 asks for 60 to 120 s; attackers ask for more).
const LIFETIME: i64 = 30_000_000_000;
/// Longest IP payload.
const LONGEST: usize = 65_535;
/// Pieces of one datagram; more is an attack.
const PIECES: usize = 128;

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
struct DatagramKey {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    id: u32,
    interface: u32,
}

struct Partial {
    since: i64,
    data: Vec<u8>,
    /// Byte ranges present, unsorted, each (start, end).
    have: Vec<(usize, usize)>,
    total: Option<usize>,
}

/// What became of a fragment.
pub enum Reassembly {
    Waiting,
    Complete(Vec<u8>),
    /// Overlap with different content: the first bytes stand, the fact is a flag.
    Differs,
    /// Beyond the limits; dropped.
    Refused,
}

/// Addressing of a fragment.
pub struct Origin {
    pub source: IpAddr,
    pub destination: IpAddr,
    pub protocol: u8,
    pub interface: u32,
}

/// All datagrams under construction.
#[derive(Default)]
pub struct Fragments {
    partials: HashMap<DatagramKey, Partial, foldhash::fast::RandomState>,
    pub given_up: u64,
}

impl Fragments {
    /// Adds one fragment.
    pub fn add(&mut self, origin: &Origin, fragment: Fragment, payload: &[u8], now: i64) -> Reassembly {
        let Origin { source, destination, protocol, interface } = *origin;
        let key = DatagramKey { source, destination, protocol, id: fragment.id, interface };
        let end = fragment.offset + payload.len();
        if end > LONGEST {
            return Reassembly::Refused;
        }
        if self.partials.len() >= DATAGRAMS && !self.partials.contains_key(&key) {
            self.give_up_oldest();
        }
        let partial = self.partials.entry(key).or_insert_with(|| Partial {
            since: now,
            data: Vec::new(),
            have: Vec::new(),
            total: None,
        });
        if partial.have.len() >= PIECES {
            self.partials.remove(&key);
            self.given_up += 1;
            return Reassembly::Refused;
        }
        let differs = partial.place(fragment.offset, payload);
        if !fragment.more {
            partial.total = Some(end);
        }
        if partial.complete() {
            let total = partial.total.unwrap_or(0);
            if let Some(mut done) = self.partials.remove(&key) {
                done.data.truncate(total);
                return Reassembly::Complete(done.data);
            }
        }
        if differs { Reassembly::Differs } else { Reassembly::Waiting }
    }

    /// Gives up what took too long; returns how many.
    pub fn expire(&mut self, now: i64) -> usize {
        let before = self.partials.len();
        self.partials.retain(|_, p| now.saturating_sub(p.since) < LIFETIME);
        let gone = before - self.partials.len();
        self.given_up += u64::try_from(gone).unwrap_or(u64::MAX);
        gone
    }

    fn give_up_oldest(&mut self) {
        let oldest =
            self.partials.iter().min_by_key(|(k, p)| (p.since, k.id, k.source, k.destination)).map(|(k, _)| *k);
        if let Some(key) = oldest {
            self.partials.remove(&key);
            self.given_up += 1;
        }
    }
}

impl Partial {
    /// Writes the bytes not there yet; true when bytes there already differ.
    fn place(&mut self, offset: usize, payload: &[u8]) -> bool {
        let end = offset + payload.len();
        if self.data.len() < end {
            self.data.resize(end, 0);
        }
        let mut differs = false;
        for (i, byte) in payload.iter().enumerate() {
            let at = offset + i;
            let known = self.have.iter().any(|(from, to)| (*from..*to).contains(&at));
            match self.data.get_mut(at) {
                Some(slot) if known => differs |= *slot != *byte,
                Some(slot) => *slot = *byte,
                None => {}
            }
        }
        self.have.push((offset, end));
        differs
    }

    fn complete(&mut self) -> bool {
        let Some(total) = self.total else { return false };
        self.have.sort_unstable();
        let reach = self.have.iter().fold(0, |reach, (from, to)| if *from <= reach { reach.max(*to) } else { reach });
        reach >= total
    }
}
