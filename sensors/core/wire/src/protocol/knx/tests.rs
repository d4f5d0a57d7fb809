//! What the golden captures do not show: hostile input, limits, recognition.

use super::cemi::{Telegram, Transport};
use super::{Knx, apci, dib, frame, ip_side, property, recognise, service};
use crate::dataset::{Flag, Operation};
use crate::flow::{Side, Transport as Carrier};
use crate::protocol::dialogue::Dialogue;
use crate::protocol::listening::Flow;
use crate::protocol::{Framing, Guess, Parser, Probe};

const HPAI: [u8; 8] = [8, 1, 0, 0, 0, 0, 0, 0];
const WRITE: &[u8] = &[0x11, 0, 0xbc, 0xe0, 0, 0, 0x08, 0x01, 1, 0, 0x81];

fn framed(service: u16, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 6).unwrap().to_be_bytes();
    [&[6, 0x10], &service.to_be_bytes()[..], &length, body].concat()
}

fn tunnelled(channel: u8, sequence: u8, cemi: &[u8]) -> Vec<u8> {
    framed(service::TUNNELLING_REQUEST, &[&[4, channel, sequence, 0], cemi].concat())
}

fn opened() -> Vec<u8> {
    framed(service::CONNECT_RESPONSE, &[&[7, 0][..], &HPAI, &[4, 4, 0x11, 0xf1]].concat())
}

#[test]
fn counters_go_up_by_one_over_udp_and_mean_nothing_over_tcp() {
    for (transport, counts) in [(Carrier::Udp, true), (Carrier::Tcp, false)] {
        let mut flow = Flow::new(Dialogue::<Knx<false>>::default(), transport, 3671);
        assert!(!flow.said(Side::Client, &tunnelled(7, 255, WRITE)));
        assert!(!flow.said(Side::Client, &tunnelled(7, 0, WRITE)), "after 255 comes 0");
        let mut other = WRITE.to_vec();
        other[10] = 0x80;
        assert_eq!(flow.said(Side::Client, &tunnelled(7, 0, &other)), counts, "the number again, another telegram");
        assert_eq!(flow.said(Side::Client, &tunnelled(7, 3, WRITE)), counts, "a jump");
        assert!(
            !flow.said(Side::Server, &tunnelled(7, 77, &[0x29, 0, 0xbc, 0xe0, 0x11, 5, 8, 1, 1, 0, 0x81])),
            "own counter"
        );
    }
}

#[test]
fn channels_that_nobody_opened_are_odd_once_one_was_seen_to_open() {
    let mut flow = Flow::new(Dialogue::<Knx<false>>::default(), Carrier::Udp, 3671);
    assert!(!flow.said(Side::Client, &tunnelled(3, 0, WRITE)), "begun before the capture");
    assert!(!flow.said(Side::Server, &opened()));
    assert!(!flow.said(Side::Client, &tunnelled(7, 0, WRITE)));
    assert!(flow.said(Side::Client, &tunnelled(8, 0, WRITE)), "nobody opened it");
    assert!(!flow.said(Side::Server, &framed(service::DISCONNECT_RESPONSE, &[7, 0])));
    assert!(flow.said(Side::Client, &tunnelled(7, 1, WRITE)), "closed");
}

#[test]
fn a_refused_connection_is_two_bytes_and_an_accepted_one_is_not() {
    let mut flow = Flow::new(Dialogue::<Knx<false>>::default(), Carrier::Udp, 3671);
    assert!(!flow.said(Side::Server, &framed(service::CONNECT_RESPONSE, &[0, 0x24])));
    assert!(flow.said(Side::Server, &framed(service::CONNECT_RESPONSE, &[7, 0])));
    assert_eq!(ip_side::granted(&opened()[6..]), Some(0x11f1));
    assert_eq!(ip_side::granted(&[7, 0, 8, 1, 0, 0, 0, 0, 0, 0, 2, 3]), None, "management has no address");
}

