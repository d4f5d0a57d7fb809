//! Hostile and odd UMAS: what golden captures do not show.

use super::super::request::{self, Request};
use super::{function, outcome, station, variable};
use crate::protocol::Outcome;
use crate::protocol::modbus::frame;

fn request(function: u8, data: &[u8]) -> Request {
    request::parse(&[&[90, 7, function][..], data].concat()).0
}

#[test]
fn a_message_longer_than_modbus_allows_is_taken_for_umas_alone() {
    let head = |code: u8, length: u16| [&[0, 1, 0, 0][..], &length.to_be_bytes(), &[0, code]].concat();
    assert_eq!(frame::framing(&head(90, 1028)), crate::protocol::Framing::Message(1034));
    assert!(matches!(frame::framing(&head(90, 1029)), crate::protocol::Framing::Bad(_)));
    assert!(matches!(frame::framing(&head(16, 1028)), crate::protocol::Framing::Bad(_)));
}

#[test]
fn variables_end_where_the_bytes_end() {
    let reference = [0x02, 9, 0, 1, 1, 0, 4];
    let data = [&[0, 0, 0, 0, 2][..], &reference, &reference[..6]].concat();
    let (found, whole) = variable::variables(function::READ_VARIABLES, &data);
    assert_eq!((found.len(), whole), (1, false), "two announced, one there");
    assert_eq!((found[0].block, found[0].offset, found[0].width), (9, 260, 2));
    let array = [0x13, 9, 0, 1, 0, 0, 8, 0xff, 0xff];
    let data = [&[0, 0, 0, 0, 1][..], &array].concat();
    let (found, whole) = variable::variables(function::READ_VARIABLES, &data);
    assert_eq!((found[0].bytes(), whole), (4 * 65_535, true), "an array of a read holds no bytes here");
    let write = [0x13, 9, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3];
    let data = [&[0, 0, 0, 0, 1][..], &write].concat();
    let (found, whole) = variable::variables(function::WRITE_VARIABLES, &data);
    assert_eq!((found.len(), whole), (0, false), "a write must bring what it announces");
    let (found, _) = variable::variables(function::READ_VARIABLES, &[0, 0, 0, 0, 255]);
    assert!(found.is_empty());
}

#[test]
fn a_station_names_itself_within_the_bytes() {
    assert_eq!(station(&request(0x10, b"CL\0\0\x05ENG-1")).as_deref(), Some("ENG-1"));
    assert_eq!(station(&request(0x10, b"CL\0\0\xffENG-1")), None, "longer than what is there");
    assert_eq!(station(&request(0x12, b"CL\0\0\x05ENG-1")), None, "another function");
}

#[test]
fn a_refusal_is_no_success() {
    assert_eq!(outcome(&[90, 0, 0xfe]), (Outcome::Success, None));
    assert_eq!(outcome(&[90, 0, 0xfd, 0x83]), (Outcome::Failure, Some((0x83, "UMAS Refusal"))));
    assert_eq!(outcome(&[90, 0]), (Outcome::Unknown, None));
}
