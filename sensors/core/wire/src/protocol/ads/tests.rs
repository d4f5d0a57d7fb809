//! What golden captures do not show: lengths that lie, tables that are full, other protocols' bytes.

use super::header::{framing, probe, resynchronise};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::{Framing, Guess, Probe};

/// A Read State request: 38 bytes.
fn read_state() -> Vec<u8> {
    let mut out = vec![0, 0, 32, 0, 0, 0, 5, 1, 1, 1, 1, 1, 0x10, 0x27, 10, 9, 1, 31, 1, 1, 3, 0x80, 4, 0, 4, 0];
    out.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0]);
    out
}

fn guess(data: &[u8], ended: bool) -> Guess {
    probe(&Probe { data, transport: Transport::Tcp, source_port: 40_000, destination_port: 40_001, ended })
}

#[test]
fn packets_are_framed_by_their_length_alone() {
    let packet = read_state();
    assert_eq!(framing(&packet), Framing::Message(38));
    assert_eq!(framing(&packet[..5]), Framing::Need);
    assert_eq!(framing(&[0, 0, 31, 0, 0, 0]), Framing::Bad(Flag::AdsHeader));
    assert_eq!(framing(&[0, 0, 0xff, 0xff, 0xff, 0xff]), Framing::Bad(Flag::AdsHeader));
    assert_eq!(framing(&[1]), Framing::Bad(Flag::AdsHeader));
    assert_eq!(framing(&[0, 0, 0, 0, 0x10, 0]), Framing::Oversize(0x10_0006));
}

#[test]
fn a_header_whose_lengths_agree_is_recognised() {
    let packet = read_state();
    assert_eq!(guess(&packet, false), Guess::Yes { confidence: 0.97, sender: Some(Side::Client) });
    assert_eq!((guess(&packet[..20], false), guess(&packet[..20], true)), (Guess::Need, Guess::No));
    let mut reply = packet.clone();
    reply[24] = 5;
    assert_eq!(guess(&reply, false), Guess::Yes { confidence: 0.97, sender: Some(Side::Server) });
    for (at, value) in [(22, 10), (24, 0), (25, 0x7f), (26, 1)] {
        let mut other = packet.clone();
        other[at] = value;
        assert_eq!(guess(&other, true), Guess::No, "byte {at}");
    }
}

#[test]
fn the_next_packet_is_found_among_bytes_that_are_none() {
    let packet = read_state();
    assert_eq!(resynchronise(&[&[9, 0, 0, 32][..], &packet].concat()), (4, true));
    let (passed, found) = resynchronise(&[&[9; 50][..], &packet[..20]].concat());
    assert_eq!((passed, found), (50, false));
    assert_eq!(resynchronise(&[9; 50]), (50, false));
}
