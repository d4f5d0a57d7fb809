//! Which MAC stands behind an address: each move is told, but two interfaces that take turns are no flood.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

mod support;

use support::{Taken, engine, play, rows};
use wire::capture::LinkType;

const START: i64 = 1_700_000_100_000_000_000;
const SECOND: i64 = 1_000_000_000;
const HOST: [u8; 4] = [10, 0, 0, 5];
const OTHER: [u8; 4] = [10, 0, 0, 9];

/// A datagram of HOST by one of its interfaces.
fn datagram(interface: u8, time: i64) -> Taken {
    let udp = [&[0xc0, 0, 0x13, 0x88, 0, 12, 0, 0][..], b"ping"].concat();
    let ip = [&[0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0][..], &HOST, &OTHER].concat();
    let data = [&[2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, interface, 8, 0][..], &ip, &udp].concat();
    Taken { time, data, link: LinkType::ETHERNET }
}

/// HOST says by ARP that it is behind an interface.
fn announcement(interface: u8, time: i64) -> Taken {
    let mac = [2, 0, 0, 0, 0, interface];
    let arp = [&[0, 1, 8, 0, 6, 4, 0, 1][..], &mac, &HOST, &[0; 6], &HOST].concat();
    let data = [&[0xff; 6][..], &mac, &[8, 6], &arp].concat();
    Taken { time, data, link: LinkType::ETHERNET }
}

/// MACs of HOST told, with the evidence.
fn told(frames: &[Taken]) -> Vec<(String, String)> {
    let mut engine = engine(false);
    play(&mut engine, frames);
    engine.finish();
    let found = rows(&engine.take_batch(), &["identity"], &[]);
    let word = |row: &str, name: &str| {
        let at = row.find(&format!(" {name}=")).expect(name) + name.len() + 2;
        row[at..].split(' ').next().unwrap().to_owned()
    };
    let macs = found.iter().filter(|row| row.contains("ot.attribute=mac") && row.contains("source.ip=10.0.0.5"));
    macs.map(|row| (word(row, "ot.attribute_value"), word(row, "ot.evidence"))).collect()
}

#[test]
fn interfaces_that_take_turns_are_told_once_in_five_minutes() {
    let turns = |from: i64| (0..500i64).map(move |i| datagram(1 + (i % 2) as u8, from + i * SECOND / 10));
    let first: Vec<Taken> = turns(START).collect();
    let macs: Vec<String> = told(&first).into_iter().map(|(mac, _)| mac).collect();
    assert_eq!(macs, ["02-00-00-00-00-01", "02-00-00-00-00-02", "02-00-00-00-00-01"]);
    let later: Vec<Taken> = first.into_iter().chain(turns(START + 600 * SECOND)).collect();
    assert_eq!(told(&later).len(), 5);
}

#[test]
fn a_move_by_arp_is_told_although_frames_moved_before() {
    let mut frames: Vec<Taken> = (0..20i64).map(|i| datagram(1 + (i % 2) as u8, START + i * SECOND)).collect();
    frames.push(announcement(3, START + 21 * SECOND));
    frames.push(announcement(2, START + 22 * SECOND));
    let by_arp: Vec<String> =
        told(&frames).into_iter().filter(|(_, evidence)| evidence == "arp").map(|(mac, _)| mac).collect();
    assert_eq!(by_arp, ["02-00-00-00-00-03", "02-00-00-00-00-02"]);
}
