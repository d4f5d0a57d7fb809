//! Payloads made by hand, through MQTT connections and a real ledger.

use super::topic::{self, Kind};
use crate::protocol::mqtt::tests::bench::{Bench, Row, open, packet, publish, text};

/// A varint field.
fn number(field: u8, mut value: u64) -> Vec<u8> {
    let mut out = vec![field << 3];
    if field > 15 {
        out = vec![field << 3 & 0x7f | 0x80, 1];
    }
    loop {
        let digit = u8::try_from(value & 0x7f).unwrap();
        value >>= 7;
        out.push(if value > 0 { digit | 0x80 } else { digit });
        if value == 0 {
            return out;
        }
    }
}

/// A field of bytes.
fn bytes(field: u8, content: &[u8]) -> Vec<u8> {
    let mut out = if field > 15 { vec![field << 3 & 0x7f | 0x82, 1] } else { vec![field << 3 | 2] };
    out.extend_from_slice(&number(1, content.len().try_into().unwrap())[1..]);
    out.extend_from_slice(content);
    out
}

fn metric(parts: &[Vec<u8>]) -> Vec<u8> {
    bytes(2, &parts.concat())
}

/// A metric by name or alias, with type and value field.
fn named(name: &str, alias: Option<u64>, datatype: u64, value: Vec<u8>) -> Vec<u8> {
    let alias = alias.map(|a| number(2, a)).unwrap_or_default();
    metric(&[bytes(1, name.as_bytes()), alias, number(4, datatype), value])
}

fn aliased(alias: u64, value: Vec<u8>) -> Vec<u8> {
    metric(&[number(2, alias), value])
}

fn payload(sequence: u64, metrics: &[Vec<u8>]) -> Vec<u8> {
    [number(1, 1_795_000_000_000), metrics.concat(), number(3, sequence)].concat()
}

fn birth(sequence: u64) -> Vec<u8> {
    publish(
        "spBv1.0/G/NBIRTH/N",
        &payload(sequence, &[named("bdSeq", None, 8, number(11, 4)), named("Level", Some(7), 3, number(10, 5))]),
    )
}

fn rows(bench: &mut Bench) -> Vec<Row> {
    bench.rows("transaction").split_off(1)
}

#[test]
fn topics() {
    let read = |text| topic::read(text);
    assert!(read("plant/a").is_none());
    let device = read("spBv1.0/G/DDATA/N/D").unwrap().unwrap();
    assert_eq!((device.kind, device.id().as_str(), device.node_id().as_str()), (Kind::Ddata, "G/N/D", "G/N"));
    assert_eq!(read("spBv1.0/STATE/host").unwrap().unwrap().kind, Kind::State);
    for odd in [
        "spBv1.0/",
        "spBv1.0/G/NDATA/N/D",
        "spBv1.0/G/DDATA/N",
        "spBv1.0/G/XDATA/N",
        "spBv1.0/G/DDATA/N/D/E",
        "spBv1.0/G/NDATA/",
        "spBv1.0/STATE",
        "spBv1.0/STATE/a/b",
    ] {
        assert_eq!(read(odd), Some(None), "{odd}");
    }
}

