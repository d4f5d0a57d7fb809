//! PUBLISH and its acknowledgements, topic aliases, the version in the middle of a conversation.

use super::bench::{Bench, connect, listed, open, open5, packet, publish, text};
use crate::flow::Side;

#[test]
fn a_document_is_its_topic_and_its_leaves() {
    let mut bench = open();
    bench.client(&publish(
        "plant/line1",
        br#"{"temp": 21.5, "ok": true, "tag": "P-1", "none": null, "list": [1, 9007199254740993]}"#,
    ));
    let rows = &bench.rows("transaction")[1..];
    let seen: Vec<(&str, Option<&String>, Option<&String>)> = rows
        .iter()
        .map(|r| {
            (
                r["ot.object.address"].as_str(),
                r.get("ot.value.numbers"),
                r.get("ot.value.text").or(r.get("ot.value.exact")),
            )
        })
        .collect();
    let (t, one, big) = ("[21.5]".to_owned(), "[1.0]".to_owned(), "[9007199254740992.0]".to_owned());
    let (tag, exact) = ("P-1".to_owned(), "9007199254740993".to_owned());
    assert_eq!(
        seen,
        [
            ("plant/line1", None, None),
            ("plant/line1$.temp", Some(&t), None),
            ("plant/line1$.ok", Some(&one), None),
            ("plant/line1$.tag", None, Some(&tag)),
            ("plant/line1$.none", None, None),
            ("plant/line1$.list[0]", Some(&one), None),
            ("plant/line1$.list[1]", Some(&big), Some(&exact)),
        ]
    );
    assert!(rows.iter().all(|r| r["ot.items"] == "7" && r["ot.client_name"] == "pump-7"));
}

#[test]
fn plain_payloads() {
    let long = "x".repeat(600);
    for (payload, shape, kind, bytes) in [
        (&b"21.50"[..], "number", "number", 5),
        (b" -3e2\n", "number", "number", 6),
        (b"017", "text", "text", 3),
        (b"on", "text", "text", 2),
        (b"{broken", "text", "text", 7),
        (b"\x00\x01\xff", "binary", "hash", 3),
        (long.as_bytes(), "text", "hash", 600),
    ] {
        let mut bench = open();
        bench.client(&publish("t/x", payload));
        let row = &bench.rows("transaction")[1];
        assert_eq!(row["ot.value.type"], kind, "{payload:?}");
        let details = format!(r#"{{"retain":false,"qos":0,"payload_shape":"{shape}","payload_bytes":{bytes}"#);
        assert!(row["ot.details"].starts_with(&details), "{} {details}", row["ot.details"]);
    }
}

#[test]
fn quality_1_and_2_end_with_their_acknowledgement() {
    let mut bench = open();
    bench.client(&packet(0x32, &[&text("a/b"), &[0, 1], b"1"])).server(&[0x40, 2, 0, 1]);
    bench
        .client(&packet(0x34, &[&text("a/c"), &[0, 2], b"2"]))
        .server(&[0x50, 2, 0, 2])
        .client(&[0x62, 2, 0, 2])
        .server(&[0x70, 2, 0, 2]);
    let rows = &bench.rows("transaction")[1..];
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0]["event.duration"].as_str(), rows[0]["network.bytes"].as_str()), ("1000000", "14"));
    assert_eq!((rows[1]["event.duration"].as_str(), rows[1]["network.bytes"].as_str()), ("3000000", "22"));
    assert!(rows.iter().all(|r| r["ot.reply"] == "answered" && r["event.outcome"] == "success"));
    assert_eq!((rows[1]["ot.packet.first"].as_str(), rows[1]["ot.packet.last"].as_str()), ("5", "8"));
}

