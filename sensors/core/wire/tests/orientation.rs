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
