//! Bytes nobody meant well: no panic, bounded state, rows that do not depend on how the stream was cut.

use super::super::probe;
use super::bench::{Bench, CONNACK5, Row, connect5, packet, publish, text};
use crate::flow::{Side, Transport};
use crate::protocol::{Guess, Probe};
use proptest::prelude::*;

/// A conversation of version 5 with most packets, as (side, bytes).
fn conversation() -> Vec<(Side, Vec<u8>)> {
    let (c, s) = (Side::Client, Side::Server);
    let sparkplug = [0x08, 0x05, 0x12, 0x08, 0x0a, 0x01, b'm', 0x10, 0x01, 0x20, 0x03, 0x50, 0x07, 0x18, 0x00];
    vec![
        (c, connect5("pump-7", &[0x22, 0, 4, 0x21, 0, 9])),
        (s, CONNACK5.to_vec()),
        (c, packet(0x82, &[&[0, 1, 0], &text("plant/#"), &[1], &text("+/x"), &[0]])),
        (s, vec![0x90, 5, 0, 1, 0, 1, 0]),
        (c, packet(0x32, &[&text("plant/a"), &[0, 2, 0], br#"{"t": [1, 2.5, {"x": "y"}], "n": null}"#])),
        (s, vec![0x40, 4, 0, 2, 0, 0]),
        (s, packet(0x30, &[&text("plant/b"), &[3, 0x23, 0, 1], b"21.5"])),
        (s, packet(0x30, &[&text(""), &[3, 0x23, 0, 1], b"22.5"])),
        (c, packet(0x30, &[&text("spBv1.0/G/NBIRTH/N"), &[0], &sparkplug])),
        (c, vec![0xc0, 0]),
        (s, vec![0xd0, 0]),
        (c, packet(0xa2, &[&[0, 3, 0], &text("+/x")])),
        (s, vec![0xb0, 4, 0, 3, 0, 0]),
        (c, vec![0xe0, 2, 0, 0]),
    ]
}

/// All rows, without what says in which packet they came.
fn facts(bench: &mut Bench) -> Vec<Row> {
    let mut all = Vec::new();
    for dataset in ["transaction", "session", "flag", "identity"] {
        for mut row in bench.rows(dataset) {
            for place in ["@timestamp", "event.end", "event.duration", "ot.packet.first", "ot.packet.last", "event.id"]
            {
                row.remove(place);
            }
            all.push(row);
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_taken(pieces in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..200)), 0..20)) {
        let mut bench = Bench::new();
        for (client, bytes) in &pieces {
            bench.send(if *client { Side::Client } else { Side::Server }, bytes);
        }
        bench.gap(Side::Client).wait(20);
        prop_assert!(bench.weight() < 1 << 20);
        bench.rows("transaction");
    }

    #[test]
    fn mutations_are_taken(changes in prop::collection::vec((0..14usize, any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut packets = conversation();
        for (which, at, value) in &changes {
            let bytes = &mut packets[*which].1;
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        let mut bench = Bench::new();
        for (side, bytes) in &packets {
            bench.send(*side, bytes);
        }
        bench.wait(20);
        for row in bench.rows("transaction") {
            if let Some(details) = row.get("ot.details") {
                let object = details.starts_with('{') && details.ends_with('}');
                prop_assert!(object && details.len() <= crate::text::DETAILS_LIMIT);
            }
        }
    }

    #[test]
    fn a_stream_cut_anywhere_gives_the_same_rows(
        cuts in prop::collection::vec(1..9usize, 1..40),
        change in prop::option::of((0..14usize, any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let mut packets = conversation();
        if let Some((which, at, value)) = &change {
            let bytes = &mut packets[*which].1;
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        let (mut whole, mut pieces) = (Bench::new(), Bench::new());
        let mut steps = cuts.iter().cycle();
        for (side, bytes) in &packets {
            whole.send(*side, bytes);
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let (head, tail) = rest.split_at((*steps.next().unwrap()).min(rest.len()));
                pieces.send(*side, head);
                rest = tail;
            }
        }
        prop_assert_eq!(facts(&mut whole), facts(&mut pieces));
    }

    #[test]
    fn other_bytes_are_not_called_mqtt(data in prop::collection::vec(any::<u8>(), 0..400)) {
        let connect = data.first() == Some(&0x10);
        let guess = probe::probe(&Probe { data: &data, transport: Transport::Tcp, source_port: 40_000, destination_port: 40_001, ended: false });
        let named = matches!(guess, Guess::Yes { .. });
        prop_assert!(connect || !named);
    }
}

fn guess(data: &[u8], source_port: u16, destination_port: u16) -> Guess {
    probe::probe(&Probe { data, transport: Transport::Tcp, source_port, destination_port, ended: false })
}

#[test]
fn recognised_by_content() {
    let connect = connect5("pump-7", &[]);
    assert!(
        matches!(guess(&connect, 40_000, 40_001), Guess::Yes { confidence, sender: Some(Side::Client) } if confidence > 0.98)
    );
    for head in 1..6 {
        assert_eq!(guess(&connect[..head], 40_000, 40_001), Guess::Need, "{head} bytes");
    }
    let publication = publish("plant/line1/temp", b"21.5");
    assert!(matches!(guess(&publication, 40_000, 40_001), Guess::Yes { sender: None, .. }));
    assert!(matches!(guess(&publication, 1883, 40_001), Guess::Yes { sender: Some(Side::Server), .. }));
    assert!(
        matches!(guess(&publication[..20], 40_000, 40_001), Guess::Yes { .. }),
        "the rest comes in the next segment"
    );
    let twice = [publication.as_slice(), &[0xc0, 0]].concat();
    assert!(matches!(guess(&twice, 40_000, 40_001), Guess::Yes { sender: Some(Side::Client), .. }));
}

#[test]
fn a_port_alone_names_nothing_and_small_packets_need_it() {
    assert_eq!(guess(&[0xc0, 0], 40_000, 40_001), Guess::Need);
    assert_eq!(guess(&[0xc0, 0].repeat(16), 40_000, 40_001), Guess::No);
    assert!(matches!(guess(&[0xc0, 0], 40_000, 1883), Guess::Yes { sender: Some(Side::Client), .. }));
    for other in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00",
        b"hello world hello world",
    ] {
        assert_eq!(guess(other, 40_000, 1883), Guess::No, "{other:?}");
    }
}
