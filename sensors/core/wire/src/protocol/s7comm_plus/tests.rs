//! What the golden captures do not show: hostile counts, bounds, recognition.

use super::frame::{self, Unit};
use super::probe::probe;
use super::subject::Subjects;
use crate::flow::{Side, Transport};
use crate::protocol::{Guess, Probe};

fn guess(data: &[u8], ended: bool) -> Guess {
    probe(&Probe { data, transport: Transport::Tcp, source_port: 40_000, destination_port: 40_001, ended })
}

fn packet(unit: &[u8]) -> Vec<u8> {
    let length = u16::try_from(unit.len() + 7).unwrap().to_be_bytes();
    [&[3, 0, length[0], length[1], 2, 0xf0, 0x80], unit].concat()
}

#[test]
fn the_first_data_names_the_connection() {
    let request = [&[0x72, 1, 0, 14, 0x31, 0, 0, 4, 0xbb, 0, 0, 0, 1, 0, 0, 0, 0, 0x34][..], &[0x72, 1, 0, 0]].concat();
    assert_eq!(guess(&packet(&request), false), Guess::Yes { confidence: 0.97, sender: Some(Side::Client) });
    let mut opcode = request.clone();
    opcode[4] = 0x44;
    assert_eq!(guess(&packet(&opcode), true), Guess::No);
    let mut uneven = request.clone();
    uneven[3] = 15;
    assert_eq!(guess(&packet(&uneven), true), Guess::No);
    assert_eq!(guess(&packet(&[0x32, 1, 0, 0, 0, 1, 0, 8, 0, 0]), true), Guess::No);
    assert_eq!(guess(&packet(&[0x17, 3, 3, 0, 2, 1, 2]), true), Guess::Yes { confidence: 0.7, sender: None });
    assert_eq!(guess(&packet(&[0x72, 0xff, 1, 0]), true), Guess::Yes { confidence: 0.97, sender: None });
    assert_eq!(guess(&packet(&[]), false), Guess::Need);
}

#[test]
fn a_name_that_is_called_is_enough_when_nothing_follows() {
    let name = b"SIMATIC-ROOT-ES";
    let cotp = [&[21, 0xe0, 0, 0, 0, 1, 0, 0xc2, 15][..], name].concat();
    let call = [&[3, 0, 0, 28, 23][..], &cotp[1..]].concat();
    assert_eq!(guess(&call, false), Guess::Need);
    assert_eq!(guess(&call, true), Guess::Yes { confidence: 0.6, sender: Some(Side::Client) });
}

#[test]
fn digests_are_taken_off_where_each_version_has_them() {
    let v3 = [&[0x72, 3, 0, 35, 32][..], &[7; 32], &[0x33, 1], &[0x72, 3, 0, 0]].concat();
    let Some(Unit::Data { data, last: true, signed: true, uneven: false, .. }) = Unit::read(&v3) else { panic!() };
    assert_eq!(data, [0x33, 1]);
    let v2 = [&[0x33, 1][..], &[32], &[7; 32]].concat();
    assert_eq!(frame::unsigned(&v2, false), (&[0x33, 1][..], true));
    // A unit whose integrity part would be longer than it is.
    let short = [0x72, 3, 0, 2, 200, 1, 0x72, 3, 0, 0];
    assert!(matches!(Unit::read(&short), Some(Unit::Data { signed: false, .. })));
}

#[test]
fn counts_without_contents_end_where_the_message_ends() {
    let many = [&[0, 0, 0, 0][..], &[0x8f, 0xff, 0xff, 0xff, 0x7f, 4]].concat();
    let read = Subjects::several(&many, None, 0, false);
    assert!(read.broken && read.list.is_empty());
    let ids: Vec<u8> = [&[0, 0, 3, 0x84][..], &[0x87, 0x68, 0x87, 0x68], &[5; 1000]].concat();
    let read = Subjects::several(&ids, None, 0, false);
    assert!(!read.broken && read.left_out && read.list.len() == 256);
    // A response about items that nobody asked for.
    let read = Subjects::several(&[0, 0, 0, 0, 0, 0], Some(&[9, 0, 1, 1, 0, 7, 0, 0]), 0, false);
    assert!(!read.broken && read.list.is_empty());
    for length in 0..40 {
        let bytes: Vec<u8> = (0..length).map(|n: u8| n.wrapping_mul(37)).collect();
        Subjects::several(&bytes, Some(&bytes), 1, true);
        Subjects::streamed(&bytes, Some(&bytes), 1, true);
        Subjects::set(&bytes, 1);
        Subjects::get(&bytes, Some(&bytes), 1);
    }
}
