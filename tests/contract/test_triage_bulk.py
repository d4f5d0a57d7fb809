"""Both stores: changes to many alerts, each once, whoever dies on the way; conflicts are told, not overwritten."""

from __future__ import annotations

import random
import signal
import subprocess
import sys

import pytest

from api.storage import open_store
from response.alerts import Alert, AlertChange
from response.incidents.grouping import groups_of
from response.incidents.reach import every
from response.ports import AlertQuery, Store
from response.records import Decide
from response.store_errors import Invalid
from response.triage.bulk import Bulk
from tests.alert_cases import MATRIX, POLICY
from tests.contract.triage_victim import ALERTS, CLOSE, NOW, fill, jobs
from tests.needs import PROJECT

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]

EVERYTHING = AlertQuery(triage=False, limit=1000)


def alerts(store: Store) -> list[Alert]:
    return list(store.alerts(EVERYTHING).items)


def lines(alert: Alert) -> list[tuple[str, str | None]]:
    return [(entry.what, entry.after) for entry in alert.history]


def test_all_that_match_are_changed_once_and_taken_back(store: Store) -> None:
    fill(store)
    bulk = Bulk(store, chunk=7)
    query = AlertQuery(rules=("MB01",), limit=3)
    effect = bulk.preview(query, NOW, POLICY.preview)
    assert (len(effect.open), effect.rules) == (ALERTS, {"MB01": ALERTS})
    job = bulk.begin(CLOSE, query)
    assert bulk.unfinished() == [job]
    assert bulk.resume(job).ended == {"done": ALERTS}
    assert all(lines(alert) == [("status", "closed"), ("resolution", "maintenance")] for alert in alerts(store))
    before = store.last_change()
    assert bulk.resume(job).state == "finished"
    assert (store.last_change(), bulk.unfinished()) == (before, [])
    undo = bulk.undo(job, NOW + 1, "wang", "too early")
    assert bulk.resume(undo).ended == {"done": ALERTS}
    assert {(alert.status, alert.resolution, alert.assignee) for alert in alerts(store)} == {("new", None, None)}
    assert [line.deed.what for line in store.audit()] == ["alert.bulk", "alert.bulk"]


def test_conflicts_are_told_and_nothing_is_overwritten(store: Store) -> None:
    fill(store)
    first, second, third, *_ = alerts(store)
    bulk = Bulk(store, chunk=2)
    job = bulk.begin(CLOSE, [first.id, second.id, third.id, "nowhere"])
    bulk._select(store.record("job", job))  # frozen; then somebody is quicker
    store.commit([Decide(second.id, AlertChange(NOW, "zhao", assignee="zhao"), second.etag)])
    assert bulk.resume(job).ended == {"done": 2, "conflict": 1}
    (told,) = [item for item in bulk.journal(job) if item["state"] == "conflict"]
    assert (told["alert"], told["who"]) == (second.id, "zhao")
    assert (store.alert(second.id).status, store.alert(second.id).assignee) == ("new", "zhao")
    store.commit([Decide(third.id, AlertChange(NOW + 1, "zhao", reason="mine"), store.alert(third.id).etag)])
    undo = bulk.undo(job, NOW + 2, "wang", "too early")
    assert bulk.resume(undo).ended == {"done": 1, "conflict": 1}
    assert store.alert(third.id).status == "closed"


def test_what_was_changed_before_its_journal_is_not_changed_again(store: Store) -> None:
    """Elasticsearch may die between the two; the job's own line in the history tells."""
    fill(store)
    one, *_ = alerts(store)
    bulk = Bulk(store)
    job = bulk.begin(CLOSE, [one.id])
    bulk._select(store.record("job", job))
    store.commit([Decide(one.id, CLOSE, one.etag)])
    assert bulk.resume(job).ended == {"done": 1}
    assert lines(store.alert(one.id)) == [("status", "closed"), ("resolution", "maintenance")]


def test_what_changes_nothing_is_no_change(store: Store) -> None:
    fill(store)
    one, other, *_ = alerts(store)
    store.commit([Decide(one.id, AlertChange(NOW - 1, "wang", assignee="wang"), one.etag)])
    bulk = Bulk(store)
    job = bulk.begin(AlertChange(NOW, "li", assignee="wang"), [one.id, other.id])
    assert bulk.resume(job).ended == {"same": 1, "done": 1}
    said = bulk.begin(AlertChange(NOW + 1, "li", reason="seen with the shift"), [one.id])
    assert bulk.resume(said).ended == {"done": 1}
    assert store.alert(one.id).history[-1].reason == "seen with the shift"
    for wrong in (AlertChange(NOW, "", reason="x"), AlertChange(NOW, "li", "closed", "maintenance")):
        with pytest.raises(Invalid):
            bulk.begin(wrong, [one.id])


def victim(url: str, last_call: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.contract.triage_victim", url, str(last_call)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)


def check(store: Store) -> None:
    found = alerts(store)
    for alert in found:
        assert lines(alert) == [
            ("status", "closed"), ("resolution", "maintenance"), ("status", "new"), ("resolution", None),
        ]  # fmt: skip
    whole = {group.id: [alert.id for alert in group.alerts] for group in groups_of(found, MATRIX, POLICY, None)}
    assert {stored.id: stored.body["alerts"] for stored in every(store, "incident") if stored.body["alerts"]} == whole
    assert [line.deed.what for line in store.audit()] == ["alert.bulk", "alert.bulk"]
    bulk = Bulk(store)
    assert [bulk.progress(job).ended for job in jobs(store)] == [{"done": ALERTS}] * 2


def test_killed_anywhere_it_comes_to_the_same_end(store_url: str) -> None:
    with open_store(store_url) as store:
        fill(store)
    chance, farthest, deaths = random.Random(3), 60_000, 0
    for _ in range(5):
        done = victim(store_url, chance.randrange(farthest))
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        deaths += done.returncode != 0
    assert victim(store_url, 0).returncode == 0
    assert deaths > 0
    with open_store(store_url) as store:
        check(store)
