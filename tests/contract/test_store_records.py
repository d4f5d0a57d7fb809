"""Both stores: generic records, the audit log and the changes that clients follow."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from response.alerts import Alert, AlertChange
from response.ports import AlertQuery, Store
from response.records import Decide, Deed, Delete, Mark, Put, RecordQuery, Stored, first_broken
from response.store_errors import Conflict, Invalid, NotFound
from response.times import time_text
from tests.contract.store_cases import SECOND, START, occurrence, segment

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]

DEED = Deed(START, "li", "incident.assign", "incident", "i1", {"to": "wang", "why": "班次"})


def incident(number: int, **fields: Any) -> dict[str, Any]:
    return {"last_seen": time_text(START + number * SECOND), "status": "new", "alerts": [], **fields}


def put(store: Store, *writes: Put | Delete, deed: Deed | None = None) -> list[Stored]:
    done = store.commit(writes, deed)
    assert all(isinstance(each, Stored) for each in done)
    return [each for each in done if isinstance(each, Stored)]


def ids(store: Store, **query: Any) -> list[str]:
    return [stored.id for stored in store.records(RecordQuery("incident", **query)).items]


def test_a_record_is_kept_changed_and_removed(store: Store) -> None:
    body = incident(
        1, title={"code": "incident.title", "parameters": {"n": 3}}, note="停机\u0000 \U0001f41f", risk=0.25
    )
    [made] = put(store, Put("incident", "i1", body))
    assert made == store.record("incident", "i1") == Stored("incident", "i1", "1", body)
    [more] = put(store, Put("incident", "i1", {**body, "status": "closed"}, etag="1"))
    assert (more.etag, store.record("incident", "i1").body["status"]) == ("2", "closed")
    put(store, Delete("incident", "i1", "2"))
    with pytest.raises(NotFound):
        store.record("incident", "i1")
    [again] = put(store, Put("incident", "i1", body))
    assert ids(store) == ["i1"]
    assert again.body == body


def test_only_the_version_that_was_read_is_changed(store: Store) -> None:
    put(store, Put("incident", "i1", incident(1)))
    for write in (
        Put("incident", "i1", incident(2)),
        Put("incident", "i1", incident(2), etag="2"),
        Put("incident", "i2", incident(2), etag="1"),
        Delete("incident", "i1", "7"),
    ):
        with pytest.raises(Conflict):
            store.commit([write])
    with pytest.raises(NotFound):
        store.commit([Delete("incident", "i9", "1")])
    assert store.record("incident", "i1") == Stored("incident", "i1", "1", incident(1))


def test_what_no_store_knows_is_refused(store: Store) -> None:
    with pytest.raises(Invalid):
        store.commit([Put("nonsense", "x", incident(1))])
    with pytest.raises(Invalid):
        store.commit([Put("incident", "x", {"status": "new"})])
    with pytest.raises(Invalid):
        store.records(RecordQuery("nonsense"))
    with pytest.raises(Invalid):
        store.records(RecordQuery("incident", {"risk": 1}))
    with pytest.raises(Invalid):
        store.records(RecordQuery("incident", limit=0))


def test_records_are_found_by_their_words_and_time(store: Store) -> None:
    for n in range(9):
        body = incident(n, status=("new", "closed")[n % 2], alerts=[f"a{n}", f"a{n + 1}"], drill=n == 4)
        put(store, Put("incident", f"i{n}", body))
    put(store, Put("mute", "i0", {"at": time_text(START), "state": "new"}))
    assert ids(store, descending=False) == [f"i{n}" for n in range(9)]
    assert ids(store) == [f"i{n}" for n in reversed(range(9))]
    assert ids(store, equals={"status": "closed"}) == ["i7", "i5", "i3", "i1"]
    assert ids(store, equals={"status": "closed", "alerts": "a5"}) == ["i5"]
    assert ids(store, equals={"alerts": ["a5", "a8"]}) == ["i8", "i7", "i5", "i4"]
    assert ids(store, equals={"drill": True}) == ["i4"]
    assert ids(store, start=START + 2 * SECOND, end=START + 4 * SECOND) == ["i3", "i2"]
    put(store, Put("incident", "i5", incident(5, status="new"), etag="1"))
    assert ids(store, equals={"status": "closed"}) == ["i7", "i3", "i1"]
    assert ids(store, equals={"alerts": "a5"}) == ["i4"]


def test_pages_stay_right_while_others_write(store: Store) -> None:
    for n in range(7):
        put(store, Put("incident", f"i{n}", incident(n // 2)))
    found, cursor = [], None
    for turn in itertools.count():
        page = store.records(RecordQuery("incident", limit=3, cursor=cursor))
        found += [each.id for each in page.items]
        if turn == 0:
            put(store, Put("incident", "new", incident(99)))
        if page.cursor is None:
            break
        cursor = page.cursor
    assert found == ["i6", "i5", "i4", "i3", "i2", "i1", "i0"]
    with pytest.raises(Invalid):
        store.records(RecordQuery("incident", descending=False, cursor=cursor))


def test_each_change_is_followed_once_and_in_order(store: Store) -> None:
    assert store.changes(0) == ()
    assert store.last_change() == 0
    put(store, Put("incident", "i1", incident(1)), Put("incident", "i2", incident(2)))
    store.write(segment("s1", occurrence(0)))
    put(store, Put("incident", "i1", incident(1), etag="1"), Delete("incident", "i2", "1"))
    alert = occurrence(0).id
    store.commit([Decide(alert, AlertChange(at=START, who="li", status="in_progress"), "1")])
    changes = store.changes(0)
    assert [(c.kind, c.id, c.etag) for c in changes] == [
        ("incident", "i1", "1"),
        ("incident", "i2", "1"),
        ("alert", alert, "1"),
        ("incident", "i1", "2"),
        ("incident", "i2", None),
        ("alert", alert, "2"),
    ]
    numbers = [c.number for c in changes]
    assert numbers == sorted(set(numbers))
    assert store.last_change() == numbers[-1]
    assert store.changes(numbers[2], limit=2) == changes[3:5]
    assert store.changes(numbers[-1]) == ()


def test_the_audit_log_is_a_chain(store: Store) -> None:
    assert store.audit() == ()
    for n in range(5):
        put(store, Put("incident", f"i{n}", incident(n)), deed=replace(DEED, id=f"i{n}", at=START + n))
    lines = store.audit()
    assert [line.deed.id for line in lines] == [f"i{n}" for n in range(5)]
    assert lines[0].deed == replace(DEED, id="i0")
    assert [line.number for line in lines] == [1, 2, 3, 4, 5]
    assert first_broken(lines) is None
    assert first_broken(store.audit(2), after=lines[1]) is None
    forged = replace(lines[2], deed=replace(lines[2].deed, who="nobody"))
    assert first_broken([*lines[:2], forged, *lines[3:]]) == 3
    assert first_broken([*lines[:2], *lines[3:]]) == 3
    assert store.audit(1, limit=2) == lines[1:3]


def test_many_writers_lose_nothing(store: Store) -> None:
    put(store, Put("job", "count", {"at": time_text(START), "n": 0}))

    def count_up(worker: int) -> None:
        done = 0
        while done < 5:
            known = store.record("job", "count")
            deed = Deed(START, f"w{worker}", "job.count", "job", "count", {"n": done})
            try:
                store.commit([Put("job", "count", {**known.body, "n": known.body["n"] + 1}, known.etag)], deed)
            except Conflict:
                continue
            done += 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_up, range(4)))
    assert store.record("job", "count").body["n"] == 20
    kept = [line for line in store.audit(limit=5000) if line.deed.what == "job.count"]
    assert first_broken(store.audit(limit=5000)) is None
    assert {(line.deed.who, line.deed.parameters["n"]) for line in kept} == {
        (f"w{worker}", n) for worker in range(4) for n in range(5)
    }


def test_what_the_machine_marks_leaves_the_etag_of_people(store: Store) -> None:
    store.write(segment("s1", occurrence(0), occurrence(0, rule="MB02")))
    one, other = occurrence(0).id, occurrence(0, rule="MB02").id
    [marked] = store.commit([Mark(one, incident="i1", suppressed_by="m1")])
    assert isinstance(marked, Alert)
    assert (marked.incident, marked.suppressed_by, marked.etag) == ("i1", "m1", "1")
    store.write(segment("s2", occurrence(1)))
    kept = store.alert(one)
    assert (kept.incident, kept.suppressed_by, kept.occurrences) == ("i1", "m1", 2)
    [decided] = store.commit([Decide(one, AlertChange(at=START, who="li", assignee="li"), "1")])
    assert isinstance(decided, Alert)

    def found(**query: Any) -> list[str]:
        return [alert.id for alert in store.alerts(AlertQuery(**query)).items]

    assert found(suppressed=True) == [one]
    assert found(suppressed=False) == [other]
    assert found(incidents=("i1",)) == [one]
    assert found(assignees=("li",)) == [one]
    assert found(assignees=("",)) == [other]
    store.commit([Mark(one, suppressed_by="")])
    assert found(suppressed=True) == []


def test_writes_before_one_that_fails(embedded: Store) -> None:
    """The embedded store does all or nothing, the audit line too."""
    with pytest.raises(Conflict):
        embedded.commit([Put("incident", "i1", incident(1)), Put("incident", "i2", incident(1), etag="3")], DEED)
    assert ids(embedded) == []
    assert embedded.audit() == ()
    assert embedded.changes(0) == ()


def test_a_refused_write_is_told_in_the_log(elastic: Store) -> None:
    """Elasticsearch has no transactions: what came before the refused write stays, and the log says that it failed."""
    writes = [Put("incident", "i1", incident(1)), Put("incident", "i2", incident(1), etag="3"), Put("mute", "m", {})]
    with pytest.raises(Invalid):
        elastic.commit(writes, DEED)
    assert (elastic.audit(), ids(elastic)) == ((), [])
    with pytest.raises(Conflict):
        elastic.commit(writes[:2], DEED)
    assert ids(elastic) == ["i1"]
    lines = elastic.audit()
    assert [(line.deed.what, line.deed.parameters.get("line")) for line in lines] == [(DEED.what, None), ("refused", 1)]
    assert first_broken(lines) is None
