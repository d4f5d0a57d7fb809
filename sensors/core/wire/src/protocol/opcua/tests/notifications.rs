//! Subscriptions: notifications get their nodes back, and the server is their source.

use super::build::*;
use super::says;
use crate::protocol::opcua::methods;

const SUBSCRIPTION: u32 = 5;

/// CreateMonitoredItems of nodes with client handles.
fn items(nodes: &[(&str, u32)], filter: Body) -> Body {
    let filter = if filter.0.is_empty() { body().u8(0).u8(0).u8(0) } else { filter };
    nodes
        .iter()
        .fold(body().u32(SUBSCRIPTION).u32(2).u32(u32::try_from(nodes.len()).unwrap()), |out, (node, handle)| {
            out.attribute(node, 13).u32(2).u32(*handle).f64(50.0).raw(&filter.0).u32(10).u8(1)
        })
}

fn created(statuses: &[(u32, u32)]) -> Body {
    let count = u32::try_from(statuses.len()).unwrap();
    let out = statuses.iter().fold(body().u32(count), |out, (status, item)| {
        out.u32(*status).u32(*item).f64(100.0).u32(10).u8(0).u8(0).u8(0)
    });
    out.null()
}

/// PublishResponse with these NotificationData.
fn publication(sequence: u32, data: &[Body]) -> Body {
    let count = u32::try_from(data.len()).unwrap();
    let head = body().u32(SUBSCRIPTION).null().u8(0).u32(sequence).i64(0).u32(count);
    data.iter().fold(head, |out, data| out.raw(&data.0)).null().null()
}

fn data_change(values: &[(u32, f64)]) -> Body {
    let count = u32::try_from(values.len()).unwrap();
    let items = values.iter().fold(body().u32(count), |out, (handle, value)| out.u32(*handle).double(*value, 0));
    body().object(811, items.null())
}

