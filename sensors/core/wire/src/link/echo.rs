//! Echo requests and the replies to them (RFC 792, RFC 4443 4.1): a host must return the data it was sent. Data that
//! differs is how ICMP tunnels talk.

use crate::bytes::{be32, u8_at};
use crate::flow::ip::{self, Datagram};
use crate::hash;
use std::net::IpAddr;

/// Requests remembered.
const WAITING: usize = 256;
/// | type 1 | code 1 | checksum 2 | identifier 2 | sequence 2 | data |
const HEADER: usize = 8;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Key {
    asker: IpAddr,
    asked: IpAddr,
    /// Identifier and sequence number.
    number: u32,
}

/// The last requests, with a hash of their data.
#[derive(Default)]
pub struct Echoes {
    waiting: Vec<(Key, u64)>,
    next: usize,
}

impl Echoes {
    /// Whether this is a reply whose data is not that of its request. Takes note of requests.
    pub fn differs(&mut self, datagram: &Datagram<'_>) -> bool {
        let (request, reply) = match datagram.protocol {
            ip::ICMP => (8, 0),
            _ => (128, 129),
        };
        let message = datagram.payload;
        let (Some(kind), Some(number)) = (u8_at(message, 0), be32(message, 4)) else { return false };
        let data = hash::quick(message.get(HEADER..).unwrap_or_default());
        if kind == request {
            let key = Key { asker: datagram.source, asked: datagram.destination, number };
            self.note(key, data);
            return false;
        }
        let key = Key { asker: datagram.destination, asked: datagram.source, number };
        kind == reply && self.waiting.iter().find(|(known, _)| *known == key).is_some_and(|(_, sent)| *sent != data)
    }

    fn note(&mut self, key: Key, data: u64) {
        if let Some((_, known)) = self.waiting.iter_mut().find(|(known, _)| *known == key) {
            *known = data;
            return;
        }
        match self.waiting.get_mut(self.next) {
            Some(slot) => *slot = (key, data),
            None => self.waiting.push((key, data)),
        }
        self.next = (self.next + 1) % WAITING;
    }
}

#[cfg(test)]
mod tests {
    use super::{Echoes, WAITING};
    use crate::flow::ip::{self, Datagram};
    use std::net::IpAddr;

    fn echo(kind: u8, number: u16, data: &[u8], back: bool) -> (Vec<u8>, IpAddr, IpAddr) {
        let (one, two) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let (source, destination) = if back { (two, one) } else { (one, two) };
        let [high, low] = number.to_be_bytes();
        ([&[kind, 0, 0, 0, 0, 7, high, low], data].concat(), source, destination)
    }

    fn differs(echoes: &mut Echoes, (payload, source, destination): &(Vec<u8>, IpAddr, IpAddr)) -> bool {
        let (source, destination) = (*source, *destination);
        let protocol = ip::ICMP;
        echoes.differs(&Datagram { source, destination, protocol, payload, fragment: None, short: false })
    }

    #[test]
    fn a_reply_must_return_the_data() {
        let echoes = &mut Echoes::default();
        assert!(!differs(echoes, &echo(8, 1, b"abcdefgh", false)));
        assert!(!differs(echoes, &echo(0, 1, b"abcdefgh", true)));
        assert!(differs(echoes, &echo(0, 1, b"uid=0(root)", true)));
        assert!(!differs(echoes, &echo(0, 2, b"nobody asked", true)));
    }

    #[test]
    fn only_the_last_requests_are_kept() {
        let echoes = &mut Echoes::default();
        for number in 0..=u16::try_from(WAITING).unwrap() {
            assert!(!differs(echoes, &echo(8, number, b"x", false)));
        }
        assert!(!differs(echoes, &echo(0, 0, b"y", true)), "the first one gave way");
        assert!(differs(echoes, &echo(0, 1, b"y", true)));
        assert_eq!(echoes.waiting.len(), WAITING);
    }
}
