"""Both stores: what is written can be read as it was, exactly once, and what cannot be stored is kept aside."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from api.storage import open_store
from api.storage.admission import admit, stored_datasets, stored_schema
from response.ports import AlertQuery, EventQuery, Segment, Store, Written
from tests.contract.store_cases import START, occurrence, rows, segment

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]


def everything(store: Store, dataset: str) -> pl.DataFrame:
    page = store.events(EventQuery(dataset, limit=5_000))
    assert page.cursor is None
    return page.frame


def stored(frame: pl.DataFrame, dataset: str) -> pl.DataFrame:
    return frame.select(stored_schema(dataset).keys())


def test_every_dataset_comes_back_as_it_was(store: Store) -> None:
    frames: dict[str, Any] = {name: rows(name, 3) for name in stored_datasets()}
    written = store.write(segment("all", **frames))
    assert written == Written(events_new=3 * len(frames))
    for name, frame in frames.items():
        assert_frame_equal(everything(store, name), stored(frame, name))
        assert store.count(name) == 3


def test_same_segment_twice_adds_nothing(store: Store) -> None:
    once = segment("one", occurrence(0), occurrence(1), transaction=rows("transaction", 50), flow=rows("flow", 5))
    assert store.write(once) == Written(55, 0, 2, 1, 0, 0)
    before = store.alerts(AlertQuery())
    assert store.write(once) == Written(events_known=55)
    assert store.count("transaction") == 50
    assert store.alerts(AlertQuery()) == before
    assert store.health().segments == 1


def test_segments_that_overlap_add_only_what_is_new(store: Store) -> None:
    store.write(segment("one", occurrence(0), occurrence(1), transaction=rows("transaction", 50)))
    written = store.write(segment("two", occurrence(1), occurrence(2), transaction=rows("transaction", 50, begin=30)))
    assert written == Written(events_new=30, events_known=20, occurrences_new=1, alerts_touched=1)
    assert_frame_equal(everything(store, "transaction"), stored(rows("transaction", 80), "transaction"))
    [alert] = store.alerts(AlertQuery()).items
    assert (alert.count, alert.occurrences) == (3, 3)


def test_several_in_one_transaction_are_what_each_alone_is(store: Store) -> None:
    """Also where they overlap, come twice, or some of them are there already."""
    one = segment("one", occurrence(0), transaction=rows("transaction", 20), flow=rows("flow", 3))
    two = segment("two", occurrence(1), transaction=rows("transaction", 30, begin=10))
    three = segment("three", occurrence(1), transaction=rows("transaction", 20, begin=40), identity=rows("identity", 2))
    assert store.write(two).events_new == 30
    done = store.write_all([one, two, three, one])
    assert (done.events_new, done.occurrences_new, done.alerts_touched) == (10 + 3 + 20 + 2, 1, 1)
    assert_frame_equal(everything(store, "transaction"), stored(rows("transaction", 60), "transaction"))
    assert store.health().segments == 3
    assert store.write_all([one, two, three]).events_new == 0
    assert store.write_all([]) == Written()


def test_segments_in_any_order_and_old_ones_inside_new_ones(store: Store) -> None:
    for name, begin, number in (("late", 60, 40), ("early", 0, 20), ("between", 10, 70), ("all", 0, 100)):
        store.write(segment(name, transaction=rows("transaction", number, begin=begin)))
    assert_frame_equal(everything(store, "transaction"), stored(rows("transaction", 100), "transaction"))


def test_sensors_do_not_shadow_each_other(store: Store) -> None:
    store.write(segment("one", value=rows("value", 5, sensor="a"), sensor="a"))
    assert store.write(segment("two", value=rows("value", 5, sensor="b"), sensor="b")).events_new == 5
    assert store.count("value") == 10


def test_a_row_that_is_twice_in_a_segment_is_stored_once(store: Store) -> None:
    twice = pl.concat([rows("flag", 3), rows("flag", 2)])
    assert store.write(segment("one", flag=twice)) == Written(events_new=3, events_known=2)
    assert store.count("flag") == 3


def test_a_time_between_two_microseconds_is_found_again(store: Store) -> None:
    late = rows("transaction", 3).with_columns(pl.col("@timestamp") + pl.duration(nanoseconds=789))
    assert store.write(segment("one", transaction=late)).events_new == 3
    again = store.write(segment("two", transaction=late))
    assert (again.events_new, again.events_known) == (0, 3)
    assert store.count("transaction") == 3


def test_memory_datasets_and_empty_frames_are_not_stored(store: Store) -> None:
    written = store.write(segment("one", sample=rows("sample", 3), rate=rows("rate", 3), flow=rows("flow", 0)))
    assert written == Written()
    assert store.count("flow") == 0
    assert everything(store, "flow").schema == pl.Schema(stored_schema("flow"))


def test_a_frame_without_context_columns_is_stored(store: Store) -> None:
    bare = rows("transaction", 2).drop("ot.source.asset", "ot.source.roles", "ot.window")
    store.write(segment("one", transaction=bare))
    found = everything(store, "transaction")
    assert found["ot.source.roles"].null_count() == 2
    assert_frame_equal(found.select(bare.drop("ot.clock").columns), bare.drop("ot.clock"))


def test_written_data_is_there_after_opening_again(store_url: str) -> None:
    with open_store(store_url) as first:
        first.write(segment("one", occurrence(0), transaction=rows("transaction", 5)))
        alerts = first.alerts(AlertQuery())
    with open_store(store_url) as second:
        assert second.count("transaction") == 5
        assert second.alerts(AlertQuery()) == alerts
        assert second.write(segment("one", occurrence(0), transaction=rows("transaction", 5))).events_new == 0


def test_any_segment_id_is_a_name_and_no_path(store: Store) -> None:
    names = ["../../etc/passwd", "段-1", 'a b/c*?"<|,#:\\', "x" * 700, ".", ".hidden", "UPPER", "upper", "_x"]
    for number, name in enumerate(names):
        new = segment(name, flow=rows("flow", 2, begin=2 * number))
        assert store.write(new).events_new == 2
        assert store.write(new) == Written(events_known=2)
    assert store.count("flow") == 2 * len(names)
    assert store.health().segments == len(names)


def test_odd_values_come_back(store: Store) -> None:
    big = 2**63 - 1
    frame = rows(
        "transaction",
        4,
        ot__flow=[big, 0, None, 4611686018427387],
        ot__object__start=[-(2**63), 0, None, 2**53 + 1],
        ot__value__text=["一号水箱液位 ±0.5℃", "", 'a\u0000b\n\t"\\', None],
        user__name=["操作员", "Ünïcødé", None, "🙂"],
        ot__value__numbers=[[1.5, -0.0, 1e308], [], None, [2.0]],
        ot__details=['{"retain":true,"深":{"a":[1,2.5,null]}}', "{}", None, '{"n":9007199254740993}'],
        source__ip=["2001:db8::1", "10.0.0.1", None, "::ffff:10.0.0.1"],
    )
    store.write(segment("odd", transaction=frame))
    assert store.dead_letters() == ()
    found = everything(store, "transaction")
    assert_frame_equal(found, stored(frame, "transaction"))
    one = store.events(EventQuery("transaction", equals={"ot.flow": big})).frame
    assert one["user.name"].to_list() == ["操作员"]


def test_all_nulls_but_what_is_required(store: Store) -> None:
    whole = rows("transaction", 2)
    keep = ("@timestamp", "event.id")
    bare = whole.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in whole.schema.items() if name not in keep
    )
    assert store.write(segment("bare", transaction=bare)).events_new == 2
    assert_frame_equal(everything(store, "transaction"), stored(bare, "transaction"))


def test_nan_and_infinity_become_null_with_their_text(store: Store) -> None:
    points = rows(
        "value",
        4,
        ot__value__number=[math.nan, math.inf, -math.inf, 1.0],
        ot__value__text=[None, None, "kept", None],
        ot__summary__mean=[math.nan, 1.0, 2.0, None],
    )
    lists = rows("transaction", 2, ot__value__numbers=[[1.0, math.nan], [math.inf]])
    store.write(segment("nan", value=points, transaction=lists))
    found = everything(store, "value")
    assert found["ot.value.number"].to_list() == [None, None, None, 1.0]
    assert found["ot.value.text"].to_list() == ["NaN", "inf", "kept", None]
    assert found["ot.summary.mean"].to_list() == [None, 1.0, 2.0, None]
    assert everything(store, "transaction")["ot.value.numbers"].to_list() == [[1.0, None], [None]]
    assert store.dead_letters() == ()


BROKEN: dict[str, dict[str, Any]] = {
    "not_an_address:source.ip": {"source__ip": ["10.0.0.300"]},
    "not_an_address:ot.server.ip": {"ot__server__ip": ["fe80::1%eth0"]},
    "no_id": {"event__id": [None]},
    "id_too_long": {"event__id": ["x" * 513]},
    "no_time": {"@timestamp": [None]},
    "time_before_1970": {"@timestamp": [-1]},
    "wrong_dataset": {"event__dataset": ["flow"]},
    "not_an_object:ot.details": {"ot__details": ['{"a":NaN}']},
}


def test_rows_that_break_the_vocabulary_are_dead_letters(store: Store) -> None:
    bad = [rows("transaction", 1, begin=10 + n, **columns) for n, columns in enumerate(BROKEN.values())]
    frame = pl.concat([*bad, rows("transaction", 2)])
    assert store.write(segment("bad", transaction=frame)) == Written(events_new=2, dead_letters=len(BROKEN))
    letters = {letter.reason: letter for letter in store.dead_letters()}
    assert letters.keys() == BROKEN.keys()
    for letter in letters.values():
        assert (letter.kind, letter.dataset, letter.segment) == ("event", "transaction", "bad")
        assert letter.record["observer.name"] == "sensor-1"
    assert letters["not_an_address:source.ip"].record["source.ip"] == "10.0.0.300"
    assert store.health().dead_letters == len(BROKEN)


@pytest.mark.parametrize("text", ['["no object"]', "no json", "", '{"a":1} x', "null"])
def test_details_that_are_no_object_are_refused(text: str) -> None:
    frame = rows("transaction", 2, ot__details=["{}", text])
    assert [letter.reason for letter in admit("s", "transaction", frame).dead] == ["not_an_object:ot.details"]


def test_a_dead_letter_is_kept_once(store: Store) -> None:
    frame = rows("flow", 3, source__ip=["x", "10.0.0.1", "y"])
    assert store.write(segment("one", flow=frame)).dead_letters == 2
    assert store.write(segment("one", flow=frame)).dead_letters == 0
    assert store.write(segment("two", flow=frame)) == Written(events_known=1)
    assert len(store.dead_letters()) == 2


def test_values_of_another_type_are_dead_letters_and_others_are_cast(store: Store) -> None:
    frame = rows("flow", 3).with_columns(
        pl.Series("source.port", [80, 70_000, 443]), pl.Series("network.transport", ["tcp", "udp", "tcp"])
    )
    assert store.write(segment("one", flow=frame)) == Written(events_new=2, dead_letters=1)
    assert everything(store, "flow")["source.port"].to_list() == [80, 443]
    [letter] = store.dead_letters()
    assert (letter.reason, letter.record["source.port"]) == ("wrong_type:source.port", 70_000)


def test_an_unknown_dataset_and_an_unknown_column_are_dead_letters(store: Store) -> None:
    frame = rows("flow", 2).with_columns(pl.lit(1).alias("ot.invented"))
    written = store.write(segment("one", flow=frame, nonsense=rows("flow", 2)))
    assert written == Written(events_new=2, dead_letters=3)
    assert sorted(letter.reason for letter in store.dead_letters()) == ["unknown_column"] + ["unknown_dataset"] * 2


def test_an_occurrence_that_no_alert_can_be_made_of_is_a_dead_letter(store: Store) -> None:
    good = occurrence(0)
    bad = replace(occurrence(1), severity="catastrophic")
    backwards = replace(occurrence(2), last_seen=0)
    assert store.write(segment("one", good, bad, backwards)) == Written(0, 0, 1, 1, 0, 2)
    letters = {letter.reason: letter for letter in store.dead_letters()}
    assert letters.keys() == {"unknown_severity", "bad_time"}
    assert letters["unknown_severity"].record["id"] == bad.id
    assert store.occurrences(good.id) == (good,)


def test_counters_may_be_any_json(store: Store) -> None:
    odd = Segment("c", "s", START, START, counters={"a.b": 1, "a": {"": "x"}, "ratio": math.nan, "zh": "丢包"})
    assert store.write(odd) == Written()
    assert store.health().segments == 1