#[test]
fn data_changes_are_publications_of_the_server() {
    let mut dialogue = Dialogue::open();
    let subscription = body().u32(SUBSCRIPTION).f64(500.0).u32(10).u32(3);
    dialogue.exchange(787, body().f64(1.0).u32(10).u32(3).u32(0).u8(1).u8(0), 790, subscription);
    let row = &dialogue.bench.of("CreateSubscription")[0];
    assert_eq!(row["ot.object.address"], "subscription:5");
    assert!(says(row, r#""publishing_interval":1,"#) && says(row, r#""revised_publishing_interval":500"#), "{row:?}");
    let first = dialogue.ask(826, body().null());
    // The notification overtakes the reply of the request that set it up.
    let create = dialogue.ask(751, items(&[("Level", 1), ("No.Such", 2)], body()));
    dialogue.answer(first, &response(829, publication(1, &[data_change(&[(1, 41.5), (77, 3.0)])])));
    dialogue.answer(create, &response(754, created(&[(0, 31), (0x8034_0000, 0)])));
    let rows = dialogue.bench.of("Publish");
    assert_eq!(rows[0]["ot.object.address"], "ns=2;s=Level");
    assert_eq!((rows[0]["ot.value.numbers"].as_str(), rows[0]["ot.operation"].as_str()), ("[41.5]", "publish"));
    assert_eq!((rows[0]["source.ip"].as_str(), rows[0]["ot.server.ip"].as_str()), ("10.9.1.20", "10.9.1.20"));
    assert_eq!(
        (rows[1]["ot.object.kind"].as_str(), rows[1]["ot.object.address"].as_str()),
        ("item", "subscription:5/handle:77")
    );
    let rows = dialogue.bench.of("CreateMonitoredItems");
    assert_eq!(
        (rows[0]["ot.operation"].as_str(), rows[1]["ot.status.name"].as_str()),
        ("subscribe.start", "BadNodeIdUnknown")
    );
    assert!(says(&rows[0], r#""sampling_interval":50,"#) && says(&rows[0], r#""revised_sampling_interval":100"#));
    assert!(dialogue.bench.flags().is_empty(), "{:?}", dialogue.bench.flags());
}

#[test]
fn items_keep_their_nodes_until_they_are_deleted() {
    let mut dialogue = Dialogue::open();
    dialogue.exchange(751, items(&[("Level", 1), ("Flow", 2)], body()), 754, created(&[(0, 31), (0, 32)]));
    let modify = body().u32(SUBSCRIPTION).u32(2).u32(1).u32(31).u32(9).f64(10.0).u8(0).u8(0).u8(0).u32(1).u8(1);
    dialogue.exchange(763, modify, 766, body().u32(1).u32(0).f64(10.0).u32(1).u8(0).u8(0).u8(0).null());
    dialogue.exchange(769, body().u32(SUBSCRIPTION).u32(0).u32(1).u32(32), 772, body().u32(1).u32(0).null());
    dialogue.exchange(781, body().u32(SUBSCRIPTION).u32(1).u32(32), 784, body().u32(1).u32(0).null());
    let mode = &dialogue.bench.of("SetMonitoringMode")[0];
    assert_eq!((mode["ot.operation"].as_str(), mode["ot.object.address"].as_str()), ("subscribe.stop", "ns=2;s=Flow"));
    assert_eq!(dialogue.bench.of("DeleteMonitoredItems")[0]["ot.object.address"], "ns=2;s=Flow");
    dialogue.exchange(826, body().null(), 829, publication(1, &[data_change(&[(9, 1.0), (2, 2.0)])]));
    dialogue.exchange(847, body().u32(1).u32(SUBSCRIPTION), 850, body().u32(1).u32(0).null());
    dialogue.exchange(826, body().null(), 829, publication(2, &[data_change(&[(9, 1.0)])]));
    let addresses: Vec<String> = dialogue.bench.of("Publish").iter().map(|r| r["ot.object.address"].clone()).collect();
    assert_eq!(addresses, ["ns=2;s=Level", "subscription:5/handle:2", "subscription:5/handle:9"]);
}

#[test]
fn triggers_name_both_lists_and_their_results() {
    let mut dialogue = Dialogue::open();
    dialogue.exchange(751, items(&[("A", 1), ("B", 2)], body()), 754, created(&[(0, 31), (0, 32)]));
    let asked = body().u32(SUBSCRIPTION).u32(31).u32(1).u32(32).u32(1).u32(40);
    dialogue.exchange(775, asked, 778, body().u32(1).u32(0).null().u32(1).u32(0x8042_0000).null());
    let rows = dialogue.bench.of("SetTriggering");
    assert!(says(&rows[0], r#""link":"add""#) && rows[0]["ot.object.address"] == "ns=2;s=B");
    assert!(says(&rows[1], r#""link":"remove""#) && rows[1]["event.outcome"] == "failure");
}

#[test]
fn a_keep_alive_and_a_status_change_name_the_subscription() {
    let mut dialogue = Dialogue::open();
    dialogue.exchange(826, body().null(), 829, publication(1, &[]));
    let change = body().object(820, body().u32(0x800a_0000).u8(0));
    dialogue.exchange(826, body().null(), 829, publication(2, &[change]));
    let rows = dialogue.bench.of("Publish");
    let told: Vec<(&str, &str)> =
        rows.iter().map(|r| (r["ot.operation"].as_str(), r["ot.status.name"].as_str())).collect();
    assert_eq!(told, [("session.keepalive", "Good"), ("notify", "BadTimeout")]);
    assert!(rows.iter().all(|row| row["ot.object.address"] == "subscription:5"));
}

#[test]
fn events_carry_the_fields_the_client_selected() {
    let mut dialogue = Dialogue::open();
    let clause = |path: &[&str]| {
        let head = body().numeric(0, 2041).u32(u32::try_from(path.len()).unwrap());
        path.iter().fold(head, |out, name| out.u16(0).text(name)).u32(13).null().0
    };
    let paths: [&[&str]; 6] =
        [&["EventId"], &["SourceName"], &["Message"], &["Severity"], &["ActiveState", "Id"], &["Quality"]];
    let clauses = paths.iter().fold(body().u32(6), |out, path| out.raw(&clause(path)));
    let filter = body().object(727, clauses.null());
    dialogue.exchange(751, items(&[("Server", 4)], filter), 754, created(&[(0, 1)]));
    let event = |active: u8| {
        let fields = body().u8(15).bytes(b"id").u8(12).text("Tank").u8(21).u8(2).text("Level high");
        let fields = fields.u8(5).u16(700).u8(1).u8(active).u8(12).text("bad");
        body().object(916, body().u32(1).u32(4).u32(6).raw(&fields.0))
    };
    dialogue.exchange(826, body().null(), 829, publication(1, &[event(1)]));
    dialogue.exchange(826, body().null(), 829, publication(2, &[event(0)]));
    let rows = dialogue.bench.of("Publish");
    let operations: Vec<&str> = rows.iter().map(|row| row["ot.operation"].as_str()).collect();
    assert_eq!(operations, ["alarm.raise", "notify"]);
    assert_eq!((rows[0]["ot.value.type"].as_str(), rows[0]["ot.value.text"].as_str()), ("Event", "Level high"));
    let told = r#""event_source":"Tank","event_severity":700,"active":true,"event_fields":["Quality=bad"]"#;
    assert!(says(&rows[0], told), "{:?}", rows[0]);
}

#[test]
fn republish_gives_the_notifications_to_the_client_who_asked() {
    let mut dialogue = Dialogue::open();
    dialogue.exchange(751, items(&[("Level", 1)], body()), 754, created(&[(0, 31)]));
    let message = body().u32(8).i64(0).u32(1).raw(&data_change(&[(1, 6.5)]).0);
    dialogue.exchange(832, body().u32(SUBSCRIPTION).u32(8), 835, message);
    let row = &dialogue.bench.of("Republish")[0];
    assert_eq!((row["ot.object.address"].as_str(), row["ot.value.numbers"].as_str()), ("ns=2;s=Level", "[6.5]"));
    assert_eq!((row["source.ip"].as_str(), row["ot.reply"].as_str()), ("10.9.1.30", "answered"));
}

#[test]
fn the_standards_methods_are_known_by_number() {
    assert_eq!(methods::name(12886), Some("Server.RequestServerStateChange"));
    assert_eq!(methods::name(24304), Some("UserManagement.AddUser"));
    assert_eq!(methods::name(1), None);
    assert!(methods::secret("2:ChangePassword") && !methods::secret("2:Start"));
}