#[test]
fn memory_of_a_flow_is_bounded_whatever_is_asked() {
    let mut flow = Flow::new(Dialogue::<Knx<false>>::default(), Carrier::Udp, 3671);
    for number in 0..3_000_u32 {
        let [.., high, low] = number.to_be_bytes();
        let read = [0x11, 0, 0xbc, 0x60, 0, 0, high, low, 5, 3, 0xd5, 0, low, 0x10, 1];
        flow.said(Side::Client, &tunnelled(low, low, &read));
        flow.said(Side::Client, &framed(0x0799, &[low; 3000]));
        flow.said(Side::Server, &framed(service::CONNECT_RESPONSE, &[&[low, 0][..], &HPAI, &[4, 4, 1, 1]].concat()));
        assert!(flow.parser.weight() < 128 * 1024, "{}", flow.parser.weight());
    }
}

#[test]
fn a_stream_is_framed_by_its_bytes_and_found_again() {
    let whole = tunnelled(1, 0, WRITE);
    for cut in 1..6 {
        assert_eq!(frame::framing(&whole[..cut]), Framing::Need, "{cut}");
    }
    assert_eq!(frame::framing(&whole), Framing::Message(whole.len()));
    assert_eq!(frame::framing(&[6, 0x10, 4, 0x20, 0, 5]), Framing::Bad(Flag::KnxHeader));
    assert_eq!(frame::framing(&[6, 0x10, 4, 0x20, 0xff, 0xff]), Framing::Oversize(0xffff));
    assert_eq!(frame::framing(&[6, 0x11]), Framing::Bad(Flag::KnxHeader));
    let torn = [&[1, 6, 6, 0x11], &whole[..]].concat();
    assert_eq!(frame::resynchronise(&torn), (4, true));
    assert_eq!(frame::resynchronise(&[1, 2, 6]), (2, false));
}

#[test]
fn recognised_by_structure_and_by_the_port_never_alone() {
    let guess = |data: &[u8], destination_port| {
        let probe = Probe { data, transport: Carrier::Udp, source_port: 50_000, destination_port, ended: false };
        recognise::datagram(&probe)
    };
    let whole = tunnelled(1, 0, WRITE);
    for port in [3671, 4000] {
        assert!(matches!(guess(&whole, port), Guess::Yes { sender: Some(Side::Client), .. }));
    }
    for at in [0, 1, 2, 3, 4, 5, 6, 10, 18] {
        let mut other = whole.clone();
        other[at] ^= 0x5a;
        assert_eq!(guess(&other, 3671), Guess::No, "byte {at}");
    }
    assert_eq!(guess(&whole[..whole.len() - 1], 3671), Guess::No, "cut");
    assert!(matches!(guess(&framed(0x0203, &HPAI), 3671), Guess::Yes { .. }));
    assert_eq!(guess(&framed(0x0203, &[7; 8]), 3671), Guess::No, "no endpoint");
}

#[test]
fn transport_bits_are_told_apart() {
    let of = |tpdu: &[u8]| {
        let length = u8::try_from(tpdu.len() - 1).unwrap();
        let head = [0xbc, 0x60, 0, 0, 0x11, 5, length];
        Telegram::read(&[&head[..], tpdu].concat()).unwrap().transport
    };
    assert_eq!(of(&[0, 0x80]), Transport::Data);
    assert_eq!(of(&[0x44, 0x80]), Transport::Numbered);
    assert_eq!(of(&[0x80]), Transport::Connect);
    assert_eq!(of(&[0x81]), Transport::Disconnect);
    assert_eq!(of(&[0xc2]), Transport::Ack);
    assert_eq!(of(&[0xff]), Transport::Nak);
    assert_eq!(of(&[0x84]), Transport::Unknown);
}

#[test]
fn every_application_code_is_one_or_none() {
    let names: Vec<_> = (0..0x400).filter_map(apci::of).map(|service| service.code).collect();
    assert!(names.is_sorted());
    assert_eq!(apci::of(0x0bf).map(|s| s.name), Some("GroupValueWrite"));
    assert_eq!(apci::of(0x1c8).map(|s| s.name), Some("SystemNetworkParameterRead"));
    assert_eq!(apci::of(0x1c3).map(|s| s.name), Some("ADCResponse"));
    assert!(apci::of(0x3ff).is_none());
}

