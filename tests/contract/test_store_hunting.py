"""Both stores: conditions, groups and counts over events give what a plain look at every row gives."""

from __future__ import annotations

import ipaddress
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from api.storage import embedded_events
from response.conditions import Condition, parse_conditions
from response.ports import EventQuery, Store
from response.store_errors import Invalid
from tests.contract.store_cases import SECOND, START, rows, segment

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]

NUMBER = 80
MS = 1_000_000


def table() -> pl.DataFrame:
    numbers = range(NUMBER)
    columns: dict[str, Any] = {
        "@timestamp": [START + n * SECOND + n for n in numbers],
        "ot__unit": [None if n % 7 == 0 else str(n % 3) for n in numbers],
        "ot__function__code": [n % 5 for n in numbers],
        "ot__operation": [("read", "read.history", "write", "mode.stop")[n % 4] for n in numbers],
        "ot__object__address": [f"holding:{n}" if n % 2 else f"coil:{n}" for n in numbers],
        "ot__source__roles": [["hmi", "writer"] if n % 6 == 0 else ["historian"] for n in numbers],
        "ot__drill": [n == 7 for n in numbers],
        "source__ip": [f"10.0.{n % 3}.{n}" if n % 10 else f"2001:db8::{n + 1}" for n in numbers],
        "event__duration": [None if n % 11 == 0 else n * 1000 for n in numbers],
    }
    return rows("transaction", NUMBER, **columns)


@pytest.fixture
def filled(store: Store) -> Store:
    whole = table()
    for name, part in (("a", whole[:30]), ("b", whole[30:])):
        store.write(segment(name, transaction=part))
    return store


def plainly(row: dict[str, Any], c: Condition) -> bool:
    """A condition looked at the slow way."""
    value = row[c.field]
    held: bool
    if value is None:
        held = False
    elif c.operator == "known":
        held = True
    elif c.operator == "network":
        held = ipaddress.ip_address(value) in ipaddress.ip_network(c.values[0])
    elif isinstance(value, list):
        held = any(each.startswith(c.values[0]) if c.operator == "prefix" else each in c.values for each in value)
    elif c.operator == "prefix":
        held = value.startswith(c.values[0])
    elif c.operator == "one_of":
        held = str(value).lower() in c.values
    else:
        compare: dict[str, Callable[[float, float], bool]] = {
            "at_least": lambda a, b: a >= b, "above": lambda a, b: a > b,
            "below": lambda a, b: a < b, "at_most": lambda a, b: a <= b,
        }  # fmt: skip
        held = compare[c.operator](value, float(c.values[0]))
    return held != c.negated


WORDS = (
    "ot.operation:read", "-ot.operation:read,write", "ot.operation:mode*", "ot.unit:*", "-ot.unit:*", "ot.unit:1,2",
    "ot.function.code:3", "ot.function.code>=2", "-ot.function.code<2", "ot.object.address:hold*", "ot.drill:true",
    "source.ip:10.0.1.0/24", "-source.ip:10.0.0.0/8", "source.ip:2001:db8::/32", "source.ip:10.0.1.1,10.0.2.2",
    "ot.source.roles:writer", "-ot.source.roles:writer", "ot.source.roles:hist*", "event.duration>40000",
    "event.duration<=12000", '-ot.object.address:"coil:2","coil:4"',
)  # fmt: skip


def test_conditions_find_what_a_look_at_every_row_finds(filled: Store) -> None:
    whole = table().with_columns(pl.col(pl.Categorical).cast(pl.String)).to_dicts()
    chosen = random.Random(11)
    queries = [[word] for word in WORDS] + [chosen.sample(WORDS, 3) for _ in range(25)]
    for words in queries:
        where = parse_conditions(" ".join(words))
        expected = [row["event.id"] for row in whole if all(plainly(row, c) for c in where)]
        query = EventQuery("transaction", where=where, limit=NUMBER)
        assert filled.events(query).frame["event.id"].to_list() == expected, words
        assert filled.count_events(query) == len(expected), words


