"""Both stores: alerts are counted as one would count them by hand."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from response.alerts import Alert, AlertChange
from response.ports import FACETS, MOST_FACET_VALUES, AlertQuery, Store
from response.records import Decide, Mark
from response.store_errors import Invalid
from tests.contract.store_cases import START, occurrence, segment

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]

NUMBER = 40


@pytest.fixture
def filled(store: Store) -> Store:
    chosen = random.Random(8)
    made = []
    for n in range(NUMBER):
        source: dict[str, Any] = {"ip": chosen.choice(["10.0.0.1", "2001:db8::1", "10.0.0.12"]), "port": 5}
        made.append(
            occurrence(
                rule=f"R{n}",
                severity=chosen.choice(["low", "medium", "high", "critical"]),
                rule_class=chosen.choice(["threat", "policy", "posture"]),
                protocol=chosen.choice(["modbus", "mqtt", None]),
                source=source | chosen.choice([{}, {"zone": "control"}, {"zone": "区"}]),
                destination=chosen.choice([{}, {"asset": "plc-1"}]),
                techniques=chosen.choice([(), ("T0855",), ("T0855", "T0836")]),
            )
        )
    store.write(segment("s", *made))
    assert store.dead_letters() == ()
    for o in made[:12]:
        change = AlertChange(at=START, who="li", assignee=chosen.choice(["li", "wang"]), status="in_progress")
        store.commit([Decide(o.id, change, "1"), Mark(o.id, incident="i1", suppressed_by=chosen.choice([None, "m1"]))])
    return store


def values_of(alert: Alert, name: str) -> list[str | None]:
    side, _, part = name.partition(".")
    if name == "threat.technique.id":
        return list(alert.techniques) or [None]
    if side in ("source", "destination"):
        return [getattr(alert, side).get(part)]
    other = {"class": "rule_class", "rule.name": "rule", "network.protocol": "protocol"}
    return [getattr(alert, other.get(name, name)) or None]


@pytest.mark.parametrize(
    "query",
    [
        AlertQuery(triage=False),
        AlertQuery(),
        AlertQuery(severity="high", assignees=("", "li")),
        AlertQuery(text="mqtt"),
    ],
    ids=["all", "triage", "assigned", "text"],
)
def test_facets_are_counts_of_the_list(filled: Store, query: AlertQuery) -> None:
    listed = filled.alerts(query).items
    assert listed
    assert filled.count_alerts(query) == len(listed)
    found = filled.alert_facets(query, FACETS)
    assert set(found) == set(FACETS)
    for name in FACETS:
        counts = Counter(value for alert in listed for value in values_of(alert, name))
        expected = sorted(counts.items(), key=lambda c: (-c[1], c[0] is None, c[0] or ""))
        assert list(found[name]) == expected, name


def test_of_nothing(store: Store) -> None:
    assert store.count_alerts(AlertQuery()) == 0
    assert store.alert_facets(AlertQuery(), ["status"]) == {"status": ()}
    for by in (["words"], ["status", "nonsense"]):
        with pytest.raises(Invalid):
            store.alert_facets(AlertQuery(), by)
    with pytest.raises(Invalid):
        store.count_alerts(AlertQuery(severity="grave"))


def test_the_largest_are_shown(store: Store) -> None:
    number = MOST_FACET_VALUES + 5
    store.write(segment("s", *[occurrence(rule=f"R{n:04}") for n in range(number)], occurrence(1, rule="R1004")))
    [rules] = store.alert_facets(AlertQuery(), ["rule.name"]).values()
    assert rules == tuple((f"R{n:04}", 1) for n in range(MOST_FACET_VALUES))
