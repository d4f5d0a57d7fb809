//! Forged packets without end: what is told and what is held stays bounded, and no command beside them is missed. What is
//! given up under overload, and what never is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::as_conversions)]

mod support;

use support::{Taken, play, rows};
use wire::capture::LinkType;
use wire::{Engine, Place, Relief, Settings};

const START: i64 = 1_700_000_000_000_000_000;
const MILLISECOND: i64 = 1_000_000;
const SYN: u8 = 0x02;
const PUSH: u8 = 0x18;
const CONTROLLER: [u8; 4] = [10, 0, 0, 1];

/// A TCP segment on Ethernet.
fn segment(from: ([u8; 4], u16), to: ([u8; 4], u16), flags: u8, sequence: u32, payload: &[u8], time: i64) -> Taken {
    let length = (40 + payload.len()) as u16;
    let ip = [&[0x45, 0][..], &length.to_be_bytes(), &[0, 0, 0, 0, 64, 6, 0, 0], &from.0, &to.0];
    let ports = [from.1.to_be_bytes(), to.1.to_be_bytes()].concat();
    let tcp = [&ports[..], &sequence.to_be_bytes(), &[0; 4], &[0x50, flags, 0x20, 0, 0, 0, 0, 0]];
    let data = [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0][..], &ip.concat(), &tcp.concat(), payload].concat();
    Taken { time, data, link: LinkType::ETHERNET }
}

/// A SYN of a host that nobody ever sees again.
fn forged(number: u32, time: i64) -> Taken {
    let [_, b, c, d] = number.to_be_bytes();
    segment(([11, b, c, d], 40_000), (CONTROLLER, 502), SYN, number, &[], time)
}

/// A write of register `number` by one client on one connection, and its echo.
fn write(number: u16, time: i64) -> [Taken; 2] {
    let register = number.to_be_bytes();
    let body = [&register[..], &[0, 0, 0, 6, 1, 6], &register, &[0, 1]].concat();
    let sequence = 1 + u32::from(number) * 12;
    let (client, server) = (([10, 0, 0, 2], 50_000), (CONTROLLER, 502));
    [
        segment(client, server, PUSH, sequence, &body, time),
        segment(server, client, PUSH, sequence, &body, time + MILLISECOND),
    ]
}

/// A read of ten registers that differ each time, and the reply.
fn read(number: u16, time: i64) -> [Taken; 2] {
    let request = [&number.to_be_bytes()[..], &[0, 0, 0, 6, 1, 3, 0, 0, 0, 10]].concat();
    let values: Vec<u8> = (0..10u16).flat_map(|i| (number.wrapping_mul(7) + i).to_be_bytes()).collect();
    let reply = [&number.to_be_bytes()[..], &[0, 0, 0, 23, 1, 3, 20], &values].concat();
    let (client, server) = (([10, 0, 0, 3], 50_001), (CONTROLLER, 502));
    [
        segment(client, server, PUSH, 1 + u32::from(number) * 12, &request, time),
        segment(server, client, PUSH, 1 + u32::from(number) * 29, &reply, time + MILLISECOND),
    ]
}

/// Registers of the writes that are told.
fn written(told: &[String]) -> usize {
    let writes = told.iter().filter(|row| row.starts_with("transaction:") && row.contains("ot.function.code=6"));
    writes.count()
}

