//! Requests and replies: late, missing, twice, out of place; joining in the middle; holes in the capture.

use super::Bench;
use super::build::*;
use crate::flow::Side;

fn read() -> Body {
    body().f64(0.0).u32(3).u32(1).attribute("Tank.Level", 13)
}

fn answer(value: f64) -> Vec<u8> {
    response(634, body().u32(1).double(value, 0).null())
}

fn replies(bench: &Bench) -> Vec<String> {
    bench.of("Read").iter().map(|row| row["ot.reply"].clone()).collect()
}

#[test]
fn second_replies_are_told_apart() {
    let mut dialogue = Dialogue::open();
    let id = dialogue.ask(631, read());
    dialogue.answer(id, &answer(1.0));
    dialogue.answer(id, &answer(1.0));
    dialogue.answer(id, &answer(2.0));
    dialogue.answer(999, &answer(2.0));
    assert_eq!(replies(&dialogue.bench), ["answered", "duplicate", "differing", "unexpected"]);
    let flags = ["pairing.duplicate_reply", "pairing.differing_reply", "pairing.unexpected_reply"];
    assert_eq!(dialogue.bench.flags(), flags);
}

#[test]
fn a_fault_answers_any_request() {
    let mut dialogue = Dialogue::open();
    let id = dialogue.ask(631, read());
    dialogue.answer(id, &fault(0x8025_0000));
    let row = &dialogue.bench.of("Read")[0];
    assert_eq!((row["event.outcome"].as_str(), row["ot.status.name"].as_str()), ("failure", "BadSessionIdInvalid"));
    assert_eq!(row["ot.object.address"], "ns=2;s=Tank.Level");
}

#[test]
fn a_reply_of_another_service_does_not_answer() {
    let mut dialogue = Dialogue::open();
    let id = dialogue.ask(631, read());
    dialogue.answer(id, &response(676, body().u32(1).u32(0).null()));
    dialogue.answer(id, &answer(1.0));
    assert_eq!(dialogue.bench.flags(), ["opcua.wrong_response"]);
    assert_eq!(replies(&dialogue.bench), ["answered"]);
}

#[test]
fn silence_is_told_after_the_clients_own_time() {
    let mut dialogue = Dialogue::open();
    let id = dialogue.ask(631, read());
    dialogue.bench.wait(9);
    assert!(replies(&dialogue.bench).is_empty());
    dialogue.bench.wait(2);
    assert_eq!(replies(&dialogue.bench), ["unanswered"]);
    dialogue.answer(id, &answer(1.0));
    assert_eq!(replies(&dialogue.bench), ["unanswered", "unexpected"]);
    assert!(dialogue.bench.flags().is_empty(), "late is not odd");
}

#[test]
fn publish_requests_may_wait_and_may_be_left_over() {
    let mut dialogue = Dialogue::open();
    dialogue.ask(826, body().null());
    dialogue.bench.wait(1800);
    assert!(dialogue.bench.of("Publish").is_empty());
    dialogue.bench.close();
    assert_eq!(dialogue.bench.of("Publish")[0]["ot.reply"], "none");
    let mut failing = Dialogue::open();
    let id = failing.ask(826, body().null());
    failing.answer(id, &fault(0x8079_0000));
    let row = &failing.bench.of("Publish")[0];
    assert_eq!((row["source.ip"].as_str(), row["ot.status.name"].as_str()), ("10.9.1.30", "BadNoSubscription"));
}

#[test]
fn an_id_used_twice_is_flagged() {
    let mut dialogue = Dialogue::open();
    dialogue.ask(631, read());
    dialogue.request -= 1;
    dialogue.ask(631, read());
    assert_eq!(dialogue.bench.flags(), ["pairing.id_reused"]);
}

#[test]
fn a_hole_in_the_capture_accuses_nobody() {
    let mut dialogue = Dialogue::open();
    dialogue.ask(631, read());
    dialogue.bench.gap(Side::Server);
    dialogue.sequence[1] += 1;
    dialogue.answer(77, &answer(5.0));
    dialogue.bench.wait(20);
    assert_eq!(replies(&dialogue.bench), ["unexpected", "none"]);
    assert!(dialogue.bench.flags().is_empty(), "{:?}", dialogue.bench.flags());
}

#[test]
fn services_are_read_without_the_channels_opening() {
    let mut bench = Bench::new();
    bench.client(&chunk(b'F', 500, 20, &request(631, read())));
    bench.server(&chunk(b'F', 700, 20, &answer(8.5)));
    let row = &bench.of("Read")[0];
    assert_eq!((row["ot.value.numbers"].as_str(), row["ot.reply"].as_str()), ("[8.5]", "answered"));
    let mut signed = Bench::new();
    let tail = [0x33; 32];
    signed.client(&chunk(b'F', 500, 20, &[request(631, read()), tail.to_vec()].concat()));
    signed.server(&chunk(b'C', 700, 20, &[answer(8.5)[..40].to_vec(), tail.to_vec()].concat()));
    signed.server(&chunk(b'F', 701, 20, &[answer(8.5)[40..].to_vec(), tail.to_vec()].concat()));
    assert_eq!(signed.of("Read")[0]["ot.value.numbers"], "[8.5]", "the signature's length was learnt");
    assert!(signed.flags().is_empty(), "{:?}", signed.flags());
}

#[test]
fn messages_of_the_wrong_side_are_flagged() {
    let mut dialogue = Dialogue::open();
    dialogue.bench.server(&chunk(b'F', 2, 2, &request(631, read())));
    assert_eq!(dialogue.bench.flags(), ["opcua.wrong_direction"]);
    assert_eq!(dialogue.bench.of("Read")[0]["source.ip"], "10.9.1.20");
}

#[test]
fn what_waits_is_bounded() {
    let mut dialogue = Dialogue::open();
    for _ in 0..400 {
        dialogue.ask(631, read());
    }
    assert!(dialogue.bench.flags().contains(&"parser.limit".to_owned()));
    let items = (0..20_000u32).fold(body().u32(1).u32(2).u32(20_000), |out, i| {
        out.attribute("x", 13).u32(2).u32(i).f64(1.0).u8(0).u8(0).u8(0).u32(1).u8(1)
    });
    dialogue.ask(751, items);
    assert!(dialogue.bench.weight() < 16 << 20, "{}", dialogue.bench.weight());
    assert!(dialogue.bench.flags().contains(&"truncated".to_owned()));
}
