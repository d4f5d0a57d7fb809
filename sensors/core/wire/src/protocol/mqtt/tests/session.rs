//! CONNECT, CONNACK, PINGREQ, DISCONNECT, AUTH.

use super::bench::{Bench, CONNACK, block, connect, connect5, listed, open, open5, packet, text};
use crate::flow::Side;

#[test]
fn a_login_is_two_transactions_and_one_session_without_the_password() {
    let mut bench = Bench::new();
    let will = [text("plant/line1/state"), text("gone")].concat();
    let login = [text("operator"), text("bulrush-3")].concat();
    bench
        .client(&packet(0x10, &[&text("MQTT"), &[4, 0xee, 0, 30], &text("hmi-1"), &will, &login]))
        .server(&[0x20, 2, 0, 0]);
    let rows = bench.rows("transaction");
    let operations: Vec<&str> = rows.iter().map(|r| r["ot.operation"].as_str()).collect();
    assert_eq!(operations, ["session.open", "security.login"]);
    let session = &bench.rows("session")[0];
    for (column, value) in [
        ("ot.session_kind", "mqtt_connect"),
        ("ot.operation", "security.login"),
        ("event.outcome", "success"),
        ("ot.status.name", "Connection Accepted"),
        ("ot.client_name", "hmi-1"),
        ("user.name", "operator"),
        ("ot.secret_kind", "password"),
        ("ot.secret_encrypted", "false"),
        ("ot.reply", "answered"),
        ("event.duration", "1000000"),
    ] {
        assert_eq!(session[column], value, "{column}");
    }
    assert_eq!(
        session["ot.details"],
        r#"{"version":"3.1.1","level":4,"clean":true,"keepalive":30,"will_topic":"plant/line1/state","will_qos":1,"will_retain":true,"will_payload_shape":"text","will_payload_bytes":4,"session_present":false}"#
    );
    let all: String =
        [rows, bench.rows("session"), bench.rows("identity")].concat().iter().map(|r| format!("{r:?}")).collect();
    assert!(!all.contains("bulrush"));
    assert!(bench.flags().is_empty());
}

#[test]
fn refusals_have_their_name_in_both_versions() {
    let mut old = Bench::new();
    old.client(&connect("a")).server(&[0x20, 2, 0, 5]);
    let session = &old.rows("session")[0];
    assert_eq!((session["event.outcome"].as_str(), session["ot.status.name"].as_str()), ("failure", "Not Authorized"));
    assert_eq!(session["ot.secret_kind"], "none");
    assert!(!session.contains_key("ot.secret_encrypted"));
    let mut new = Bench::new();
    new.client(&connect5("a", &[])).server(&[0x20, 3, 0, 0x86, 0]);
    let session = &new.rows("session")[0];
    assert_eq!(
        (session["ot.status.code"].as_str(), session["ot.status.name"].as_str()),
        ("134", "Bad User Name or Password")
    );
    // A server of version 3 refuses version 5 in its own form.
    let mut mixed = Bench::new();
    mixed.client(&connect5("a", &[])).server(&[0x20, 2, 0, 1]);
    assert_eq!(mixed.rows("session")[0]["ot.status.name"], "Unacceptable Protocol Version");
    assert!(mixed.flags().is_empty());
}

