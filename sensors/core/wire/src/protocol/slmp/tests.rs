//! What the golden captures do not show: hostile input, limits, recognition.

use super::{Slmp, frame, recognise};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::dialogue::Dialogue;
use crate::protocol::listening::Flow;
use crate::protocol::{Framing, Guess, Parser, Probe};

/// D100, two words.
const READ: &[u8] = &[0x50, 0, 0, 0xff, 0xff, 3, 0, 12, 0, 4, 0, 1, 4, 0, 0, 100, 0, 0, 0xa8, 2, 0];
const ANSWER: &[u8] = &[0xd0, 0, 0, 0xff, 0xff, 3, 0, 6, 0, 0, 0, 1, 0, 2, 0];
const ASCII: &[u8] = b"500000FF03FF000018000404010000D*0001000002";

fn flow() -> Flow<Dialogue<Slmp>> {
    Flow::new(Dialogue::default(), Transport::Tcp, 5007)
}

#[test]
fn what_is_sound_is_not_flagged_and_each_oddity_is() {
    let mut flow = flow();
    assert!(!flow.said(Side::Client, READ));
    assert!(!flow.said(Side::Server, ANSWER));
    assert!(!flow.said(Side::Client, READ));
    assert!(flow.said(Side::Server, &ANSWER[..13]), "a word is missing");
    assert!(flow.said(Side::Client, &READ[..18]), "a device is cut");
    assert!(flow.said(Side::Client, &[READ, &[0]].concat()), "more than was to come");
    let mut odd = READ.to_vec();
    odd[11] = 0x77;
    assert!(flow.said(Side::Client, &odd), "no such command");
    odd = READ.to_vec();
    odd[5] = 9;
    assert!(flow.said(Side::Client, &odd), "no such module");
    assert!(!flow.said(Side::Client, ASCII));
}

#[test]
fn frames_are_told_by_their_bytes_and_found_again() {
    for whole in [READ, ANSWER, ASCII] {
        assert_eq!(frame::framing(whole), Framing::Message(whole.len()));
        let torn = [b"\x01\x02xyz", whole].concat();
        assert_eq!(frame::resynchronise(&torn), (5, true));
        for cut in 1..9 {
            assert_eq!(frame::framing(&whole[..cut.min(8)]), Framing::Need, "{cut}");
        }
    }
    assert_eq!(frame::framing(&[0x50, 0, 0, 0xff, 0xff, 3, 0, 5, 0]), Framing::Bad(Flag::SlmpHeader));
    assert_eq!(frame::framing(b"5001"), Framing::Bad(Flag::SlmpHeader));
}

#[test]
fn recognised_by_structure() {
    let guess = |data: &[u8], transport| {
        recognise::probe(&Probe { data, transport, source_port: 50_000, destination_port: 5007, ended: false })
    };
    for transport in [Transport::Tcp, Transport::Udp] {
        assert!(matches!(guess(READ, transport), Guess::Yes { sender: Some(Side::Client), .. }));
        assert!(matches!(guess(ASCII, transport), Guess::Yes { sender: Some(Side::Client), .. }));
        assert!(matches!(guess(ANSWER, transport), Guess::Yes { sender: Some(Side::Server), .. }));
    }
    assert_eq!(guess(&READ[..15], Transport::Tcp), Guess::Need);
    assert_eq!(guess(&READ[..15], Transport::Udp), Guess::No);
    for at in [1, 5, 8, 11, 12, 14] {
        let mut other = READ.to_vec();
        other[at] = 0x6b;
        assert_eq!(guess(&other, Transport::Udp), Guess::No, "byte {at}");
    }
}

#[test]
fn memory_of_a_flow_is_bounded_whatever_is_asked() {
    let mut flow = flow();
    for number in 0..600_u16 {
        let count = u8::try_from(number % 256).unwrap();
        let mut message = vec![0x54, 0, count, 1, 0, 0, 0, 0xff, 0xff, 3, 0, 0, 8, 4, 0, 3, 4, 0, 0, count, count];
        message.resize(13 + 2_048, 0xa8);
        flow.said(Side::Client, &message);
        assert!(flow.parser.weight() < 256 * 1024, "{}", flow.parser.weight());
    }
}
