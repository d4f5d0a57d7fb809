"""Both stores give the same answer, or the same refusal, to any question about events, also to odd ones."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from response.conditions import OPERATORS, Condition
from response.ports import AlertQuery, EventPage, EventQuery, Store
from response.store_errors import StoreError
from tests.contract.store_cases import SECOND, START, occurrence, rows, segment

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]
pytestmark = pytest.mark.timeout(300)

NUMBER = 120
FIELDS = (
    "source.ip", "destination.ip", "source.port", "ot.unit", "ot.function.code", "ot.operation", "ot.object.address",
    "ot.source.roles", "ot.drill", "event.duration", "network.protocol",
)  # fmt: skip
ODD = (
    "", "0", "-0", "1", "3", "-1", "65535", "65536", "4294967296", "9223372036854775807", "9223372036854775808", "1e3",
    "1.5", "nan", "inf", "-inf", "1_0", " 1", "true", "TRUE", "read", "holding:1", "hold", "*", "a\\b", "e\u0301", "é",
    "停机", "10.0.1.5", "10.0.1.0/24", "0.0.0.0/0", "::/0", "::ffff:0:0/96", "::ffff:10.0.1.5", "2001:db8::/32",
    "2001:DB8::1", "2001:0db8::0001", "10.0.1.0/99", "x" * 9_000, "x" * 501, "\ud800", "\0",
)  # fmt: skip
ADDRESSES = ("10.0.1.5", "10.0.2.6", "192.168.0.1", "2001:db8::1", "fe80::1", "::1", "255.255.255.255", "0.0.0.0")


def table(chosen: random.Random) -> pl.DataFrame:
    def some(make: Callable[[], Any], unknown: float = 0.15) -> list[Any]:
        return [None if chosen.random() < unknown else make() for _ in range(NUMBER)]

    return rows(
        "transaction", NUMBER,
        source__ip=some(lambda: chosen.choice(ADDRESSES)),
        destination__ip=some(lambda: chosen.choice(ADDRESSES)),
        source__port=some(lambda: chosen.choice([0, 1, 3, 502, 65535])),
        ot__unit=some(lambda: chosen.choice(["", "1", "3", "true", "é", "e\u0301", "停机"])),
        ot__function__code=some(lambda: chosen.choice([0, 1, 3, 16, 255])),
        ot__operation=some(lambda: chosen.choice(["read", "read.history", "write", "mode.stop"])),
        ot__object__address=some(lambda: chosen.choice(["holding:1", "holding:10", "coil:3", "a\\b", "*"])),
        ot__source__roles=some(lambda: chosen.sample(["hmi", "historian", "writer"], chosen.randint(1, 3))),
        ot__drill=some(lambda: chosen.random() < 0.5),
        event__duration=some(lambda: chosen.choice([0, 1, 1000, 2**40, 2**63 - 1])),
    )  # fmt: skip


@pytest.fixture
def both(embedded: Store, elastic: Store) -> tuple[Store, Store]:
    frame = table(random.Random(5))
    for store in (embedded, elastic):
        store.write(segment("a", transaction=frame[:70]))
        store.write(segment("b", transaction=frame[70:]))
    return embedded, elastic


def answer(store: Store, question: str, *about: Any) -> Any:
    """What the store says, events by their ids; or why it refuses."""
    try:
        found = getattr(store, question)(*about)
    except StoreError as refused:
        return refused.code, refused.reason, dict(refused.parameters)
    return found.frame["event.id"].to_list() if isinstance(found, EventPage) else found


def condition(chosen: random.Random, name: str) -> Condition:
    operators: tuple[str, ...] = OPERATORS
    if chosen.random() < 0.9:
        operators = ("one_of", "known", "network") if name.endswith(".ip") else OPERATORS
    operator = chosen.choice(operators)
    number = 0 if operator == "known" else chosen.randint(1, 3) if operator == "one_of" else 1
    likely = [text for text in ODD if (":" in text or "." in text) == name.endswith(".ip")]
    values = tuple(chosen.choice(likely if chosen.random() < 0.9 else ODD) for _ in range(number))
    return Condition(name, operator, values, chosen.random() < 0.3)


def both_answer(both: tuple[Store, Store], question: str, *about: Any) -> Any:
    """What the two stores answer, the same."""
    one, other = (answer(store, question, *about) for store in both)
    assert one == other, about
    return one


def test_odd_conditions(both: tuple[Store, Store]) -> None:
    chosen, names = random.Random(6), FIELDS
    found: Counter[tuple[str, bool | str]] = Counter()
    for _ in range(600):
        where = condition(chosen, chosen.choice(names))
        query = EventQuery("transaction", where=(where,), limit=NUMBER)
        ids = both_answer(both, "events", query)
        found[where.operator, bool(ids) if isinstance(ids, list) else "refused"] += 1
    assert {(operator, True) for operator in OPERATORS} <= set(found)
    assert {(operator, "refused") for operator in OPERATORS if operator != "known"} <= set(found)


def test_random_hunts(both: tuple[Store, Store]) -> None:
    chosen, names = random.Random(7), FIELDS
    for _ in range(60):
        where = tuple(condition(chosen, name) for name in chosen.sample(names, 2))
        start = START + chosen.randrange(SECOND)
        query = EventQuery("transaction", start=start, end=start + chosen.randrange(2 * SECOND), where=where)
        by = chosen.sample(names, chosen.randint(1, 3))
        both_answer(both, "group_events", query, by, 7)
        both_answer(both, "count_events", query)
        both_answer(both, "events_over_time", query, SECOND // 10)


@pytest.mark.parametrize("address", ["2001:DB8::1", "::ffff:10.0.1.5", "10.0.1.5"])
def test_addresses_are_compared_as_addresses(both: tuple[Store, Store], address: str) -> None:
    query = EventQuery("transaction", equals={"source.ip": address}, limit=NUMBER)
    assert both_answer(both, "events", query)


def test_networks_of_alerts(both: tuple[Store, Store]) -> None:
    for store in both:
        store.write(segment("s", occurrence(0)))
    for network, number in (("::ffff:10.0.0.0/104", 1), ("::/0", 1), ("0.0.0.0/0", 1), ("2001:db8::/32", 0)):
        query = AlertQuery(source_ip=network)
        assert len(both_answer(both, "alerts", query).items) == number
