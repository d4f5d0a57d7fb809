//! What the golden captures do not show: hostile input, limits, recognition, the forms of published messages.

use super::frame::{self, Call, Message};
use super::{Melsoft, items, recognise};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::dialogue::Dialogue;
use crate::protocol::listening::Flow;
use crate::protocol::slmp::items::Objects;
use crate::protocol::{Framing, Guess, Parser, Probe};

fn bytes(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// A request of iQ-R with this behind its route.
fn asked(body: &str) -> Vec<u8> {
    let body = bytes(body);
    let length = u16::try_from(24 + body.len()).unwrap().to_le_bytes();
    [bytes("57010000001111070000ffff030000fe030000"), length.to_vec(), bytes("1c0a1614"), vec![0; 20], body].concat()
}

/// Its response.
fn told(end_code: u16, body: &str) -> Vec<u8> {
    let body = bytes(body);
    let length = u16::try_from(26 + body.len()).unwrap().to_le_bytes();
    let head = [bytes("d70100000011117f000000a80300ffff030000"), length.to_vec(), bytes("9c0a1814")].concat();
    [head, end_code.to_le_bytes().to_vec(), vec![0; 20], body].concat()
}

/// M96, 25 points.
const READ: &str = "0410 0500 0000 00000000000000000000 0100 60000000 00000000 1900";
const Q_MODEL: &str = "57000000001111070000ffff030000fe03000014001c080a080000000000000004 0101 0100 0000 0001";
const Q_WRITE: &str = "57000000001111070000ffff0300000000000022001c000a080000000000000000 1402 2d00 0000 00010000 9000 0a000000 00000000 0100";

fn flow() -> Flow<Dialogue<Melsoft>> {
    Flow::new(Dialogue::default(), Transport::Tcp, 5562)
}

/// Addresses and values of a request.
fn named(message: &[u8]) -> (Vec<String>, Vec<u8>) {
    let Some(Message::Call(call)) = Message::read(message) else { panic!("no call") };
    let mut objects = Objects::default();
    items::request(&mut objects, &call).unwrap();
    let write = |object: &crate::protocol::Object<'_>| {
        let mut out = String::new();
        if let crate::protocol::Address::Placed(notation) = object.address {
            (notation.write)(&mut out, notation.part, object.start, object.count);
        }
        out
    };
    (objects.list.iter().map(|named| write(&named.object)).collect(), objects.buffer)
}

#[test]
fn devices_are_named_in_all_forms() {
    assert_eq!(named(&asked(READ)).0, ["M96-120"]);
    assert_eq!(named(&bytes(Q_WRITE)), (vec!["M10".to_owned()], vec![1]));
    let four = "0411 f33f 0000 00000000000000000000 0400 00000000 0400 0000 2000000000000000 0000 2000010000000000 0000 \
                2000030000000000 0000 2000c80000000000 0000";
    assert_eq!(named(&asked(four)).0, ["D0", "D1", "D3", "D200"]);
    let one = "0411 bd00 0000 00000000000000000000 0100 00000000 0001 0000 210068110000 00000000000000000000";
    assert_eq!(named(&asked(one)).0, ["SD4456"]);
    let both = "1411 0900 0000 00000000000000000000 0101 0000 0001 0000 200005000000 00000000000000000000 \
                0001 0000 110010000000 00000000000000000000 2a00 0100";
    assert_eq!(named(&asked(both)), (vec!["D5".to_owned(), "Y10".to_owned()], vec![0, 42, 1]));
    assert_eq!(named(&asked("0410 0500 0000 00000000000000000000 3f00 e8010000 00000000 7400")).0, ["0x3f:488-603"]);
    let area = "0b16 0f00 0000 5400 800d0000 0200 01020304";
    assert_eq!(named(&asked(area)).0, ["0x54:3456-3457"]);
}

#[test]
fn an_extension_is_split_from_the_data() {
    let request = asked("1867 0900 0800 0000000000000000 0002 0700 014004 aabbccdd");
    let Some(Message::Call(Call { data, extension, .. })) = Message::read(&request) else { panic!("no call") };
    assert_eq!((data.len(), extension.len()), (6, 13));
}

