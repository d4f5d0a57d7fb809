//! CC-Link IE: cyclic data of a master and its stations.
//!
//! Field Basic (CLPA BAP-C2010ENG-004), UDP 61450, in headers shaped like those of SLMP 3E frames; little-endian:
//! | request | 0 5000 2, big-endian | 2 00 FF FF 03 00 5 | 7 length, of what follows 2 | 9 timer 2 (0) | 11 command 2 (0E70) |
//! 13 subcommand 2 (0) | 15 protocol version 2 | 17 0 2 | 19 offset 2 (36) | 21 0 14 | 35 state of the master 2 | 37 0 2 |
//! 39 clock 8 | 47 master's address 4 | 51 group 1 | 52 0 1 | 53 sequence 2 | 55 timeout 2 | 57 its count 2 | 59 parameters 2 |
//! 61 stations 2 | 63 which of them take part 2 | 65 0 2 | 67 addresses 4, RWw 64, RY 8 of each |
//! | response | 0 D000 2, big-endian | 2 00 FF FF 03 00 5 | 7 length 2 | 9 0 2 | 11 protocol version 2 | 13 end code 2 |
//! 15 offset 2 (40) | 17 0 14 | 31 station's notification 20 | 51 station's address 4 | 55 group 1 | 56 0 1 | 57 sequence 2 |
//! 59 RWr 64, RX 8 of each |
//! The search for stations on UDP 61451 is SLMP and read as such.
//!
//! Control, Field and TSN: frames of an EtherType that is theirs alone; how they go on is told to members of CLPA only.

use super::Signature;
use crate::bytes::{be16, le16, u8_at};
use crate::flow::{Side, Transport};
use crate::protocol::{Guess, Probe};

pub const FIELD_BASIC: Signature = Signature {
    name: "cclink_ief_basic",
    ports: &[61_450],
    transports: &[Transport::Udp],
    probe: |probe| field_basic(probe.data),
};
/// CC-Link IE Control, Field and TSN.
pub const IE: Signature =
    Signature { name: "cclink_ie", ports: &[ETHERTYPE], transports: &[Transport::Ethernet], probe: |probe| ie(probe) };

const ETHERTYPE: u16 = 0x890f;
const OWN_STATION: &[u8] = &[0, 0xff, 0xff, 3, 0];
const CYCLIC: u16 = 0x0e70;
const VERSIONS: std::ops::RangeInclusive<u16> = 1..=2;
const GROUPS: std::ops::RangeInclusive<u8> = 1..=64;
/// Bytes before the stations' data, and of each station: its address in a request, RWw and RY, RWr and RX.
const REQUEST: usize = 67;
const ADDRESS: usize = 4;
const RESPONSE: usize = 59;
const DATA: usize = 64 + 8;
const STATIONS: std::ops::RangeInclusive<usize> = 1..=16;

/// Whether a field stands where it has to.
fn stands(data: &[u8], at: usize, value: u16) -> bool {
    le16(data, at) == Some(value)
}

fn field_basic(data: &[u8]) -> Guess {
    let length = le16(data, 7).map(|length| usize::from(length).saturating_add(9));
    if length != Some(data.len()) || data.get(2..7) != Some(OWN_STATION) || !stands(data, 9, 0) {
        return Guess::No;
    }
    let (sender, sound) = match be16(data, 0) {
        Some(0x5000) => (Side::Client, request(data)),
        Some(0xd000) => (Side::Server, response(data)),
        _ => return Guess::No,
    };
    if sound { Guess::Yes { confidence: 0.95, sender: Some(sender) } } else { Guess::No }
}

fn version(data: &[u8], at: usize) -> bool {
    le16(data, at).is_some_and(|version| VERSIONS.contains(&version))
}

fn group(data: &[u8], at: usize) -> bool {
    u8_at(data, at).is_some_and(|group| GROUPS.contains(&group)) && u8_at(data, at + 1) == Some(0)
}

fn request(data: &[u8]) -> bool {
    let stations = le16(data, 61).map_or(0, usize::from);
    let fixed = stands(data, 11, CYCLIC) && stands(data, 13, 0) && stands(data, 17, 0) && stands(data, 19, 36);
    let whole = data.len() == REQUEST.saturating_add(stations.saturating_mul(ADDRESS + DATA));
    fixed && version(data, 15) && group(data, 51) && STATIONS.contains(&stations) && whole
}

fn response(data: &[u8]) -> bool {
    let held = data.len().saturating_sub(RESPONSE);
    let whole = held.is_multiple_of(DATA) && STATIONS.contains(&(held / DATA));
    stands(data, 15, 40) && version(data, 11) && group(data, 55) && whole
}

fn ie(probe: &Probe<'_>) -> Guess {
    let own = probe.source_port == ETHERTYPE && !probe.data.is_empty();
    if own { Guess::Yes { confidence: 0.9, sender: None } } else { Guess::No }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cyclic_request(stations: u16) -> Vec<u8> {
        let mut data = vec![0x50, 0, 0, 0xff, 0xff, 3, 0, 0, 0, 0, 0, 0x70, 0x0e, 0, 0, 1, 0, 0, 0, 36, 0];
        data.resize(REQUEST + usize::from(stations) * (ADDRESS + DATA), 0);
        data[51] = 1;
        data[61..63].copy_from_slice(&stations.to_le_bytes());
        let length = u16::try_from(data.len() - 9).unwrap();
        data[7..9].copy_from_slice(&length.to_le_bytes());
        data
    }

    fn cyclic_response() -> Vec<u8> {
        let mut data = vec![0xd0, 0, 0, 0xff, 0xff, 3, 0, 122, 0, 0, 0, 2, 0, 0, 0, 40, 0];
        data.resize(RESPONSE + DATA, 0);
        data[55] = 1;
        data
    }

    #[test]
    fn requests_and_responses_of_field_basic() {
        let told = |sender| Guess::Yes { confidence: 0.95, sender: Some(sender) };
        assert_eq!(field_basic(&cyclic_request(1)), told(Side::Client));
        assert_eq!(field_basic(&cyclic_request(16)), told(Side::Client));
        assert_eq!(field_basic(&cyclic_response()), told(Side::Server));
    }

    #[test]
    fn anything_else_is_not() {
        for (at, byte) in [(0, 0x54), (3, 0xfe), (7, 0), (9, 1), (11, 0x30), (15, 3), (19, 35), (51, 65), (61, 2)] {
            let mut data = cyclic_request(1);
            data[at] = byte;
            assert_eq!(field_basic(&data), Guess::No, "byte {at} of a request");
        }
        for (at, byte) in [(5, 4), (11, 0), (15, 36), (55, 0), (56, 1)] {
            let mut data = cyclic_response();
            data[at] = byte;
            assert_eq!(field_basic(&data), Guess::No, "byte {at} of a response");
        }
        for end in 0..cyclic_request(1).len() {
            assert_eq!(field_basic(&cyclic_request(1)[..end]), Guess::No);
        }
        assert_eq!(field_basic(&cyclic_request(17)), Guess::No, "more stations than a group has");
    }

    #[test]
    fn frames_of_the_ethertype_alone() {
        let asked = |port| {
            let transport = Transport::Ethernet;
            ie(&Probe { data: &[0x10, 1], transport, source_port: port, destination_port: port, ended: false })
        };
        assert!(matches!(asked(0x890f), Guess::Yes { .. }));
        assert_eq!(asked(0x88b8), Guess::No);
    }
}