#[test]
fn a_refusal_of_version_5_is_told_with_its_reason() {
    let mut bench = open5(&[]);
    let reason = [&[0x1f][..], &text("no rights")].concat();
    bench.client(&packet(0x34, &[&text("a/b"), &[0, 1, 0], b"1"]));
    bench.server(&packet(0x50, &[&[0, 1, 0x87], &listed(&reason)]));
    let row = &bench.rows("transaction")[1];
    assert_eq!((row["event.outcome"].as_str(), row["ot.status.name"].as_str()), ("failure", "Not Authorized"));
    assert!(row["ot.details"].ends_with(r#""reason_string":"no rights"}"#));
}

#[test]
fn silence_and_surprises() {
    let mut bench = open();
    bench
        .client(&packet(0x32, &[&text("a/b"), &[0, 1], b"1"]))
        .wait(11)
        .server(&[0x40, 2, 0, 1])
        .server(&[0x40, 2, 0, 7]);
    let rows = &bench.rows("transaction")[1..];
    let replies: Vec<&str> = rows.iter().map(|r| r["ot.reply"].as_str()).collect();
    assert_eq!(replies, ["unanswered", "unexpected", "unexpected"]);
    assert_eq!(bench.flags(), ["pairing.unexpected_reply"], "the late one is no surprise");
    let mut lossy = open();
    lossy.client(&packet(0x32, &[&text("a/b"), &[0, 1], b"1"])).gap(Side::Server).wait(11);
    assert_eq!(lossy.rows("transaction")[1]["ot.reply"], "none");
    let mut reused = open();
    let same = packet(0x32, &[&text("a/b"), &[0, 1], b"1"]);
    reused.client(&same).client(&same);
    assert_eq!(reused.flags(), ["pairing.id_reused"]);
    let mut again = open();
    again.client(&same).client(&packet(0x3a, &[&text("a/b"), &[0, 1], b"1"])).server(&[0x40, 2, 0, 1]);
    assert!(again.flags().is_empty());
    assert!(again.rows("transaction")[2]["ot.details"].contains(r#""dup":true"#));
}

#[test]
fn what_waits_is_bounded() {
    let mut bench = open();
    for id in 1..=300u16 {
        bench.client(&packet(0x32, &[&text("a/b"), &id.to_be_bytes(), &[b'x'; 500]]));
    }
    assert!(bench.weight() < 400 * 1024, "{}", bench.weight());
    assert!(bench.flags().contains(&"parser.limit".to_owned()));
    assert_eq!(bench.rows("transaction").len(), 301, "what gave way is told too");
}

#[test]
fn a_delivery_comes_from_the_broker_and_keeps_the_server() {
    let mut bench = open();
    bench.server(&packet(0x31, &[&text("a/b"), b"5"]));
    let row = &bench.rows("transaction")[1];
    assert_eq!((row["source.ip"].as_str(), row["ot.server.ip"].as_str()), ("10.0.0.2", "10.0.0.2"));
    assert_eq!(row["ot.subfunction.name"], "retained delivery");
    assert!(!row.contains_key("ot.client_name"));
    assert!(row.contains_key("ot.session"));
}

#[test]
fn deleting_a_retained_message_is_always_news() {
    let mut bench = Bench::quiet();
    bench.client(&connect("pump-7")).server(super::bench::CONNACK);
    for _ in 0..3 {
        bench.client(&packet(0x31, &[&text("a/b")]));
    }
    let rows = &bench.rows("transaction")[1..];
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[2]["ot.details"], r#"{"retain":true,"qos":0,"payload_shape":"empty","payload_bytes":0}"#);
}

#[test]
fn another_client_behind_the_same_address_is_news() {
    let mut bench = Bench::quiet();
    for client in ["pump-7", "pump-7", "intruder", "pump-7", "intruder"] {
        bench.reconnect().client(&connect(client)).server(super::bench::CONNACK);
        bench.client(&packet(0x31, &[&text("a/b"), b"on"]));
    }
    let rows = bench.rows("transaction");
    let owners: Vec<&str> =
        rows.iter().filter(|r| r["ot.operation"] == "publish").map(|r| r["ot.client_name"].as_str()).collect();
    assert_eq!(owners, ["pump-7", "intruder"]);
}

#[test]
fn a_message_that_is_retained_from_now_on_is_news() {
    let mut bench = Bench::quiet();
    bench.client(&connect("pump-7")).server(super::bench::CONNACK);
    for kind in [0x30, 0x30, 0x31, 0x31, 0x30, 0x31] {
        bench.client(&packet(kind, &[&text("a/b"), b"on"]));
    }
    let rows = bench.rows("transaction");
    let told: Vec<bool> = rows
        .iter()
        .filter(|r| r["ot.operation"] == "publish")
        .map(|r| r["ot.details"].contains(r#""retain":true"#))
        .collect();
    assert_eq!(told, [false, true]);
}

#[test]
fn a_new_kind_of_payload_or_a_missing_key_is_news() {
    let mut bench = Bench::quiet();
    bench.client(&connect("pump-7")).server(super::bench::CONNACK);
    for i in 0..40 {
        bench.client(&publish("a/b", format!(r#"{{"v": {}.5, "k": 1}}"#, i * 7).as_bytes()));
    }
    let before = bench.rows("transaction").len();
    bench.client(&publish("a/b", br#"{"v": 3.5, "k": 1}"#));
    assert_eq!(bench.rows("transaction").len(), before, "a continuous value is no news");
    bench.client(&publish("a/b", br#"{"v": "3.5", "k": 1}"#));
    let text = bench.rows("transaction").len();
    assert!(text > before);
    bench.client(&publish("a/b", br#"{"v": 4.5}"#));
    assert!(bench.rows("transaction").len() > text);
}

#[test]
fn aliases_stand_for_topics_in_each_direction() {
    let mut bench = open5(&[0x22, 0, 4]);
    let with = |topic: &str, alias: u8, payload: &[u8]| packet(0x30, &[&text(topic), &[3, 0x23, 0, alias], payload]);
    bench
        .server(&with("a/b", 1, b"1"))
        .server(&with("", 1, b"2"))
        .server(&with("c/d", 1, b"3"))
        .server(&with("", 1, b"4"));
    let topics: Vec<String> = bench.rows("transaction")[1..].iter().map(|r| r["ot.object.address"].clone()).collect();
    assert_eq!(topics, ["a/b", "a/b", "c/d", "c/d"]);
    assert!(bench.flags().is_empty());
    bench.server(&with("", 2, b"5"));
    assert_eq!(bench.flags(), ["mqtt.topic_alias"], "never set");
    let mut above = open5(&[0x22, 0, 4]);
    above.server(&with("a/b", 5, b"1"));
    assert_eq!(above.flags(), ["mqtt.topic_alias"], "above the maximum");
    let mut lost = open5(&[0x22, 0, 4]);
    lost.gap(Side::Server).server(&with("", 2, b"5"));
    assert!(lost.flags().is_empty(), "may have been set among the lost bytes");
}

#[test]
fn the_version_is_learned_from_what_fits() {
    let mut new = Bench::new();
    new.client(&packet(0x30, &[&text("a/b"), &[2, 1, 1], b"12.5"]));
    assert_eq!(new.rows("transaction")[0]["ot.value.numbers"], "[12.5]");
    let mut plain = Bench::new();
    plain
        .client(&packet(0x30, &[&text("a/b"), &[0], b"12.5"]))
        .client(&packet(0x32, &[&text("a/b"), &[0, 1, 0], &[7, 8]]));
    let rows = plain.rows("transaction");
    assert_eq!(rows[0]["ot.value.numbers"], "[12.5]");
    assert!(rows[1]["ot.details"].contains(r#""payload_bytes":2"#), "remembered: {}", rows[1]["ot.details"]);
    let mut old = Bench::new();
    old.client(&packet(0x82, &[&[0, 1], &text("a/b"), &[0]])).server(&publish("a/b", b"\0\x01"));
    assert!(old.rows("transaction")[0]["ot.details"].contains(r#""payload_bytes":2"#));
}