#[test]
fn aliases_and_types_come_from_the_birth() {
    let mut bench = open();
    bench.client(&birth(0)).client(&publish("spBv1.0/G/NDATA/N", &payload(1, &[aliased(7, number(10, 0xffff_fffb))])));
    let rows = rows(&mut bench);
    let seen: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|r| (r["ot.operation"].as_str(), r["ot.function.name"].as_str(), r["ot.object.address"].as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            ("session.open", "NBIRTH", "spBv1.0/G/NBIRTH/N"),
            ("publish", "NBIRTH", "G/N:bdSeq"),
            ("publish", "NBIRTH", "G/N:Level"),
            ("publish", "NDATA", "spBv1.0/G/NDATA/N"),
            ("publish", "NDATA", "G/N:Level"),
        ]
    );
    assert!(rows[0]["ot.details"].contains(r#""sparkplug_seq":0,"sparkplug_bdseq":4,"sparkplug_time":1795000000000"#));
    assert_eq!((rows[4]["ot.value.type"].as_str(), rows[4]["ot.value.numbers"].as_str()), ("int32", "[-5.0]"));
    assert!(rows[4]["ot.details"].contains(r#""metric_alias":7,"metric_type":"int32""#));
    assert!(bench.flags().is_empty());
}

/// Data type, value field; wanted: type, numbers, text.
type Case = (u64, Vec<u8>, &'static str, Option<&'static str>, Option<&'static str>);

#[test]
fn every_type_has_its_value() {
    let cases: Vec<Case> = vec![
        (1, number(10, 0xff), "int8", Some("[-1.0]"), None),
        (2, number(10, 0xffff_fffe), "int16", Some("[-2.0]"), None),
        (4, number(11, u64::MAX), "int64", Some("[-1.0]"), None),
        (4, number(11, 9_007_199_254_740_993), "int64", Some("[9007199254740992.0]"), Some("9007199254740993")),
        (7, number(10, 0xffff_ffff), "uint32", Some("[4294967295.0]"), None),
        (8, number(11, u64::MAX), "uint64", Some("[1.8446744073709552e19]"), Some("18446744073709551615")),
        (9, [&[0x65][..], &1.5f32.to_le_bytes()].concat(), "float", Some("[1.5]"), None),
        (10, [&[0x69][..], &2.25f64.to_le_bytes()].concat(), "double", Some("[2.25]"), None),
        (11, number(14, 1), "bool", Some("[1.0]"), None),
        (12, bytes(15, "液位".as_bytes()), "string", None, Some("液位")),
        (13, number(11, 1_795_000_000_000), "datetime", Some("[1795000000000.0]"), None),
        (
            16,
            bytes(17, &[number(1, 2), bytes(2, b"a"), bytes(2, b"b"), bytes(4, &[])].concat()),
            "dataset",
            None,
            Some("columns a, b; rows 1"),
        ),
        (
            19,
            bytes(18, &[bytes(2, &[]), bytes(4, b"Pump")].concat()),
            "template",
            None,
            Some("instance Pump; metrics 1"),
        ),
    ];
    for (datatype, value, kind, numbers, text) in cases {
        let mut bench = open();
        bench.client(&publish("spBv1.0/G/NBIRTH/N", &payload(0, &[named("m", None, datatype, value)])));
        let row = &rows(&mut bench)[1];
        assert_eq!(row["ot.value.type"], kind);
        assert_eq!(row.get("ot.value.numbers").map(String::as_str), numbers, "{kind}");
        assert_eq!(row.get("ot.value.text").or(row.get("ot.value.exact")).map(String::as_str), text, "{kind}");
    }
    let mut bench = open();
    bench.client(&publish(
        "spBv1.0/G/NBIRTH/N",
        &payload(0, &[named("m", None, 9, number(7, 1)), named("b", None, 17, bytes(16, b"\x01\x02"))]),
    ));
    let rows = rows(&mut bench);
    assert!(!rows[1].contains_key("ot.value.type") && rows[1]["ot.details"].contains(r#""is_null":true"#));
    assert_eq!((rows[2]["ot.value.type"].as_str(), rows[2]["ot.value.text"].len()), ("bytes", 26));
}

#[test]
fn commands_are_writes_of_metrics() {
    let mut bench = open();
    bench.client(&publish(
        "spBv1.0/G/DCMD/N/D",
        &payload(0, &[named("Pump", None, 11, number(14, 0)), named("Speed", None, 3, number(10, 9))]),
    ));
    let written = rows(&mut bench);
    let seen: Vec<(&str, &str, &str)> = written
        .iter()
        .map(|r| (r["ot.operation"].as_str(), r["ot.object.kind"].as_str(), r["ot.object.address"].as_str()))
        .collect();
    assert_eq!(seen, [("write", "metric", "G/N/D:Pump"), ("write", "metric", "G/N/D:Speed")]);
    assert!(written[0]["ot.details"].contains(r#""sparkplug_type":"DCMD","sparkplug_metrics":2,"sparkplug_seq":0"#));
    assert!(!written[1]["ot.details"].contains("sparkplug_metrics"));
    let mut empty = open();
    empty.client(&publish("spBv1.0/G/NCMD/N", &[]));
    let written = &rows(&mut empty)[0];
    assert_eq!(
        (written["ot.operation"].as_str(), written["ot.object.address"].as_str()),
        ("write", "spBv1.0/G/NCMD/N")
    );
}

#[test]
fn numbers_must_follow_each_other_from_the_node() {
    let data = |sequence| publish("spBv1.0/G/NDATA/N", &payload(sequence, &[aliased(7, number(10, 1))]));
    let mut bench = open();
    bench.client(&birth(0));
    for sequence in (1..=255).chain(0..3) {
        bench.client(&data(sequence));
    }
    assert!(bench.flags().is_empty());
    bench.client(&data(9)).client(&data(10));
    assert_eq!(bench.flags(), ["sparkplug.sequence_gap"]);
    assert_eq!(bench.rows("flag")[0]["ot.details"], r#"{"entity":"G/N","observed":9,"expected":3}"#);
    let mut again = open();
    again.client(&birth(0)).client(&data(1)).client(&birth(0)).client(&data(1));
    assert!(again.flags().is_empty(), "a rebirth begins anew");
    let mut delivered = open();
    delivered.server(&birth(0)).server(&data(1)).server(&data(5));
    assert!(delivered.flags().is_empty(), "a subscriber may not get all");
    let mut lossy = open();
    lossy.client(&birth(0)).gap(crate::flow::Side::Client).client(&data(5));
    assert!(lossy.flags().is_empty());
}

#[test]
fn what_a_birth_did_not_say() {
    let mut early = open();
    early.client(&publish("spBv1.0/G/NDATA/N", &payload(1, &[aliased(7, number(10, 1))])));
    assert_eq!(early.flags(), ["sparkplug.birth_missing"]);
    assert_eq!(rows(&mut early)[1]["ot.object.address"], "G/N:#7");
    let mut unknown = open();
    unknown.client(&birth(0)).client(&publish("spBv1.0/G/NDATA/N", &payload(1, &[aliased(8, number(10, 1))])));
    assert_eq!(unknown.flags(), ["sparkplug.unknown_alias"]);
    let mut midstream = Bench::new();
    midstream.client(&publish("spBv1.0/G/NDATA/N", &payload(1, &[aliased(8, number(10, 1))])));
    assert!(midstream.flags().is_empty());
}

#[test]
fn what_is_no_payload() {
    for broken in
        [&b"\x08"[..], b"\x0b\x00", b"\x12\x05ab", b"{\"a\":1}", b"\x10\x01", b"\x12\x02\x50\xff", b"\x12\x02\x0a"]
    {
        let mut bench = open();
        bench.client(&publish("spBv1.0/G/NDATA/N", broken));
        assert!(bench.flags().contains(&"sparkplug.malformed".to_owned()), "{broken:02x?}");
        assert_eq!(rows(&mut bench)[0]["ot.function.name"], "NDATA");
    }
    let mut odd = open();
    odd.client(&publish("spBv1.0/G/NDATA/N/D", &payload(0, &[])));
    assert_eq!(odd.flags(), ["sparkplug.topic"]);
}

#[test]
fn what_births_say_is_bounded() {
    let mut bench = open();
    for node in 0..200 {
        let metrics: Vec<Vec<u8>> =
            (0..400).map(|i| named(&format!("metric with a long name {i}"), Some(i), 3, number(10, 1))).collect();
        bench.client(&publish(&format!("spBv1.0/G/NBIRTH/N{node}"), &payload(0, &metrics)));
    }
    assert!(bench.weight() < 1 << 20, "{}", bench.weight());
    let flags = bench.flags();
    assert!(flags.contains(&"truncated".to_owned()) && flags.contains(&"parser.limit".to_owned()));
    bench.client(&publish("spBv1.0/G/NDATA/N199", &payload(1, &[aliased(9999, number(10, 1))])));
    assert!(!bench.flags().contains(&"sparkplug.unknown_alias".to_owned()), "what was forgotten proves nothing");
}

#[test]
fn a_death_as_the_last_will_is_told_with_its_shape() {
    let mut bench = Bench::new();
    let will = [text("spBv1.0/G/NDEATH/N"), crate::protocol::mqtt::tests::bench::block(&payload(0, &[]))].concat();
    bench.client(&packet(0x10, &[&text("MQTT"), &[4, 0x0e, 0, 30], &text("edge"), &will]));
    assert!(bench.rows("session")[0]["ot.details"].contains(r#""will_payload_shape":"sparkplug""#));
}
