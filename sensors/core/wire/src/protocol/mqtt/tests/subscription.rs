//! SUBSCRIBE, UNSUBSCRIBE and their answers.

use super::bench::{Bench, listed, open, open5, packet, text};

#[test]
fn each_filter_is_a_row_with_its_own_answer() {
    let mut bench = open();
    bench
        .client(&packet(0x82, &[&[0, 9], &text("#"), &[1], &text("$SYS/#"), &[0], &text("plant/+/temp"), &[2]]))
        .server(&[0x90, 5, 0, 9, 1, 0x80, 2]);
    let rows = &bench.rows("transaction")[1..];
    let seen: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|r| (r["ot.object.address"].as_str(), r["event.outcome"].as_str(), r["ot.status.name"].as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            ("#", "success", "Granted QoS 1"),
            ("$SYS/#", "failure", "Failure"),
            ("plant/+/temp", "success", "Granted QoS 2")
        ]
    );
    assert_eq!(
        rows[0]["ot.details"],
        r#"{"qos":1,"wildcard":true,"root_wildcard":true,"system":false,"granted_qos":1}"#
    );
    assert_eq!(rows[1]["ot.details"], r#"{"qos":0,"wildcard":true,"root_wildcard":false,"system":true}"#);
    assert_eq!(
        rows[2]["ot.details"],
        r#"{"qos":2,"wildcard":true,"root_wildcard":false,"system":false,"granted_qos":2}"#
    );
    assert!(rows.iter().all(|r| r["ot.items"] == "3" && r["ot.operation"] == "subscribe.start"));
    assert!(bench.flags().is_empty());
}

#[test]
fn options_and_groups_of_version_5() {
    let mut bench = open5(&[]);
    bench
        .client(&packet(0x82, &[&[0, 1], &listed(&[0x0b, 7]), &text("$share/g/+/x"), &[0x1d]]))
        .server(&[0x90, 4, 0, 1, 0, 1]);
    let row = &bench.rows("transaction")[1];
    assert_eq!(
        row["ot.details"],
        r#"{"subscription_id":7,"qos":1,"no_local":true,"retain_as_published":true,"retain_handling":1,"wildcard":true,"root_wildcard":true,"system":false,"share_group":"g","granted_qos":1}"#
    );
    let mut bench = open5(&[]);
    bench.client(&packet(0xa2, &[&[0, 2, 0], &text("a"), &text("b")])).server(&[0xb0, 5, 0, 2, 0, 0, 0x11]);
    let rows = &bench.rows("transaction")[1..];
    assert_eq!(rows[0]["ot.operation"], "subscribe.stop");
    assert_eq!(
        (rows[0]["ot.status.name"].as_str(), rows[1]["ot.status.name"].as_str()),
        ("Success", "No Subscription Existed")
    );
}

#[test]
fn filters_that_may_not_be() {
    for (filter, flagged) in
        [("a/#/b", true), ("a#", true), ("a+/b", true), ("", true), ("a//b", false), ("+/+/#", false), ("/", false)]
    {
        let mut bench = open();
        bench.client(&packet(0x82, &[&[0, 1], &text(filter), &[0]])).server(&[0x90, 3, 0, 1, 0]);
        assert_eq!(bench.flags().contains(&"mqtt.topic_filter".to_owned()), flagged, "{filter}");
    }
}

#[test]
fn answers_that_do_not_fit() {
    let mut short = open();
    short.client(&packet(0x82, &[&[0, 1], &text("a"), &[0], &text("b"), &[0]])).server(&[0x90, 3, 0, 1, 0]);
    assert_eq!(short.flags(), ["mqtt.ack_count"]);
    let mut empty = open();
    empty.client(&[0x82, 2, 0, 1]);
    assert_eq!(empty.flags(), ["mqtt.no_filter"]);
    let mut alone = open();
    alone.server(&[0x90, 3, 0, 1, 0]);
    assert_eq!(alone.flags(), ["pairing.unexpected_reply"]);
    assert_eq!(alone.rows("transaction")[1]["ot.reply"], "unexpected");
    let mut midstream = Bench::new();
    midstream.server(&[0x90, 3, 0, 1, 0]);
    assert!(midstream.flags().is_empty());
}
