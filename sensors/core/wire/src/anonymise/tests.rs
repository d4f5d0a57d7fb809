use super::capture::{Payload, anonymised};
use super::names::Names;
use super::sums::sum;
use crate::capture::LinkType;
use crate::evidence::records::{HEADER, Records, header, push};
use proptest::prelude::*;
use std::collections::HashSet;

fn names() -> Names {
    Names::of([7; 32], false)
}

fn shared(one: &[u8], other: &[u8]) -> usize {
    let bits = |data: &[u8]| data.iter().flat_map(|o| (0..8).rev().map(move |n| o >> n & 1)).collect::<Vec<u8>>();
    bits(one).iter().zip(bits(other)).take_while(|(a, b)| *a == b).count()
}

/// A checksum over a pseudo header and a packet is right: the sum is all ones.
fn is_right(addresses: &[u8], protocol: u8, packet: &[u8]) -> bool {
    let length = u32::try_from(packet.len()).unwrap().to_be_bytes();
    let all = [addresses, &length[..], &[0, protocol], packet].concat();
    sum(&all) == 0xffff
}

fn ipv4(source: [u8; 4], destination: [u8; 4], protocol: u8, payload: &[u8], options: &[u8]) -> Vec<u8> {
    let size = 20 + options.len();
    let length = u16::try_from(size + payload.len()).unwrap().to_be_bytes();
    let first = 0x40 | u8::try_from(size / 4).unwrap();
    let mut head =
        [&[first, 0], &length[..], &[0, 1, 0x40, 0, 64, protocol, 0, 0], &source, &destination, options].concat();
    let checksum = super::sums::inverted(sum(&head));
    head[10..12].copy_from_slice(&checksum.to_be_bytes());
    head.extend_from_slice(payload);
    head
}

fn with_checksum(mut packet: Vec<u8>, at: usize, addresses: &[u8], protocol: u8) -> Vec<u8> {
    let length = u32::try_from(packet.len()).unwrap().to_be_bytes();
    let all = [addresses, &length[..], &[0, protocol], &packet].concat();
    packet[at..at + 2].copy_from_slice(&super::sums::inverted(sum(&all)).to_be_bytes());
    packet
}

fn framed(kind: u16, packet: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 0x81, 0, 0, 5], &kind.to_be_bytes()[..], packet].concat()
}

fn one(frame: &[u8], payload: Payload) -> Vec<u8> {
    let mut file = header(LinkType::ETHERNET);
    push(&mut file, 1_000_000_007, u32::try_from(frame.len()).unwrap(), frame);
    let made = anonymised(&file, &mut names(), payload).unwrap();
    let record = Records::of(&made.file[HEADER..]).next().unwrap();
    assert_eq!((record.time, usize::try_from(record.wire_length).unwrap()), (1_000_000_007, frame.len()));
    record.data.to_vec()
}

fn transport(protocol: u8, payload: &[u8]) -> (Vec<u8>, usize, usize) {
    match protocol {
        6 => (
            [
                &[1, 2, 1, 0xf6, 0, 0, 0, 1, 0, 0, 0, 2, 0x80, 0x18, 1, 1, 0, 0, 0, 0][..],
                &[1, 1, 8, 10, 0, 0, 0, 5, 0, 0, 0, 6],
                payload,
            ]
            .concat(),
            16,
            32,
        ),
        17 => ([&[1, 2, 0, 53, 0, u8::try_from(8 + payload.len()).unwrap(), 0, 0][..], payload].concat(), 6, 8),
        _ => ([&[8, 0, 0, 0, 0, 1, 0, 2][..], payload].concat(), 2, 8),
    }
}

