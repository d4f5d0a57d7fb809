//! What the golden captures do not show: hostile input, limits, recognition.

use super::{A1e, frame, recognise};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::dialogue::Dialogue;
use crate::protocol::listening::Flow;
use crate::protocol::{Framing, Guess, Parser, Probe};

/// D100, two words.
const READ: &[u8] = &[0x01, 0xff, 0x0a, 0, 100, 0, 0, 0, 0x20, 0x44, 2, 0];
const ANSWER: &[u8] = &[0x81, 0, 1, 0, 2, 0];
const ASCII: &[u8] = b"01FF000A4420000000640200";
const STOP: &[u8] = &[0x14, 0xff, 0x0a, 0];

fn flow() -> Flow<Dialogue<A1e>> {
    Flow::new(Dialogue::default(), Transport::Tcp, 5551)
}

fn with(frame: &[u8], at: usize, byte: u8) -> Vec<u8> {
    let mut changed = frame.to_vec();
    changed[at] = byte;
    changed
}

#[test]
fn what_is_sound_is_not_flagged_and_each_oddity_is() {
    let mut flow = flow();
    assert!(!flow.said(Side::Client, READ));
    assert!(!flow.said(Side::Server, ANSWER));
    assert!(!flow.said(Side::Client, ASCII));
    assert!(!flow.said(Side::Server, b"810000010002"));
    assert!(flow.said(Side::Client, &with(READ, 1, 0x80)), "no such station");
    assert!(flow.said(Side::Client, &with(READ, 11, 1)), "the zero is none");
    assert!(flow.said(Side::Client, b"01FF000A4420000000640Z00"), "a digit is none");
    assert!(flow.said(Side::Client, &with(READ, 0, 0x25)), "no such command");
    assert!(!flow.said(Side::Client, STOP));
    assert!(flow.said(Side::Server, &[0x93, 0]), "an answer to what was not asked");
    assert!(!flow.said(Side::Server, &[0x94, 0]));
}

#[test]
fn a_request_is_as_long_as_its_points_say() {
    for whole in [READ, ASCII, STOP] {
        assert_eq!(frame::request(whole), Framing::Message(whole.len()));
        for end in 1..whole.len().min(4) {
            assert_eq!(frame::request(&whole[..end]), Framing::Need, "{end}");
        }
    }
    // Three bits: two bytes in binary, four digits in ASCII; 0 points are 256.
    assert_eq!(frame::request(&with(&with(READ, 0, 2), 10, 3)), Framing::Message(14));
    assert_eq!(frame::request(b"02FF000A4D20000000640300"), Framing::Message(28));
    assert_eq!(frame::request(&with(&with(READ, 0, 3), 10, 0)), Framing::Message(12 + 512));
    assert_eq!(frame::request(&[0x77, 0xff, 0x0a, 0]), Framing::Bad(Flag::SlmpHeader));
    assert_eq!(frame::request(b"3DFF000A"), Framing::Bad(Flag::SlmpHeader));
    assert_eq!(frame::request(b"0zFF000A"), Framing::Bad(Flag::SlmpHeader));
}

#[test]
fn a_response_is_as_long_as_its_request_asked() {
    let mut flow = flow();
    assert_eq!(flow.parser.framing(Side::Server, ANSWER), Framing::Message(2), "nothing was asked");
    flow.said(Side::Client, READ);
    assert_eq!(flow.parser.framing(Side::Server, ANSWER), Framing::Message(6));
    assert_eq!(flow.parser.framing(Side::Server, &[0x81, 0x5b, 0x10, 0]), Framing::Message(4));
    assert_eq!(flow.parser.framing(Side::Server, &[0x81, 0x57]), Framing::Message(2));
    // Entered points are read by a command that names none.
    flow.said(Side::Server, ANSWER);
    flow.said(Side::Client, &[0x07, 0xff, 10, 0, 1, 0, 38, 0, 0, 0, 0x20, 0x44]);
    flow.said(Side::Server, &[0x87, 0]);
    flow.said(Side::Client, &[0x09, 0xff, 10, 0]);
    assert_eq!(flow.parser.framing(Side::Server, &[0x89, 0, 1, 2]), Framing::Message(4));
}

