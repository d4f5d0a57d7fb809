//! Recognition: lines of IEC 101, and what has the same frames and is something else.

use super::probe::probe;
use crate::flow::{Side, Transport};
use crate::protocol::{Guess, Probe};

fn fixed(control: u8, address: u8) -> Vec<u8> {
    vec![0x10, control, address, control.wrapping_add(address), 0x16]
}

fn variable(body: &[u8]) -> Vec<u8> {
    let length = u8::try_from(body.len()).unwrap();
    let sum = body.iter().fold(0u8, |sum, octet| sum.wrapping_add(*octet));
    [&[0x68, length, length, 0x68], body, &[sum, 0x16]].concat()
}

fn guess(data: &[u8]) -> Guess {
    probe(&Probe { data, transport: Transport::Tcp, source_port: 50_000, destination_port: 4001, ended: false })
}

fn named(data: &[u8]) -> Option<Option<Side>> {
    match guess(data) {
        Guess::Yes { sender, .. } => Some(sender),
        _ => None,
    }
}

#[test]
fn data_units_tell_who_sends_them() {
    let interrogation = variable(&[0x73, 1, 100, 1, 6, 1, 0, 0, 20]);
    let points = variable(&[0x08, 1, 1, 2, 20, 1, 0xe9, 3, 1, 0xea, 3, 0]);
    assert_eq!(named(&interrogation), Some(Some(Side::Client)));
    assert_eq!(named(&points), Some(Some(Side::Server)));
    assert_eq!(named(&[fixed(0x5b, 1), interrogation[..6].to_vec()].concat()), None, "not before the unit is whole");
    assert_eq!(named(&[vec![0xe5], fixed(0x09, 1), points].concat()), Some(Some(Side::Server)));
}

#[test]
fn an_idle_line_is_known_by_answers_and_not_by_polls() {
    let polls = [fixed(0x5b, 1), fixed(0x7b, 1), fixed(0x5b, 1), fixed(0x7b, 1)].concat();
    assert_eq!(guess(&polls), Guess::Need);
    assert_eq!(named(&[fixed(0x09, 1), fixed(0x09, 2)].concat()), Some(Some(Side::Server)));
    // DIR: the controlling station of a balanced line.
    assert_eq!(named(&[fixed(0x80, 1), fixed(0x8b, 1)].concat()), Some(Some(Side::Client)));
    assert_eq!(guess(&[0xe5, 0xe5]), Guess::Need);
    assert_eq!(guess(&fixed(0x47, 1)), Guess::No, "a reserved function");
}

#[test]
fn what_has_the_same_frames_is_not_named() {
    // M-Bus (EN 13757-3): fixed data header of a water meter; a slave selected; a baud rate set; a request.
    let mut meter = vec![0x08, 2, 0x72, 0x78, 0x56, 0x34, 0x12, 0x24, 0x40, 1, 7, 0x55, 0, 0, 0];
    meter.extend([0x03, 0x13, 0x15, 0x31, 0, 0xda, 2, 0x3b, 0x13, 1, 0x8b, 0x60, 4, 0x37, 0x18, 2]);
    for body in [&meter[..], &[0x53, 0xfd, 0x52, 0x78, 0x56, 0x34, 0x12, 0xff, 0xff, 0xff, 0xff], &[0x53, 2, 0xbb]] {
        assert_eq!(guess(&variable(body)), Guess::No, "{body:x?}");
    }
    // IEC 103: identification, a time-tagged message, measurands, general interrogation.
    for body in [
        &[0x08, 1, 5, 0x81, 3, 1, 0xf2, 0, 3, b'R', b'E', b'L', b'A', b'Y', b' ', b'1', b' ', 0, 0, 0, 0][..],
        &[0x08, 1, 1, 0x81, 1, 1, 0xa0, 0x45, 2, 0x12, 0x34, 5, 6, 0],
        &[0x08, 1, 3, 4, 2, 1, 0xa0, 0x93, 0x18, 0x0b, 0x38, 0x0b, 0x28, 0x0b, 0x70, 0x17],
        &[0x73, 1, 7, 0x81, 9, 1, 0xff, 0, 3],
    ] {
        assert_eq!(guess(&variable(body)), Guess::No, "{body:x?}");
    }
    let mut wrong = variable(&[0x73, 1, 100, 1, 6, 1, 0, 0, 20]);
    wrong[12] = 21;
    assert_eq!(guess(&wrong), Guess::No, "a wrong checksum");
}