proptest! {
    #[test]
    fn common_prefixes_stay_common(one: [u8; 4], other: [u8; 4], long: [u8; 16], near in 0usize..128, key: [u8; 32]) {
        let mut names = Names::of(key, false);
        prop_assert_eq!(shared(&one, &other), shared(&names.v4(one), &names.v4(other)));
        let mut neighbour = long;
        neighbour[near / 8] ^= 0x80 >> (near % 8);
        prop_assert_eq!(near, shared(&names.v6(long), &names.v6(neighbour)));
    }

    #[test]
    fn what_has_a_meaning_keeps_it_and_nothing_else_gets_it(one: [u8; 4], mac: [u8; 6], key: [u8; 32]) {
        let mut names = Names::of(key, false);
        let other = names.v4(one);
        for (first, last) in [(0, 0), (127, 127), (224, 239)] {
            prop_assert_eq!((first..=last).contains(&one[0]), (first..=last).contains(&other[0]));
        }
        prop_assert_eq!(names.v4([255; 4]), [255; 4]);
        prop_assert_eq!(one[..2] == [169, 254], other[..2] == [169, 254]);
        let station = names.mac(mac);
        prop_assert_eq!(station[0] & 3, mac[0] & 3, "group and local");
        prop_assert_eq!(names.mac([0xff; 6]), [0xff; 6]);
    }

    #[test]
    fn checksums_are_right_and_no_address_is_left(
        source: [u8; 4], destination: [u8; 4], payload in prop::collection::vec(any::<u8>(), 0..40),
        protocol in prop::sample::select(vec![1u8, 6, 17]), keep: bool,
    ) {
        let (packet, at, size) = transport(protocol, &payload);
        let addresses = [source, destination].concat();
        let icmp = protocol == 1;
        let packet = if icmp {
            let mut packet = packet;
            let checksum = super::sums::inverted(sum(&packet));
            packet[at..at + 2].copy_from_slice(&checksum.to_be_bytes());
            packet
        } else {
            with_checksum(packet, at, &addresses, protocol)
        };
        let whole = ipv4(source, destination, protocol, &packet, &[7, 7, 4, 10, 1, 2, 3, 0]);
        let made = one(&framed(0x0800, &whole), if keep { Payload::Keep } else { Payload::Cut });
        let header = &made[18..46];
        prop_assert_eq!(sum(header), 0xffff);
        prop_assert_eq!(&header[20..], &[1; 8][..], "options hold addresses");
        let mut rest = made[46..].to_vec();
        prop_assert_eq!(rest.len(), if keep { packet.len() } else { size });
        if keep {
            prop_assert_eq!(&rest[size..], &payload[..]);
        }
        rest.resize(packet.len(), 0);
        let right = if icmp { sum(&rest) == 0xffff } else { is_right(&header[12..20], protocol, &rest) };
        prop_assert!(right);
        prop_assert_eq!(&header[12..16], &names().v4(source)[..]);
        prop_assert_eq!(&made[12..18], &[0x81, 0, 0, 5, 8, 0][..], "VLANs stay");
    }

    #[test]
    fn anything_is_borne_and_cut_frames_never_grow(frame in prop::collection::vec(any::<u8>(), 0..200), kind in 0u16..8, keep: bool) {
        let kind = [0x0800u16, 0x86dd, 0x0806, 0x8035, 0x88a8, 0x0040, 0x88cc, 0x8100][usize::from(kind)];
        let frame = framed(kind, &frame);
        let made = one(&frame, if keep { Payload::Keep } else { Payload::Cut });
        prop_assert!(made.len() <= frame.len());
    }
}

#[test]
fn a_key_gives_one_answer_one_to_one() {
    let (mut names, mut same, mut other) = (names(), names(), Names::of([8; 32], false));
    let mut seen = HashSet::new();
    let mut stations = HashSet::new();
    for n in 0..=0xffffu16 {
        let [a, b] = n.to_be_bytes();
        assert!(seen.insert(names.v4([10, 9, a, b])));
        assert!(stations.insert(names.mac([0x00, 0x1b, 0x1b, 7, a, b])));
    }
    assert_eq!(names.v4([10, 9, 8, 7]), same.v4([10, 9, 8, 7]));
    assert_ne!(names.v4([10, 9, 8, 7]), other.v4([10, 9, 8, 7]));
    assert_ne!(names.key_id(), other.key_id());
    assert_eq!(names.counts(), (0x10000, 0, 0x10000));
}

#[test]
fn a_maker_stays_by_choice_alone() {
    let siemens = [0x00, 0x1b, 0x1b, 1, 2, 3];
    let (kept, gone) = (Names::of([7; 32], true).mac(siemens), names().mac(siemens));
    assert_eq!(kept[..3], siemens[..3]);
    assert_ne!(kept, siemens);
    assert_ne!(gone[..3], siemens[..3]);
    for group in [[0x01, 0x80, 0xc2, 0, 0, 0x0e], [0x01, 0x0c, 0xcd, 1, 0, 5], [0x33, 0x33, 0, 0, 0, 1], [0; 6]] {
        assert_eq!(names().mac(group), group, "it names a protocol");
    }
    let solicited = names().mac([0x33, 0x33, 0xff, 1, 2, 3]);
    assert_eq!(solicited[..3], [0x33, 0x33, 0xff]);
    assert_ne!(solicited[3..], [1, 2, 3], "the end of a host's address");
    assert_eq!(solicited[3..], names().v6([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 1, 2, 3])[13..]);
}

