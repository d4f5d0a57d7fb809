//! Hostile bytes: nothing panics, nothing grows, and how a stream is cut does not matter.

use super::build::*;
use super::{Bench, Row};
use crate::flow::Side;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// A conversation that goes through most services, as (side, bytes).
fn conversation() -> Vec<(Side, Vec<u8>)> {
    let mut out = vec![
        (Side::Client, hello("opc.tcp://10.9.1.20:4840/line1", 65_535, 0, 0)),
        (Side::Server, acknowledge(65_535, 0, 0)),
        (Side::Client, open_none(Side::Client, 1)),
        (Side::Server, open_none(Side::Server, 1)),
    ];
    let double = body().u32(1).double(1.5, 0).null();
    let item = body().u32(5).u32(2).u32(1).attribute("Level", 13).u32(2).u32(7).f64(50.0);
    let notification = body().object(811, body().u32(1).u32(7).double(2.5, 0).null());
    let publication = body().u32(5).null().u8(0).u32(1).i64(0).u32(1).raw(&notification.0).null().null();
    let exchanges = [
        (631, body().f64(0.0).u32(3).u32(1).attribute("Level", 13), 634, double),
        (673, body().u32(1).named(2, "Set").u32(13).null().double(9.5, 0), 676, body().u32(1).u32(0).null()),
        (
            751,
            item.u8(0).u8(0).u8(0).u32(1).u8(1),
            754,
            body().u32(1).u32(0).u32(31).f64(50.0).u32(1).u8(0).u8(0).u8(0).null(),
        ),
        (826, body().null(), 829, publication),
        (
            712,
            body().u32(1).named(2, "O").named(2, "M").u32(1).u8(6).u32(3),
            715,
            body().u32(1).u32(0).null().null().null().null(),
        ),
        (473, body().u8(1), 476, body()),
    ];
    for (i, (asked, content, answered, reply)) in exchanges.into_iter().enumerate() {
        let number = u32::try_from(i).unwrap() + 2;
        out.push((Side::Client, chunk(b'F', number, number, &request(asked, content))));
        out.push((Side::Server, chunk(b'F', number, number, &response(answered, reply))));
    }
    out
}

/// Facts without what says where packets were and when, of which ids are made.
fn facts(bench: &Bench) -> Vec<Row> {
    let mut all = Vec::new();
    for dataset in ["transaction", "session", "value", "flag", "identity"] {
        for mut row in bench.rows(dataset) {
            row.retain(|column, _| {
                !column.starts_with("ot.packet")
                    && !matches!(column.as_str(), "@timestamp" | "event.end" | "event.duration" | "event.id")
            });
            all.push(row);
        }
    }
    all
}

fn run(parts: &[(Side, Vec<u8>)]) -> Bench {
    let mut bench = Bench::new();
    for (side, bytes) in parts {
        bench.feed(*side, bytes);
    }
    bench.wait(4000);
    bench.close();
    bench
}

#[test]
fn cuts_do_not_matter() {
    let whole = conversation();
    let wanted = facts(&run(&whole));
    assert!(wanted.len() > 10);
    for step in [1, 2, 3, 5, 7, 11, 13, 29, 64] {
        let cut: Vec<(Side, Vec<u8>)> =
            whole.iter().flat_map(|(side, bytes)| bytes.chunks(step).map(|part| (*side, part.to_vec()))).collect();
        assert_eq!(facts(&run(&cut)), wanted, "pieces of {step} bytes");
    }
}

#[test]
fn every_prefix_of_every_message_is_harmless() {
    let whole = conversation();
    for at in 0..whole.len() {
        for end in 0..whole[at].1.len() {
            let mut parts = whole[..at].to_vec();
            let mut short = whole[at].1[..end].to_vec();
            if end >= 8 {
                // The header keeps its word: the body is cut instead.
                short[4..8].copy_from_slice(&u32::try_from(end).unwrap().to_le_bytes());
            }
            parts.push((whole[at].0, short));
            run(&parts);
        }
    }
}

#[test]
fn every_byte_may_be_anything() {
    let whole = conversation();
    for at in 0..whole.len() {
        for place in 0..whole[at].1.len() {
            for value in [0, 1, 2, 0x7f, 0x80, 0xfe, 0xff] {
                let mut parts = whole.clone();
                parts[at].1[place] = value;
                let bench = run(&parts);
                assert!(bench.weight() < 1 << 20, "message {at} byte {place} = {value}: {}", bench.weight());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(0x00b1_77e7), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bodies_of_every_service_may_be_noise(
        picks in proptest::collection::vec((0..super::super::service::SERVICES.len(), proptest::collection::vec(any::<u8>(), 0..120), any::<bool>()), 1..12),
    ) {
        let mut dialogue = Dialogue::open();
        for (at, noise, answered) in picks {
            let service = &super::super::service::SERVICES[at];
            let content = body().raw(&noise);
            let id = dialogue.ask(u16::try_from(service.request).unwrap(), content.clone());
            if answered {
                dialogue.answer(id, &response(u16::try_from(service.response).unwrap(), content));
            }
        }
        dialogue.bench.wait(100);
        dialogue.bench.close();
    }

    #[test]
    fn cut_anywhere_and_mutated_gives_the_same_facts(
        changes in proptest::collection::vec((0..16usize, any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cuts in proptest::collection::vec(1..40usize, 1..30),
    ) {
        let mut whole = conversation();
        for (message, place, value) in changes {
            let bytes = &mut whole[message].1;
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        // Each direction in one piece a message, or cut at random places: the order of messages stays.
        let mut sizes = cuts.iter().cycle();
        let mut pieces = Vec::new();
        for (side, bytes) in &whole {
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let (head, tail) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
                pieces.push((*side, head.to_vec()));
                rest = tail;
            }
        }
        prop_assert_eq!(facts(&run(&pieces)), facts(&run(&whole)));
    }
}
