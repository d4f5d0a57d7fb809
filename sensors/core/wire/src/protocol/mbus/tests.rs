//! What the golden captures do not show: codings, hostile input, limits, recognition.

use super::header::Secondary;
use super::quantity::{self, Quantity};
use super::record::Records;
use super::value::Value;
use super::{MBus, PROTOCOL};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::dialogue::{Dialogue, Language};
use crate::protocol::listening::Flow;
use crate::protocol::{Framing, Guess, Parser, Probe};

fn short(control: u8, address: u8) -> Vec<u8> {
    vec![0x10, control, address, control.wrapping_add(address), 0x16]
}

fn long(control: u8, address: u8, rest: &[u8]) -> Vec<u8> {
    let body = [&[control, address][..], rest].concat();
    let (size, sum) =
        (u8::try_from(body.len()).unwrap(), body.iter().fold(0_u8, |sum, octet| sum.wrapping_add(*octet)));
    [&[0x68, size, size, 0x68][..], &body, &[sum, 0x16]].concat()
}

const METER: [u8; 13] = [0x72, 0x78, 0x56, 0x34, 0x12, 0x77, 0x04, 0x14, 0x07, 0x9a, 0, 0, 0];

fn flow() -> Flow<Dialogue<MBus>> {
    Flow::new(Dialogue::default(), Transport::Tcp, 10_001)
}

fn values(data: &[u8]) -> Vec<(String, Value)> {
    let list = Records::of(data).map(|record| {
        let quantity = Quantity::read(&record);
        (quantity::address(&record, quantity), Value::read(&record, quantity))
    });
    list.collect()
}

fn number(kind: &'static str, number: f64) -> Value {
    Value::Number(kind, number)
}

#[test]
fn records_have_names_and_values() {
    let told = values(&[
        0x0c, 0x13, 0x31, 0x54, 0x76, 0x98, // BCD of eight digits, 10^-3 m3
        0xda, 0x01, 0x02, 0x5a, 0x34, 0xf2, // BCD, negative, maximum, storage 3: DIFE, VIF 02 with no more
    ]);
    assert_eq!(told[0], ("volume".into(), number("bcd8", 98_765.431)));
    assert_eq!(told[1].0, "energy:s3:max");
    assert_eq!(values(&[0x02, 0x5a, 0xff, 0xff]), [("flow_temperature".into(), number("int16", -0.1))]);
    assert_eq!(values(&[0x05, 0x2b, 0, 0, 0x20, 0x41]), [("power".into(), number("real32", 10.0))]);
    assert_eq!(values(&[0x02, 0xfd, 0x48, 0xfc, 0x08]), [("voltage".into(), number("int16", 230.0))]);
    assert_eq!(values(&[0x84, 0x10, 0x83, 0x3c, 1, 0, 0, 0])[0].0, "energy:t1:v3c");
    assert_eq!(values(&[0x42, 0x6c, 0x11, 0x35]), [("date:s1".into(), Value::Text("date", "2024-05-17".into()))]);
    let moment = Value::Text("date_time", "2024-05-17T13:45".into());
    assert_eq!(values(&[0x04, 0x6d, 45, 13, 0x11, 0x35]), [("date_time".into(), moment)]);
    assert_eq!(values(&[0x0d, 0xfd, 0x0c, 3, b'c', b'b', b'a'])[0].1, Value::Text("text", "abc".into()));
    assert_eq!(values(&[0x0a, 0x5a, 0x3a, 0x12])[0].1, Value::None, "no digit");
    assert_eq!(values(&[0x04, 0x6d, 0x80, 0, 0, 0])[0].1, Value::None, "a time that says it is none");
    assert_eq!(values(&[0x2f, 0x2f, 0x0f, 1, 2, 3]), []);
    assert_eq!(values(&[0x7f]), [("all".into(), Value::None)]);
}

#[test]
fn what_runs_out_is_broken() {
    for data in [&[0x04, 0x13, 1][..], &[0x84], &[0x3f, 1], &[0x04], &[0x0d, 0x13, 0xfe], &[0x81; 14]] {
        let mut records = Records::of(data);
        records.by_ref().for_each(drop);
        assert!(records.broken, "{data:02x?}");
    }
}

#[test]
fn meters_go_by_their_secondary_address() {
    let meter = Secondary::read(&METER[1..]).unwrap();
    assert_eq!((meter.text().as_str(), meter.decimal()), ("12345678.ACW.20.water", true));
    let any = Secondary { identification: 0x12ff_ffff, manufacturer: 0xffff, version: 0xff, medium: 0xff };
    assert_eq!((any.text().as_str(), any.decimal()), ("12******.*.*.*", false));
}

