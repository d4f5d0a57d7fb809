//! Logins: who, with what kind of secret, over which channel; the secret and the token themselves never.

use super::build::*;
use super::{Bench, Row, rows, says};
use crate::flow::Side;
use crate::protocol::opcua::certificate::Certificate;
use crate::text;

/// Self-signed EC certificate of "Pump client", made with the Python library `cryptography`.
const CERTIFICATE: &str = include_str!("certificate.hex");

fn der() -> Vec<u8> {
    let digits = CERTIFICATE.trim().as_bytes();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

fn create(certificate: &[u8]) -> Body {
    let client = body().text("urn:marsh:pump").text("urn:prod").u8(2).text("Pump client").u32(1).null().null().null();
    let asked = client.null().text("opc.tcp://opc:4840/line1").text("session 1").bytes(&[9; 32]).bytes(certificate);
    asked.f64(60_000.0).u32(0)
}

fn created(token: u32) -> Body {
    let answer = body().u8(0).u8(1).u8(2).u16(0).u32(token).f64(30_000.0).null().null();
    answer.null().null().null().null().u32(0)
}

fn user(name: &str, secret: &[u8], algorithm: &str) -> Body {
    body().object(324, body().text("pol").text(name).bytes(secret).text(algorithm))
}

fn activate(token: Body) -> Body {
    body().null().null().null().null().raw(&token.0).null().null()
}

/// A login and how it ended.
fn login(dialogue: &mut Dialogue, token: Body, result: u32) -> Row {
    dialogue.exchange(461, create(&der()), 464, created(TOKEN));
    let id = dialogue.ask(467, activate(token));
    let answer = if result == 0 { response(470, body().null().null().null()) } else { fault(result) };
    dialogue.answer(id, &answer);
    dialogue.bench.rows("session").pop().unwrap()
}

#[test]
fn a_password_login_names_the_user_and_hides_the_password() {
    let mut dialogue = Dialogue::open();
    let row = login(&mut dialogue, user("operator", b"geheim-4711", ""), 0);
    assert_eq!((row["ot.session_kind"].as_str(), row["event.outcome"].as_str()), ("opcua_session", "success"));
    assert_eq!((row["user.name"].as_str(), row["ot.secret_kind"].as_str()), ("operator", "password"));
    assert_eq!(row["ot.secret_encrypted"], "false");
    assert_eq!((row["ot.client_name"].as_str(), row["ot.security.policy"].as_str()), ("urn:marsh:pump", "None"));
    assert!(says(&row, r#""endpoint_url":"opc.tcp://opc:4840/line1","session_name":"session 1""#), "{row:?}");
    let asked = body().f64(0.0).u32(3).u32(1).attribute("x", 13);
    dialogue.exchange(631, asked, 634, body().u32(1).double(1.0, 0).null());
    let read = &dialogue.bench.of("Read")[0];
    assert_eq!((read["user.name"].as_str(), read["ot.client_name"].as_str()), ("operator", "urn:marsh:pump"));
    assert_eq!(read["ot.session"], row["ot.session"]);
    let batch = &dialogue.bench.ledger.batch;
    let mut everything = String::from_utf8_lossy(&batch.words.bytes).into_owned();
    for dataset in ["transaction", "session", "identity", "value", "flag"] {
        everything.extend(rows(batch, dataset).into_iter().flat_map(|row| row.into_values()));
    }
    assert!(everything.contains("operator") && !everything.contains("geheim"));
    assert!(!everything.contains(&text::hex(b"geheim", 6)));
}

#[test]
fn kinds_of_tokens_are_told() {
    let rsa = "http://www.w3.org/2001/04/xmlenc#rsa-oaep";
    for (token, kind, encrypted) in [
        (body().object(321, body().text("anonymous")), "none", None),
        (body().u8(0).u8(0).u8(0), "none", None),
        (user("eva", &[7; 256], rsa), "password", Some("true")),
        (body().object(327, body().text("x509").bytes(&der())), "certificate", None),
        (body().object(940, body().text("jwt").bytes(b"ey").text("")), "token", Some("false")),
    ] {
        let row = login(&mut Dialogue::open(), token, 0);
        assert_eq!(row["ot.secret_kind"], kind);
        assert_eq!(row.get("ot.secret_encrypted").map(String::as_str), encrypted, "{kind}");
    }
}

#[test]
fn a_refused_login_is_a_session_row_of_its_own() {
    let mut dialogue = Dialogue::open();
    let row = login(&mut dialogue, user("operator", b"wrong", ""), 0x8021_0000);
    assert_eq!(
        (row["event.outcome"].as_str(), row["ot.status.name"].as_str()),
        ("failure", "BadIdentityTokenRejected")
    );
    assert_eq!(row["user.name"], "operator");
    let activation = &dialogue.bench.of("ActivateSession")[0];
    assert_eq!((activation["user.name"].as_str(), activation["event.outcome"].as_str()), ("operator", "failure"));
    let asked = body().f64(0.0).u32(3).u32(1).attribute("x", 13);
    dialogue.exchange(631, asked, 634, body().u32(1).double(1.0, 0).null());
    assert!(!dialogue.bench.of("Read")[0].contains_key("user.name"), "the session belongs to nobody");
    let id = dialogue.ask(467, activate(user("eva", b"x", "")));
    let _ = id;
    dialogue.bench.wait(70);
    let silent = dialogue.bench.rows("session").pop().unwrap();
    assert_eq!((silent["ot.reply"].as_str(), silent["user.name"].as_str()), ("unanswered", "eva"));
}

#[test]
fn a_token_has_one_key_wherever_it_is_used() {
    let mut first = Dialogue::open();
    let row = login(&mut first, user("operator", b"x", ""), 0);
    let mut thief = Dialogue::on(Bench::with("10.9.1.66", 51_000, true));
    let asked = body().f64(0.0).u32(3).u32(1).attribute("x", 13);
    thief.exchange(631, asked, 634, body().u32(1).double(1.0, 0).null());
    let read = &thief.bench.of("Read")[0];
    assert_eq!((read["ot.session"].as_str(), read["source.ip"].as_str()), (row["ot.session"].as_str(), "10.9.1.66"));
    assert_ne!(row["ot.session"], TOKEN.to_string());
    first.exchange(473, body().u8(1), 476, body());
    assert_eq!(first.bench.of("CloseSession")[0]["user.name"], "operator");
}

#[test]
fn certificates_are_read_from_the_channels_head() {
    let own = Certificate::read(&der()).unwrap();
    assert_eq!((own.subject.as_str(), own.bits, own.self_signed), ("CN=Pump client", Some(256), true));
    assert_eq!(own.names, "urn:marsh:pump,pump,10.9.1.30");
    assert_eq!(own.sha256, "c4172b7f8ada6afa569d7e0b1c560ac91280e0704f54ab25a9fade90afba94f9");
    assert_eq!(own.not_after, Some(1_893_456_000_000_000_000));
    let chain = [der(), der()].concat();
    assert_eq!(Certificate::read(&chain), Some(own));
    assert_eq!(Certificate::read(b"no certificate"), None);
    let mut bench = Bench::new();
    bench.client(&open_secured(Side::Client, BASIC256SHA256, &der()));
    bench.server(&open_secured(Side::Server, BASIC256SHA256, b"junk"));
    assert_eq!(bench.flags(), ["opcua.certificate"]);
    bench.wait(11);
    let row = &bench.rows("session")[0];
    assert_eq!(row["ot.certificate.client.subject"], "CN=Pump client");
    assert!(!row.contains_key("ot.certificate.server.subject") && !row.contains_key("ot.security.mode"));
}

/// Opens a channel with a policy that hides its opening.
fn secured() -> Bench {
    let mut bench = Bench::new();
    bench.client(&hello("opc.tcp://opc:4840", 65_535, 0, 0));
    bench.server(&acknowledge(65_535, 0, 0));
    bench.client(&open_secured(Side::Client, BASIC256SHA256, &der()));
    bench.server(&open_secured(Side::Server, BASIC256SHA256, &der()));
    bench
}

#[test]
fn signed_messages_are_read_and_their_signatures_cut() {
    let mut bench = secured();
    assert!(bench.rows("session").is_empty(), "the row waits for the mode");
    let signed = |body: Vec<u8>| [body, vec![0x5e; 32]].concat();
    let asked = request(631, body().f64(0.0).u32(3).u32(1).attribute("Tank.Level", 13));
    bench.client(&chunk(b'C', 40, 2, &signed(asked[..50].to_vec())));
    bench.client(&chunk(b'F', 41, 2, &signed(asked[50..].to_vec())));
    bench.server(&chunk(b'F', 40, 2, &signed(response(634, body().u32(1).double(3.5, 0).null()))));
    let row = &bench.rows("session")[0];
    assert_eq!((row["ot.security.mode"].as_str(), row["ot.security.policy"].as_str()), ("Sign", "Basic256Sha256"));
    let read = &bench.of("Read")[0];
    assert_eq!((read["ot.object.address"].as_str(), read["ot.value.numbers"].as_str()), ("ns=2;s=Tank.Level", "[3.5]"));
    assert!(bench.flags().is_empty(), "{:?}", bench.flags());
}

#[test]
fn encrypted_messages_show_their_rhythm_only() {
    let mut bench = secured();
    for i in 0..20u8 {
        bench.client(&chunk(b'F', 0xdead_0000 + u32::from(i), 0xbeef_0000, &[0xa0 ^ i; 112]));
        bench.server(&chunk(b'F', 0x1234_0000 + u32::from(i), 0x7777_0000, &[0xb0 ^ i; 208]));
    }
    assert_eq!(bench.rows("session")[0]["ot.security.mode"], "SignAndEncrypt");
    let rows = bench.of("EncryptedMessage");
    assert_eq!(rows.len(), 40);
    assert!(rows.iter().all(|row| row["ot.operation"] == "session.keepalive" && row["ot.reply"] == "none"));
    assert!(bench.flags().is_empty(), "{:?}", bench.flags());
}