#[test]
fn what_is_sound_is_not_flagged_and_each_oddity_is() {
    let mut flow = flow();
    assert!(!flow.said(Side::Client, &asked(READ)));
    assert!(!flow.said(Side::Server, &told(0, "0410 0500 0000 00000000")));
    assert!(!flow.said(Side::Client, &asked(READ)));
    assert!(flow.said(Side::Server, &told(0, "0410 0500 0000 0000")), "a word is missing");
    assert!(flow.said(Side::Client, &asked(&READ[..READ.len() - 5])), "a device is cut");
    assert!(flow.said(Side::Client, &asked(&format!("{READ}00"))), "more than was to come");
    let mut odd = asked(READ);
    odd[12] = 9;
    assert!(flow.said(Side::Client, &odd), "no such module");
    assert!(!flow.said(Side::Client, &bytes(Q_MODEL)));
    assert!(!flow.said(Side::Client, &asked("0777 0900 0000 0102")), "a command without a name is none");
}

#[test]
fn frames_are_told_by_their_bytes_and_found_again() {
    for whole in [asked(READ), told(0x4080, "1734 0900 0000 01"), bytes(Q_MODEL), bytes(Q_WRITE)] {
        assert_eq!(frame::framing(&whole), Framing::Message(whole.len()));
        assert_eq!(frame::resynchronise(&[b"\x01\x02xyz", &whole[..]].concat()), (5, true));
        for cut in 1..25 {
            assert_eq!(frame::framing(&whole[..cut]), Framing::Need, "{cut}");
        }
        for at in [5, 6, 8, 20, 21, 23, 24] {
            let mut odd = whole.clone();
            odd[at] ^= 0x4a;
            assert!(frame::framing(&odd) == Framing::Bad(Flag::MelsoftHeader), "byte {at}");
        }
    }
    assert_eq!(frame::framing(&bytes("5a000001")), Framing::Message(4));
    assert_eq!(frame::framing(&bytes("5a000002")), Framing::Bad(Flag::MelsoftHeader));
    assert_eq!(frame::framing(&bytes("5a01")), Framing::Bad(Flag::MelsoftHeader));
}

#[test]
fn recognised_by_structure() {
    let guess = |data: &[u8], transport| {
        recognise::probe(&Probe { data, transport, source_port: 50_000, destination_port: 6000, ended: false })
    };
    let read = asked(READ);
    for transport in [Transport::Tcp, Transport::Udp] {
        assert!(matches!(guess(&read, transport), Guess::Yes { sender: Some(Side::Client), .. }));
        let answer = told(0, "1002 0500 0000");
        assert!(matches!(guess(&answer, transport), Guess::Yes { sender: Some(Side::Server), .. }));
        assert!(matches!(guess(&bytes("5a0000ff"), transport), Guess::Yes { sender: Some(Side::Client), .. }));
    }
    assert_eq!(guess(&read[..30], Transport::Tcp), Guess::Need);
    assert_eq!(guess(&read[..30], Transport::Udp), Guess::No);
    assert_eq!(guess(&bytes("5a000033"), Transport::Udp), Guess::No);
}

#[test]
fn memory_of_a_flow_is_bounded_whatever_is_asked() {
    let mut flow = flow();
    for number in 0..2_000_u16 {
        let [low, high] = number.to_le_bytes();
        let path: String = (0..200).map(|_| format!("{:02x}00", b'A' + low % 26)).collect();
        let open = format!("1867 {low:02x}{high:02x} 0000 00000000 0001 0400 00000000 9001 {path}");
        flow.said(Side::Client, &asked(&open));
        flow.said(Side::Server, &told(0, &format!("1867 {low:02x}{high:02x} 0000 {low:02x}{high:02x}")));
        let many = format!("0410 {low:02x}{high:02x} 0000 {} 2000 00000000 00000000 ffff", "00".repeat(10));
        flow.said(Side::Client, &asked(&many));
        assert!(flow.parser.weight() < 256 * 1024, "{}", flow.parser.weight());
    }
}
