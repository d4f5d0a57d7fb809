//! Every built-in type, alone and in arrays (Part 6, 5.2.2), and the bounds of nesting.

use super::build::*;
use super::{Bench, Row};
use crate::protocol::opcua::extension::skip_diagnostic;
use crate::protocol::opcua::reader::{Fault, Reader};
use crate::protocol::opcua::value::iso;
use crate::protocol::opcua::variant::variant;

/// What a Read of one node with this Variant gives.
fn read(value: Body) -> Row {
    let mut dialogue = Dialogue::open();
    let asked = body().f64(0.0).u32(3).u32(1).attribute("x", 13);
    dialogue.exchange(631, asked, 634, body().u32(1).u8(1).raw(&value.0).null());
    assert_eq!(dialogue.bench.flags(), Vec::<String>::new());
    dialogue.bench.of("Read").remove(0)
}

#[test]
fn numbers_keep_their_type_and_sign() {
    for (kind, name, bytes, number) in [
        (1, "Boolean", vec![1], "1.0"),
        (2, "SByte", vec![0xff], "-1.0"),
        (3, "Byte", vec![0xff], "255.0"),
        (4, "Int16", vec![0, 0x80], "-32768.0"),
        (5, "UInt16", vec![0, 0x80], "32768.0"),
        (6, "Int32", (-7i32).to_le_bytes().to_vec(), "-7.0"),
        (7, "UInt32", u32::MAX.to_le_bytes().to_vec(), "4294967295.0"),
        (8, "Int64", (-9i64).to_le_bytes().to_vec(), "-9.0"),
        (9, "UInt64", 9u64.to_le_bytes().to_vec(), "9.0"),
        (10, "Float", 0.5f32.to_le_bytes().to_vec(), "0.5"),
        (11, "Double", (-0.1f64).to_le_bytes().to_vec(), "-0.1"),
        (19, "StatusCode", 0x8000_0000u32.to_le_bytes().to_vec(), "2147483648.0"),
    ] {
        let row = read(body().u8(kind).raw(&bytes));
        assert_eq!((row["ot.value.type"].as_str(), row["ot.value.numbers"].as_str()), (name, &*format!("[{number}]")));
        assert!(!row.contains_key("ot.value.exact"));
    }
}

#[test]
fn integers_beyond_a_double_keep_their_digits() {
    assert_eq!(read(body().u8(8).i64(i64::MIN))["ot.value.exact"], "-9223372036854775808");
    assert_eq!(read(body().u8(9).raw(&u64::MAX.to_le_bytes()))["ot.value.exact"], "18446744073709551615");
    assert!(!read(body().u8(8).i64(1 << 53)).contains_key("ot.value.exact"));
    assert_eq!(read(body().u8(8 | 0x80).u32(2).i64(4).i64(i64::MAX))["ot.value.exact"], "1:9223372036854775807");
}

