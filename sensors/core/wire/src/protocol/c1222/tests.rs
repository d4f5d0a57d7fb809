//! What the golden captures do not show: hostile input, limits, recognition.

use super::{C1222, PROTOCOL, acse};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::dialogue::Dialogue;
use crate::protocol::listening::Flow;
use crate::protocol::{Framing, Guess, Parser, Probe};

fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
    [&[tag, u8::try_from(contents.len()).unwrap()][..], contents].concat()
}

/// A message of one service, with the invocation numbers of an answer or a question.
fn message(answer: bool, service: &[u8]) -> Vec<u8> {
    let epsem = [&[0x80][..], &tlv(u8::try_from(service.len()).unwrap(), &[])[..1], service].concat();
    let fields = [
        tlv(0xa2, &tlv(6, &[0x2b, 6, 1])),
        if answer { tlv(0xa4, &tlv(2, &[7])) } else { Vec::new() },
        tlv(0xa6, &tlv(0x80, &[5])),
        tlv(0xa8, &tlv(2, &[if answer { 9 } else { 7 }])),
        tlv(0xbe, &tlv(0x28, &tlv(0x81, &epsem))),
    ];
    tlv(0x60, &fields.concat())
}

fn flow() -> Flow<Dialogue<C1222>> {
    Flow::new(Dialogue::default(), Transport::Tcp, 1153)
}

#[test]
fn what_is_sound_is_not_flagged_and_each_oddity_is() {
    let mut flow = flow();
    let (ask, answer) = (message(false, &[0x30, 0, 1]), message(true, &[0, 0, 2, 1, 2, 0xfd]));
    assert!(!flow.said(Side::Client, &ask));
    assert!(!flow.said(Side::Server, &answer));
    assert!(!flow.said(Side::Client, &message(false, &[0x40, 0, 7, 0, 2, 3, 0, 0xfd])));
    assert!(flow.said(Side::Client, &message(false, &[0x40, 0, 7, 0, 2, 3, 0, 0xfe])), "checksum");
    assert!(flow.said(Side::Client, &message(false, &[0x40, 0, 7, 0, 9, 3, 0, 0xfd])), "more data than there are");
    assert!(flow.said(Side::Client, &message(false, &[0x30, 0])), "half a table");
    assert!(flow.said(Side::Client, &message(false, &[0x99, 0])), "no such service");
    assert!(flow.said(Side::Client, &tlv(0x60, &[0xa2])), "half an element");
    assert!(flow.said(Side::Client, &tlv(0x60, &tlv(0xa2, &[6, 1, 0x2b]))), "no services");
}

#[test]
fn recognised_by_structure() {
    let guess = |data: &[u8], transport| {
        (PROTOCOL.probe)(&Probe { data, transport, source_port: 50_000, destination_port: 4_000, ended: false })
    };
    let (ask, answer) = (message(false, &[0x30, 0, 1]), message(true, &[0, 0, 1, 2, 0xfe]));
    for transport in [Transport::Tcp, Transport::Udp] {
        assert!(matches!(guess(&ask, transport), Guess::Yes { sender: Some(Side::Client), .. }));
        assert!(matches!(guess(&answer, transport), Guess::Yes { sender: Some(Side::Server), .. }));
    }
    for cut in 1..ask.len() {
        assert_eq!(guess(&ask[..cut], Transport::Tcp), Guess::Need, "{cut}");
        assert_eq!(guess(&ask[..cut], Transport::Udp), Guess::No, "{cut}");
    }
    // A DLMS association has an octet string where C12.22 has an external.
    let association = tlv(0x60, &[tlv(0xa1, &tlv(6, &[0x60, 0x85])), tlv(0xbe, &tlv(4, &[1, 0, 0, 0]))].concat());
    assert_eq!(guess(&association, Transport::Tcp), Guess::No);
    assert_eq!(guess(&message(false, &[0x99, 0]), Transport::Tcp), Guess::No);
}

#[test]
fn messages_are_found_again() {
    let whole = message(false, &[0x30, 0, 1]);
    assert_eq!(acse::framing(&whole), Framing::Message(whole.len()));
    assert_eq!(acse::resynchronise(&[b"\x01\x60\x01z", whole.as_slice()].concat()), (4, true));
    assert_eq!(acse::framing(&[0x60, 0x83, 9]), Framing::Need);
    assert_eq!(acse::framing(&[0x60, 0x83, 2, 0, 0]), Framing::Oversize(5 + 0x2_0000));
    assert_eq!(acse::framing(&[0x61, 1]), Framing::Bad(Flag::C1222Message));
}

#[test]
fn memory_of_a_flow_is_bounded_whatever_is_asked() {
    let mut flow = flow();
    for number in 0..600_u16 {
        let mut ask = message(false, &[0x30, 0, u8::try_from(number % 250).unwrap()]);
        let at = ask.len() - 12;
        ask[at] = u8::try_from(number % 128).unwrap();
        flow.said(Side::Client, &ask);
        assert!(flow.parser.weight() < 256 * 1024, "{}", flow.parser.weight());
    }
}
