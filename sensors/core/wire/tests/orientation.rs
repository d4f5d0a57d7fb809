//! Who the client is: content decides where it knows better than the handshake, and nothing gets lost over it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

mod support;

use support::{Taken, engine, play, rows};
use wire::capture::LinkType;

const SERVER: ([u8; 4], u16) = ([10, 0, 0, 20], 51_000);
const CLIENT: ([u8; 4], u16) = ([10, 0, 0, 30], 4841);
const SYN: u8 = 2;
const ACK: u8 = 16;

/// An Ethernet frame with a TCP segment.
fn frame(number: i64, from: ([u8; 4], u16), to: ([u8; 4], u16), flags: u8, sequence: u32, payload: &[u8]) -> Taken {
    let mut data = vec![0; 12];
    data.extend([8, 0, 0x45, 0]);
    data.extend(u16::try_from(40 + payload.len()).unwrap().to_be_bytes());
    data.extend([0, 0, 0, 0, 64, 6, 0, 0]);
    data.extend(from.0);
    data.extend(to.0);
    data.extend(from.1.to_be_bytes());
    data.extend(to.1.to_be_bytes());
    data.extend(sequence.to_be_bytes());
    data.extend([0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    data.extend(payload);
    Taken { time: 1_700_000_000_000_000_000 + number * 1_000_000, data, link: LinkType::ETHERNET }
}

fn message(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(8 + body.len()).unwrap();
    [&kind[..], &size.to_le_bytes(), body].concat()
}

fn text(text: &str) -> Vec<u8> {
    [&u32::try_from(text.len()).unwrap().to_le_bytes(), text.as_bytes()].concat()
}

/// OPC UA reverse connect (Part 6, 7.1.3).
#[test]
fn an_opcua_server_that_opens_the_connection_is_the_server() {
    let url = text("opc.tcp://10.0.0.20:4840");
    let reverse = message(b"RHEF", &[text("urn:server"), url.clone()].concat());
    let numbers: Vec<u8> = [0u32, 65_535, 65_535, 0, 0].iter().flat_map(|n| n.to_le_bytes()).collect();
    let hello = message(b"HELF", &[numbers.clone(), url].concat());
    let acknowledge = message(b"ACKF", &numbers);
    let mut engine = engine(true);
    play(
        &mut engine,
        &[
            frame(0, SERVER, CLIENT, SYN, 0, b""),
            frame(1, CLIENT, SERVER, SYN | ACK, 0, b""),
            frame(2, SERVER, CLIENT, ACK, 1, &reverse),
            frame(3, CLIENT, SERVER, ACK, 1, &hello),
            frame(4, SERVER, CLIENT, ACK, 1 + u32::try_from(reverse.len()).unwrap(), &acknowledge),
        ],
    );
    engine.finish();
    let batch = engine.take_batch();
    let told = rows(&batch, &["transaction", "flow"], &[]);
    assert!(told.len() >= 4, "{told:?}");
    for row in &told {
        assert!(row.contains("ot.server.ip=10.0.0.20") && row.contains("ot.client.ip=10.0.0.30"), "{row}");
        assert!(!row.contains("ot.server.port="), "{row}");
    }
    let greeted = |row: &String| row.contains("ot.function.name=Hello") && row.contains("ot.reply=answered");
    assert!(told.iter().any(greeted), "{told:?}");
}

/// Midstream, with ports that tell nothing, the first sender is taken for the client. Its reply shows who is.
#[test]
fn no_message_is_lost_when_the_sides_are_exchanged() {
    let read = |id: u8| [0, id, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1];
    let reply = |id: u8| [0, id, 0, 0, 0, 5, 1, 3, 2, 0, 7];
    let (server, client) = (([10, 0, 0, 20], 60_000), ([10, 0, 0, 30], 50_000));
    let mut engine = engine(true);
    play(
        &mut engine,
        &[
            frame(0, server, client, ACK, 1000, &reply(1)),
            frame(1, client, server, ACK, 2000, &read(2)),
            frame(2, server, client, ACK, 1011, &reply(2)),
            frame(3, client, server, ACK, 2012, &read(3)),
            frame(4, server, client, ACK, 1022, &reply(3)),
        ],
    );
    engine.finish();
    let batch = engine.take_batch();
    let told = rows(&batch, &["transaction"], &[]);
    assert!(told.iter().all(|row| row.contains("ot.server.ip=10.0.0.20")), "{told:?}");
    assert_eq!(told.iter().filter(|row| row.contains("ot.reply=answered")).count(), 2, "{told:?}");
}

/// A datagram in an Ethernet frame.
fn datagram(number: i64, from: ([u8; 4], u16), to: ([u8; 4], u16), payload: &[u8]) -> Taken {
    let mut taken = frame(number, from, to, 0, 0, b"");
    taken.data.truncate(34);
    taken.data[23] = 17;
    taken.data[16..18].copy_from_slice(&u16::try_from(28 + payload.len()).unwrap().to_be_bytes());
    taken.data.extend(from.1.to_be_bytes());
    taken.data.extend(to.1.to_be_bytes());
    taken.data.extend(u16::try_from(8 + payload.len()).unwrap().to_be_bytes());
    taken.data.extend([0, 0]);
    taken.data.extend(payload);
    taken
}

const EVERYBODY: [u8; 4] = [255; 4];

#[test]
fn a_group_address_never_asks() {
    for group in [EVERYBODY, [239, 1, 2, 3]] {
        let mut engine = engine(true);
        // By its ports alone, 67 known and 1024 below 50,000, the group would be taken for the client.
        play(&mut engine, &[datagram(0, ([10, 0, 0, 30], 67), (group, 50_000), b"abcdefgh")]);
        play(&mut engine, &[datagram(1, ([10, 0, 0, 31], 1_024), (group, 50_000), b"abcdefgh")]);
        engine.finish();
        let told = rows(&engine.take_batch(), &["flow"], &[]);
        assert!(told.len() >= 2 && told.iter().all(|row| row.contains(" ot.client.ip=10.0.0.3")), "{told:?}");
    }
}

/// The greeting of MELSOFT's direct connection: request and answer go to everybody, each request from a new port.
#[test]
fn what_both_sides_say_to_everybody_is_one_flow_between_who_asked_and_who_answered() {
    let (tool, controller, stranger) = ([10, 0, 0, 30], [10, 0, 0, 20], [10, 0, 0, 21]);
    let (ask, answer) = ([0x5a, 0, 0, 1], [&[0xda, 0, 0, 1, 0x14, 0][..], &[0; 8]].concat());
    let mut engine = engine(true);
    let answers = |number, by, port| datagram(number, (by, 5560), (EVERYBODY, port), &answer);
    play(&mut engine, &[answers(0, stranger, 49_000)]);
    for number in 0..40 {
        let port = 50_000 + u16::try_from(number).unwrap();
        play(&mut engine, &[datagram(10 * number + 1, (tool, port), (EVERYBODY, 5560), &ask)]);
        play(&mut engine, &[answers(10 * number + 2, controller, port), answers(10 * number + 3, stranger, port)]);
    }
    play(&mut engine, &[answers(500, controller, 49_000)]);
    play(&mut engine, &[datagram(600, (tool, 51_000), (EVERYBODY, 5560), &ask)]);
    engine.finish();
    let batch = engine.take_batch();
    let told = rows(&batch, &["transaction"], &[]);
    let between = |server: &str| {
        let ends = format!(" ot.client.ip=10.0.0.30 ot.server.ip={server}");
        told.iter().filter(|row| row.contains(&ends)).count()
    };
    assert_eq!((between("10.0.0.20"), between("10.0.0.21"), between("255.255.255.255")), (40, 40, 1), "{told:?}");
    assert_eq!(told.len(), 81);
    assert!(told.iter().filter(|row| row.contains("ot.reply=answered")).count() == 80);
    let all = rows(&batch, &["flow", "transaction", "identity", "flag", "session"], &[]);
    assert!(all.iter().all(|row| !row.contains(" source.ip=255.255.255.255")), "{all:?}");
    assert!(all.iter().all(|row| !row.contains(" ot.client.ip=255.255.255.255")), "{all:?}");
    let flows: std::collections::BTreeSet<&str> =
        all.iter().filter_map(|row| row.split(" ot.flow=").nth(1)?.split(' ').next()).collect();
    assert_eq!(flows.len(), 1, "{flows:?}");
}