#[test]
fn other_types_are_text() {
    for (kind, value, text) in [
        (12, body().text("Betrieb"), "Betrieb"),
        (13, body().i64(133_497_504_000_000_000 + 5_000_000), "2024-01-15T00:00:00.5Z"),
        (
            14,
            body().raw(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
            "04030201-0605-0807-090a-0b0c0d0e0f10",
        ),
        (15, body().bytes(&[0xde, 0xad]), "dead"),
        (16, body().text("<a/>"), "<a/>"),
        (17, body().named(3, "Pump"), "ns=3;s=Pump"),
        (17, body().u8(5).u16(1).bytes(&[0xff, 0xfe]), "ns=1;b=//4="),
        (17, body().u8(0).u8(84), "i=84"),
        (18, body().u8(0x41 | 0x80).u8(0).u16(9).text("urn:x").u32(2), "svr=2;nsu=urn:x;i=9"),
        (20, body().u16(2).text("Level"), "2:Level"),
        (21, body().u8(3).text("de").text("Füllstand"), "Füllstand"),
        (22, body().object(889, body().u8(7)), "i=889:07"),
        (24, body().u8(12).text("inside"), "inside"),
        (31, body().bytes(&[1]), "01"),
    ] {
        let row = read(body().u8(kind).raw(&value.0));
        assert_eq!(row["ot.value.text"], text, "type {kind}");
    }
}

#[test]
fn an_identity_token_is_never_shown_as_a_value() {
    let token = body().text("policy").text("operator").text("geheim").null();
    for kind in [324, 940] {
        let row = read(body().u8(22).object(kind, token.clone()));
        assert_eq!(row["ot.value.text"], format!("i={kind}:({} bytes, hidden)", token.0.len()));
    }
}

#[test]
fn arrays_and_matrices_keep_their_elements() {
    let row = read(body().u8(6 | 0xc0).u32(4).u32(1).u32(2).u32(3).u32(4).u32(2).u32(2).u32(2));
    assert_eq!((row["ot.value.type"].as_str(), row["ot.value.numbers"].as_str()), ("Int32", "[1.0, 2.0, 3.0, 4.0]"));
    assert_eq!(read(body().u8(12 | 0x80).u32(2).text("a").text("b"))["ot.value.text"], "[a, b]");
    assert_eq!(read(body().u8(11 | 0x80).u32(0))["ot.value.text"], "[]");
    let mixed = body().u8(24 | 0x80).u32(2).u8(1).u8(1).u8(12).text("z");
    assert_eq!(read(mixed)["ot.value.text"], "[1, z]");
    let nothing = read(body().u8(0));
    assert!(!nothing.contains_key("ot.value.type") && nothing["event.outcome"] == "success");
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| {
        let mut value = vec![24u8; depth];
        value.extend_from_slice(&[1, 1]);
        variant(&mut Reader::new(&value))
    };
    assert!(nested(32).is_ok());
    assert_eq!(nested(33), Err(Fault::Nesting));
    assert_eq!(nested(500_000), Err(Fault::Nesting));
    let diagnostic = |depth: usize| {
        let mut info = vec![0x40u8; depth];
        info.push(0);
        skip_diagnostic(&mut Reader::new(&info))
    };
    assert!(diagnostic(99).is_ok());
    assert_eq!(diagnostic(100), Err(Fault::Diagnostics));
    assert_eq!(diagnostic(500_000), Err(Fault::Diagnostics));
}

#[test]
fn lengths_that_lie_are_malformed() {
    for value in [
        body().u8(12).u32(1 << 30),
        body().u8(6 | 0x80).u32(i32::MAX.unsigned_abs()),
        body().u8(11),
        body().u8(40),
        body().u8(0x80),
    ] {
        assert_eq!(variant(&mut Reader::new(&value.0)), Err(Fault::Malformed), "{:?}", value.0);
    }
}

#[test]
fn dates_follow_the_calendar() {
    for (ticks, text) in [
        (0, ""),
        (-1, ""),
        (116_444_736_000_000_000, "1970-01-01T00:00:00Z"),
        (125_962_992_000_000_001, "2000-02-29T12:00:00.0000001Z"),
        (1, "1601-01-01T00:00:00.0000001Z"),
        (i64::MAX, "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!(iso(ticks), text);
    }
}

#[test]
fn a_change_inside_an_array_is_news() {
    let mut dialogue = Dialogue::on(Bench::with("10.9.1.30", 50_000, false));
    let long = |at: usize| (0..40).fold(body().u8(6 | 0x80).u32(40), |b, i| b.u32(u32::from(i == at)));
    let short = |last: u32| body().u8(6 | 0x80).u32(3).u32(1).u32(2).u32(last);
    let values = [long(50), long(50), long(39), long(39), short(3), short(3), short(9)];
    for (i, value) in values.into_iter().enumerate() {
        let node = if i < 4 { "recipe" } else { "limits" };
        let asked = body().f64(0.0).u32(3).u32(1).attribute(node, 13);
        dialogue.exchange(631, asked, 634, body().u32(1).u8(1).raw(&value.0).null());
    }
    let news: Vec<String> = dialogue.bench.of("Read").iter().map(|row| row["ot.news"].clone()).collect();
    assert_eq!(news, ["shape", "value", "shape", "value"]);
    let told: Vec<(String, String)> = dialogue
        .bench
        .rows("value")
        .iter()
        .map(|row| (row["ot.value.cause"].clone(), row["ot.value.text"].clone()))
        .collect();
    let told: Vec<(&str, &str)> = told.iter().map(|(cause, text)| (cause.as_str(), text.as_str())).collect();
    assert_eq!(told.iter().map(|t| t.0).collect::<Vec<_>>(), ["first", "change", "first", "change"]);
    assert_ne!(told[0].1, told[1].1, "the 40th number shows in the hash");
    assert_eq!((told[2].1, told[3].1), ("[1, 2, 3]", "[1, 2, 9]"));
}