@pytest.mark.parametrize(
    "by", [("ot.unit",), ("ot.operation", "ot.function.code"), ("source.ip", "ot.unit", "ot.drill")]
)
def test_groups_are_counted(filled: Store, by: tuple[str, ...]) -> None:
    whole = table().with_columns(pl.col(pl.Categorical).cast(pl.String)).to_dicts()
    where = parse_conditions("-ot.operation:mode.stop")
    expected = Counter(tuple(row[name] for name in by) for row in whole if row["ot.operation"] != "mode.stop")
    found = filled.group_events(EventQuery("transaction", where=where), by, 1000)
    assert found.whole
    assert {group.values: group.count for group in found.groups} == dict(expected)
    assert [group.count for group in found.groups] == sorted(expected.values(), reverse=True)
    first = {row["@timestamp"]: tuple(row[name] for name in by) for row in whole if row["ot.operation"] != "mode.stop"}
    for group in found.groups:
        times = [int(time.timestamp()) for time, values in first.items() if values == group.values]
        assert (group.first // SECOND, group.last // SECOND) == (min(times), max(times))
        assert (group.first % MS, group.last % MS) == (0, 0)
    assert filled.group_events(EventQuery("transaction", where=where), by, 2).groups == found.groups[:2]


def test_what_lasts_was_last_seen_at_its_end(store: Store) -> None:
    ends = [START + SECOND, START + 3600 * SECOND, None]
    flows = rows("flow", 3, step=SECOND).with_columns(
        pl.Series("event.end", ends, pl.Int64).cast(pl.Datetime("ns", "UTC"))
    )
    store.write(segment("one", flow=flows))
    [group] = store.group_events(EventQuery("flow"), ["network.protocol"], 10).groups
    assert (group.count, group.first, group.last) == (3, START, START + 3600 * SECOND)


def test_groups_are_summed(filled: Store) -> None:
    whole = table().to_dicts()
    names = ["event.duration", "ot.function.code"]
    expected = {
        unit: tuple(sum(row[name] or 0 for row in whole if row["ot.unit"] == unit) for name in names)
        for unit in {row["ot.unit"] for row in whole}
    }
    found = filled.group_events(EventQuery("transaction"), ["ot.unit"], 10, names)
    assert {group.values[0]: group.sums for group in found.groups} == expected
    same = filled.group_events(EventQuery("transaction"), ["ot.function.code"], 10, ["ot.function.code"])
    assert all(group.sums == (int(group.values[0] or 0) * group.count,) for group in same.groups)
    for sums in (["ot.unit"], ["@timestamp"], ["nonsense"], names * 5):
        with pytest.raises(Invalid):
            filled.group_events(EventQuery("transaction"), ["ot.unit"], 10, sums)


def test_groups_of_many_rows_are_counted_in_parts(embedded: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = table()
    for n in range(8):
        embedded.write(segment(f"s{n}", transaction=whole[n * 10 : n * 10 + 10]))
    questions = (("ot.unit",), ("source.ip", "ot.operation"), ("event.id",))
    asked = [(EventQuery("transaction"), by, 100, ["event.duration"]) for by in questions]
    at_once = [embedded.group_events(*question) for question in asked]
    monkeypatch.setattr(embedded_events, "ROWS_AT_ONCE", 25)
    assert [embedded.group_events(*question) for question in asked] == at_once
    monkeypatch.setattr(embedded_events, "MOST_GROUPS", 20)
    monkeypatch.setattr(embedded_events, "MOST_HELD", 30)
    assert [embedded.group_events(*question).whole for question in asked] == [True, False, False]
    assert len(embedded.group_events(*asked[2]).groups) == 30


def test_rows_over_time(filled: Store) -> None:
    query = EventQuery("transaction", start=START, end=START + NUMBER * SECOND)
    assert filled.events_over_time(query, 20 * SECOND) == tuple((START + n * 20 * SECOND, 20) for n in range(4))
    late = EventQuery("transaction", start=START + 200 * SECOND, end=START + 300 * SECOND)
    assert filled.events_over_time(late, SECOND) == ()
    with pytest.raises(Invalid):
        filled.events_over_time(query, 1000)


def test_sums_over_time(filled: Store) -> None:
    query = EventQuery(
        "transaction", start=START + 5 * SECOND, end=START + 61 * SECOND, where=parse_conditions("-ot.unit:1")
    )
    whole = table().with_columns(pl.col(pl.Categorical).cast(pl.String)).to_dicts()
    expected: dict[tuple[int, tuple[Any, ...]], list[int]] = {}
    for number, row in enumerate(whole):
        if 5 <= number <= 60 and row["ot.unit"] != "1":
            key = START // (20 * SECOND) * 20 * SECOND + number // 20 * 20 * SECOND, (row["ot.unit"], row["ot.drill"])
            expected.setdefault(key, []).append(row["event.duration"] or 0)
    found = filled.sums_over_time(query, 20 * SECOND, ["ot.unit", "ot.drill"], "event.duration")
    assert found.whole
    told = {(each.start, each.values): (each.count, each.sum, each.most) for each in found.sums}
    assert told == {key: (len(rows), sum(rows), max(rows)) for key, rows in expected.items()}
    assert [each.start for each in found.sums] == sorted(start for start, _ in expected)
    for step, by, of in (
        (1000, ["ot.unit"], "event.duration"),
        (SECOND, [], "event.duration"),
        (SECOND, ["x"], "ot.unit"),
    ):
        with pytest.raises(Invalid):
            filled.sums_over_time(query, step, by, of)


def test_of_an_empty_store(store: Store) -> None:
    query = EventQuery("flow", start=START, end=START + SECOND)
    assert store.group_events(query, ["network.protocol"], 10).groups == ()
    assert store.events_over_time(query, SECOND) == ()
    assert store.sums_over_time(query, SECOND, ["network.protocol"], "source.packets").sums == ()
    assert store.count_events(query) == 0


@pytest.mark.parametrize(
    "text",
    [
        "modbus", "ot.operation", "ot.operation:", "ot.operation=read", 'ot.operation:"read', "nonsense:1",
        "ot.function.code:many", "ot.function.code:1*", "source.ip:10.0.0", "source.ip:10.0.0.0/99", "ot.drill:maybe",
        "ot.operation>=read", "ot.details:x", "@timestamp>5",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(store: Store, text: str) -> None:
    with pytest.raises(Invalid):
        store.events(EventQuery("transaction", where=parse_conditions(text)))


def test_grouping_has_limits(store: Store) -> None:
    query = EventQuery("transaction")
    for by in ([], ["ot.unit"] * 2, ["ot.unit", "ot.drill", "source.ip", "ot.operation"], ["ot.source.roles"], ["x"]):
        with pytest.raises(Invalid):
            store.group_events(query, by, 10)


def test_quoted_values_hold_anything() -> None:
    [condition] = parse_conditions(r'ot.object.address:"a b","c,\"d\"",e')
    assert condition == Condition("ot.object.address", "one_of", ("a b", 'c,"d"', "e"))
