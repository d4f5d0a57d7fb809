//! What the golden captures do not show: hostile input, limits, recognition.

use super::header::Header;
use super::{EXCHANGES, Egd, PORT, probe};
use crate::flow::{Side, Transport};
use crate::protocol::listening::Flow;
use crate::protocol::{Guess, Parser, Probe};

fn production(exchange: u32, request: u16, signature: u32, data: &[u8]) -> Vec<u8> {
    let mut out = vec![13, 1];
    out.extend_from_slice(&request.to_le_bytes());
    out.extend_from_slice(&[10, 9, 1, 11]);
    for word in [exchange, 1_795_900_000, 5, 0, signature, 0] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    out.extend_from_slice(data);
    out
}

fn flow() -> Flow<Egd> {
    Flow::new(Egd::default(), Transport::Udp, PORT)
}

#[test]
fn what_is_sound_is_not_flagged_and_each_oddity_is() {
    let mut flow = flow();
    assert!(!flow.said(Side::Client, &production(7, 65_535, 3, &[1, 2])));
    assert!(!flow.said(Side::Client, &production(7, 0, 3, &[1, 3])), "numbers begin anew behind the last");
    assert!(!flow.said(Side::Client, &production(7, 5, 3, &[1, 3])), "a datagram may be lost");
    assert!(flow.said(Side::Client, &production(7, 5, 3, &[1, 3])), "the same number again");
    assert!(flow.said(Side::Client, &production(7, 6, 4, &[1, 3])), "another signature");
    assert!(flow.said(Side::Client, &production(7, 7, 4, &[1])), "another length");
    assert!(!flow.said(Side::Client, &production(8, 1, 4, &[1])), "another exchange");
    assert!(flow.said(Side::Client, &production(7, 8, 4, &[1])[..31]), "cut in its head");
    assert!(flow.said(Side::Client, &production(7, 9, 4, &[])), "no data");
    let mut odd = production(7, 10, 4, &[1]);
    odd[28] = 1;
    assert!(flow.said(Side::Client, &odd), "reserved bytes");
}

#[test]
fn exchanges_are_bounded() {
    let mut flow = flow();
    let most = u32::try_from(EXCHANGES).unwrap();
    assert!((1..=most).all(|exchange| !flow.said(Side::Client, &production(exchange, 1, 0, &[0]))));
    let weight = flow.parser.weight();
    assert!(flow.said(Side::Client, &production(most + 1, 1, 0, &[0])));
    assert!(flow.parser.weight() <= weight + 64);
}

#[test]
fn it_is_known_by_its_bytes() {
    let guess = |data: &[u8], port| {
        probe(&Probe { data, transport: Transport::Udp, source_port: 9, destination_port: port, ended: false })
    };
    let yes = |guess| matches!(guess, Guess::Yes { .. });
    assert!(yes(guess(&production(7, 1, 0, &[0]), PORT)) && yes(guess(&production(7, 1, 0, &[0]), 9)));
    assert!(yes(guess(&production(0x10000, 1, 0, &[0]), PORT)));
    assert_eq!(guess(&production(0x10000, 1, 0, &[0]), 9), Guess::No);
    assert_eq!(guess(&production(0, 1, 0, &[0]), PORT), Guess::No);
    let mut odd = production(7, 1, 0, &[0]);
    odd[20] = 99;
    assert_eq!(guess(&odd, PORT), Guess::No, "a status that nobody has");
    assert!(Header::read(&odd[..32]).is_some_and(|header| header.data.is_empty()));
}
