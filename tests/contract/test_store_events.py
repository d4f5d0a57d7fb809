"""Both stores: events are found by time, field and id, in pages that stay right while others write."""

from __future__ import annotations

import itertools
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from api.storage import open_store
from api.storage.admission import stored_schema
from response.ports import EventQuery, Store
from response.store_errors import Invalid
from tests.contract.store_cases import SECOND, START, rows, segment

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]

STEP = 10_000_001


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with 60 transactions in three segments that overlap in time, ten of them at one instant."""
    for name, part in (("b", range(20, 45)), ("a", range(25)), ("c", range(45, 60))):
        store.write(segment(name, transaction=pl.concat([transactions(n, 1) for n in part])))
    return store


def transactions(begin: int, count: int) -> pl.DataFrame:
    numbers = range(begin, begin + count)
    columns: dict[str, Any] = {
        "@timestamp": [START + (min(n, 30) if n < 40 else n) * STEP for n in numbers],
        "ot__unit": [str(n % 3) for n in numbers],
        "ot__function__code": [n % 4 for n in numbers],
        "ot__flow": [n % 5 + 2**62 for n in numbers],
        "event__outcome": [None if n % 2 else "success" for n in numbers],
        "ot__source__roles": [["hmi", "writer"] if n % 6 == 0 else ["hmi"] for n in numbers],
        "ot__drill": [n == 7 for n in numbers],
        "source__ip": [f"10.0.0.{n}" for n in numbers],
    }
    return rows("transaction", count, begin=begin, **columns)


def numbers(frame: pl.DataFrame) -> list[int]:
    return [int(ip.rpartition(".")[2]) for ip in frame["source.ip"].cast(pl.String())]


def found(store: Store, limit: int = 100, **query: Any) -> list[int]:
    return numbers(store.events(EventQuery("transaction", limit=limit, **query)).frame)


def test_by_field(filled: Store) -> None:
    every = range(60)
    for equals, expected in (
        ({"ot.unit": "2"}, [n for n in every if n % 3 == 2]),
        ({"ot.unit": ["0", "2"]}, [n for n in every if n % 3 != 1]),
        ({"ot.unit": "2", "ot.function.code": 1}, [n for n in every if n % 12 == 5]),
        ({"ot.flow": 2**62 + 3}, [n for n in every if n % 5 == 3]),
        ({"event.outcome": None}, [n for n in every if n % 2]),
        ({"event.outcome": [None, "success"]}, list(every)),
        ({"ot.source.roles": "writer"}, [n for n in every if n % 6 == 0]),
        ({"ot.drill": True}, [7]),
        ({"source.ip": "10.0.0.9"}, [9]),
        ({"ot.unit": []}, []),
        ({"ot.unit": "no such"}, []),
        ({"source.port": 70_000}, []),
        ({"ot.flow": 2**70}, []),
        ({"source.port": -1}, []),
    ):
        assert sorted(found(filled, equals=equals)) == expected, equals


def test_by_time(filled: Store) -> None:
    assert found(filled, start=START + 5 * STEP, end=START + 8 * STEP) == [5, 6, 7]
    assert found(filled, start=START + 58 * STEP + 1) == [59]
    assert found(filled, end=START + 1) == [0]
    assert found(filled, end=-5) == []
    assert len(found(filled, start=-5)) == 60
    assert len(found(filled, start=START + 30 * STEP, end=START + 30 * STEP + 1)) == 10


def test_by_id(filled: Store) -> None:
    ids = tuple(transactions(10, 3)["event.id"])
    assert found(filled, ids=ids) == [10, 11, 12]
    assert found(filled, ids=(*ids[:1], "unknown"), equals={"ot.unit": "1"}) == [10]
    assert found(filled, ids=()) == []


def test_pages_have_every_row_once_in_order(filled: Store) -> None:
    whole = transactions(0, 60).select(stored_schema("transaction").keys())
    for descending, limit in itertools.product((False, True), (1, 7, 60)):
        pages, cursor = [], None
        while True:
            page = filled.events(EventQuery("transaction", limit=limit, cursor=cursor, descending=descending))
            pages.append(page.frame)
            cursor = page.cursor
            if cursor is None:
                break
        assert_frame_equal(pl.concat(pages), whole.sort("@timestamp", "event.id", descending=descending))


def test_pages_stay_right_while_rows_come_in(filled: Store) -> None:
    query = {"limit": 25, "descending": True}
    first = filled.events(EventQuery("transaction", **query))  # type: ignore[arg-type]
    filled.write(segment("d", transaction=transactions(60, 40)))
    second = filled.events(EventQuery("transaction", cursor=first.cursor, **query))  # type: ignore[arg-type]
    whole = transactions(0, 60).sort("@timestamp", "event.id", descending=True)
    assert numbers(pl.concat([first.frame, second.frame])) == numbers(whole.head(50))


def test_a_cursor_holds_everything_it_needs(filled: Store, store_url: str) -> None:
    first = filled.events(EventQuery("transaction", limit=10))
    with open_store(store_url) as again:
        second = again.events(EventQuery("transaction", limit=10, cursor=first.cursor))
    assert numbers(second.frame) == numbers(filled.events(EventQuery("transaction", limit=20)).frame)[10:]


def test_counts(filled: Store) -> None:
    assert filled.count("transaction") == 60
    assert filled.count("flag") == 0
    assert filled.events(EventQuery("flag")).frame.is_empty()


@pytest.mark.parametrize(
    "query",
    [
        EventQuery("no_such"),
        EventQuery("sample"),
        EventQuery("transaction", limit=0),
        EventQuery("transaction", limit=10_001),
        EventQuery("transaction", equals={"no.such": 1}),
        EventQuery("transaction", equals={"ot.clock": 1}),
        EventQuery("transaction", equals={"ot.details": "{}"}),
        EventQuery("transaction", equals={"@timestamp": START}),
        EventQuery("transaction", equals={"ot.unit": 1}),
        EventQuery("transaction", equals={"source.port": "80"}),
        EventQuery("transaction", equals={"source.port": 1.5}),
        EventQuery("transaction", equals={"ot.drill": 1}),
        EventQuery("transaction", equals={"source.ip": "10.0.0.0/8"}),
        EventQuery("transaction", cursor="///"),
        EventQuery("transaction", cursor="WyJ4Il0"),
    ],
)
def test_queries_that_make_no_sense_are_refused(embedded: Store, query: EventQuery) -> None:
    with pytest.raises(Invalid):
        embedded.events(query)


def test_a_cursor_of_another_query_is_refused(filled: Store) -> None:
    cursor = filled.events(EventQuery("transaction", limit=5)).cursor
    with pytest.raises(Invalid):
        filled.events(EventQuery("transaction", limit=5, cursor=cursor, descending=True))
    with pytest.raises(Invalid):
        filled.events(EventQuery("transaction", limit=5, cursor=cursor, start=START))


def test_float_and_confidence_values(store: Store) -> None:
    store.write(segment("one", identity=rows("identity", 3, ot__confidence=[0.9, 0.5, None])))
    assert store.events(EventQuery("identity", equals={"ot.confidence": 0.9})).frame.height == 1
    assert store.events(EventQuery("identity", equals={"ot.confidence": [0.5, None]})).frame.height == 2


def test_days_and_far_times(store: Store) -> None:
    columns: dict[str, Any] = {"@timestamp": [0, START, START + 86_400 * SECOND, 4_102_444_800 * SECOND + 1]}
    far = columns["@timestamp"]
    store.write(segment("far", flow=rows("flow", 4, **columns)))
    store.write(segment("near", flow=rows("flow", 1, begin=9)))
    frame = store.events(EventQuery("flow")).frame
    assert frame["@timestamp"].dt.epoch("ns").to_list() == sorted([*far, START + 9 * STEP])
    assert store.events(EventQuery("flow", start=far[3])).frame.height == 1
