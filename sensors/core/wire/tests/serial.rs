//! Serial lines as a tap writes them: who speaks, what befalls the line, what a frame is where records say nothing of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

mod support;

use support::{Taken, engine, play, rows};
use wire::capture::LinkType;

const SECOND: i64 = 1_000_000_000;
const TX: u8 = 1;
const RX: u8 = 2;
const LOST: u8 = 5;
const PARITY: u8 = 8;

fn record(time: i64, event: u8, octets: &[u8]) -> Taken {
    let head = [0, 0, 0, 0, 0, 0, 0, 0, event, 0, 0, 0];
    Taken { time, data: [&head[..], octets].concat(), link: LinkType::RTAC_SERIAL }
}

/// A frame of Modbus RTU with its CRC.
fn frame(body: &[u8]) -> Vec<u8> {
    let crc = body.iter().fold(0xffffu16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xa001 } else { crc >> 1 })
    });
    [body, &crc.to_le_bytes()].concat()
}

fn ask() -> Vec<u8> {
    frame(&[1, 3, 0, 10, 0, 2])
}

fn answer() -> Vec<u8> {
    frame(&[1, 3, 4, 0, 7, 0, 8])
}

/// Rows of some datasets of events, each half a second after the one before.
fn told(events: &[(u8, &[u8])], datasets: &[&str]) -> Vec<String> {
    let taken: Vec<Taken> =
        (0i64..).zip(events).map(|(n, (event, octets))| record(n * SECOND / 2, *event, octets)).collect();
    let mut engine = engine(true);
    play(&mut engine, &taken);
    engine.finish();
    rows(&engine.take_batch(), datasets, &[])
}

fn column<'a>(row: &'a str, name: &str) -> &'a str {
    row.split(&format!(" {name}=")).nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or("")
}

fn ends(row: &str) -> (&str, &str, &str) {
    (column(row, "source.mac"), column(row, "destination.mac"), column(row, "ot.reply"))
}

