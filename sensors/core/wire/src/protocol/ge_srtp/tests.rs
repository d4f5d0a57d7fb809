//! What the golden captures do not show: hostile input, limits, recognition.

use super::{GeSrtp, header, recognise};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::dialogue::Dialogue;
use crate::protocol::listening::Flow;
use crate::protocol::{Framing, Guess, Parser, Probe};

const OPEN: &[u8] = &[0; 56];

/// A header of a type with a mailbox type, and what stands from byte 42 on.
fn message(kind: u8, mailbox: u8, body: &[u8], text: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 56];
    (out[0], out[2], out[30], out[31]) = (kind, 7, 6, mailbox);
    out[4..6].copy_from_slice(&u16::try_from(text.len()).unwrap().to_le_bytes());
    (out[36], out[37], out[40], out[41]) = (0x10, 0x0e, 1, 1);
    out[42..42 + body.len()].copy_from_slice(body);
    out.extend(text);
    out
}

/// %R1, three words.
fn read() -> Vec<u8> {
    message(2, 0xc0, &[4, 8, 0, 0, 3, 0], &[])
}

fn done() -> Vec<u8> {
    message(3, 0xd4, &[0, 0, 1, 0, 2, 0, 3, 0, 0xff, 4, 0, 0, 0, 1], &[])
}

/// %R1 to %R2, with the values as text.
fn write(text: &[u8]) -> Vec<u8> {
    message(2, 0x80, &[4, 0, 0, 0, 0, 0, 1, 1, 7, 8, 0, 0, 2, 0], text)
}

fn flow() -> Flow<Dialogue<GeSrtp>> {
    Flow::new(Dialogue::default(), Transport::Tcp, 18_245)
}

#[test]
fn what_is_sound_is_not_flagged_and_each_oddity_is() {
    let mut flow = flow();
    assert!(!flow.said(Side::Client, OPEN));
    assert!(!flow.said(Side::Server, &message(1, 0, &[], &[])));
    assert!(!flow.said(Side::Client, &read()));
    assert!(!flow.said(Side::Server, &done()));
    assert!(!flow.said(Side::Client, &write(&[1, 0, 2, 0])));
    assert!(!flow.said(Side::Server, &done()));
    assert!(flow.said(Side::Client, &write(&[1, 0, 2])), "a byte is missing");
    assert!(flow.said(Side::Client, &write(&[])), "a text is missing");
    assert!(flow.said(Side::Client, &message(2, 0xc0, &[4, 8, 0, 0, 3, 0], &[1])), "a text where none is to be");
    assert!(flow.said(Side::Client, &message(2, 0xc0, &[0x77, 8, 0, 0, 3, 0], &[])), "no such service");
    assert!(flow.said(Side::Client, &message(2, 0xc0, &[4, 0x99, 0, 0, 3, 0], &[])), "no such segment");
    assert!(flow.said(Side::Client, &message(2, 0xc0, &[7, 8, 0, 0, 4, 0], &[])), "more values than there is room for");
    assert!(flow.said(Side::Client, &message(2, 0xd4, &[4, 8, 0, 0, 3, 0], &[])), "a reply's mailbox");
    assert!(flow.said(Side::Client, &done()), "a reply of the client");
    let mut odd = read();
    odd[40] = 2;
    assert!(flow.said(Side::Client, &odd), "packet 2 of 1");
    assert!(flow.said(Side::Client, &read()[..50]), "half a header");
}

#[test]
fn a_state_that_changes_is_news_and_one_that_stays_is_not() {
    let mut flow = flow();
    let mut told = |state: u8| {
        flow.said(Side::Client, &read());
        let mut reply = done();
        reply[55] = state << 4 | 1;
        flow.said(Side::Server, &reply)
    };
    assert!(!told(0));
    assert!(!told(0));
    assert!(told(2), "stopped");
    assert!(!told(9), "no such state");
    assert!(!told(2));
}

#[test]
fn fewer_values_than_were_asked_for() {
    let mut flow = flow();
    flow.said(Side::Client, &message(2, 0xc0, &[4, 8, 0, 0, 10, 0], &[]));
    assert!(flow.said(Side::Server, &message(3, 0x94, &[0; 14], &[0; 18])));
    flow.said(Side::Client, &message(2, 0xc0, &[4, 8, 0, 0, 10, 0], &[]));
    assert!(!flow.said(Side::Server, &message(3, 0x94, &[0; 14], &[0; 20])));
}

#[test]
fn messages_are_told_by_their_bytes_and_found_again() {
    for whole in [read(), done(), write(&[1, 0, 2, 0])] {
        assert_eq!(header::framing(&whole), Framing::Message(whole.len()));
        assert_eq!(header::resynchronise(&[b"\x01\x02xyz", whole.as_slice()].concat()), (5, true));
        assert_eq!(header::framing(&whole[..7]), Framing::Need);
    }
    assert_eq!(header::framing(&[5, 0, 0, 0, 0, 0, 0, 0]), Framing::Bad(Flag::GeSrtpHeader));
    assert_eq!(header::framing(&[2, 1]), Framing::Bad(Flag::GeSrtpHeader));
    assert_eq!(header::framing(&[2, 0, 0, 0, 0, 0, 1, 0]), Framing::Bad(Flag::GeSrtpHeader));
}

fn guess(data: &[u8], ended: bool) -> Guess {
    let (transport, source_port, destination_port) = (Transport::Tcp, 50_000, 40_000);
    recognise::probe(&Probe { data, transport, source_port, destination_port, ended })
}

#[test]
fn recognised_by_structure() {
    let from = |guess| matches!(guess, Guess::Yes { .. });
    assert!(from(guess(&read(), false)));
    assert!(from(guess(&done(), false)));
    assert!(from(guess(&[OPEN, &read()].concat(), false)));
    let mut opened = OPEN.to_vec();
    (opened[0], opened[8]) = (1, 1);
    let server = guess(&[opened.clone(), done()].concat(), false);
    assert!(matches!(server, Guess::Yes { sender: Some(Side::Server), .. }));
    assert_eq!(guess(&opened, false), Guess::Need);
    assert_eq!(guess(&[opened, read()].concat(), false), Guess::No, "the one that answers asks nothing");
    assert_eq!(guess(OPEN, false), Guess::Need, "zeros prove nothing");
    assert_eq!(guess(OPEN, true), Guess::No);
    assert_eq!(guess(&[0; 200], false), Guess::No);
    for at in [0, 1, 6, 31, 40, 42] {
        let mut other = read();
        other[at] = 0x6b;
        assert_eq!(guess(&other, false), Guess::No, "byte {at}");
    }
    for cut in 1..56 {
        assert_eq!(guess(&read()[..cut], false), Guess::Need, "{cut}");
    }
}

#[test]
fn memory_of_a_flow_is_bounded_whatever_is_asked() {
    let mut flow = flow();
    for number in 0..600_u16 {
        let [low, high] = number.to_le_bytes();
        let text = vec![1; 60_000];
        let mut message = message(2, 0x80, &[0, 0, 0, 0, 0, 0, 1, 1, 7, 0x56, 0, 0, low, high], &text);
        message[2..4].copy_from_slice(&[low, high]);
        flow.said(Side::Client, &message);
        assert!(flow.parser.weight() < 256 * 1024, "{}", flow.parser.weight());
    }
}