fn count(told: &[String], counter: &str) -> i64 {
    let row = told.iter().find(|row| row.contains(&format!("ot.counter={counter} ")));
    let text = row.and_then(|row| row.split("ot.count=").nth(1)).unwrap_or("0");
    text.split(' ').next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[test]
fn forged_hosts_are_counted_and_every_write_beside_them_is_told() {
    let mut engine = Engine::new(Settings::default(), vec![Place::default()], None);
    for number in 0..100_000u32 {
        let time = START + i64::from(number) * MILLISECOND / 10;
        let mut frames = vec![forged(number, time)];
        if number % 1000 == 0 {
            frames.extend(write((number / 1000) as u16, time));
        }
        play(&mut engine, &frames);
    }
    engine.finish();
    let told = rows(&engine.take_batch(), &["transaction", "identity", "flow", "rate", "capture"], &[]);
    assert_eq!(written(&told), 100);
    let of = |dataset: &str| told.iter().filter(|row| row.starts_with(dataset)).count();
    assert!(of("identity:") < 40_000, "{} facts about hosts that are not there", of("identity:"));
    assert!(of("flow:") < 20_000, "{} rows of flows on which nothing was said", of("flow:"));
    assert!(count(&told, "hosts_not_told") > 60_000);
    assert!(count(&told, "silent_not_told") > 80_000);
    assert!(count(&told, "silent_forgotten") > 60_000, "flows without a word pile up");
    // Both ends of the real conversation are known, though they came among the others.
    for host in ["10.0.0.1", "10.0.0.2"] {
        assert!(
            told.iter().any(|row| row.starts_with("identity:") && row.contains(&format!("value={host} "))),
            "{host}"
        );
    }
}

#[test]
fn a_host_that_answers_is_told_when_newcomers_are_too_many() {
    let mut engine = Engine::new(Settings::default(), vec![Place::default()], None);
    for number in 0..20_000u32 {
        play(&mut engine, &[forged(number, START + i64::from(number) * 1000)]);
    }
    play(&mut engine, &write(0, START + 50 * MILLISECOND));
    play(&mut engine, &write(1, START + 60 * MILLISECOND));
    engine.finish();
    let told = rows(&engine.take_batch(), &["identity"], &[]);
    for host in ["10.0.0.1", "10.0.0.2"] {
        let sights =
            told.iter().filter(|row| row.contains("attribute=address") && row.contains(&format!("value={host} ")));
        assert_eq!(sights.count(), 1, "{host}");
    }
}

/// Writes and reads, and a transfer of something else, under a relief; what is told.
fn under(relief: Relief) -> Vec<String> {
    let mut engine = Engine::new(Settings { full: true, ..Settings::default() }, vec![Place::default()], None);
    engine.relieve(relief);
    for number in 0..50u16 {
        let time = START + i64::from(number) * 100 * MILLISECOND;
        play(&mut engine, &write(number, time));
        play(&mut engine, &read(number, time + 10 * MILLISECOND));
        let page = segment(
            ([10, 0, 0, 4], 45_002),
            ([10, 0, 0, 9], 8080),
            PUSH,
            1 + u32::from(number) * 100,
            &[b'x'; 100],
            time + 20 * MILLISECOND,
        );
        play(&mut engine, &[page]);
    }
    engine.finish();
    rows(&engine.take_batch(), &["transaction", "value", "flow", "capture"], &[])
}

#[test]
fn commands_are_never_given_up() {
    for relief in [Relief::None, Relief::Values, Relief::Others] {
        assert_eq!(written(&under(relief)), 50, "{relief:?}");
    }
}

#[test]
fn values_go_before_other_conversations() {
    let (all, values, others) = (under(Relief::None), under(Relief::Values), under(Relief::Others));
    let ports = |told: &[String]| told.iter().filter(|row| row.starts_with("flow:") && row.contains("8080")).count();
    assert_eq!(count(&all, "reads_given_up"), 0);
    assert_eq!(count(&values, "reads_given_up"), 50);
    assert_eq!(count(&values, "frames_given_up"), 0);
    assert_eq!(ports(&values), ports(&all));
    assert!(ports(&all) > 0);
    assert_eq!(count(&others, "frames_given_up"), 50);
    assert_eq!(ports(&others), 0);
    let values_of = |told: &[String]| told.iter().filter(|row| row.starts_with("value:")).count();
    assert!(values_of(&all) > values_of(&values));
}

/// Id and register of each write that is told.
fn written_ids(frames: &[Taken]) -> Vec<(String, String)> {
    let mut engine = Engine::new(Settings::default(), vec![Place::default()], None);
    play(&mut engine, frames);
    engine.finish();
    let told = rows(&engine.take_batch(), &["transaction"], &[]);
    let word = |row: &str, name: &str| row.split(' ').find_map(|word| word.strip_prefix(name)).unwrap_or("").to_owned();
    let writes = told.iter().filter(|row| row.contains("ot.function.code=6"));
    writes.map(|row| (word(row, "event.id="), word(row, "ot.object.start="))).collect()
}

#[test]
fn a_sensor_that_knows_less_of_a_connection_gives_no_id_that_another_event_has() {
    let all: Vec<Taken> = (0..20u16).flat_map(|n| write(n, START + i64::from(n) * 100 * MILLISECOND)).collect();
    let before = written_ids(&all);
    assert_eq!(before.len(), 20);
    // It was begun again, and not everything that was heard before could be read once more.
    let holed: Vec<Taken> = all[..2].iter().chain(&all[20..]).cloned().collect();
    let after = written_ids(&holed);
    assert!(after.len() >= 10, "{}", after.len());
    for (id, register) in after {
        let same = before.iter().find(|(known, _)| *known == id);
        assert!(same.is_none_or(|(_, other)| *other == register), "register {register} has the id of {same:?}");
    }
}
