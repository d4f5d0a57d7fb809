"""Any split of hits into batches gives the same correlation hits, and these agree with a slow reading of the rule."""

from __future__ import annotations

import json
import random
from typing import Any

import polars as pl
import pytest

from detection.sigma import CorrelationHit, Correlator, RuleSet, few_rows, remembered, sliding
from detection.sigma.evaluate import Hits
from detection.sigma.model import Correlation
from tests.unit.sigma.frames import SECOND, START, frame
from tests.unit.sigma.test_correlate import rules

CORRELATIONS: list[dict[str, Any]] = [
    {"type": "event_count", "rules": ["WRITE"], "condition": {"gte": 4}, "timespan": "10s"},
    {"type": "event_count", "rules": ["WRITE", "STOP"], "condition": {"gt": 5}, "timespan": "7s"},
    {"type": "value_count", "rules": ["WRITE", "STOP"], "condition": {"gte": 3, "field": "ot.unit"}, "timespan": "5s"},
    {"type": "temporal", "rules": ["WRITE", "STOP"], "timespan": "3s"},
    {"type": "temporal_ordered", "rules": ["STOP", "WRITE"], "timespan": "4s"},
    {"type": "temporal_ordered", "rules": ["C1", "C4"], "timespan": "20s"},
    {"type": "value_count", "rules": ["C1", "C8"], "condition": {"gte": 2, "field": "ot.unit"}, "timespan": "30s"},
    {"type": "event_count", "rules": ["STOP"], "condition": {"lte": 2}, "timespan": "6s"},
    {"type": "value_count", "rules": ["WRITE"], "condition": {"eq": 2, "field": "ot.unit"}, "timespan": "8s"},
]
Event = tuple[str, dict[str, Any]]