#[test]
fn each_wire_is_an_end_and_the_unit_stands_by_itself() {
    let (ask, answer) = (ask(), answer());
    let found = told(&[(TX, &ask), (RX, &answer)], &["transaction"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(ends(&found[0]), ("SERIAL-TX", "SERIAL-RX", "answered"));
    assert_eq!((column(&found[0], "network.transport"), column(&found[0], "ot.unit")), ("serial", "1"));
    // A tap beside a slave hears the master on its receiver.
    let found = told(&[(RX, &ask), (TX, &answer)], &["transaction"]);
    assert_eq!(ends(&found[0]), ("SERIAL-RX", "SERIAL-TX", "answered"));
}

#[test]
fn both_directions_of_a_two_wire_line_are_told_apart_on_one_wire() {
    let (ask, answer, write) = (ask(), answer(), frame(&[1, 6, 0, 1, 0, 9]));
    let found = told(&[(RX, &ask), (RX, &answer), (RX, &write), (RX, &write)], &["transaction"]);
    let told: Vec<_> = found.iter().map(|row| ends(row)).collect();
    assert_eq!(told, [("SERIAL-RX", "SERIAL-RX", "answered"); 2], "{found:?}");
    assert_eq!(column(&found[1], "ot.operation"), "write");
}

#[test]
fn a_slave_hears_its_neighbours_answer_on_the_wire_of_the_master() {
    let (ask, answer) = (ask(), answer());
    let (other, others) = (frame(&[2, 3, 0, 10, 0, 2]), frame(&[2, 3, 4, 0, 1, 0, 2]));
    let found =
        told(&[(RX, &ask), (TX, &answer), (RX, &other), (RX, &others), (RX, &ask), (TX, &answer)], &["transaction"]);
    let told: Vec<_> = found.iter().map(|row| (ends(row), column(row, "ot.unit"))).collect();
    let own = (("SERIAL-RX", "SERIAL-TX", "answered"), "1");
    assert_eq!(told, [own, (("SERIAL-RX", "SERIAL-RX", "answered"), "2"), own]);
}

#[test]
fn what_a_wire_leaves_unfinished_is_told_and_the_next_frame_read() {
    let (ask, answer) = (ask(), answer());
    let events = [(TX, &ask[..]), (RX, &answer[..4]), (TX, &ask[..]), (RX, &answer[..])];
    let found = told(&events, &["transaction"]);
    let replies: Vec<_> = found.iter().map(|row| column(row, "ot.reply")).collect();
    // Whether the first was answered is not known: its answer broke off.
    assert_eq!(replies, ["none", "answered"], "{found:?}");
    let flags = told(&events, &["flag"]);
    assert!(flags.iter().any(|row| row.contains("serial.broken_off")), "{flags:?}");
}

#[test]
fn lost_data_is_a_gap_and_no_silence_of_a_slave() {
    let (ask, answer) = (ask(), answer());
    let events =
        [(TX, &ask[..]), (RX, &answer[..]), (TX, &ask[..]), (LOST, &[][..]), (TX, &ask[..]), (RX, &answer[..])];
    let replies: Vec<_> =
        told(&events, &["transaction"]).iter().map(|row| column(row, "ot.reply").to_owned()).collect();
    assert_eq!(replies, ["answered", "none", "answered"]);
    let flags = told(&events, &["flag"]);
    assert!(flags.iter().any(|row| row.contains("serial.data_lost")), "{flags:?}");
    assert!(!flags.iter().any(|row| row.contains("pairing.")), "{flags:?}");
}

#[test]
fn faults_of_the_receiver_and_unknown_events_are_flags() {
    let (ask, answer) = (ask(), answer());
    let flags = told(&[(TX, &ask), (RX, &answer), (PARITY, &[]), (0x2a, &[1])], &["flag", "capture"]);
    for word in ["serial.parity", "serial.event_unknown", "unknown_events", "octets_of_no_wire"] {
        assert!(flags.iter().any(|row| row.contains(word)), "{word}: {flags:?}");
    }
}

#[test]
fn a_tap_that_begins_within_a_frame_accuses_nobody() {
    let (ask, answer) = (ask(), answer());
    let events = [(TX, &ask[3..]), (TX, &ask[..]), (RX, &answer[..]), (TX, &ask[..]), (RX, &answer[..])];
    assert_eq!(told(&events, &["transaction"]).len(), 2);
    assert_eq!(told(&events, &["flag"]), [""; 0]);
    assert!(told(&events, &["capture"]).iter().any(|row| row.contains("began_within_a_frame")));
}

#[test]
fn the_rest_of_a_frame_does_not_swallow_those_behind_it() {
    let (ask, answer) = (ask(), answer());
    // What is left of an answer whose head the tap lost looks like a function that nobody knows.
    let rest = [&[0xb9, 0xfc][..], &ask].concat();
    let events = [(RX, &ask[..]), (RX, &answer), (RX, &ask), (RX, &answer[..3]), (RX, &rest), (RX, &answer)];
    let replies: Vec<_> =
        told(&events, &["transaction"]).iter().map(|row| column(row, "ot.reply").to_owned()).collect();
    assert_eq!(replies, ["answered", "none", "answered"]);
}

#[test]
fn octets_of_nothing_known_stay_unknown() {
    let found = told(&[(TX, b"ATZ\r\n"), (RX, b"OK\r\n"), (9, &[]), (10, &[0; 4])], &["flow"]);
    assert!(found.iter().all(|row| column(row, "network.protocol").is_empty()), "{found:?}");
    let short = Taken { time: 0, data: vec![0; 11], link: LinkType::RTAC_SERIAL };
    let mut engine = engine(true);
    play(&mut engine, &[short]);
    engine.finish();
    assert!(rows(&engine.take_batch(), &["flag"], &[]).iter().any(|row| row.contains("link.truncated")));
}
