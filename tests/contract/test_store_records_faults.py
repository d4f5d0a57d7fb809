"""Both stores: whoever is killed while committing leaves no change without its line in the audit log; answers that get
lost make nothing twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api.storage import open_store
from response.alerts import AlertChange
from response.ports import Store
from response.records import Decide, Deed, Delete, Put, RecordQuery, first_broken
from response.store_errors import NotFound
from response.times import time_text
from tests.contract.elastic_server import Server
from tests.contract.records_victim import ALERT, TURNS, prepare, turn
from tests.contract.store_cases import START, occurrence, segment
from tests.contract.store_proxy import Answer, Request, hand_on, proxy
from tests.contract.stores import elastic_url
from tests.needs import PROJECT

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]

ELASTIC = pytest.mark.timeout(300)


def victim(url: str, first: int, last_call: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.contract.records_victim", url, str(first), str(last_call)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)


def is_there(store: Store, kind: str, record_id: str) -> bool:
    try:
        return store.record(kind, record_id).id == record_id
    except NotFound:
        return False


def parts(store: Store, number: int) -> list[bool]:
    """Which steps of a deed were done, in the order in which they are done without transactions."""
    lines = [line for line in store.audit(limit=5000) if line.deed.id == f"j{number}"]
    changes = [(c.kind, c.etag) for c in store.changes(0, 5000) if c.id in (f"j{number}", f"r{number}")]
    said = [step for step in store.alert(ALERT.id).history if step.reason == f"turn {number}"]
    assert len(lines) <= 1
    assert len(changes) == len(set(changes))
    job, run, gone = (each in changes for each in (("job", "1"), ("run", "1"), ("run", None)))
    kept = is_there(store, "run", f"r{number}")
    return [
        bool(lines),
        is_there(store, "job", f"j{number}"),
        job,
        kept or run,
        run,
        run and not kept,
        gone,
        bool(said),
    ]


def check_told(store: Store, number: int, *, whole: bool) -> None:
    """A deed was done up to some step; `whole`: none of it or all."""
    done = parts(store, number)
    assert done == sorted(done, reverse=True)
    assert not whole or len(set(done)) == 1
    numbers = [c.number for c in store.changes(0, 5000)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert first_broken(store.audit(limit=5000)) is None


def killed(url: str, chosen: random.Random, times: int, *, whole: bool) -> set[int]:
    """Kill a victim so often; how many steps were done of the deeds that were looked at."""
    with open_store(url) as store:
        prepare(store)
    counted = victim(url, 0, 0)
    assert counted.returncode == 0, counted.stderr
    found = set()
    for turns in range(times + 1):
        if turns:
            done = victim(url, turns * TURNS, chosen.randrange(1, int(counted.stdout)))
            assert done.returncode == -signal.SIGKILL, done.stderr
        with open_store(url) as store:
            for number in range(turns * TURNS, (turns + 1) * TURNS):
                check_told(store, number, whole=whole or not turns)
                found.add(sum(parts(store, number)))
    with open_store(url) as store:
        turn(store, 999)
        assert all(parts(store, 999))
    return found


def test_killed_at_any_call_embedded(tmp_path: Path) -> None:
    killed(f"embedded:{tmp_path}/store", random.Random(3), 4, whole=True)


@ELASTIC
def test_killed_at_any_call_elastic(elastic_server: Server) -> None:
    found = killed(elastic_url(elastic_server), random.Random(4), 7, whole=False)
    assert found - {0, 8}, "no victim died amid a deed"


@ELASTIC
def test_lost_answers_make_nothing_twice(elastic_server: Server) -> None:
    """Every second answer to a writing call is lost, after the server did what was asked."""
    writing = 0

    def plan(request: Request) -> Answer:
        nonlocal writing
        answer = hand_on(request)
        if request.method != "DELETE" and not request.is_bulk:
            return answer
        writing += 1
        return None if writing % 2 else answer

    url = elastic_url(elastic_server)
    with proxy(elastic_server.url, plan) as address, open_store(url.replace(elastic_server.url, address)) as store:
        store.write(segment("s", *[occurrence(0, rule=f"R{n}") for n in range(5)]))
        body = {"at": time_text(START), "state": "new"}
        store.commit([Put("job", "a", body), Put("job", "b", body)], Deed(START, "li", "job.start", "job", "a"))
        alert = occurrence(0, rule="R1").id
        store.commit([Delete("job", "a", "1"), Decide(alert, AlertChange(at=START, who="li", assignee="li"), "1")])
    with open_store(url) as store:
        changes = [(c.kind, c.id, c.etag) for c in store.changes(0)]
        assert len(changes) == len(set(changes))
        assert sorted(changes[:5]) == sorted(("alert", occurrence(0, rule=f"R{n}").id, "1") for n in range(5))
        assert changes[5:] == [("job", "a", "1"), ("job", "b", "1"), ("job", "a", None), ("alert", alert, "2")]
        assert len(store.audit()) == 1
        assert [stored.id for stored in store.records(RecordQuery("job")).items] == ["b"]