def random_events(rng: random.Random, count: int) -> list[Event]:
    """Hits of WRITE and STOP over a minute; every eighth has its time some seconds before its clock."""
    clocks = sorted(START + rng.randrange(60 * SECOND) for _ in range(count))
    found: list[Event] = []
    for number, clock in enumerate(clocks):
        late = rng.randrange(9 * SECOND) if rng.random() < 0.12 else rng.randrange(SECOND // 100)
        row = {"ot.clock": clock, "@timestamp": clock - late, "event.id": f"{rng.randrange(10**6):06}-{number}",
               "ot.packet.first": number, "ot.packet.last": number,
               "source.ip": rng.choice(["a", "b", "c", None]),
               "ot.unit": rng.choice(["1", "2", "3", "4", None])}  # fmt: skip
        found.append((rng.choice(["WRITE", "WRITE", "STOP"]), row))
    return found


def run(
    found: RuleSet, events: list[Event], cuts: list[int], rng: random.Random, restart: bool = False
) -> list[tuple[object, ...]]:
    """What comes out when events are fed in batches cut at `cuts`, each in any order, with the clock of the next.

    restart: at each cut another correlator takes up what the one before wrote down.
    """
    correlator = Correlator(found)
    whole = frame("transaction", [row for _, row in events])
    by_name = {rule.name: rule for rule in found.rules}
    shown: list[CorrelationHit] = []
    for start, end in zip([0, *cuts], [*cuts, len(events)], strict=True):
        batch = rng.sample(range(start, end), k=end - start)
        for name in ("WRITE", "STOP"):
            if places := [place for place in batch if events[place][0] == name]:
                correlator.feed([Hits(by_name[name], whole, places)])
        if end < len(events):
            shown += correlator.advance(events[end][1]["ot.clock"])
        if restart:
            written = json.dumps(correlator.saved())
            assert correlator.failures == {}
            correlator = Correlator(found)
            assert correlator.restore(json.loads(written)) == ()
            assert json.dumps(correlator.saved()) == written
    shown += correlator.finish()
    assert correlator.failures == {}
    assert correlator.dropped() == {}
    return [(h.rule.name, h.group, h.first, h.last, h.count, h.events, h.packets, h.row()) for h in shown]


WAYS = {"few": (256, 256, 512), "some": (256, 4, 3), "frames": (256, 0, 512), "buckets": (0, 0, 512)}
"""Which way hits go, by how many may go it: an exact look at all rows, rows as Python has them, rows that stay so."""


def go(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, hits, fresh = WAYS[way]
    monkeypatch.setattr(sliding, "FEW_ROWS", rows)
    monkeypatch.setattr(remembered, "FEW_ROWS", rows)
    monkeypatch.setattr(few_rows, "FEW_HITS", hits)
    monkeypatch.setattr(remembered, "MOST_FRESH", fresh)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(2))
def test_any_split_gives_the_same(seed: int, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    found = rules(*CORRELATIONS)
    events = random_events(rng, 150)
    whole = run(found, events, [], rng)
    assert {name for name, *_ in whole} == {f"C{n}" for n in range(1, 10)}
    go(way, monkeypatch)
    for pieces in (1, 6, 40):
        cuts = sorted(rng.sample(range(1, len(events)), k=pieces))
        assert run(found, events, cuts, rng) == whole


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(2))
def test_a_restart_at_any_moment_changes_nothing(seed: int, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    go(way, monkeypatch)
    rng = random.Random(seed)
    found = rules(*CORRELATIONS)
    events = random_events(rng, 150)
    whole = run(found, events, [], rng)
    cuts = sorted(rng.sample(range(1, len(events)), k=12))
    assert run(found, events, cuts, rng, restart=True) == whole


def test_a_correlation_that_was_changed_begins_anew() -> None:
    events = random_events(random.Random(1), 40)
    before = Correlator(rules(*CORRELATIONS))
    (write,) = [rule for rule in rules(*CORRELATIONS).rules if rule.name == "WRITE"]
    before.feed([Hits(write, frame("transaction", [events[0][1]]), [0])])
    changed = [*CORRELATIONS[:1], {**CORRELATIONS[1], "timespan": "8s"}, *CORRELATIONS[2:-1]]
    assert Correlator(rules(*changed)).restore(json.loads(json.dumps(before.saved()))) == ("C2", "C9")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("number", range(1, 6))
def test_sliding_windows_agree_with_a_slow_reading(seed: int, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    go([*WAYS][seed], monkeypatch)
    rng = random.Random(seed)
    found = rules(*CORRELATIONS)
    events = random_events(rng, 250)
    (correlation,) = [each for each in found.correlations if each.name == f"C{number}"]
    fast = [
        (group["source.ip"], row["event.id"], count)
        for name, group, _, _, count, _, _, row in run(found, events, [], rng)
        if name == correlation.name and isinstance(group, dict) and isinstance(row, dict)
    ]
    assert fast == slow(correlation, events)
    assert fast


def slow(correlation: Correlation, events: list[Event]) -> list[tuple[object, ...]]:
    """Goes through the events in order and looks at the whole past each time."""
    order = sorted(events, key=lambda e: (e[1]["ot.clock"] // SECOND, e[1]["@timestamp"], e[0], e[1]["event.id"]))
    past: dict[object, list[Event]] = {}
    fired: dict[object, int] = {}
    found: list[tuple[object, ...]] = []
    for event in order:
        group = event[1]["source.ip"]
        if event[0] not in correlation.rules or (correlation.type == "value_count" and event[1]["ot.unit"] is None):
            continue
        seen = past.setdefault(group, [])
        seen.append(event)
        latest = max(row["@timestamp"] for _, row in seen)
        window = [(rule, row) for rule, row in seen if row["@timestamp"] > latest - correlation.timespan]
        if group in fired and latest < fired[group] + correlation.timespan:
            continue
        if count := met(correlation, window, event):
            fired[group] = latest
            found.append((group, event[1]["event.id"], count))
    return found


def met(correlation: Correlation, window: list[Event], event: Event) -> int:
    """The count, when the window holds enough, else 0."""
    if correlation.type == "temporal_ordered":
        first, last = correlation.rules
        ends = [row["@timestamp"] for rule, row in window if rule == last]
        chains = [row["@timestamp"] <= end for rule, row in window if rule == first for end in ends]
        # Only the last rule's event, or an earlier one before it, completes the order.
        return 2 if any(chains) and event[1]["@timestamp"] <= max(ends) else 0
    if correlation.type == "value_count":
        count = len({row["ot.unit"] for _, row in window})
    elif correlation.type == "temporal":
        count = len({rule for rule, _ in window})
    else:
        count = len(window)
    return count if count >= correlation.threshold + (correlation.operator == "gt") else 0


@pytest.mark.parametrize("kind", ["event_count", "value_count"])
def test_bound_of_a_group_changes_only_the_count(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, Any] = {
        "type": kind,
        "rules": ["WRITE"],
        "condition": {"gte": 3},
        "timespan": "20s",
        "group-by": [],
    }
    if kind == "value_count":
        settings["condition"]["field"] = "ot.object.address"
    found = rules(settings)
    times = [START + n * SECOND // 4 for n in range(240)]
    events = [("WRITE", {"ot.clock": t, "@timestamp": t, "event.id": f"{n:04}", "ot.object.address": str(n),
                          "ot.packet.first": n, "ot.packet.last": n})
              for n, t in enumerate(times)]  # fmt: skip
    free = run(found, events, [], random.Random(1))
    monkeypatch.setattr(sliding, "MIN_PER_GROUP", 0)
    bound = run(found, events, [], random.Random(1))
    assert [(hit[0], hit[3]) for hit in bound] == [(hit[0], hit[3]) for hit in free]
    assert {hit[4] for hit in bound} <= {3, 6} < {hit[4] for hit in free} | {6}
    assert run(found, events, [7, 90, 91, 200], random.Random(2)) == bound


def test_frames_of_all_ticks_keep_their_schema() -> None:
    found = rules(*CORRELATIONS)
    rows = [row for rule, row in random_events(random.Random(9), 250) if rule == "WRITE"]
    correlator = Correlator(found)
    hits_in = frame("transaction", rows)
    correlator.feed(
        [Hits(next(rule for rule in found.rules if rule.name == "WRITE"), hits_in, [*range(hits_in.height)])]
    )
    hits = correlator.finish()
    assert hits
    assert all(hit.rows.schema == hits_in.schema and isinstance(hit.rows, pl.DataFrame) for hit in hits)
