//! What the golden captures do not show: hostile input, limits, recognition.

use super::area::Cut;
use super::{Datagrams, Stream, area, memory, program, recognise, tcp};
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Transport};
use crate::protocol::dialogue::Dialogue;
use crate::protocol::listening::Flow;
use crate::protocol::{Framing, Guess, Parser, Probe, Values};

const READ: &[u8] = &[0x80, 0, 2, 0, 40, 0, 0, 30, 0, 7, 1, 1, 0x82, 0, 100, 0, 0, 2];
const ANSWER: &[u8] = &[0xc0, 0, 2, 0, 30, 0, 0, 40, 0, 7, 1, 1, 0, 0, 1, 2, 3, 4];

fn in_stream(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len() + 8).unwrap().to_be_bytes();
    [b"FINS", &length[..], &[0, 0, 0, 2, 0, 0, 0, 0], message].concat()
}

#[test]
fn what_is_sound_is_not_flagged_and_each_oddity_is() {
    let mut flow = Flow::new(Dialogue::<Datagrams>::default(), Transport::Udp, 9600);
    assert!(!flow.said(Side::Client, READ));
    assert!(!flow.said(Side::Server, ANSWER));
    assert!(!flow.said(Side::Client, READ));
    assert!(flow.said(Side::Server, &ANSWER[..17]), "an element is cut");
    let mut odd = READ.to_vec();
    odd[1] = 1;
    assert!(flow.said(Side::Client, &odd), "reserved byte");
    assert!(flow.said(Side::Client, &READ[..17]), "too short");
    assert!(flow.said(Side::Client, &READ[..11]), "cut in its header");
    assert!(flow.said(Side::Server, &ANSWER[..13]), "half an end code");
    assert!(flow.said(Side::Client, &[READ, &[0]].concat()), "too long");
}

#[test]
fn memory_of_a_flow_is_bounded_whatever_is_asked() {
    let mut flow = Flow::new(Dialogue::<Datagrams>::default(), Transport::Udp, 9600);
    for number in 0..3_000_u32 {
        let [.., high, low] = number.to_be_bytes();
        let head = [0x80, 0, 2, 0, 40, 0, 0, 30, 0, low, 3, 7, 0xff, 0xff, 0, 0, high, low, 0x03, 0xe8];
        let message = [&head[..], &[0x5a; 1000]].concat();
        flow.said(Side::Client, &message);
        if number % 3 == 0 {
            flow.said(Side::Server, &[0xc0, 0, 2, 0, 30, 0, 0, 40, 0, low, 3, 7, 0, 0]);
        }
        assert!(flow.parser.weight() < 128 * 1024, "{}", flow.parser.weight());
    }
}

#[test]
fn a_stream_is_framed_by_its_bytes_and_found_again() {
    let whole = in_stream(READ);
    for cut in 1..8 {
        assert_eq!(tcp::framing(&whole[..cut]), Framing::Need, "{cut}");
    }
    assert_eq!(tcp::framing(&whole), Framing::Message(whole.len()));
    assert_eq!(tcp::framing(b"FINS\0\0\0\x07rest"), Framing::Bad(Flag::FinsTcpHeader));
    assert_eq!(tcp::framing(b"FINS\0\x01\0\0rest"), Framing::Bad(Flag::FinsTcpHeader));
    assert_eq!(tcp::framing(b"FINE"), Framing::Bad(Flag::FinsTcpHeader));
    let torn = [b"xxFINxx", &whole[..]].concat();
    assert_eq!(tcp::resynchronise(&torn), (7, true));
    assert_eq!(tcp::resynchronise(b"nothing FI"), (8, false));
    assert_eq!(tcp::resynchronise(b"nothing"), (7, false));
}

#[test]
fn a_stream_bears_messages_that_hold_nothing() {
    let mut flow = Flow::new(Dialogue::<Stream>::default(), Transport::Tcp, 9600);
    let bare = |command: u8| [b"FINS\0\0\0\x08".as_slice(), &[0, 0, 0, command, 0, 0, 0, 0]].concat();
    assert!(flow.said(Side::Client, &bare(0)), "no node address");
    assert!(flow.said(Side::Server, &bare(1)), "none granted");
    assert!(flow.said(Side::Client, &bare(2)), "no message");
    assert!(!flow.said(Side::Client, &bare(6)));
    assert!(flow.said(Side::Client, &bare(9)), "no such command");
    assert!(!flow.said(Side::Client, &in_stream(READ)));
    assert!(!flow.said(Side::Server, &in_stream(ANSWER)));
}