#[test]
fn a_body_that_is_not_read_is_passed_over() {
    let mut flow = flow();
    assert!(!flow.said(Side::Client, &[0x0c, 0xff, 0x0a, 0]));
    for (octet, wanted) in [(0x08, Framing::Need), (0x99, Framing::Message(1)), (0x25, Framing::Need)] {
        assert_eq!(flow.parser.framing(Side::Client, &[octet]), wanted, "a request may begin in it");
        assert!(!flow.said(Side::Client, &[octet]));
    }
    assert_eq!(flow.parser.framing(Side::Client, &[0x08, 0, 0x25, 0xff]), Framing::Message(1));
    // The next one begins, answered or not: who sees one direction alone misses no STOP behind a program.
    assert_eq!(flow.parser.framing(Side::Client, STOP), Framing::Message(4));
    assert_eq!(flow.parser.framing(Side::Client, READ), Framing::Message(12));
    assert!(!flow.said(Side::Server, &[0x8c, 0]));
    assert_eq!(flow.parser.framing(Side::Client, &[0x0c, 0xff, 0x0a, 0, 1, 2]), Framing::Message(4));
    assert!(!flow.said(Side::Client, &[0x0a, 0xff, 0x0a, 0]));
    // What is read of a program has a length that the request does not tell.
    assert!(!flow.said(Side::Server, &[0x8a, 0]));
    assert_eq!(flow.parser.framing(Side::Server, &[1, 2, 3]), Framing::Message(1));
    for octet in [1, 2, 3] {
        assert!(!flow.said(Side::Server, &[octet]));
    }
    assert!(!flow.said(Side::Client, READ));
    assert_eq!(flow.parser.framing(Side::Server, ANSWER), Framing::Message(6));
    let torn = [&[0x99; 40], READ].concat();
    assert_eq!(flow.parser.resynchronise(Side::Client, &torn), (40, true));
    assert_eq!(flow.parser.resynchronise(Side::Client, &torn[..45]), (17, false), "one may have begun");
}

#[test]
fn recognised_by_structure() {
    let guess = |data: &[u8], transport| {
        recognise::probe(&Probe { data, transport, source_port: 50_000, destination_port: 5551, ended: false })
    };
    for transport in [Transport::Tcp, Transport::Udp] {
        for whole in [READ, ASCII, STOP] {
            assert!(matches!(guess(whole, transport), Guess::Yes { sender: Some(Side::Client), .. }));
        }
        assert_eq!(guess(ANSWER, transport), Guess::No, "a response says too little");
        assert_eq!(guess(&[0; 56], transport), Guess::No, "the first message of GE SRTP");
        assert_eq!(guess(&[STOP, STOP].concat(), transport), Guess::No, "four bytes have to stand alone");
    }
    assert_eq!(guess(&READ[..9], Transport::Tcp), Guess::Need);
    assert_eq!(guess(&READ[..9], Transport::Udp), Guess::No);
    for (at, byte) in [(0, 0x31), (1, 0x6b), (3, 1), (7, 1), (8, 0x21), (9, 0x45), (11, 1)] {
        assert_eq!(guess(&with(READ, at, byte), Transport::Udp), Guess::No, "byte {at}");
    }
    for (at, byte) in [(0, 0x0c), (1, 0), (2, 0x40), (3, 1)] {
        assert_eq!(guess(&with(STOP, at, byte), Transport::Udp), Guess::No, "byte {at}");
    }
}

#[test]
fn memory_of_a_flow_is_bounded_whatever_is_asked() {
    let mut flow = flow();
    for number in 0..600_u16 {
        let command = [0x06, 0x07, 0x1a, 0x01][usize::from(number % 4)];
        let mut message = vec![command, 0xff, 0, 0, 0, 0];
        message.resize(6 + 256 * 8, 0x44);
        flow.said(Side::Client, &message);
        assert!(flow.parser.weight() < 512 * 1024, "{}", flow.parser.weight());
    }
}
