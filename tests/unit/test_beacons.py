"""D11: connections by the clock to an address outside."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import polars as pl
import pytest

from detection.baseline import Baseline, Seen
from detection.baseline.entries import Entry
from detection.learners.beacons import Beacons
from sensors.fields import vocabulary

BEGIN = datetime(2026, 11, 24, tzinfo=UTC)
HOUR = [60.0] * 70


def connections(pauses: Sequence[float], client: str = "10.0.0.5", server: str = "203.0.113.50") -> pl.DataFrame:
    """One `start` row for each connection; pauses in seconds."""
    times = [BEGIN + timedelta(seconds=second) for second in accumulate(pauses, initial=0.0)]
    rows = [
        {"@timestamp": time, "event.type": "start", "event.id": f"e{i}", "ot.client.ip": client, "ot.server.ip": server,
         "ot.server.port": 443}
        for i, time in enumerate(times)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=vocabulary().schema("flow"))


def baseline(*conversations: str) -> Baseline:
    known = ("10.0.0.5>10.0.0.9:502/modbus", *conversations)
    return Baseline(Entry(name, "conversation", "", 0, 1, 9) for name in known)


def told(flows: pl.DataFrame, known: Baseline | None, rows: int = 1000) -> list[dict[str, object]]:
    learner = Beacons(known, Seen(record=False), None)
    found = [learner.observe({"flow": flows[at : at + rows]}) for at in range(0, len(flows), rows)]
    return pl.concat(found).select("ot.entity", "ot.maturity", "ot.support").to_dicts()


def test_an_even_rhythm_of_an_hour_is_told_once() -> None:
    for rows in (1, 7, 1000):
        assert told(connections(HOUR), baseline(), rows) == [
            {"ot.entity": "10.0.0.5>203.0.113.50:443", "ot.maturity": "active", "ot.support": 61}
        ]


def test_a_little_jitter_does_not_hide_it() -> None:
    chance = random.Random(1)
    assert told(connections([60 + chance.uniform(-5, 5) for _ in range(70)]), baseline())


def test_without_a_baseline_nobody_knows_what_is_new() -> None:
    assert [finding["ot.maturity"] for finding in told(connections(HOUR), None)] == ["learn"]


@pytest.mark.parametrize(
    ("flows", "known"),
    [
        (connections([60.0] * 50), baseline()),
        (connections([600.0] * 8), baseline()),
        (connections([random.Random(i).uniform(20, 120) for i in range(80)]), baseline()),
        (connections(HOUR, server="10.0.0.9"), baseline()),
        (connections(HOUR, client="198.51.100.7"), baseline()),
        (connections(HOUR), baseline("10.0.0.5>203.0.113.50:443/tcp")),
    ],
    ids=["under an hour", "too few", "uneven", "inside", "from outside", "known"],
)
def test_other_contacts_are_not_told(flows: pl.DataFrame, known: Baseline) -> None:
    assert told(flows, known) == []
