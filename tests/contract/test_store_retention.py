"""Both stores: what they hold, what falls due, what is told of what was removed, and what an open incident keeps."""

from __future__ import annotations

import time
from typing import Any

import pytest

from api.storage.admission import stored_datasets
from api.triage import incidents_over
from response.alerts import AlertChange
from response.incidents.desk import IncidentDesk
from response.incidents.people import IncidentChange
from response.ports import AlertQuery, Store
from response.records import Mark, Put, RecordQuery, Stored
from response.retention.due import due
from response.retention.holdings import DAY
from response.retention.policy import Bound
from response.retention.removed import KIND, all_kept, all_removed, begun, fresh
from response.retention.sweep import TEND_EVERY, Sweep
from response.store_errors import Invalid
from response.times import time_ns
from tests.contract.retention_cases import NOW, YOUNG, bound, ids, incident, old_and_young, put, sweep, young_rows
from tests.contract.store_cases import START, occurrence, rows, segment
from tests.shipped import shipped_rule_set

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]


def test_what_is_held_is_told_by_dataset(store: Store) -> None:
    assert store.holdings(NOW).datasets == ()
    old_and_young(store)
    put(store, "recent", transaction=young_rows("transaction", 15, begin=10))
    found = store.holdings(YOUNG + DAY)
    held = {each.dataset: each for each in found.datasets}
    assert set(held) == {"transaction", "flow"}
    one = held["transaction"]
    assert (one.rows, one.first, one.recent_rows) == (75, START, 25)
    assert one.last is not None
    assert one.last // DAY == YOUNG // DAY
    assert one.bytes > one.recent_bytes > 0
    pace = one.per_day(YOUNG + DAY)
    assert pace is not None
    assert (pace[0], held["flow"].per_day(YOUNG + DAY)) == (25, (0, 0))
    assert one.per_day(YOUNG + DAY // 48) is None
    assert found.records["audit"] == 0
    assert found.disk_free is None or (found.disk_bytes is not None and 0 < found.disk_free < found.disk_bytes)


def test_what_is_older_goes_and_is_told(store: Store) -> None:
    old_and_young(store)
    whole = len(store.parts("transaction"))
    assert sweep(store) > 0
    assert store.count("transaction") == 10
    assert len(store.parts("transaction")) == whole - 2
    removed = all_removed(store)
    assert {name: each.rows for name, each in removed.items()} == {"transaction": 50, "flow": 5}
    last = START + 49 * 10_000_001
    assert last < removed["transaction"].border <= last + 2_000_000
    assert (removed["transaction"].parts, removed["transaction"].bytes > 0) == (2, True)
    lines = [line.deed for line in store.audit() if line.deed.what == "retention.remove"]
    assert {(line.who, line.id, line.parameters["rows"]) for line in lines} == {
        ("bittern", "transaction", 50), ("bittern", "flow", 5),
    }  # fmt: skip
    before = all_removed(store), store.last_change()
    sweep(store)
    assert (all_removed(store), store.last_change()) == before


def test_a_segment_that_comes_again_brings_nothing_back(store: Store) -> None:
    again = segment("old-1", transaction=rows("transaction", 20))
    old_and_young(store)
    sweep(store)
    assert store.write(again).events_new == 0
    assert store.count("transaction") == 10


def test_bytes_bound_a_dataset_the_oldest_go_first(store: Store) -> None:
    old_and_young(store)
    parts = store.parts("transaction")
    held = sum(part.bytes for part in parts)
    found = list(due(store, "transaction", Bound(None, held - parts[0].bytes), held, NOW))
    assert [part.id for each in found for part in each.parts] == [parts[0].id]
    assert list(due(store, "transaction", Bound(None, held), held, NOW)) == []
    assert len([p for each in due(store, "transaction", Bound(None, 1), held, NOW) for p in each.parts]) == 3


def test_an_old_capture_that_was_read_today_stays(store: Store) -> None:
    """Its rows are older than any bound: it would be gone before anybody has looked at it."""
    past = [time.time_ns() - 3_000 * DAY + n for n in range(20)]
    columns: Any = {"@timestamp": past, "event.end": past}
    put(store, "long-ago", transaction=rows("transaction", 20, **columns))
    sweep(store, time.time_ns())
    assert store.count("transaction") == 20
    assert all_removed(store) == {}


@pytest.mark.parametrize("status", ["new", "in_progress"])
def test_an_open_incident_keeps_what_it_refers_to(store: Store, status: str) -> None:
    transactions = rows("transaction", 20)
    events = (transactions["event.id"][3],)
    put(store, "kept", transaction=transactions)
    store.write(segment("told", occurrence(0, events=events)))
    put(store, "old", transaction=rows("transaction", 30, begin=20))
    [alert] = store.alerts(AlertQuery()).items
    etag = incident(store, "i-1", status, [alert.id])
    store.commit([Mark(alert.id, incident="i-1")])
    store.update_alert(alert.id, AlertChange(NOW, "li", status="closed", resolution="duplicate"), alert.etag)
    sweep(store)
    assert ids(store, "transaction") == set(transactions["event.id"])
    removed = all_removed(store)["transaction"]
    assert (removed.rows, all_kept(store)["transaction"] > 0) == (30, True)
    incident(store, "i-1", "closed", [alert.id], etag)
    sweep(store)
    assert store.count("transaction") == 0
    assert (all_removed(store)["transaction"].rows, all_kept(store)) == (50, {})
    assert store.alert(alert.id).status == "closed"


def test_what_was_begun_by_one_who_died_is_ended_and_counted_once(store: Store) -> None:
    old_and_young(store)
    parts = store.parts("transaction")[:1]
    store.commit([Put(KIND, "transaction", begun(fresh(NOW), parts, NOW))])
    assert all_removed(store)["transaction"].rows == 20
    bound(store, transaction=Bound(), flow=Bound())
    sweep(store)
    assert (store.count("transaction"), all_removed(store)["transaction"].rows) == (40, 20)
    store.commit([Put(KIND, "flow", begun(fresh(NOW), store.parts("flow"), NOW))])
    store.remove_parts("flow", [part.id for part in store.parts("flow")])
    sweep(store)
    assert (store.count("flow"), all_removed(store)["flow"].rows) == (0, 5)
    assert store.record(KIND, "flow").body["removing"] == []


def test_a_part_of_another_dataset_is_left_alone(store: Store) -> None:
    old_and_young(store)
    store.remove_parts("link", [part.id for part in store.parts("transaction")])
    assert store.count("transaction") == 60
    with pytest.raises(Invalid):
        store.parts("nothing")


def test_the_duty_goes_step_by_step_and_rests(embedded: Store) -> None:
    old_and_young(embedded)
    duty, steps = Sweep(embedded, stored_datasets()), 0
    while duty(NOW):
        steps += 1
    assert (steps > 0, embedded.count("transaction")) == (True, 10)
    put(embedded, "late", transaction=rows("transaction", 5, begin=60))
    assert not duty(NOW + 1)
    for number in range(20):
        put(embedded, f"y{number}", transaction=young_rows("transaction", 1, begin=100 + number))
    while duty(NOW + TEND_EVERY):
        pass
    assert (embedded.count("transaction"), len(embedded.parts("transaction"))) == (35, 2)
    while duty(NOW + DAY):
        pass
    assert embedded.count("transaction") == 30
    assert time_ns(embedded.record(KIND, "transaction").body["at"]) == NOW + DAY


def test_a_held_incident_keeps_what_it_refers_to_when_it_is_closed(store: Store) -> None:
    """Held, closed, and released by people through the desk, over incidents that the machine made."""
    transactions = rows("transaction", 20)
    put(store, "kept", transaction=transactions)
    told = [occurrence(0, events=(transactions["event.id"][3],), severity="critical")]
    store.write(segment("told", *told))
    desk = IncidentDesk(incidents_over(store, shipped_rule_set(), None))
    [alert] = store.alerts(AlertQuery()).items
    [name] = desk._incidents.update([alert.id], NOW)

    def change(**what: Any) -> Stored:
        revision = store.record("incident", name).body["revision"]
        return desk.change(name, IncidentChange(NOW, "li", **what), revision)

    with pytest.raises(Invalid):
        change(held=True)
    change(held=True, reason="asked for by the prosecutor")
    change(status="closed", resolution="true_positive", reason="done")
    desk._incidents.update([alert.id], NOW)
    assert store.record("incident", name).body["held"] is True
    sweep(store)
    assert (store.count("transaction"), all_removed(store)) == (20, {})
    assert set(all_kept(store)) == {"transaction"}
    line = next(line.deed for line in store.audit() if line.deed.parameters.get("held"))
    assert (line.who, line.what, line.parameters["reason"]) == ("li", "incident.change", "asked for by the prosecutor")
    released = change(held=False, reason="returned")
    assert [entry["to"] for entry in released.body["history"] if entry["what"] == "held"] == [True, False]
    sweep(store)
    assert store.count("transaction") == 0


def test_what_is_held_stays_together(embedded: Store) -> None:
    parts = [occurrence(n, rule=f"R{n}", severity="critical") for n in range(3)]
    embedded.write(segment("told", *parts))
    incidents = incidents_over(embedded, shipped_rule_set(), None)
    desk, alerts = IncidentDesk(incidents), [alert.id for alert in embedded.alerts(AlertQuery()).items]
    incidents.update(alerts, NOW)
    [first] = embedded.records(RecordQuery("incident", {"status": "new"})).items
    assert len(first.body["alerts"]) == 3
    decision = desk.split(first.id, first.body["alerts"][2:], NOW, "li", "apart")
    desk.undo(decision, NOW + 1, "li")
    revision = embedded.record("incident", first.id).body["revision"]
    held = desk.change(first.id, IncidentChange(NOW, "li", held=True, reason="court"), revision)
    with pytest.raises(Invalid) as refused:
        desk.split(first.id, held.body["alerts"][2:], NOW + 2, "li", "apart")
    assert refused.value.reason == "incident_is_held"


def test_a_stream_is_rolled_over_at_a_tenth_of_its_bound(elastic: Store) -> None:
    """And what is written then, or again, is there once."""
    elastic.write(segment("one", transaction=rows("transaction", 600)))
    elastic.tend("transaction", Bound(90, 10**12))
    assert elastic.parts("transaction") == ()
    elastic.tend("transaction", Bound(90, 1_000_000))
    [part] = elastic.parts("transaction")
    assert (part.rows, part.first, part.bytes > 100_000) == (600, START, True)
    assert elastic.write(segment("two", transaction=rows("transaction", 100, begin=550))).events_new == 50
    elastic.remove_parts("transaction", [part.id, "no-such-index"])
    assert elastic.count("transaction") == 50
    elastic.tend("value", Bound(1, 1_000_000))
    assert elastic.parts("value") == ()
    held = elastic.holdings(NOW)
    assert (held.datasets[0].rows, held.datasets[0].parts) == (50, 1)
    assert held.disk_bytes is not None
    assert held.disk_free is not None
    assert 0 < held.disk_free < held.disk_bytes
    assert held.record_bytes
