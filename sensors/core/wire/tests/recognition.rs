//! What is said before the protocol of a flow is known is read all the same, with the packets it came in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

mod support;

use support::{Taken, engine, play, rows};
use wire::capture::LinkType;

/// Segments of one connection on a port that promises nothing, in the middle of it: (from the client, payload).
fn segments(said: &[(bool, &[u8])]) -> Vec<Taken> {
    let mut next = [1000u32, 9000];
    let frame = |(i, (from_client, payload)): (usize, &(bool, &[u8]))| {
        let (client, server) = (([192, 0, 2, 1], 50_000u16), ([192, 0, 2, 2], 9000u16));
        let (source, destination) = if *from_client { (client, server) } else { (server, client) };
        let at = usize::from(!*from_client);
        let mut data = vec![0, 0, 0x5e, 0, 0x53, 2, 0, 0, 0x5e, 0, 0x53, 1, 8, 0];
        data.extend_from_slice(&[0x45, 0]);
        data.extend_from_slice(&(40 + payload.len() as u16).to_be_bytes());
        data.extend_from_slice(&[0, 0, 0x40, 0, 64, 6, 0, 0]);
        data.extend_from_slice(&source.0);
        data.extend_from_slice(&destination.0);
        data.extend_from_slice(&source.1.to_be_bytes());
        data.extend_from_slice(&destination.1.to_be_bytes());
        data.extend_from_slice(&next[at].to_be_bytes());
        data.extend_from_slice(&next[1 - at].to_be_bytes());
        data.extend_from_slice(&[0x50, 0x18, 0x20, 0, 0, 0, 0, 0]);
        data.extend_from_slice(payload);
        next[at] += payload.len() as u32;
        Taken { time: 1_700_000_000_000_000_000 + i as i64 * 1_000_000, data, link: LinkType::ETHERNET }
    };
    said.iter().enumerate().map(frame).collect()
}

/// Function, first and last packet, reply of each transaction.
fn told(said: &[(bool, &[u8])]) -> Vec<[String; 4]> {
    let mut engine = engine(true);
    play(&mut engine, &segments(said));
    engine.finish();
    let column = |row: &str, name: &str| {
        let rest = row.split(&format!(" {name}=")).nth(1).unwrap_or_default();
        rest.split(' ').next().unwrap_or_default().to_owned()
    };
    rows(&engine.take_batch(), &["transaction"], &[])
        .iter()
        .map(|row| ["ot.function.name", "ot.packet.first", "ot.packet.last", "ot.reply"].map(|name| column(row, name)))
        .collect()
}

const PINGREQ: &[u8] = &[0xc0, 0];
const PINGRESP: &[u8] = &[0xd0, 0];
const PUBLISH: &[u8] = b"\x30\x13\0\x0bplant/level2000.5";

#[test]
fn what_both_sides_said_before_is_read_in_its_order() {
    let seen = told(&[(true, PINGREQ), (false, PINGRESP), (true, PINGREQ), (false, PINGRESP), (false, PUBLISH)]);
    let row = |words: [&str; 4]| words.map(str::to_owned);
    assert_eq!(
        seen,
        [
            row(["PINGREQ", "1", "2", "answered"]),
            row(["PINGREQ", "3", "4", "answered"]),
            row(["PUBLISH", "5", "5", "none"])
        ]
    );
}

#[test]
fn a_message_in_pieces_begins_with_its_first_packet() {
    let seen = told(&[(false, &PUBLISH[..1]), (false, &PUBLISH[1..3]), (false, &PUBLISH[3..])]);
    assert_eq!(seen, [["PUBLISH", "1", "3", "none"].map(str::to_owned)]);
}
