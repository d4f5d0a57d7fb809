//! What the golden captures do not show: other byte orders, halves of stubs, handles of two names, recognition.

use super::account::{Account, Call};
use super::names::Names;
use super::variant::{Value, variant};
use super::{interface, item, recognise, speaker};
use crate::dataset::Operation;
use crate::flow::{Side, Transport};
use crate::protocol::dcerpc::ndr::Ndr;
use crate::protocol::dcerpc::uuid::Uuid;
use crate::protocol::dialogue::Dialogue;
use crate::protocol::draft::Drafts;
use crate::protocol::listening::Flow;
use crate::protocol::{Guess, Probe};
use crate::text::Details;

const SYNC: [u8; 16] = [0x52, 0x3a, 0xc1, 0x39, 0x1e, 1, 0xd0, 0x11, 0x96, 0x75, 0, 0x20, 0xaf, 0xd8, 0xad, 0xb3];
const REM_UNKNOWN: [u8; 16] = [0x31, 1, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
const SVCCTL: [u8; 16] = [0x81, 0xbb, 0x7a, 0x36, 0x44, 0x98, 0xf1, 0x35, 0xad, 0x32, 0x98, 0xf0, 0x38, 0, 0x10, 3];
const NDR: [u8; 16] = [4, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 8, 0, 0x2b, 0x10, 0x48, 0x60];

fn pdu(kind: u8, flags: u8, call: u32, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(16 + body.len()).unwrap();
    let head = [&[5, 0, kind, flags, 0x10, 0, 0, 0][..], &length.to_le_bytes(), &[0, 0], &call.to_le_bytes()].concat();
    [head, body.to_vec()].concat()
}

fn bind(kind: u8, context: u8, interface: &[u8; 16]) -> Vec<u8> {
    let offer = [&[context, 0, 1, 0][..], interface, &[0; 4], &NDR, &[2, 0, 0, 0]].concat();
    pdu(kind, 3, 1, &[&[0xd0, 0x16, 0xd0, 0x16, 0, 0, 0, 0, 1, 0, 0, 0][..], &offer].concat())
}

/// A call with `this` before its arguments.
fn call(flags: u8, context: u8, operation: u8, arguments: &[u8]) -> Vec<u8> {
    let this = [&[5, 0, 7, 0][..], &[0; 28]].concat();
    pdu(0, 0x80 | flags, 2, &[&[0, 0, 0, 0, context, 0, operation, 0][..], &[9; 16], &this, arguments].concat())
}

fn guess(data: &[u8], ended: bool) -> Guess {
    let transport = Transport::Tcp;
    recognise::probe(&Probe { data, transport, source_port: 40_000, destination_port: 135, ended })
}

#[test]
fn named_by_an_interface_of_opc_and_by_nothing_else_of_dcom() {
    let yes = Guess::Yes { confidence: 0.97, sender: Some(Side::Client) };
    assert_eq!(guess(&bind(11, 0, &SYNC), false), yes);
    for other in [bind(11, 0, &SVCCTL), bind(11, 0, &REM_UNKNOWN)] {
        assert_eq!((guess(&other, false), guess(&other, true)), (Guess::Need, Guess::No));
    }
    let later = [bind(11, 0, &REM_UNKNOWN), bind(14, 1, &SYNC)].concat();
    assert_eq!(guess(&later, false), yes, "a context that is added");
    let query = |wanted: &[u8; 16]| {
        let arguments = [&[7; 16][..], &[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], wanted].concat();
        [bind(11, 0, &REM_UNKNOWN), call(3, 0, 3, &arguments)].concat()
    };
    assert_eq!(guess(&query(&SYNC), false), yes, "an object is asked for an interface of OPC");
    assert_eq!(guess(&query(&SVCCTL), false), Guess::Need);
    for other in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[5, 1, 0, 5, 1, 0, 3, 9], &[5, 0x64, 5, 0xc0, 1, 0, 0, 4]] {
        assert_eq!(guess(other, false), Guess::No, "{other:02x?}");
    }
}

#[test]
fn values_in_both_byte_orders() {
    let little = [3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff];
    let big = [0, 0, 0, 3, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff, 0xfe];
    let value = Some(Value::Numbers { kind: "int32", numbers: vec![-2.0], exact: None });
    assert_eq!(variant(&mut Ndr::new(&little, true)), value);
    assert_eq!(variant(&mut Ndr::new(&big, false)), value);
    for end in 0..little.len() {
        assert_eq!(variant(&mut Ndr::new(&little[..end], true)), None, "{end}");
    }
}

#[test]
fn a_type_that_is_not_read_is_passed_over_by_its_size() {
    let mut odd = vec![4, 0, 0, 0, 0, 0, 0, 0, 0x0c, 0x20, 0, 0, 0, 0, 0, 0, 0x0c, 0x20, 0, 0];
    odd.resize(32, 9);
    let mut stub = Ndr::new(&odd, true);
    assert_eq!((variant(&mut stub), stub.left()), (Some(Value::None), 0));
    odd[0] = 5;
    assert_eq!(variant(&mut Ndr::new(&odd, true)), None, "longer than there is");
}

