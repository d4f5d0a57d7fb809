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

#[test]
fn overlapping_ranges_name_a_bounded_number_of_points() {
    let settings = Settings { max_points: 256, ..Settings::default() };
    let mut engine = Engine::new(settings, vec![Place::default()], None);
    let frames: Vec<Taken> = (0..200u16).flat_map(poll).collect();
    play(&mut engine, &frames);
    engine.finish();
    let told = rows(&engine.take_batch(), &["capture", "transaction"], &[]);
    assert!(told.iter().any(|row| row.contains("ot.counter=points_refused")), "the table was large enough");
    let read = told.iter().filter(|row| row.starts_with("transaction:") && row.contains("ot.reply=answered")).count();
    assert_eq!(read, 200, "ranges without points are read all the same");
}

/// A Modbus client reads 100 registers from `start` on.
fn poll(start: u16) -> [Taken; 2] {
    let time = 1_700_000_000_000_000_000 + i64::from(start) * 1_000_000;
    let request = [&start.to_be_bytes()[..], &[0, 0, 0, 6, 1, 3], &start.to_be_bytes(), &[0, 100]].concat();
    let reply = [&start.to_be_bytes()[..], &[0, 0, 0, 203, 1, 3, 200], &[0, 1].repeat(100)].concat();
    let ask = modbus(true, 1 + u32::from(start) * 12, &request, time);
    [ask, modbus(false, 1 + u32::from(start) * 209, &reply, time + 1000)]
}

/// A TCP segment of a Modbus client, or its server's answer.
fn modbus(asks: bool, sequence: u32, payload: &[u8], time: i64) -> Taken {
    let mut taken = segment(9, sequence, payload, time);
    taken.data[36..38].copy_from_slice(&502u16.to_be_bytes());
    if !asks {
        let (addresses, ports) = (taken.data[26..34].to_vec(), taken.data[34..38].to_vec());
        taken.data[26..34].copy_from_slice(&[&addresses[4..], &addresses[..4]].concat());
        taken.data[34..38].copy_from_slice(&[&ports[2..], &ports[..2]].concat());
    }
    taken
}