#[test]
fn version_31_and_bridges_are_told() {
    let mut bench = Bench::new();
    bench.client(&packet(0x10, &[&text("MQIsdp"), &[3, 2, 0, 60], &text("old")])).server(CONNACK);
    let details = &bench.rows("session")[0]["ot.details"];
    assert!(details.contains(r#""version":"3.1","level":3"#), "{details}");
    assert!(!details.contains("session_present"), "3.1 has none: {details}");
    let mut bench = Bench::new();
    bench.client(&packet(0x10, &[&text("MQTT"), &[0x84, 2, 0, 60], &text("bridge")])).server(CONNACK);
    assert!(bench.rows("session")[0]["ot.details"].contains(r#""level":4,"bridge":true"#));
    assert!(bench.flags().is_empty());
}

#[test]
fn properties_of_version_5_go_to_details_and_answers_stand_beside_requests() {
    let asked =
        [&[0x22, 0, 8, 0x26][..], &text("site"), &text("marsh"), &[0x15], &text("SCRAM"), &[0x16], &text("secret!")]
            .concat();
    let mut bench = Bench::new();
    let told = [&[0x22, 0, 10, 0x12][..], &text("given-1")].concat();
    bench.client(&connect5("", &asked)).server(&packet(0x20, &[&[0, 0], &listed(&told)]));
    let session = &bench.rows("session")[0];
    assert_eq!(session["ot.client_name"], "given-1");
    assert_eq!(session["ot.secret_kind"], "token");
    let details = &session["ot.details"];
    for fact in [
        r#""topic_alias_maximum":8"#,
        r#""server_topic_alias_maximum":10"#,
        r#""client_id_assigned":true"#,
        r#""user_properties":["site=marsh"]"#,
        r#""auth_method":"SCRAM""#,
    ] {
        assert!(details.contains(fact), "{fact} in {details}");
    }
    assert!(!details.contains("secret!"));
}

#[test]
fn an_unanswered_connect_is_told_when_it_waited_long_enough() {
    let mut bench = Bench::new();
    bench.client(&connect("slow"));
    bench.wait(9);
    assert!(bench.stamp.number == 1);
    bench.wait(2);
    let session = &bench.rows("session")[0];
    assert_eq!((session["ot.reply"].as_str(), session["event.outcome"].as_str()), ("unanswered", "unknown"));
    let mut lossy = Bench::new();
    lossy.client(&connect("slow")).gap(Side::Server).wait(11);
    assert_eq!(lossy.rows("session")[0]["ot.reply"], "none");
}

#[test]
fn pings_and_goodbyes() {
    let mut bench = open();
    bench.client(&[0xc0, 0]).server(&[0xd0, 0]).client(&[0xe0, 0]);
    let rows = bench.rows("transaction");
    assert_eq!(rows[1]["ot.operation"], "session.keepalive");
    assert_eq!(rows[1]["ot.reply"], "answered");
    assert_eq!(rows[2]["ot.operation"], "session.close");
    assert_eq!(rows[2]["ot.client_name"], "pump-7");
    let mut bench = open5(&[]);
    bench.server(&[0xe0, 2, 0x8e, 0]);
    let row = &bench.rows("transaction")[1];
    assert_eq!((row["ot.status.name"].as_str(), row["event.outcome"].as_str()), ("Session Taken Over", "failure"));
    assert_eq!((row["source.ip"].as_str(), row["ot.server.ip"].as_str()), ("10.0.0.2", "10.0.0.2"));
}

#[test]
fn authentication_steps_are_told_without_their_data() {
    let mut bench = open5(&[]);
    let step = [&[0x15][..], &text("SCRAM"), &[0x16], &block(b"proof")].concat();
    bench.client(&packet(0xf0, &[&[0x18], &listed(&step)])).server(&[0xf0, 0]);
    let rows = bench.rows("transaction");
    assert_eq!(rows[1]["ot.operation"], "security.login");
    assert_eq!(
        (rows[1]["ot.status.name"].as_str(), rows[1]["event.outcome"].as_str()),
        ("Continue Authentication", "unknown")
    );
    assert_eq!(rows[1]["ot.details"], r#"{"auth_method":"SCRAM"}"#);
    assert_eq!((rows[2]["ot.status.name"].as_str(), rows[2]["event.outcome"].as_str()), ("Success", "success"));
}

#[test]
fn who_is_who_becomes_identity() {
    let mut bench = open();
    let facts: Vec<(String, String, String)> = bench
        .rows("identity")
        .iter()
        .map(|r| (r["source.ip"].clone(), r["ot.attribute"].clone(), r["ot.attribute_value"].clone()))
        .collect();
    let wanted = [("10.0.0.1", "name", "pump-7"), ("10.0.0.2", "service", "mqtt")];
    assert_eq!(facts, wanted.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
}