#[test]
fn what_is_sound_is_not_flagged_and_each_oddity_is() {
    let mut flow = flow();
    let answer = long(0x08, 5, &[&METER[..], &[0x0c, 0x13, 1, 0, 0, 0]].concat());
    for ask in [short(0x40, 5), long(0x53, 5, &[0x51, 0x01, 0x7a, 6])] {
        assert!(!flow.said(Side::Client, &ask));
        assert!(!flow.said(Side::Server, &[0xe5]));
    }
    assert!(!flow.said(Side::Client, &short(0x5b, 5)));
    assert!(!flow.said(Side::Server, &answer));
    assert!(flow.said(Side::Server, &answer), "a second answer");
    assert!(!flow.said(Side::Client, &short(0x7b, 254)));
    assert!(!flow.said(Side::Server, &answer), "whoever it is");
    assert!(!flow.said(Side::Client, &short(0x5b, 6)));
    assert!(flow.said(Side::Server, &answer), "another answers");
    assert!(flow.said(Side::Client, &short(0x49, 5)), "no such control field");
    assert!(flow.said(Side::Client, &[0x10, 0x5b, 5, 0, 0x16]), "checksum");
    assert!(flow.said(Side::Client, &long(0x53, 5, &[0x99])), "no such control information");
    assert!(flow.said(Side::Client, &long(0x53, 5, &[0x52, 1])), "half an address");
    assert!(flow.said(Side::Client, &long(0x53, 5, &[0x51, 0x04, 0x13, 1])), "half a record");
    assert!(flow.said(Side::Client, &long(0x53, 5, &[])), "no control information");
}

#[test]
fn recognised_by_structure() {
    let guess = |data: &[u8]| {
        let (source_port, destination_port) = (50_000, 4_000);
        (PROTOCOL.probe)(&Probe { data, transport: Transport::Tcp, source_port, destination_port, ended: false })
    };
    let answer = long(0x08, 5, &[&METER[..], &[0x0c, 0x13, 1, 0, 0, 0]].concat());
    assert!(matches!(guess(&answer), Guess::Yes { sender: Some(Side::Server), .. }));
    let select = long(0x73, 253, &[0x52, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    assert!(matches!(guess(&select), Guess::Yes { sender: Some(Side::Client), .. }));
    let whole = [short(0x40, 5), long(0x53, 5, &[0x51, 0x01, 0x7a, 6])].concat();
    assert!(matches!(guess(&whole), Guess::Yes { sender: Some(Side::Client), .. }));
    for command in [&[0x50][..], &[0x50, 0x10], &[0xb8], &[0xb3]] {
        assert!(matches!(guess(&long(0x53, 5, command)), Guess::Yes { sender: Some(Side::Client), .. }));
    }
    // Short frames are those of IEC 101 too.
    assert_eq!((guess(&short(0x5b, 5)), guess(&[0xe5])), (Guess::Need, Guess::Need));
    for cut in 1..answer.len() {
        assert_eq!(guess(&answer[..cut]), Guess::Need, "{cut}");
    }
    // Status of a link and a measured value of IEC 101.
    assert_eq!(guess(&short(0x0b, 5)), Guess::No);
    assert_eq!(guess(&long(0x08, 5, &[0x0d, 1, 3, 5, 1, 0, 0, 0, 0x20, 0x41, 0])), Guess::No);
    let mut wrong = answer;
    wrong[9] ^= 1;
    assert_eq!(guess(&wrong), Guess::No);
}

#[test]
fn frames_are_found_again() {
    let (language, poll) = (MBus::default(), short(0x5b, 5));
    assert_eq!(language.framing(Side::Client, &poll), Framing::Message(5));
    assert_eq!(language.framing(Side::Client, &[0x68, 3, 4]), Framing::Bad(Flag::MbusFrame));
    assert_eq!(language.framing(Side::Client, &[1]), Framing::Bad(Flag::MbusStart));
    assert_eq!(language.resynchronise(Side::Client, &[b"\x01\x68\xe5", poll.as_slice()].concat()), (3, true));
}

#[test]
fn memory_of_a_flow_is_bounded_whatever_is_asked() {
    let mut flow = flow();
    for number in 0..600_u16 {
        flow.said(Side::Client, &long(0x53, u8::try_from(number % 250).unwrap(), &[0x51; 240]));
        assert!(flow.parser.weight() < 256 * 1024, "{}", flow.parser.weight());
    }
}