#[test]
fn a_command_of_nought_is_no_handshake_of_the_connection() {
    let mut flow = Flow::new(Dialogue::<Stream>::default(), Transport::Tcp, 9600);
    let odd = [0x81, 0, 2, 0, 40, 0, 0, 30, 0, 0, 0, 0];
    assert!(flow.said(Side::Client, &in_stream(&odd)));
    let batch = flow.ledger.take_batch();
    assert_eq!((batch.transaction.rows(), batch.session.rows()), (1, 0));
}

#[test]
fn recognised_by_structure_and_by_the_port_never_alone() {
    let guess = |data: &[u8], destination_port| {
        let probe = Probe { data, transport: Transport::Udp, source_port: 50_000, destination_port, ended: false };
        recognise::datagram(&probe)
    };
    assert!(matches!(guess(READ, 9600), Guess::Yes { sender: Some(Side::Client), .. }));
    assert!(matches!(guess(READ, 7000), Guess::Yes { sender: Some(Side::Client), .. }));
    assert!(matches!(guess(ANSWER, 7000), Guess::Yes { sender: Some(Side::Server), .. }));
    for at in [0, 1, 2, 3, 5, 6, 8, 10, 11] {
        let mut other = READ.to_vec();
        other[at] = 0x9a;
        assert_eq!(guess(&other, 9600), Guess::No, "byte {at}");
    }
    assert_eq!(guess(&READ[..17], 9600), Guess::No, "too short a text");
    assert_eq!(guess(b"\x80\0\0\x01\0\0\0\0\0\0\0\0some RTP", 9600), Guess::No);
}

#[test]
fn answers_to_several_are_taken_one_after_another() {
    let asked = [0x82, 0, 10, 0, 0x31, 0, 1, 3, 0xb0, 0, 7, 0];
    let told = [0x82, 1, 2, 0x31, 1, 0xb0, 9, 9];
    let (items, odd) = memory::several(0x0104, Operation::Read, &asked, Some(&told));
    assert_eq!((items.len(), odd), (3, None));
    assert!(matches!(items[1].values, Values::Packed { kind: "bool", bytes: [1], .. }));
    let (items, odd) = memory::several(0x0104, Operation::Read, &asked, Some(&told[..6]));
    assert_eq!((items.len(), odd), (3, Some(Flag::FinsItems)));
    let (_, odd) = memory::several(0x0104, Operation::Read, &asked, Some(&[0x30; 8]));
    assert_eq!(odd, Some(Flag::FinsItems), "another area than was asked for");
}

#[test]
fn counts_are_held_against_the_data() {
    assert_eq!(program::counted(0x0307, &[0xff, 0xff, 0, 0, 0, 0, 0x80, 2, 1, 2]), None);
    assert_eq!(program::counted(0x0307, &[0xff, 0xff, 0, 0, 0, 0, 0, 3, 1, 2]), Some(Flag::FinsItems));
    assert_eq!(program::counted(0x0202, &[0x80, 0x10, 0, 0, 0x80, 1, 1, 2]), None, "words");
    assert_eq!(memory::oddity(0x0102, &[0x82, 0, 0, 0, 0xff, 0xff, 1]), Some(Flag::FinsItems));
    assert_eq!(memory::oddity(0x0101, &[0x82, 0, 0, 4, 0, 1]), Some(Flag::FinsArea));
    assert_eq!(memory::oddity(0x0101, &[0x31, 0, 0, 16, 0, 1]), Some(Flag::FinsArea));
    assert_eq!(memory::oddity(0x2301, &[0xff, 0xff, 0]), Some(Flag::FinsItems));
}

#[test]
fn every_area_code_is_one_or_none() {
    let known = (0..=u8::MAX).filter_map(area::of).filter(|area| area.cut == Cut::Words).count();
    assert_eq!(known, 41, "eight listed and 33 banks");
}
