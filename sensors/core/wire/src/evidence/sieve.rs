//! Passes over records that hold the octets of no address and no port that a filter needs: cheaper by far than decoding
//! them. What it lets through is decoded and decided by the filter.

use crate::capture::filter::{Clause, Need};
use memchr::memmem::Finder;
use std::net::IpAddr;

/// What must be somewhere in a frame: one of each list.
pub struct Sieve(Vec<Vec<Finder<'static>>>);

impl Sieve {
    pub fn of(needs: &[Clause]) -> Self {
        Self(needs.iter().filter_map(|clause| clause.iter().map(octets).collect()).collect())
    }

    pub fn may_pass(&self, frame: &[u8]) -> bool {
        self.0.iter().all(|finders| finders.iter().any(|finder| finder.find(frame).is_some()))
    }
}

/// A thing as frames have it; `None` for what stands in a part of an octet.
fn octets(need: &Need) -> Option<Finder<'static>> {
    let finder = match need {
        Need::Address(IpAddr::V4(address)) => Finder::new(&address.octets()).into_owned(),
        Need::Address(IpAddr::V6(address)) => Finder::new(&address.octets()).into_owned(),
        Need::Mac(mac) => Finder::new(mac).into_owned(),
        Need::Port(port) => Finder::new(&port.to_be_bytes()).into_owned(),
        Need::EtherType(_) | Need::Vlan(_) => return None,
    };
    Some(finder)
}
