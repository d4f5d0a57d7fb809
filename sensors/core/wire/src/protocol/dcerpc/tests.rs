//! Heads, bodies and logons by themselves.

use super::context::Contexts;
use super::fragment::Fragments;
use super::header::{self, Head, Header};
use super::ntlm::{self, Message};
use super::pdu::{Offer, Pdu, Verdict};
use super::uuid::Uuid;
use crate::flow::Side;

/// A request in big endian with a verifier: 4 bytes of stub, 2 of padding, a token of 4.
const BIG: [u8; 42] = [
    5, 0, 0, 3, 0, 0, 0, 0, 0, 42, 0, 4, 0, 0, 0, 7, 0, 0, 0, 4, 0, 1, 0, 3, 1, 2, 3, 4, 0, 0, 10, 5, 2, 0, 0, 0, 0, 0,
    0xa, 0xb, 0xc, 0xd,
];

#[test]
fn both_byte_orders_and_the_verifier() {
    assert_eq!(header::head(&BIG), Head::Length(42));
    let header = Header::read(&BIG).unwrap();
    assert_eq!((header.call, header.little, header.sound), (7, false, true));
    let verifier = header.verifier.unwrap();
    assert_eq!((verifier.kind, verifier.level, verifier.token), (10, 5, &[0xa, 0xb, 0xc, 0xd][..]));
    let request = Pdu::Request { context: 1, operation: 3, object: None, stub: &[1, 2, 3, 4] };
    assert_eq!(Pdu::read(&header), Some(request));
    assert!(!header.sealed());
}

#[test]
fn each_prefix_needs_more() {
    for end in 0..16 {
        assert_eq!(header::head(&BIG[..end]), if end < 10 { Head::Need } else { Head::Length(42) }, "{end}");
    }
}

#[test]
fn a_verifier_without_room_is_told() {
    let mut odd = BIG;
    odd[11] = 200;
    let header = Header::read(&odd).unwrap();
    assert!(!header.sound && header.verifier.is_none());
    odd = BIG;
    odd[32] = 90;
    assert!(!Header::read(&odd).unwrap().sound, "padding beyond the body");
}

#[test]
fn what_is_no_head_is_bad() {
    for (at, byte) in [(0, 4), (1, 2), (2, 4), (4, 0x20), (5, 9), (7, 1), (9, 20)] {
        let mut odd = BIG;
        odd[at] = byte;
        assert_eq!(header::head(&odd), Head::Bad, "{at}");
    }
    let behind = [&[9, 5, 9][..], &BIG].concat();
    assert_eq!(header::resynchronise(&behind), (3, true));
}

#[test]
fn a_context_stands_until_it_is_refused() {
    let offer = |id, number| Offer { id, interface: Uuid(number), syntax: Uuid(1) };
    let verdict = |result| Verdict { result, reason: 0, syntax: Uuid(0x71710533_beba_4937_8319_b5dbef9ccc36) };
    let mut contexts = Contexts::default();
    let offers = [offer(0, 7), offer(1, 8)];
    contexts.offer(&offers);
    assert_eq!((contexts.interface(0), contexts.interface(1)), (Some(Uuid(7)), Some(Uuid(8))));
    contexts.judge(&offers, &[verdict(0), verdict(2)]);
    assert_eq!((contexts.interface(0), contexts.interface(1)), (Some(Uuid(7)), None));
    assert!(contexts.wide(0), "in NDR of 64 bits");
    for id in 0..1000 {
        contexts.offer(&[offer(id, 9)]);
    }
    assert!(contexts.weight() < 65_536);
}

#[test]
fn fragments_come_together_within_bounds() {
    let mut fragments = Fragments::default();
    assert!(fragments.push(Side::Client, 1, true, b"ab") && fragments.push(Side::Client, 1, false, b"cd"));
    assert!(fragments.push(Side::Server, 1, true, b"x"), "the answer of the same number is another");
    assert_eq!(fragments.take(Side::Client, 1), Some((b"abcd".to_vec(), true)));
    assert_eq!(fragments.take(Side::Client, 1), None);
    fragments.gap(Side::Server);
    assert_eq!(fragments.take(Side::Server, 1), None, "a part may be missing");
    assert!((0..200).any(|call| !fragments.push(Side::Client, call % 16, call < 16, &[0; 4096])));
    assert!(fragments.weight() < 300_000);
}

#[test]
fn a_logon_says_who_and_where_and_never_what_proves_it() {
    let mut token = b"NTLMSSP\0\x03\0\0\0".to_vec();
    token.resize(72, 0);
    for (at, text) in [(28, "MARSH"), (36, "operator"), (44, "HMI1")] {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        token[at] = u8::try_from(bytes.len()).unwrap();
        token[at + 4] = u8::try_from(token.len()).unwrap();
        token.extend(bytes);
    }
    token[60] = 1;
    let wanted = |user: &str| Message::Authenticate {
        user: Some(user.to_owned()),
        domain: Some("MARSH".to_owned()),
        workstation: Some("HMI1".to_owned()),
        system: None,
    };
    assert_eq!(ntlm::read(&token), Some(wanted("operator")));
    let inside = [&[0xa1, 0x50, 0x30][..], &token].concat();
    assert_eq!(ntlm::read(&inside), Some(wanted("operator")), "inside SPNEGO");
    token[60..64].copy_from_slice(&[1, 0, 0, 2]);
    token[64..68].copy_from_slice(&[233, 123, 0x79, 0x4f]);
    assert_eq!(ntlm::read(&token), Some(wanted("operator")), "a version that is promised and left out");
    token[40] = 250;
    assert!(matches!(ntlm::read(&token), Some(Message::Authenticate { user: None, .. })), "a field that leads nowhere");
    assert_eq!(ntlm::read(b"NTLMSSP\0\x07\0\0\0"), None);
}
