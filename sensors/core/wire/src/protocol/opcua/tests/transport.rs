//! Framing, recognition, handshake, channels, chunks.

use super::build::*;
use super::{Bench, says};
use crate::dataset::Flag;
use crate::flow::{Side, Transport};
use crate::protocol::opcua::frame;
use crate::protocol::{Framing, Guess, Probe};

#[test]
fn the_head_tells_the_length() {
    let whole = hello("opc.tcp://a", 65_535, 0, 0);
    for end in 1..8 {
        assert_eq!(frame::framing(&whole[..end]), Framing::Need, "{end} bytes");
    }
    assert_eq!(frame::framing(&whole), Framing::Message(whole.len()));
    let with = |head: &[u8; 4], size: u32| frame::framing(&[&head[..], &size.to_le_bytes()].concat());
    assert_eq!(with(b"MSGF", 1 << 20), Framing::Message(1 << 20));
    assert_eq!(with(b"MSGC", (1 << 20) + 1), Framing::Oversize((1 << 20) + 1));
    assert_eq!(with(b"MSGF", (16 << 20) + 1), Framing::Bad(Flag::OpcuaMessageSize));
    assert_eq!(with(b"MSGF", 7), Framing::Bad(Flag::OpcuaMessageSize));
    assert_eq!(with(b"HELC", 60), Framing::Bad(Flag::OpcuaChunkType));
    assert_eq!(with(b"MSGX", 60), Framing::Bad(Flag::OpcuaChunkType));
    assert_eq!(with(b"HELO", 60), Framing::Bad(Flag::OpcuaChunkType));
    assert_eq!(frame::framing(b"HX"), Framing::Bad(Flag::OpcuaMessageType));
}

#[test]
fn content_names_the_protocol_and_the_sender() {
    let probe = |data: &[u8]| {
        frame::probe(&Probe {
            data,
            transport: Transport::Tcp,
            source_port: 40_000,
            destination_port: 9_999,
            ended: false,
        })
    };
    let sender = |data: &[u8]| match probe(data) {
        Guess::Yes { sender, .. } => sender,
        other => panic!("{other:?}"),
    };
    assert_eq!(sender(&hello("opc.tcp://a", 1, 0, 0)), Some(Side::Client));
    assert_eq!(sender(&acknowledge(1, 0, 0)), Some(Side::Server));
    assert_eq!(sender(&open_none(Side::Client, 1)), Some(Side::Client));
    assert_eq!(sender(&chunk(b'F', 1, 1, &request(631, body()))), Some(Side::Client));
    assert_eq!(sender(&chunk(b'F', 1, 1, &response(634, body()))), Some(Side::Server));
    assert_eq!(sender(&chunk(b'F', 1, 1, &[0xc3; 64])), None, "encrypted");
    for other in [&b"GET / HTTP/1.1\r\n"[..], b"MSG from us\r\n", b"\x16\x03\x01\x02\x00\x01", b"ERRO\0\0\0\0\0\0\0\0"]
    {
        assert_eq!(probe(other), Guess::No, "{}", String::from_utf8_lossy(other));
    }
    assert_eq!(probe(b"MSGF\x20\0\0\0"), Guess::Need);
}