#[test]
fn a_neighbour_is_asked_for_by_its_other_address() {
    let (source, target) = (
        [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9],
        [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7],
    );
    let ask = [&[135u8, 0, 0, 0, 0, 0, 0, 0][..], &target, &[1, 1, 2, 0, 0, 0, 0, 8]].concat();
    let addresses = [source, target].concat();
    let ask = with_checksum(ask, 2, &addresses, 58);
    let packet = [&[0x60, 0, 0, 0, 0, 32, 58, 255][..], &addresses, &ask].concat();
    for payload in [Payload::Keep, Payload::Cut] {
        let made = one(&framed(0x86dd, &packet), payload);
        assert_eq!(made[18 + 48..18 + 64], names().v6(target), "the target");
        let mut body = made[58..].to_vec();
        body.resize(ask.len(), 0);
        assert!(is_right(&made[26..58], 58, &body), "{payload:?}");
        if payload == Payload::Keep {
            assert_eq!(body[26..], names().mac([2, 0, 0, 0, 0, 8]));
        }
    }
}

#[test]
fn arp_is_replaced_and_what_is_not_understood_is_cut() {
    let arp = [
        &[0u8, 1, 8, 0, 6, 4, 0, 2][..],
        &[2, 0, 0, 0, 0, 8],
        &[10, 0, 0, 1],
        &[2, 0, 0, 0, 0, 9],
        &[10, 0, 0, 2],
        b"memory",
    ]
    .concat();
    let made = one(&framed(0x0806, &arp), Payload::Cut);
    assert_eq!(made.len(), 18 + 28);
    assert_eq!(made[26..32], names().mac([2, 0, 0, 0, 0, 8]));
    assert_eq!(made[6..12], made[26..32]);
    assert_eq!(made[42..46], names().v4([10, 0, 0, 2]));
    for (kind, ends) in [(0x88ccu16, 18), (0x8892, 18), (0x0026, 21)] {
        assert_eq!(one(&framed(kind, &[0x42, 0x42, 3, 10, 0, 0, 1, 0, 0, 0]), Payload::Cut).len(), ends, "{kind:04x}");
    }
    let short = ipv4([10, 0, 0, 1], [10, 0, 0, 2], 6, &[], &[])[..18].to_vec();
    assert_eq!(one(&framed(0x0800, &short), Payload::Keep).len(), 18, "half an address is one too");
    let mut serial = header(LinkType(250));
    push(&mut serial, 1, 2, &[1, 2]);
    let made = anonymised(&serial, &mut names(), Payload::Keep).unwrap();
    assert_eq!((made.frames, made.left_out), (0, 1));
    assert_eq!(anonymised(b"no capture", &mut names(), Payload::Cut), None);
}

#[test]
fn an_error_quotes_other_addresses() {
    let addresses = [[10, 0, 0, 1], [10, 0, 0, 2]].concat();
    let datagram = with_checksum(vec![0, 7, 0, 9, 0, 12, 0, 0, 1, 2, 3, 4], 6, &addresses, 17);
    let quoted = ipv4([10, 0, 0, 1], [10, 0, 0, 2], 17, &datagram, &[]);
    let mut error = [&[3u8, 1, 0, 0, 0, 0, 0, 0][..], &quoted].concat();
    let checksum = super::sums::inverted(sum(&error));
    error[2..4].copy_from_slice(&checksum.to_be_bytes());
    let made = one(&framed(0x0800, &ipv4([10, 0, 0, 2], [10, 0, 0, 1], 1, &error, &[])), Payload::Keep);
    assert_eq!(sum(&made[38..]), 0xffff, "of the error");
    assert_eq!(sum(&made[46..66]), 0xffff, "of the packet that it quotes");
    assert!(is_right(&made[58..66], 17, &made[66..]), "of what that carries");
    assert_eq!(made[58..62], names().v4([10, 0, 0, 1]));
}
