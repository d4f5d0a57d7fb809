//! Many connections that each begin a large message and never end it cannot fill the memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

mod support;

use support::{Taken, play, rows};
use wire::capture::LinkType;
use wire::{Engine, Place, Settings};

const SEGMENT: usize = 1400;
const LIMIT: usize = 1 << 20;

/// A TCP segment from client `n` to a broker.
fn segment(n: u16, sequence: u32, payload: &[u8], time: i64) -> Taken {
    let length = (40 + payload.len()) as u16;
    let [high, low] = n.to_be_bytes();
    let head = [&[0x45, 0][..], &length.to_be_bytes(), &[0, 0, 0, 0, 64, 6, 0, 0], &[10, 1, high, low], &[10, 0, 0, 1]];
    let tcp = [
        &50_000u16.to_be_bytes()[..],
        &1883u16.to_be_bytes(),
        &sequence.to_be_bytes(),
        &[0; 4],
        &[0x50, 0x18, 0x20, 0, 0, 0, 0, 0],
    ];
    let ethernet = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, high, low, 8, 0];
    let data = [&ethernet[..], &head.concat(), &tcp.concat(), payload].concat();
    Taken { time, data, link: LinkType::ETHERNET }
}

/// CONNECT, then the beginning of a PUBLISH of 900,000 bytes.
fn begun(n: u16, time: i64) -> Vec<Taken> {
    let connect = [&[0x10, 13, 0, 4][..], b"MQTT", &[4, 2, 0, 60, 0, 1, b'a']].concat();
    let publish = [&[0x30, 0xa0, 0xf7, 0x36, 0, 1, b't'][..], &[7; SEGMENT * 16]].concat();
    let stream = [connect, publish].concat();
    let parts = stream.chunks(SEGMENT).enumerate();
    parts.map(|(i, part)| segment(n, 1 + (i * SEGMENT) as u32, part, time + i as i64)).collect()
}

#[test]
fn half_messages_of_many_connections_are_given_up() {
    let settings = Settings { max_held: LIMIT, ..Settings::default() };
    let mut engine = Engine::new(settings, vec![Place::default()], None);
    let start = 1_700_000_000_000_000_000;
    let mut greatest = 0;
    for n in 0..500 {
        play(&mut engine, &begun(n, start + i64::from(n) * 1_000_000));
        greatest = greatest.max(engine.held());
    }
    assert!(greatest > LIMIT / 2, "nothing was held: {greatest}");
    assert!(greatest <= LIMIT, "{greatest} bytes held");
    engine.finish();
    assert_eq!(engine.held(), 0);
    let batch = engine.take_batch();
    let told = rows(&batch, &["capture"], &[]).into_iter().filter(|row| row.contains("ot.counter=flows_shed"));
    assert_eq!(told.count(), 1, "what was given up is told");
    let ended = rows(&batch, &["flow"], &[]).iter().filter(|row| row.contains("event.type=end")).count();
    assert!(ended >= 500, "{ended} flows ended");
}