#[test]
fn handshake_and_channel_become_rows() {
    let dialogue = Dialogue::open();
    let hello = &dialogue.bench.of("Hello")[0];
    assert_eq!((hello["ot.reply"].as_str(), hello["event.outcome"].as_str()), ("answered", "success"));
    assert!(says(hello, r#""endpoint_url":"opc.tcp://10.9.1.20:4840/line1","host_is_server":true"#), "{hello:?}");
    let open = &dialogue.bench.of("OpenSecureChannel")[0];
    assert_eq!((open["ot.operation"].as_str(), open["ot.function.code"].as_str()), ("session.open", "446"));
    let sessions = dialogue.bench.rows("session");
    let row = &sessions[0];
    assert_eq!(row["ot.session_kind"], "opcua_channel");
    assert_eq!((row["ot.security.policy"].as_str(), row["ot.security.mode"].as_str()), ("None", "None"));
    assert!(says(row, r#""channel":6,"revised_lifetime":600000"#), "{row:?}");
    assert!(dialogue.bench.flags().is_empty());
}

#[test]
fn an_error_refuses_what_waits() {
    let mut bench = Bench::new();
    bench.client(&hello("opc.tcp://plant", 65_535, 0, 0));
    bench.server(&acknowledge(65_535, 0, 0));
    bench.client(&open_secured(Side::Client, BASIC256SHA256, &[]));
    bench.server(&error(0x8013_0000, "not trusted"));
    let open = &bench.of("OpenSecureChannel")[0];
    assert_eq!(open["ot.status.name"], "BadSecurityChecksFailed");
    assert!(says(open, r#""reason":"not trusted""#));
    let row = &bench.rows("session")[0];
    assert_eq!((row["event.outcome"].as_str(), row["ot.security.policy"].as_str()), ("failure", "Basic256Sha256"));
    assert!(!row.contains_key("ot.security.mode") && !row.contains_key("ot.session"));
    bench.server(&error(0x8000_0000, ""));
    let alone = &bench.of("Error")[0];
    assert_eq!(alone["source.ip"], "10.9.1.20");
}

#[test]
fn chunks_make_the_same_message_as_one() {
    let read = body().f64(0.0).u32(3).u32(2).attribute("Tank.Level", 13).attribute("Tank.Pump", 13);
    let whole = request(631, read.clone());
    let answer = response(634, body().u32(2).double(1.5, 0).double(2.5, 0).null());
    let mut parts = Dialogue::open();
    let (first, second) = whole.split_at(70);
    parts.bench.client(&chunk(b'C', 2, 9, first));
    parts.bench.client(&chunk(b'F', 3, 9, second));
    parts.bench.server(&chunk(b'C', 2, 9, &answer[..30]));
    parts.bench.server(&chunk(b'C', 3, 9, &answer[30..31]));
    parts.bench.server(&chunk(b'F', 4, 9, &answer[31..]));
    let rows = parts.bench.of("Read");
    let addresses: Vec<&str> = rows.iter().map(|row| row["ot.object.address"].as_str()).collect();
    assert_eq!(addresses, ["ns=2;s=Tank.Level", "ns=2;s=Tank.Pump"]);
    assert_eq!(rows[1]["ot.value.numbers"], "[2.5]");
    assert_eq!((rows[0]["ot.packet.first"].as_str(), rows[0]["ot.packet.last"].as_str()), ("5", "9"));
    assert_eq!(parts.bench.flags(), Vec::<String>::new());
}

#[test]
fn negotiated_limits_are_checked() {
    let mut bench = Bench::new();
    bench.client(&hello("opc.tcp://plant", 8192, 0, 0));
    bench.server(&acknowledge(8192, 200, 1));
    let mut dialogue = Dialogue { bench, sequence: [0, 0], request: 0 };
    dialogue.bench.client(&open_none(Side::Client, 1));
    dialogue.bench.server(&open_none(Side::Server, 1));
    let long = request(631, body().f64(0.0).u32(3).u32(1).attribute(&"x".repeat(300), 13));
    dialogue.bench.client(&chunk(b'C', 2, 2, &long[..100]));
    dialogue.bench.client(&chunk(b'F', 3, 2, &long[100..]));
    dialogue.bench.client(&chunk(
        b'F',
        4,
        3,
        &request(631, body().f64(0.0).u32(3).u32(1).attribute(&"y".repeat(9000), 13)),
    ));
    let flags = dialogue.bench.flags();
    for flag in ["opcua.message_too_big", "opcua.chunk_limit", "opcua.chunk_too_big"] {
        assert!(flags.iter().any(|known| known == flag), "{flag}: {flags:?}");
    }
}

#[test]
fn odd_chunks_are_flagged() {
    let mut dialogue = Dialogue::open();
    let bench = &mut dialogue.bench;
    bench.client(&chunk(b'C', 2, 5, &request(631, body())));
    bench.client(&chunk(b'A', 3, 5, &body().u32(0x8003_0000).text("given up").0));
    assert_eq!(bench.flags(), ["opcua.chunk_aborted"]);
    bench.client(&chunk(b'F', 9, 6, &request(631, body().f64(0.0).u32(3).null())));
    assert_eq!(bench.flags()[1..], ["opcua.sequence_number"]);
    let mut other = chunk(b'F', 10, 7, &request(631, body().f64(0.0).u32(3).null()));
    other[8] = 99;
    bench.client(&other);
    assert_eq!(bench.flags()[2..], ["opcua.channel_id"]);
    bench.client(&chunk(b'C', 11, 8, &request(631, body())));
    bench.close();
    assert_eq!(bench.flags()[3..], ["opcua.chunks_unfinished"]);
}

#[test]
fn a_message_beyond_the_limit_is_passed_over_within_bounds() {
    let mut dialogue = Dialogue::open();
    for sequence in 2..40 {
        dialogue.bench.client(&chunk(b'C', sequence, 5, &[0; 60_000]));
    }
    assert!(dialogue.bench.flags().contains(&"protocol.oversize".to_owned()));
    assert!(dialogue.bench.weight() < 2 << 20, "{}", dialogue.bench.weight());
}

#[test]
fn a_reverse_connection_keeps_the_roles() {
    let mut bench = Bench::with("10.9.1.20", 4841, true);
    bench.client(&transport(b"RHE", b'F', body().text("urn:server").text("opc.tcp://10.9.1.20:4840")));
    bench.server(&hello("opc.tcp://10.9.1.20:4840", 65_535, 0, 0));
    bench.client(&acknowledge(65_535, 0, 0));
    bench.server(&open_none(Side::Client, 1));
    bench.client(&open_none(Side::Server, 1));
    assert!(says(&bench.of("ReverseHello")[0], r#""server_uri":"urn:server""#));
    let open = &bench.of("OpenSecureChannel")[0];
    assert_eq!((open["ot.reply"].as_str(), open["source.port"].as_str()), ("answered", "4840"));
    assert!(bench.flags().is_empty(), "{:?}", bench.flags());
}

#[test]
fn resynchronisation_wants_the_flows_own_channel() {
    let message = chunk(b'F', 2, 2, &request(631, body()));
    let mut noise = b"..MSGF\x20\0\0\0\x63\0\0\0".to_vec();
    let at = noise.len();
    noise.extend_from_slice(&message);
    assert_eq!(frame::resynchronise(&noise, Some(CHANNEL)), (at, true));
    assert_eq!(frame::resynchronise(&noise, None), (2, true));
    assert_eq!(frame::resynchronise(b"xxMSGF", Some(CHANNEL)), (2, false));
}
