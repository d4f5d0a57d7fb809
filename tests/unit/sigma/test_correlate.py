"""What each correlation means: thresholds, windows, groups, rest, order, chains, and windows decided at their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from detection.occurrence import Packets
from detection.sigma import CorrelationHit, Correlator, Evaluator, Hits, RuleSet, remembered, sliding
from tests.unit.sigma.frames import BITTERN, SECOND, START, Row, correlation_data, frame, rule_data, ruleset

RULES = {
    "LOGIN": ("session", {"one": {"event.outcome": "failure"}, "condition": "one"}),
    "SCAN": ("flow", {"one": {"event.type": "start"}, "condition": "one"}),
    "WRITE": ("transaction", {"one": {"ot.operation": "write"}, "condition": "one"}),
    "STOP": ("transaction", {"one": {"ot.operation": "mode.stop"}, "condition": "one"}),
}
DATASETS = {"LOGIN": {"event.outcome": "failure"}, "SCAN": {"event.type": "start"},
            "WRITE": {"ot.operation": "write"}, "STOP": {"ot.operation": "mode.stop"}}  # fmt: skip


def rules(*correlations: Mapping[str, object], **more: object) -> RuleSet:
    """The four rules above, which alert as well, with correlations C1, C2…"""
    base = [rule_data(name, detection, dataset) for name, (dataset, detection) in RULES.items()]
    return ruleset(*base, *(correlation(f"C{n}", each, **more) for n, each in enumerate(correlations, 1)))


def correlation(name: str, settings: Mapping[str, object], **more: object) -> dict[str, object]:
    common = {"group-by": ["source.ip"], "timespan": "60s", "generate": True}
    section = {**BITTERN, "dedup": ["source.ip"]}
    return correlation_data(name, {**common, **settings}, **{"bittern": section, **more})


def event(rule: str, second: float, source: str = "a", more: Row | None = None) -> tuple[str, Row]:
    """A row that `rule` matches, `second` seconds after the start."""
    time = START + int(second * SECOND)
    return rule, {"@timestamp": time, "ot.clock": time, "source.ip": source, **DATASETS[rule], **(more or {})}


def run(
    found: RuleSet, events: Sequence[tuple[str, Row]], correlator: Correlator | None = None
) -> list[CorrelationHit]:
    """All hits of the correlations over the events, evaluated dataset by dataset, at the end of the input."""
    evaluator, correlator = Evaluator(found), correlator or Correlator(found)
    numbered = [(rule, {"event.id": f"e{number:05}", **row}) for number, (rule, row) in enumerate(events)]
    for dataset in ("session", "flow", "transaction"):
        rows = [row for rule, row in numbered if RULES[rule][0] == dataset]
        correlator.feed(evaluator.evaluate(dataset, frame(dataset, rows)))
    hits = correlator.finish()
    assert correlator.failures == {}
    return hits


def seconds(hits: Sequence[CorrelationHit]) -> list[tuple[str, float, int]]:
    return [(hit.rule.name, (hit.last - START) / SECOND, hit.count) for hit in hits]


FIVE = {"type": "event_count", "rules": ["LOGIN"], "condition": {"gte": 5}}


def test_event_count_fires_at_the_event_that_completes_it() -> None:
    hits = run(rules(FIVE), [event("LOGIN", n) for n in range(5)])
    (hit,) = hits
    assert (hit.first, hit.last, hit.count) == (START, START + 4 * SECOND, 5)
    assert hit.group == {"source.ip": "a"}
    assert hit.events == ("e00000", "e00001", "e00002", "e00003", "e00004")
    assert hit.packets[0] == Packets("test.pcap", 1, 2)
    assert hit.row()["event.id"] == "e00004"
    assert hit.row()["@timestamp"] == START + 4 * SECOND


def test_window_leaves_out_its_beginning() -> None:
    assert run(rules(FIVE), [event("LOGIN", n) for n in (0, 10, 20, 30, 60)]) == []
    assert len(run(rules(FIVE), [event("LOGIN", n) for n in (0, 10, 20, 30, 59.9)])) == 1


def test_four_of_five_and_gt() -> None:
    assert run(rules(FIVE), [event("LOGIN", n) for n in range(4)]) == []
    more = {**FIVE, "condition": {"gt": 5}}
    assert seconds(run(rules(more), [event("LOGIN", n) for n in range(7)])) == [("C1", 5.0, 6)]


def test_fires_once_a_timespan_while_it_lasts() -> None:
    hits = run(rules(FIVE), [event("LOGIN", n) for n in range(0, 200, 2)])
    assert seconds(hits) == [("C1", 8.0, 5), ("C1", 68.0, 30), ("C1", 128.0, 30), ("C1", 188.0, 30)]


def test_groups_are_apart_and_null_is_a_group() -> None:
    alone = [event("LOGIN", n, source=f"h{n}") for n in range(9)]
    assert run(rules(FIVE), alone) == []
    nulls = [("LOGIN", {**row, "source.ip": None}) for _, row in (event("LOGIN", n) for n in range(5))]
    assert [hit.group for hit in run(rules(FIVE), nulls)] == [{"source.ip": None}]
    everyone = {**FIVE, "group-by": []}
    assert [hit.group for hit in run(rules(everyone), alone)] == [{}]


def test_groups_of_odd_values_do_not_run_together() -> None:
    pair = {**FIVE, "group-by": ["source.ip", "user.name"], "condition": {"gte": 2}}
    events = [
        event("LOGIN", 0, source='a","b', more={"user.name": "c"}),
        event("LOGIN", 1, source="a", more={"user.name": 'b","c'}),
    ]
    assert run(rules(pair), events) == []


def test_value_count_counts_distinct_values_without_null() -> None:
    ports = {"type": "value_count", "rules": ["SCAN"], "condition": {"gte": 3, "field": "destination.port"}}
    same = [event("SCAN", n, more={"destination.port": 80 + n % 2}) for n in range(30)]
    assert run(rules(ports), [*same, event("SCAN", 31)]) == []
    (hit,) = run(rules(ports), [*same, event("SCAN", 31, more={"destination.port": 443})])
    assert (hit.count, hit.first, hit.last) == (3, START + 28 * SECOND, START + 31 * SECOND)
    assert hit.events == ("e00028", "e00029", "e00030")


def test_temporal_wants_every_rule_in_any_order() -> None:
    both = {"type": "temporal", "rules": ["SCAN", "WRITE"]}
    assert run(rules(both), [event("WRITE", 0), event("WRITE", 1), event("SCAN", 70)]) == []
    assert seconds(run(rules(both), [event("WRITE", 0), event("SCAN", 50)])) == [("C1", 50.0, 2)]
    assert run(rules(both), [event("WRITE", 0), event("SCAN", 50, source="b")]) == []


def test_temporal_ordered_wants_the_order() -> None:
    order = {"type": "temporal_ordered", "rules": ["SCAN", "LOGIN", "WRITE"]}
    wrong = [event("WRITE", 0), event("LOGIN", 1), event("SCAN", 2), event("WRITE", 3)]
    assert run(rules(order), wrong) == []
    assert seconds(run(rules(order), [*wrong, event("LOGIN", 4), event("WRITE", 5)])) == [("C1", 5.0, 3)]
    assert run(rules(order), [event("SCAN", 0), event("LOGIN", 30), event("WRITE", 60)]) == []


def test_what_came_before_the_first_step_or_after_the_last_is_not_shown() -> None:
    order = {"type": "temporal_ordered", "rules": ["SCAN", "LOGIN", "WRITE"], "timespan": "60s"}
    steps = [event("WRITE", 0), event("LOGIN", 1), event("SCAN", 2), event("LOGIN", 3), event("LOGIN", 4)]
    (hit,) = run(rules(order), [*steps, event("WRITE", 5)])
    assert hit.first == START + 2 * SECOND
    assert hit.events == ("e00002", "e00003", "e00004", "e00005")
    assert hit.count == 3


def test_late_event_may_complete_an_order() -> None:
    order = {"type": "temporal_ordered", "rules": ["SCAN", "WRITE"]}
    late = ("SCAN", {**event("SCAN", 9)[1], "@timestamp": START})
    (hit,) = run(rules(order), [event("WRITE", 5), late])
    assert (hit.first, hit.last, hit.events) == (START, START + 5 * SECOND, ("e00001", "e00000"))


def test_chain_of_correlations_and_aliases() -> None:
    scan = {"type": "value_count", "rules": ["SCAN"], "condition": {"gte": 3, "field": "destination.port"}}
    then = {"type": "temporal_ordered", "rules": ["C1", "WRITE"], "timespan": "1d", "group-by": ["who"],
            "aliases": {"who": {"C1": "source.ip", "WRITE": "ot.client.ip"}}}  # fmt: skip
    events = [event("SCAN", n, more={"destination.port": n}) for n in range(3)]
    hits = run(rules(scan, then), [*events, event("WRITE", 3600, source="x", more={"ot.client.ip": "a"})])
    assert seconds(hits) == [("C1", 2.0, 3), ("C2", 3600.0, 2)]
    assert hits[1].group == {"who": "a"}
    assert run(rules(scan, then), [*events[:2], event("WRITE", 3600, more={"ot.client.ip": "a"})]) == []


def test_one_event_of_two_rules_counts_once() -> None:
    both = {"type": "event_count", "rules": ["WRITE", "STOP"], "condition": {"gte": 2}}
    found = rules(both)
    correlator, evaluator = Correlator(found), Evaluator(found)
    rows = frame("transaction", [{"ot.operation": "write", "source.ip": "a"}])
    hits = evaluator.evaluate("transaction", rows)
    correlator.feed([*hits, *hits])
    assert correlator.finish() == []


@pytest.mark.parametrize(
    ("condition", "fires"),
    [({"lt": 3}, [False, True, True, False, False]), ({"lte": 3}, [False, True, True, True, False]),
     ({"eq": 3}, [False, False, False, True, False])],
)  # fmt: skip
def test_upper_bounds_are_decided_when_the_window_ends(condition: dict[str, int], fires: list[bool]) -> None:
    found = rules({**FIVE, "condition": condition})
    for count, expected in enumerate(fires):
        events = [event("LOGIN", n) for n in range(count)]
        assert run(found, events) == [], "a window that has not ended is not judged"
        hits = run(found, [*events, event("LOGIN", 61.5, source="b")])
        assert [hit.count for hit in hits] == ([count] if expected else [])
        for hit in hits:
            assert hit.row()["ot.clock"] == START + 60 * SECOND
            assert hit.row()["@timestamp"] == START + (count - 1) * SECOND


def test_next_event_after_the_end_begins_another_window() -> None:
    found = rules({**FIVE, "condition": {"lte": 2}})
    hits = run(found, [event("LOGIN", n) for n in (0, 1, 60, 61, 62, 120, 180)])
    assert [(hit.first - START) // SECOND for hit in hits] == [0, 120]
    assert [hit.count for hit in hits] == [2, 1]


def test_lacking_switches_and_needs() -> None:
    found = rules(FIVE, bittern={**BITTERN, "dedup": ["source.ip"], "needs": ["zones"]})
    events = [event("LOGIN", n) for n in range(5)]
    assert [hit.lacking for hit in run(found, events, Correlator(found))] == [("zones",)]
    assert [hit.lacking for hit in run(found, events, Correlator(found, frozenset({"zones"})))] == [()]
    assert run(found, events, Correlator(found, switches={"C1": False})) == []


def test_hits_wait_for_the_end_of_their_second() -> None:
    found = rules(FIVE)
    correlator, evaluator = Correlator(found), Evaluator(found)
    rows = [{"event.id": f"e{n}", **event("LOGIN", 5 + n / 10)[1]} for n in range(5)]
    correlator.feed(evaluator.evaluate("session", frame("session", rows)))
    assert correlator.advance(START + 5 * SECOND + 999_999_999) == []
    assert len(correlator.advance(START + 6 * SECOND)) == 1
    assert correlator.advance(START + 7 * SECOND) == []
    assert correlator.finish() == []


def test_too_late_and_too_many_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MAX_ROWS", 10)
    found = rules(FIVE)
    correlator = Correlator(found)
    stale = ("LOGIN", {**event("LOGIN", 20)[1], "@timestamp": START + 20 * SECOND - sliding.LATENESS - 21 * SECOND})
    run(found, [stale, *(event("LOGIN", n, source=f"h{n}") for n in range(15))], correlator)
    assert correlator.dropped() == {"C1": {"late": 1, "full": 5}}


def test_failing_correlation_is_named_and_others_go_on() -> None:
    found = rules(FIVE, {**FIVE, "group-by": ["user.name"]})
    correlator, evaluator = Correlator(found), Evaluator(found)
    rows = frame("session", [{"event.id": f"e{n}", **event("LOGIN", n)[1]} for n in range(5)])
    hits = evaluator.evaluate("session", rows)
    correlator.feed([Hits(hits[0].rule, hits[0].frame.drop("user.name"), hits[0].places)])
    assert [hit.rule.name for hit in correlator.finish()] == ["C1"]
    assert list(correlator.failures) == ["C2"]
    assert "user.name" in correlator.failures["C2"].last


def test_state_is_let_go_when_nothing_can_need_it() -> None:
    found = rules(FIVE)
    correlator = Correlator(found)
    run(found, [event("LOGIN", n) for n in range(5)], correlator)
    state = correlator._states["C1"]
    assert isinstance(state, sliding.Sliding)
    assert (len(state.remembered), len(state.fired)) == (5, 1)
    correlator.advance(START + sliding.LATENESS + 200 * SECOND)
    assert (len(state.remembered), len(state.fired)) == (0, 0)


def test_an_input_without_any_packet_has_no_time_and_fails_nothing() -> None:
    correlator = Correlator(rules(FIVE))
    assert correlator.advance(-(2**63)) == []
    assert correlator.finish() == []
    assert correlator.failures == {}
