//! Services with their items: addresses, values, statuses, details.

use super::build::*;
use super::{Row, says};

fn addresses(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.get("ot.object.address").map_or("", String::as_str)).collect()
}

#[test]
fn a_read_gives_a_row_for_each_node() {
    let mut dialogue = Dialogue::open();
    let asked = body().f64(0.0).u32(3).u32(3);
    let asked = asked.attribute("Tank.Level", 13).attribute("Tank.Level", 3).attribute("No.Such", 13);
    let answer = body().u32(3).double(41.5, 0x4090_0000).u8(1).u8(20).u16(2).text("Level");
    dialogue.exchange(631, asked, 634, answer.u8(2).u32(0x8034_0000).null());
    let rows = dialogue.bench.of("Read");
    assert_eq!(addresses(&rows), ["ns=2;s=Tank.Level", "ns=2;s=Tank.Level#3", "ns=2;s=No.Such"]);
    let statuses: Vec<_> = rows.iter().map(|r| (r["event.outcome"].as_str(), r["ot.status.name"].as_str())).collect();
    let wanted = [("success", "UncertainLastUsableValue"), ("success", "Good"), ("failure", "BadNodeIdUnknown")];
    assert_eq!(statuses, wanted);
    assert_eq!((rows[2]["ot.item"].as_str(), rows[2]["ot.items"].as_str()), ("2", "3"));
    assert!(rows.iter().all(|row| row["ot.message"] == rows[0]["ot.message"] && row["ot.operation"] == "read"));
}

#[test]
fn an_index_range_is_part_of_the_address() {
    let mut dialogue = Dialogue::open();
    let asked = body().f64(0.0).u32(3).u32(1).named(2, "Recipe").u32(13).text("1:2").u16(0).null();
    dialogue.exchange(631, asked, 634, body().u32(1).double(1.0, 0).null());
    assert_eq!(addresses(&dialogue.bench.of("Read")), ["ns=2;s=Recipe#13[1:2]"]);
}

#[test]
fn a_write_keeps_the_value_and_what_became_of_it() {
    let mut dialogue = Dialogue::open();
    let asked = body().u32(2).named(2, "Setpoint").u32(13).null().double(50.5, 0);
    let asked = asked.named(2, "Locked").u32(13).null().u8(1).u8(1).u8(1);
    dialogue.exchange(673, asked, 676, body().u32(2).u32(0).u32(0x803b_0000).null());
    let rows = dialogue.bench.of("Write");
    assert_eq!(addresses(&rows), ["ns=2;s=Setpoint", "ns=2;s=Locked"]);
    assert_eq!((rows[0]["ot.value.numbers"].as_str(), rows[0]["ot.status.name"].as_str()), ("[50.5]", "Good"));
    assert_eq!((rows[1]["ot.value.numbers"].as_str(), rows[1]["ot.status.name"].as_str()), ("[1.0]", "BadNotWritable"));
}

