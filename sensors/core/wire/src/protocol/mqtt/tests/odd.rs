//! What breaks the standard becomes a flag, and what does not stays without one.

use super::bench::{Bench, CONNACK, connect, open, open5, packet, publish, text};

/// Flags of packets a client sends on an open connection.
fn flags(packets: &[Vec<u8>]) -> Vec<String> {
    let mut bench = open();
    for packet in packets {
        bench.client(packet);
    }
    bench.flags()
}

#[test]
fn violations_of_a_client() {
    let cases: &[(Vec<u8>, &[&str])] = &[
        (vec![0x30, 0xff, 0xff, 0xff, 0xff, 0x7f], &["mqtt.remaining_length", "protocol.resynchronised"]),
        (vec![0x00, 0x00], &["mqtt.type_reserved", "protocol.resynchronised"]),
        (packet(0x36, &[&text("t/x"), &[0, 1], b"x"]), &["mqtt.qos_illegal"]),
        (packet(0x38, &[&text("t/x"), b"x"]), &["mqtt.header_flags"]),
        (packet(0x80, &[&[0, 1], &text("t/x"), &[0]]), &["mqtt.header_flags"]),
        (packet(0x30, &[&super::bench::block(b"t/\xc3\x28"), b"x"]), &["mqtt.utf8"]),
        (packet(0x30, &[&super::bench::block(b"t/\0"), b"x"]), &["mqtt.utf8"]),
        (publish("t/#", b"x"), &["mqtt.topic_wildcard"]),
        (publish("", b"x"), &["mqtt.topic_empty"]),
        (packet(0x30, &[&[0x40, 0], b"test"]), &["mqtt.length_mismatch"]),
        (packet(0x32, &[&text("t/x"), &[0, 0], b"x"]), &["mqtt.packet_id_zero"]),
        (connect("again"), &["mqtt.connect_second"]),
        (packet(0x20, &[&[0, 0]]), &["mqtt.direction", "pairing.unexpected_reply"]),
        (vec![0xf0, 0x00], &["mqtt.type_reserved"]),
        (vec![0xc0, 0x01, 0x00], &["mqtt.length_mismatch"]),
        (vec![0xe0, 0x81, 0x00, 0x00], &["mqtt.length_encoding", "mqtt.length_mismatch"]),
        (packet(0x82, &[&[0, 1], &text("t"), &[3]]), &["mqtt.qos_illegal"]),
        (packet(0x82, &[&[0, 1], &text("t"), &[4]]), &["mqtt.subscribe_options"]),
    ];
    for (bytes, wanted) in cases {
        assert_eq!(flags(std::slice::from_ref(bytes)), *wanted, "{bytes:02x?}");
    }
}

#[test]
fn violations_of_connect() {
    let with =
        |name: &str, level: u8, flags: u8, id: &str| packet(0x10, &[&text(name), &[level, flags, 0, 60], &text(id)]);
    for (bytes, wanted) in [
        (with("MQTT", 9, 2, "a"), "mqtt.protocol_level"),
        (with("MQTX", 4, 2, "a"), "mqtt.protocol_name"),
        (with("MQTT", 4, 3, "a"), "mqtt.connect_flags"),
        (with("MQTT", 4, 0x22, "a"), "mqtt.connect_flags"),
        (with("MQTT", 4, 0, ""), "mqtt.client_id_empty"),
        (with("MQTT", 4, 0x82, "a"), "mqtt.length_mismatch"),
        (packet(0x10, &[&connect("a")[2..], b"rest"]), "mqtt.length_mismatch"),
    ] {
        let mut bench = Bench::new();
        bench.client(&bytes).server(CONNACK);
        assert_eq!(bench.flags(), [wanted], "{bytes:02x?}");
        assert_eq!(bench.rows("session").len(), 1, "told all the same");
    }
    let mut late = Bench::new();
    late.client(&publish("t/x", b"x")).client(&connect("a"));
    assert_eq!(late.flags(), ["mqtt.connect_first"]);
}

#[test]
fn violations_of_version_5() {
    let topic = text("t/x");
    for (bytes, wanted) in [
        (packet(0x30, &[&topic, &[2, 0x7f, 0]]), "mqtt.property"),
        (packet(0x30, &[&topic, &[2, 0x17, 0]]), "mqtt.property"),
        (packet(0x30, &[&topic, &[4, 1, 1, 1, 1]]), "mqtt.property"),
        (packet(0x30, &[&topic, &[2, 1, 2]]), "mqtt.property"),
        (packet(0x30, &[&topic, &[0x7f, 1, 1]]), "mqtt.property"),
        (packet(0xe0, &[&[0x03]]), "mqtt.reason_code"),
        (packet(0x82, &[&[0, 1, 0], &text("t"), &[0xc0]]), "mqtt.subscribe_options"),
    ] {
        let mut bench = open5(&[]);
        bench.client(&bytes);
        assert_eq!(bench.flags(), [wanted], "{bytes:02x?}");
    }
}

#[test]
fn an_oversize_message_is_passed_over_and_the_next_one_read() {
    let mut bench = open();
    let mut huge = vec![0x30, 0x80, 0x80, 0x80, 0x01];
    huge.resize(5 + (1 << 21), b'x');
    for piece in huge.chunks(60_000) {
        bench.client(piece);
    }
    bench.client(&publish("t/x", b"1"));
    assert_eq!(bench.flags(), ["protocol.oversize"]);
    assert_eq!(bench.rows("transaction").last().unwrap()["ot.object.address"], "t/x");
}

#[test]
fn lost_bytes_cost_only_what_they_held() {
    let mut bench = open();
    let next = publish("plant/line1/temp", b"21.5");
    bench.gap(crate::flow::Side::Client).client(&next[7..]).client(&next).client(&next);
    assert_eq!(bench.rows("transaction").len(), 3);
    assert!(bench.flags().is_empty());
}