#[test]
fn keys_are_no_values_whatever_the_object_is_called_by() {
    let key = [0; 16];
    assert!(property::is_secret(Some(property::SECURITY), 56, &key));
    assert!(property::is_secret(None, 56, &key), "by its index it may be a security object");
    assert!(!property::is_secret(None, 56, &[0, 15]), "maximum APDU length");
    assert!(property::is_secret(Some(property::IP_PARAMETER), 93, &[1]));
    assert_eq!(property::written(Some(property::DEVICE), 54, &[1]), Operation::ConfigureDevice);
    assert_eq!(property::written(None, 6, &[2]), Operation::ModeStop);
}

#[test]
fn blocks_end_where_their_sizes_say() {
    let mut kinds = Vec::new();
    assert!(dib::blocks(&[4, 2, 2, 1, 2, 9], |kind, _| kinds.push(kind)));
    assert_eq!(kinds, [2, 9]);
    for odd in [&[0, 1][..], &[1, 1], &[5, 2, 1], &[4, 2, 2, 1, 7]] {
        assert!(!dib::blocks(odd, |_, _| {}), "{odd:?}");
    }
    assert!(dib::secured(&[4, 6, 4, 1]));
    assert!(!dib::secured(&[4, 2, 4, 1, 4, 6, 5, 1]), "routing alone");
}

#[test]
fn plain_frames_beside_secured_ones_are_told_once() {
    let mut flow = Flow::new(Dialogue::<Knx<false>>::default(), Carrier::Udp, 3671);
    let plain = framed(service::ROUTING_INDICATION, &[0x29, 0, 0xbc, 0xe0, 0x11, 5, 8, 1, 1, 0, 0x81]);
    let wrapper = framed(service::SECURE_WRAPPER, &[0; 48]);
    assert!(!flow.said(Side::Client, &plain));
    assert!(!flow.said(Side::Client, &wrapper));
    assert!(flow.said(Side::Client, &plain));
    assert!(!flow.said(Side::Client, &plain), "known by now");
    assert!(!flow.said(Side::Client, &wrapper));
    assert!(flow.said(Side::Client, &plain), "secured again in between");
}

#[test]
fn a_reset_of_the_device_itself_waits_for_nobody() {
    let mut flow = Flow::new(Dialogue::<Knx<false>>::default(), Carrier::Udp, 3671);
    flow.said(Side::Client, &framed(service::DEVICE_CONFIGURATION_REQUEST, &[4, 7, 0, 0, 0xf1]));
    let batch = flow.ledger.take_batch();
    assert_eq!(batch.transaction.rows(), 1, "told at once");
}

#[test]
fn the_same_question_twice_is_two_questions_and_no_violation() {
    let mut flow = Flow::new(Dialogue::<Knx<true>>::default(), Carrier::Tcp, 3671);
    let read = tunnelled(7, 0, &[0x11, 0, 0xbc, 0xe0, 0, 0, 0x0a, 3, 1, 0, 0]);
    let told = tunnelled(7, 0, &[0x29, 0, 0xbc, 0xe0, 0x11, 5, 0x0a, 3, 3, 0, 0x40, 12, 26]);
    assert!(!flow.said(Side::Client, &read));
    assert!(!flow.said(Side::Server, &told));
    for _ in 0..2 {
        assert!(!flow.said(Side::Client, &read));
    }
    for _ in 0..3 {
        assert!(!flow.said(Side::Server, &told), "the third is said unasked");
    }
    assert!(!flow.said(Side::Client, &tunnelled(7, 0, WRITE)));
    assert!(!flow.said(Side::Client, &tunnelled(7, 0, WRITE)));
    let confirmed = [&[0x2e], &WRITE[1..]].concat();
    for _ in 0..2 {
        assert!(!flow.said(Side::Server, &tunnelled(7, 0, &confirmed)));
    }
    assert_eq!(flow.ledger.take_batch().flag.rows(), 0);
}
