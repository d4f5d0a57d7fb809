//! LonTalk/IP: control networks tunnelled over IP (ANSI/CEA-852, EN 14908-4), UDP ports 1628 and 1629 (urgent).
//!
//! | 0 length of the packet 2 | 2 version 1 (1) | 3 packet type 1 | 4 length of the extended header / 4 1 | 5 flags 1 |
//! 6 vendor 2 | 8 session 4 | 12 sequence number 4 | 16 time stamp 4 | extended header | data |; big-endian.

use super::Signature;
use crate::bytes::{be16, u8_at};
use crate::flow::Transport;
use crate::protocol::{Guess, Probe};

pub const SIGNATURE: Signature =
    Signature { name: "lontalk", ports: &[1628, 1629], transports: &[Transport::Udp], probe };

const HEADER: usize = 20;
const VERSION: u8 = 1;
/// Flags: security, and the code of the protocol inside; the rest is reserved.
const RESERVED: u8 = 0b0101_0000;
/// Packet types of CEA-852: data, registration, membership, send list, routing, acknowledgement, their requests, segments.
const TYPES: [u8; 16] =
    [0x01, 0x03, 0x04, 0x06, 0x07, 0x08, 0x60, 0x63, 0x64, 0x66, 0x68, 0x70, 0x71, 0x7f, 0x91, 0xd1];

/// A header whose length is the datagram's. Elsewhere than at its ports, one that carries nothing that could be chance: no
/// extended header, no reserved flag, and a registered vendor's zero or one.
fn probe(probe: &Probe<'_>) -> Guess {
    let data = probe.data;
    let length = be16(data, 0).map(usize::from);
    let kind = u8_at(data, 3).is_some_and(|kind| TYPES.contains(&kind));
    let extended = u8_at(data, 4).map_or(usize::MAX, |words| usize::from(words) * 4);
    let whole = length == Some(data.len()) && data.len() >= HEADER.saturating_add(extended);
    if !whole || u8_at(data, 2) != Some(VERSION) || !kind {
        return Guess::No;
    }
    let at_port = SIGNATURE.ports.iter().any(|port| [probe.source_port, probe.destination_port].contains(port));
    let plain = extended == 0 && u8_at(data, 5).is_some_and(|flags| flags & RESERVED == 0);
    match (at_port, plain && be16(data, 6).is_some_and(|vendor| vendor <= 1)) {
        (true, _) => Guess::Yes { confidence: 0.9, sender: None },
        (false, true) => Guess::Yes { confidence: 0.5, sender: None },
        (false, false) => Guess::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(data: &[u8], port: u16) -> Guess {
        let transport = Transport::Udp;
        probe(&Probe { data, transport, source_port: port, destination_port: port, ended: false })
    }

    #[test]
    fn a_header_that_fits_its_datagram() {
        let mut data = vec![0, 24, 1, 0x01, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4];
        assert!(matches!(asked(&data, 1628), Guess::Yes { .. }));
        assert!(matches!(asked(&data, 40_000), Guess::Yes { confidence, .. } if confidence < 0.6));
        // One bit that the standard reserves: only the port can tell.
        data[5] = 0x10;
        assert_eq!(asked(&data, 40_000), Guess::No);
        assert!(matches!(asked(&data, 1628), Guess::Yes { .. }));
    }

    #[test]
    fn anything_else_is_not() {
        let sound = [0, 20, 1, 0x60, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0];
        for (at, byte) in [(1, 21), (2, 2), (3, 0x02), (4, 1)] {
            let mut data = sound;
            data[at] = byte;
            assert_eq!(asked(&data, 1628), Guess::No, "byte {at}");
        }
        for end in 0..sound.len() {
            assert_eq!(asked(&sound[..end], 1628), Guess::No);
        }
    }
}