#[test]
fn browsing_counts_and_names_methods_for_later_calls() {
    let mut dialogue = Dialogue::open();
    let asked = body().u8(0).u8(0).i64(0).u32(0).u32(0).u32(1).numeric(0, 85);
    let asked = asked.u32(0).u8(0).u8(0).u8(1).u32(0).u32(63);
    let reference = |name: &str, class: u32| {
        body().u8(0).u8(47).u8(1).named(2, name).u16(2).text(name).u8(2).text(name).u32(class).u8(0).u8(0).0
    };
    let answer = body().u32(1).u32(0).bytes(b"next").u32(2).raw(&reference("Start", 4)).raw(&reference("Level", 2));
    dialogue.exchange(527, asked, 530, answer.null());
    assert!(says(&dialogue.bench.of("Browse")[0], r#""more":true,"returned":2"#));
    let next = body().u8(0).u32(1).bytes(b"next");
    dialogue.exchange(533, next, 536, body().u32(1).u32(0).null().null().null());
    assert_eq!(addresses(&dialogue.bench.of("BrowseNext")), ["i=85"]);
    let call = body().u32(1).named(2, "Line").named(2, "Start").u32(2).u8(12).text("fast").u8(6).u32(3);
    dialogue.exchange(712, call, 715, body().u32(1).u32(0).null().null().u32(1).u8(1).u8(1).null());
    let row = &dialogue.bench.of("Call")[0];
    assert_eq!((row["ot.object.kind"].as_str(), row["ot.object.address"].as_str()), ("method", "ns=2;s=Start"));
    assert!(says(row, r#""object":"ns=2;s=Line","method_name":"2:Start","arguments":2"#), "{row:?}");
    assert!(says(row, r#""argument_values":["fast","3"],"result_values":["1"]"#), "{row:?}");
}

#[test]
fn arguments_of_user_management_stay_hidden() {
    let mut dialogue = Dialogue::open();
    let call = body().u32(1).numeric(0, 24290).numeric(0, 24304).u32(2).u8(12).text("eve").u8(12).text("geheim-17");
    dialogue.exchange(712, call, 715, body().u32(1).u32(0x801f_0000).null().null().null().null());
    let row = &dialogue.bench.of("Call")[0];
    assert!(says(row, r#""method_name":"UserManagement.AddUser","arguments":2,"arguments_hidden":true"#), "{row:?}");
    assert!(!row.values().any(|value| value.contains("geheim")));
    assert_eq!(row["ot.status.name"], "BadUserAccessDenied");
}

#[test]
fn history_is_read_and_changed_by_named_details() {
    let mut dialogue = Dialogue::open();
    let time = 133_497_504_000_000_000;
    let raw = body().u8(0).i64(time).i64(time + 36_000_000_000).u32(100).u8(0);
    let asked = body().object(649, raw).u32(0).u8(0).u32(1).named(2, "Flow").null().u16(0).null().null();
    let data = body().u32(2).double(1.0, 0).double(2.0, 0);
    dialogue.exchange(664, asked, 667, body().u32(1).u32(0).null().object(658, data).null());
    let row = &dialogue.bench.of("HistoryRead")[0];
    assert_eq!((row["ot.operation"].as_str(), row["ot.object.address"].as_str()), ("read.history", "ns=2;s=Flow"));
    assert!(says(
        row,
        r#""history":"ReadRaw","start":"2024-01-15T00:00:00Z","end":"2024-01-15T01:00:00Z","requested":100"#
    ));
    assert!(says(row, r#""returned":2"#));
    let delete = body().named(2, "Flow").u8(0).i64(time).i64(time);
    let update = body().named(2, "Flow").u32(2).u32(1).double(7.5, 0);
    let asked = body().u32(2).object(688, delete).object(682, update);
    dialogue.exchange(700, asked, 703, body().u32(2).u32(0).null().null().u32(0x8072_0000).null().null().null());
    let rows = dialogue.bench.of("HistoryUpdate");
    assert!(
        says(&rows[0], r#""history":"DeleteRaw""#) && says(&rows[1], r#""history":"UpdateData","action":"replace""#)
    );
    assert!(says(&rows[1], r#""values":"7.5""#) && rows[1]["event.outcome"] == "failure");
    assert!(!rows[1].contains_key("ot.value.numbers"), "history is not the point's present value");
}

#[test]
fn nodes_and_references_are_told_with_what_the_server_made_of_them() {
    let mut dialogue = Dialogue::open();
    let nothing = body().u8(0).u8(0);
    let item = body().numeric(0, 85).u8(0).u8(35).raw(&nothing.0).u16(2).text("Pump9").u32(2);
    let item = item.u8(0).u8(0).u8(0).u8(0).u8(63);
    dialogue.exchange(488, body().u32(1).raw(&item.0), 491, body().u32(1).u32(0).named(2, "Pump9").null());
    let row = &dialogue.bench.of("AddNodes")[0];
    assert_eq!((row["ot.operation"].as_str(), row["ot.object.address"].as_str()), ("configure.device", "ns=2;s=Pump9"));
    assert!(says(row, r#""parent":"i=85","browse_name":"2:Pump9","node_class":"Variable","type_definition":"i=63""#));
    dialogue.exchange(500, body().u32(1).named(2, "Pump9").u8(1), 503, body().u32(1).u32(0).null());
    assert_eq!(addresses(&dialogue.bench.of("DeleteNodes")), ["ns=2;s=Pump9"]);
    let reference = body().named(2, "A").u8(0).u8(47).u8(1).null().named(2, "B").u32(1);
    dialogue.exchange(494, body().u32(1).raw(&reference.0), 497, body().u32(1).u32(0).null());
    assert!(says(&dialogue.bench.of("AddReferences")[0], r#""target":"ns=2;s=B""#));
}

#[test]
fn discovery_lists_endpoints_and_registrations() {
    let mut dialogue = Dialogue::open();
    let application =
        |kind: u32| body().text("urn:srv").text("urn:prod").u8(2).text("Line 1").u32(kind).null().null().null();
    let endpoint = body().text("opc.tcp://srv:4840").raw(&application(0).0).null().u32(3).text(BASIC256SHA256);
    let endpoint = endpoint.u32(1).text("user").u32(1).null().null().null().null().u8(0);
    let asked = body().text("opc.tcp://10.9.1.99:4840").null().null();
    dialogue.exchange(428, asked, 431, body().u32(1).raw(&endpoint.0));
    let row = &dialogue.bench.of("GetEndpoints")[0];
    assert!(says(row, r#""host_is_server":false"#), "{row:?}");
    assert!(says(
        row,
        r#""endpoints":["opc.tcp://srv:4840 SignAndEncrypt Basic256Sha256 username"],"server_uri":"urn:srv""#
    ));
    let facts = dialogue.bench.rows("identity");
    assert!(facts.iter().any(|f| f["ot.attribute"] == "name" && f["ot.attribute_value"] == "Line 1"));
    let server = body().text("urn:rogue").text("urn:p").u32(1).u8(2).text("Rogue").u32(0).null();
    dialogue.exchange(437, server.u32(1).text("opc.tcp://evil:4840").null().u8(1), 440, body());
    let row = &dialogue.bench.of("RegisterServer")[0];
    assert_eq!(row["ot.operation"], "name.change");
    assert!(says(
        row,
        r#""server_uri":"urn:rogue","product_uri":"urn:p","server_name":"Rogue","discovery_urls":["opc.tcp://evil:4840"]"#
    ));
}

#[test]
fn build_information_becomes_identity() {
    let mut dialogue = Dialogue::open();
    let asked = body().f64(0.0).u32(3).u32(2);
    let node = |id: u16| body().numeric(0, id).u32(13).null().u16(0).null().0;
    let build = body().text("urn:p").text("Marsh Works").text("Gateway").text("4.2.1").text("1187").i64(0);
    let status = body().i64(1).i64(2).u32(0).raw(&build.0).u32(0).u8(0);
    let answer = body().u32(2).u8(1).u8(22).object(864, status).u8(1).u8(12).text("5.0").null();
    dialogue.exchange(631, asked.raw(&node(2256)).raw(&node(2264)), 634, answer);
    let facts = dialogue.bench.rows("identity");
    let told: Vec<(&str, &str)> =
        facts.iter().map(|f| (f["ot.attribute"].as_str(), f["ot.attribute_value"].as_str())).collect();
    for fact in [
        ("vendor", "Marsh Works"),
        ("product", "Gateway"),
        ("firmware", "4.2.1"),
        ("firmware", "5.0"),
        ("build", "1187"),
    ] {
        assert!(told.contains(&fact), "{fact:?} in {told:?}");
    }
}

#[test]
fn results_that_do_not_match_the_request_are_flagged() {
    let mut dialogue = Dialogue::open();
    let asked = body().f64(0.0).u32(3).u32(1).attribute("a", 13);
    dialogue.exchange(631, asked, 634, body().u32(2).double(1.0, 0).double(2.0, 0).null());
    assert_eq!(dialogue.bench.flags(), ["opcua.result_count"]);
    dialogue.exchange(999, body().u32(1), 634, body().null().null());
    assert!(dialogue.bench.flags().contains(&"opcua.service_unknown".to_owned()));
    dialogue.exchange(479, body().u32(5).u8(0), 482, body().u32(1));
    assert!(dialogue.bench.flags().contains(&"opcua.trailing_bytes".to_owned()));
}
