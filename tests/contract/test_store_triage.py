"""Both stores: which alerts a query finds, in which order, page by page."""

from __future__ import annotations

import itertools

import pytest

from response.alerts import SEVERITIES, Alert, AlertChange, fold
from response.ports import AlertQuery, Store, Written
from response.store_errors import Invalid
from tests.contract.store_cases import SECOND, START, occurrence, segment

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]

CLOSE = AlertChange(at=START, who="li", status="closed", resolution="benign_trigger", reason="planned")
_segments = itertools.count()


def write(store: Store, *occurrences: object) -> Written:
    return store.write(segment(f"segment-{next(_segments)}", *occurrences))  # type: ignore[arg-type]


def listed(store: Store, **query: object) -> list[str]:
    return [alert.id for alert in store.alerts(AlertQuery(**query)).items]  # type: ignore[arg-type]


def test_the_triage_queue_leaves_out_posture_health_and_informational(store: Store) -> None:
    kinds = [(c, s) for c in ("threat", "policy", "posture", "health") for s in ("informational", "low")]
    made = [
        occurrence(n, rule=f"R{n}", rule_class=rule_class, severity=severity)
        for n, (rule_class, severity) in enumerate(kinds)
    ]
    write(store, *made)
    queue = {(a.rule_class, a.severity) for a in store.alerts(AlertQuery()).items}
    assert queue == {("threat", "low"), ("policy", "low")}
    assert len(listed(store, triage=False)) == len(made)
    assert len(listed(store, triage=False, classes=("posture", "health"))) == 4
    assert listed(store, classes=("posture",)) == []


@pytest.fixture
def varied(store: Store) -> tuple[Store, list[Alert]]:
    """A store with sixteen alerts that differ in everything a query may ask for."""
    made = []
    for n in range(16):
        client, server = f"10.0.{n % 4}.{n}", "2001:db8::7" if n % 3 else "10.9.0.1"
        made.append(
            occurrence(
                n,
                rule=f"MB{n % 5:02}",
                dedup=(client, server, "1"),
                severity=SEVERITIES[1 + n % 4],
                rule_class=("threat", "policy")[n % 2],
                count=1 + n % 3,
                parameters={"ot.object.address": f"holding:{n}", "owner": "一号线*" if n == 5 else "Line-2"},
            )
        )
    write(store, *made)
    for n in (3, 4):
        store.update_alert(made[n].id, CLOSE, "1")
    return store, fold(made)


def test_filters(varied: tuple[Store, list[Alert]]) -> None:
    store, alerts = varied
    ids = [alert.id for alert in alerts]

    def found(**query: object) -> set[int]:
        return {ids.index(i) for i in listed(store, **query)}

    every = set(range(16))
    assert found() == every
    assert found(severity="high") == {n for n in every if n % 4 >= 2}
    assert found(classes=("policy",)) == {n for n in every if n % 2}
    assert found(statuses=("closed",)) == {3, 4}
    assert found(statuses=("new", "in_progress")) == every - {3, 4}
    assert found(rules=("MB02", "id-of-MB03")) == {n for n in every if n % 5 in (2, 3)}
    assert found(source_ip="10.0.2.6") == {6}
    assert found(source_ip="10.0.2.0/24") == {2, 6, 10, 14}
    assert found(destination_ip="2001:db8::/64") == {n for n in every if n % 3}
    assert found(destination_ip="10.0.0.0/8", severity="critical") == {3, 15}
    minute = 60 * SECOND
    assert found(start=START + 4 * minute + 2) == {n for n in every if n > 4}
    assert found(end=START + 4 * minute + 1) == {n for n in every if n < 4}
    assert found(start=START + 4 * minute, end=START + 6 * minute) == {4, 5}
    assert found(text="HOLDING:12") == {12}
    assert found(text="一号 线*") == {5}
    assert found(text="line-2 mb03") == {3, 8, 13}
    assert found(text="l*ne") == set()
    assert found(text="no such thing") == set()


def test_sorting_and_paging(varied: tuple[Store, list[Alert]]) -> None:
    store, alerts = varied
    keys = {
        "last_seen": lambda a: (a.last_seen, a.id),
        "first_seen": lambda a: (a.first_seen, a.id),
        "severity": lambda a: (SEVERITIES.index(a.severity), a.id),
        "count": lambda a: (a.count, a.id),
    }
    for (sort, key), descending in itertools.product(keys.items(), (True, False)):
        pages: list[str] = []
        cursor = None
        while True:
            page = store.alerts(AlertQuery(sort=sort, descending=descending, limit=5, cursor=cursor))
            pages += [alert.id for alert in page.items]
            cursor = page.cursor
            if cursor is None:
                break
            assert len(page.items) == 5
        assert pages == [a.id for a in sorted(alerts, key=key, reverse=descending)]


def test_pages_stay_right_while_alerts_come_in(store: Store) -> None:
    write(store, *(occurrence(n, rule=f"R{n:02}") for n in range(10, 20)))
    first = store.alerts(AlertQuery(sort="first_seen", limit=4))
    write(store, *(occurrence(n, rule=f"R{n:02}") for n in range(25)))
    second = store.alerts(AlertQuery(sort="first_seen", limit=4, cursor=first.cursor))
    assert [a.rule for a in (*first.items, *second.items)] == [f"R{n:02}" for n in range(19, 11, -1)]


def test_queries_that_make_no_sense(store: Store) -> None:
    write(store, occurrence(0), occurrence(0, rule="R2"))
    cursor = store.alerts(AlertQuery(limit=1)).cursor
    assert cursor is not None
    for query in (
        AlertQuery(limit=0),
        AlertQuery(limit=10**6),
        AlertQuery(sort="colour"),
        AlertQuery(severity="enormous"),
        AlertQuery(classes=("x",)),
        AlertQuery(statuses=("open",)),
        AlertQuery(source_ip="10.0.0.0/33"),
        AlertQuery(cursor="nonsense"),
        AlertQuery(cursor="bnVsbA"),
        AlertQuery(cursor=cursor, sort="count"),
        AlertQuery(cursor=cursor, text="other"),
    ):
        with pytest.raises(Invalid):
            store.alerts(query)
    assert len(store.alerts(AlertQuery(cursor=cursor, limit=7)).items) == 1