#[test]
fn numbers_beyond_a_double_keep_their_digits() {
    let of = |kind: u8, value: i64| {
        let head = [&[4, 0, 0, 0, 0, 0, 0, 0, kind, 0][..], &[0; 6], &[kind, 0, 0, 0, 0, 0, 0, 0]].concat();
        variant(&mut Ndr::new(&[head, value.to_le_bytes().to_vec()].concat(), true))
    };
    let Some(Value::Numbers { exact, .. }) = of(20, -(1 << 60) - 1) else { panic!("no number") };
    assert_eq!(exact.as_deref(), Some("-1152921504606846977"));
    let Some(Value::Numbers { numbers, exact, .. }) = of(6, 125_000) else { panic!("no number") };
    assert_eq!((numbers, exact), (vec![12.5], None));
}

#[test]
fn a_handle_of_two_names_names_none() {
    let mut names = Names::default();
    names.learn(1, "Tank.Level");
    names.learn(1, "Tank.Level");
    assert_eq!(names.shown(1), "Tank.Level");
    names.learn(1, "Boiler.Level");
    names.learn(1, "Boiler.Level");
    assert_eq!(names.shown(1), "#1");
    names.forget(1);
    names.learn(1, "Boiler.Level");
    assert_eq!(names.shown(1), "Boiler.Level");
}

#[test]
fn names_are_bounded() {
    let mut names = Names::default();
    for handle in 0..100_000 {
        names.learn(handle, "Hall 1/Line 2/Machine 3/Temperature");
    }
    assert!(names.weight() < 2_000_000, "{}", names.weight());
}

#[test]
fn a_count_beyond_its_stub_is_no_reason_to_reserve_room() {
    let mut stub = vec![0; 8];
    stub[..4].copy_from_slice(&[0xff, 0xff, 0xff, 0x0f]);
    assert!(item::handles(&mut Ndr::new(&stub, true)).is_none());
    assert!(item::texts(&mut Ndr::new(&stub, true)).is_none());
    let request = [&[5, 0, 7, 0][..], &[0; 28], &[1, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f]].concat();
    let interface = interface::of(Uuid(0x39c13a54_011e_11d0_9675_0020afd8adb3)).unwrap();
    let call = Call {
        interface,
        name: "IOPCItemMgt.AddItems",
        operation: 3,
        little: true,
        request: Some(&request),
        response: None,
    };
    let (mut drafts, mut items, mut groups) = (Drafts::default(), Names::default(), Names::default());
    let mut account = Account {
        drafts: &mut drafts,
        details: Details::default(),
        operation: Operation::SubscribeStart,
        items: &mut items,
        groups: &mut groups,
        untold: 0,
        client: None,
        user: None,
        login: None,
        identity: Vec::new(),
    };
    assert!(item::added(&call, &mut account).is_none());
}

#[test]
fn operations_that_an_interface_does_not_have_and_stubs_that_do_not_fit_are_flagged() {
    let mut flow = Flow::new(Dialogue::<speaker::Speaker>::default(), Transport::Tcp, 49_160);
    assert!(!flow.said(Side::Client, &bind(11, 0, &SYNC)));
    assert!(flow.said(Side::Client, &call(3, 0, 9, &[])), "IOPCSyncIO ends with 4");
    let answer = pdu(2, 3, 2, &[0; 20]);
    assert!(!flow.said(Side::Server, &answer));
    assert!(!flow.said(Side::Client, &call(3, 0, 4, &[9, 0, 0, 0, 0xff, 0xff, 0, 0])));
    assert!(flow.said(Side::Server, &answer), "65535 items in no bytes");
}

#[test]
fn calls_that_never_end_are_bounded() {
    let mut flow = Flow::new(Dialogue::<speaker::Speaker>::default(), Transport::Tcp, 49_160);
    flow.said(Side::Client, &bind(11, 0, &SYNC));
    let flagged = (0..200u8).filter(|n| flow.said(Side::Client, &call(u8::from(*n == 0), 0, 4, &[7; 4000]))).count();
    assert!(flagged > 0);
    use crate::protocol::Parser;
    assert!(flow.parser.weight() < 1_000_000, "{}", flow.parser.weight());
}

#[test]
fn a_number_of_two_names_gives_back_their_room() {
    let mut names = Names::default();
    for _ in 0..10_000 {
        names.learn(1, "Tank.Level of the first group");
        names.learn(1, "Pump.Speed of the second");
        names.forget(1);
    }
    names.learn(1, "Valve");
    assert_eq!(names.shown(1), "Valve");
    assert!(names.weight() < 4096, "{}", names.weight());
}
