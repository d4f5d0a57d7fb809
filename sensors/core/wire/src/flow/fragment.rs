//! Putting IP fragments together (RFC 791 3.2, RFC 8200 4.5), bounded.

use super::ip::Fragment;
use hashbrown::HashMap;
use std::collections::VecDeque;
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
    /// Which one it was since the beginning.
    number: u64,
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
    /// All of them as they began, and some that ended since: whom a flood displaces is not looked for among all.
    order: VecDeque<(u64, DatagramKey)>,
    begun: u64,
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
        if !self.partials.contains_key(&key) {
            self.begin(key);
        }
        let number = self.begun;
        let partial = self.partials.entry(key).or_insert_with(|| Partial {
            since: now,
            number,
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

    /// Makes room for one more, and notes that it begins.
    fn begin(&mut self, key: DatagramKey) {
        if self.partials.len() >= DATAGRAMS {
            self.give_up_oldest();
        }
        self.begun = self.begun.saturating_add(1);
        self.order.push_back((self.begun, key));
        if self.order.len() > 2 * DATAGRAMS {
            let partials = &self.partials;
            let lives = |number: u64, key: &DatagramKey| partials.get(key).is_some_and(|p| p.number == number);
            let begun = self.begun;
            self.order.retain(|(number, key)| *number == begun || lives(*number, key));
        }
    }

    fn give_up_oldest(&mut self) {
        while let Some((number, key)) = self.order.pop_front() {
            if self.partials.get(&key).is_some_and(|partial| partial.number == number) {
                self.partials.remove(&key);
                self.given_up += 1;
                return;
            }
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
        // What came first stands. By stretches: a byte at a time, many pieces of one datagram would slow the sensor.
        let mut placed = payload.to_vec();
        let mut differs = false;
        for (from, to) in self.have.iter().map(|(from, to)| ((*from).max(offset), (*to).min(end))) {
            let Some(known) = self.data.get(from..to) else { continue };
            let Some(new) = placed.get_mut(from - offset..to - offset) else { continue };
            differs |= known != new;
            new.copy_from_slice(known);
        }
        if let Some(slot) = self.data.get_mut(offset..end) {
            slot.copy_from_slice(&placed);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of the last of some fragments (offset, bytes, more of them) of one datagram.
    fn last(pieces: &[(usize, &[u8], bool)]) -> Reassembly {
        let end = IpAddr::from([10, 0, 0, 1]);
        let origin = Origin { source: end, destination: end, protocol: 17, interface: 0 };
        let mut fragments = Fragments::default();
        let mut became = Reassembly::Waiting;
        for (offset, bytes, more) in pieces {
            became = fragments.add(&origin, Fragment { id: 1, offset: *offset, more: *more }, bytes, 0);
        }
        became
    }

    #[test]
    fn what_came_first_stands_where_pieces_overlap() {
        let pieces: [(usize, &[u8], bool); 4] =
            [(8, b"89ab", true), (2, b"XX", true), (0, b"0123456789", true), (6, b"6789abcd", false)];
        assert!(matches!(last(&pieces[..3]), Reassembly::Differs));
        assert!(matches!(last(&pieces), Reassembly::Complete(whole) if whole == b"01XX456789abcd"));
    }

    #[test]
    fn the_oldest_is_displaced_and_what_ended_is_not_kept_in_mind() {
        let end = IpAddr::from([10, 0, 0, 1]);
        let origin = Origin { source: end, destination: end, protocol: 17, interface: 0 };
        let mut fragments = Fragments::default();
        let add = |id: usize, more: bool, fragments: &mut Fragments| {
            let id = u32::try_from(id).unwrap();
            fragments.add(&origin, Fragment { id, offset: if more { 0 } else { 8 }, more }, b"01234567", 0)
        };
        for id in 0..DATAGRAMS {
            add(id, true, &mut fragments);
        }
        assert!(matches!(add(1, false, &mut fragments), Reassembly::Complete(_)));
        // One more finds room, the next one displaces the first, the one after that the third.
        for id in [5000, 5001, 5002] {
            add(id, true, &mut fragments);
        }
        assert_eq!(fragments.given_up, 2);
        assert!(matches!(add(3, false, &mut fragments), Reassembly::Complete(_)));
        assert!(matches!(add(2, false, &mut fragments), Reassembly::Waiting), "it was displaced");
        for id in 6000..20_000 {
            add(id, true, &mut fragments);
            add(id, false, &mut fragments);
        }
        assert!(fragments.order.len() <= 2 * DATAGRAMS + 1, "{}", fragments.order.len());
        assert!(fragments.partials.len() <= DATAGRAMS);
    }

    #[test]
    fn equal_overlaps_do_not_differ() {
        assert!(matches!(last(&[(0, b"01234567", true), (4, b"4567", true)]), Reassembly::Waiting));
        assert!(matches!(last(&[(0, b"01234567", true), (8, b"8", false)]), Reassembly::Complete(_)));
    }
}
