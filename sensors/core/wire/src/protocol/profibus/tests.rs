//! Frames of every kind, and what breaks them.

use super::Profibus;
use super::frame::{Frame, Issue, Telegram, read};
use crate::flow::{Side, Transport};
use crate::protocol::listening::Flow;
use crate::protocol::{Guess, Probe};

fn sum(body: &[u8]) -> u8 {
    body.iter().fold(0, |sum, octet| sum.wrapping_add(*octet))
}

fn variable(body: &[u8]) -> Vec<u8> {
    let length = u8::try_from(body.len()).unwrap();
    [&[0x68, length, length, 0x68], body, &[sum(body), 0x16]].concat()
}

fn fixed(body: &[u8; 3]) -> Vec<u8> {
    [&[0x10], &body[..], &[sum(body), 0x16]].concat()
}

#[test]
fn frames_are_read_with_their_access_points() {
    let diagnosis = variable(&[0x88, 0x82, 0x6d, 60, 62]);
    let read_as = Telegram { to: 8, from: 2, control: 0x6d, to_point: Some(60), from_point: Some(62), data: &[] };
    assert_eq!(read(&diagnosis), Ok(Frame::Telegram(read_as)));
    assert_eq!(read(&[0xdc, 3, 2]), Ok(Frame::Token { to: 3, from: 2 }));
    assert_eq!(read(&[0xe5]), Ok(Frame::Short));
    // A segment stands before the access point.
    let routed = variable(&[0x88, 2, 0x6d, 0xc5, 60, 7]);
    assert!(matches!(read(&routed), Ok(Frame::Telegram(Telegram { to_point: Some(60), data: [7], .. }))));
    let eight = [&[0xa2][..], &[8, 2, 0x6d, 1, 2, 3, 4, 5, 6, 7, 8], &[sum(&[8, 2, 0x6d, 36]), 0x16]].concat();
    assert!(matches!(read(&eight), Ok(Frame::Telegram(Telegram { data: [1, .., 8], .. }))));
}

#[test]
fn what_breaks_a_frame_is_told() {
    let mut wrong = fixed(&[8, 2, 0x49]);
    wrong[4] ^= 1;
    assert_eq!(read(&wrong), Err(Issue::Checksum));
    wrong[5] = 0x17;
    assert_eq!(read(&wrong), Err(Issue::End));
    assert_eq!(read(&wrong[..5]), Err(Issue::Length));
    assert_eq!(read(&[0x11, 2]), Err(Issue::Start));
    assert_eq!(read(&[]), Err(Issue::Length));
    assert_eq!(read(&variable(&[0x88, 2, 0x6d])), Err(Issue::Extension));
    let mut twice = variable(&[8, 2, 0x6d, 1]);
    twice[2] = 5;
    assert_eq!(read(&twice), Err(Issue::Length));
}

#[test]
fn a_bus_is_known_by_a_whole_telegram() {
    let guess = |data: &[u8], ended| {
        let probe = Probe { data, transport: Transport::Profibus, source_port: 0, destination_port: 0, ended };
        super::probe(&probe)
    };
    assert!(matches!(guess(&[&[0xdc, 3, 2][..], &fixed(&[8, 2, 0x49])].concat(), false), Guess::Yes { .. }));
    assert_eq!(guess(&[0xdc, 3, 2, 0xe5], false), Guess::Need);
    assert!(matches!(guess(&[0xdc, 3, 2], true), Guess::Yes { .. }));
}

#[test]
fn odd_frames_are_flagged_and_good_ones_are_not() {
    let mut flow = Flow::new(Profibus::default(), Transport::Profibus, 0);
    let mut said = |data: &[u8]| flow.said(Side::Client, data);
    assert!(!said(&fixed(&[8, 2, 0x49])));
    assert!(!said(&fixed(&[2, 8, 0x00])));
    assert!(said(&fixed(&[2, 8, 0x00])), "a second answer");
    assert!(said(&fixed(&[2, 9, 0x00])), "nobody asked");
    assert!(!said(&[0xdc, 3, 2]));
    assert!(said(&fixed(&[8, 2, 0x49])), "without the token");
    assert!(said(&fixed(&[2, 8, 0x07])), "an answer that there is not");
    assert!(said(&[0xe5, 0xe5]));
}
