"""Both stores: killed at any point, or written by several at once, nothing is lost and nothing is there twice."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from api.storage import open_store
from response.alerts import AlertChange, fold
from response.ports import AlertQuery, EventQuery, Segment, Store
from response.store_errors import Conflict
from tests.contract.elastic_server import Server
from tests.contract.store_cases import START, occurrence, rows, segment
from tests.contract.store_victim import segments
from tests.contract.stores import elastic_url
from tests.needs import PROJECT

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]

DATASETS = ("transaction", "flow", "link", "identity")


def victim(url: str, last_call: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.contract.store_victim", url, str(last_call)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)


def ids(store: Store, dataset: str) -> list[str]:
    return store.events(EventQuery(dataset, limit=5_000)).frame["event.id"].to_list()


def check_whole(store: Store) -> None:
    """The store has just what the victim's segments hold."""
    made = segments()
    for dataset in DATASETS:
        frames = [s.datasets[dataset] for s in made if dataset in s.datasets and dataset != "identity"]
        expected = pl.concat(frames)["event.id"].unique().to_list() if frames else []
        assert sorted(ids(store, dataset)) == sorted(expected)
        assert store.count(dataset) == len(expected)
    alerts = {a.id: a for a in store.alerts(AlertQuery()).items}
    assert alerts == {a.id: a for a in fold(o for s in made for o in s.occurrences)}
    assert len(store.dead_letters()) == 4
    assert store.health().segments == 4


def check_embedded(root: Path, store: Store) -> None:
    """What is visible is whole segments; no file is there that is not registered."""
    with sqlite3.connect(root / "bittern.db") as database:
        done = [row[0] for row in database.execute("SELECT id FROM segments ORDER BY id")]
        registered = {row[0] for row in database.execute("SELECT path FROM files")}
    database.close()
    made = [s for s in segments() if s.id in done]
    assert done == [s.id for s in segments()][: len(done)]
    frames = [s.datasets["transaction"] for s in made if "transaction" in s.datasets]
    expected = set(pl.concat(frames)["event.id"]) if frames else set()
    found = ids(store, "transaction")
    assert (len(found), set(found)) == (len(expected), expected)
    assert {a.id: a for a in store.alerts(AlertQuery()).items} == {
        a.id: a for a in fold(o for s in made for o in s.occurrences)
    }
    assert {str(p.relative_to(root)) for p in root.rglob("*.parquet")} == registered
    assert list((root / "tmp").iterdir()) == []


@pytest.fixture(scope="module")
def calls_embedded(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many calls the victim makes when nobody kills it."""
    done = victim(f"embedded:{tmp_path_factory.mktemp('calls')}", 0)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def moments(calls: int, parts: int, seed: int) -> list[int]:
    """A call in each of so many equal parts of a run, but for its very end, where runs differ a little."""
    random_of = random.Random(seed)
    return [int((part + random_of.random()) / parts * 0.95 * calls) + 1 for part in range(parts)]


@pytest.mark.parametrize("part", range(12))
def test_killed_at_any_call_the_embedded_store_is_whole(tmp_path: Path, calls_embedded: int, part: int) -> None:
    """Each round dies in another twelfth of the run, and in mending what that left, if that takes so long."""
    url = f"embedded:{tmp_path}/store"
    assert victim(url, moments(calls_embedded, 12, part)[part]).returncode == -signal.SIGKILL
    with open_store(url) as store:
        check_embedded(tmp_path / "store", store)
    assert victim(url, moments(calls_embedded, 12, part)[0]).returncode in (-signal.SIGKILL, 0)
    with open_store(url) as store:
        check_embedded(tmp_path / "store", store)
        for one in segments():
            store.write(one)
        check_whole(store)
        check_embedded(tmp_path / "store", store)


@pytest.mark.timeout(300)
def test_killed_at_any_call_elasticsearch_is_whole_after_the_retry(elastic_server: Server) -> None:
    dry = victim(elastic_url(elastic_server), 0)
    assert dry.returncode == 0, dry.stderr
    for at in moments(int(dry.stdout), 6, 7):
        url = elastic_url(elastic_server)
        assert victim(url, at).returncode == -signal.SIGKILL
        with open_store(url) as store:
            for one in segments():
                store.write(one)
            check_whole(store)


ENDLESS = """
import sys
from dataclasses import replace
from api.storage import open_store
from tests.contract.store_victim import segments
made = segments()
store = open_store(sys.argv[1])
print("ready", flush=True)
for n in range(10**9):
    for one in made:
        store.write(replace(one, id=f"{n:09}-{one.id}"))
"""


def test_killed_at_any_time_the_embedded_store_is_whole(tmp_path: Path) -> None:
    """Unlike at a call, the death may fall inside one, say while SQLite writes its log."""
    random_of = random.Random(3)
    url = f"embedded:{tmp_path}/store"
    for _ in range(4):
        with subprocess.Popen([sys.executable, "-c", ENDLESS, url], cwd=PROJECT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            threading.Event().wait(random_of.uniform(0.0, 0.4))
            process.kill()
        with open_store(url) as store:
            found = ids(store, "transaction")
            assert len(found) == len(set(found)) == store.count("transaction")
            assert list((tmp_path / "store" / "tmp").iterdir()) == []
    with open_store(url) as store:
        for one in segments():
            store.write(one)
        assert {a.id: a for a in store.alerts(AlertQuery()).items} == {
            a.id: a for a in fold(o for s in segments() for o in s.occurrences)
        }


def many(number: int) -> list[Segment]:
    """Segments that overlap, all about the same few alerts."""
    return [
        segment(
            f"s{n}",
            *(occurrence(n + m, rule=f"R{k}") for k in range(3) for m in (0, 1)),
            transaction=rows("transaction", 30, begin=20 * n),
        )
        for n in range(number)
    ]


def test_several_writers_of_the_same_segments(store_url: str) -> None:
    made = many(8)
    random_of = random.Random(1)
    orders = [random_of.sample(made, len(made)) for _ in range(3)]

    def write(order: list[Segment]) -> int:
        with open_store(store_url) as store:
            return sum(store.write(one).events_new for one in order)

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(write, orders)) == 170
    with open_store(store_url) as store:
        found = ids(store, "transaction")
        assert (len(found), len(set(found)), store.count("transaction")) == (170, 170, 170)
        alerts = store.alerts(AlertQuery()).items
        expected = fold(o for s in made for o in s.occurrences)
        assert sorted((a.rule, a.count, a.occurrences, a.first_seen, a.last_seen, a.events) for a in alerts) == sorted(
            (a.rule, a.count, a.occurrences, a.first_seen, a.last_seen, a.events) for a in expected
        )
        assert sum(len(store.occurrences(a.id)) for a in alerts) == sum(a.occurrences for a in expected)


@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_new_store_that_others_open_at_the_same_time_is_waited_for(tmp_path: Path, begin: str) -> None:
    """SQLite refuses WAL at once while another opener of a new file holds a lock, whatever the time-out."""
    other = sqlite3.connect(tmp_path / "bittern.db", isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE made (x)")
    other.execute("DROP TABLE made")
    other.execute(begin)
    other.execute("SELECT * FROM sqlite_schema").fetchall()
    done = threading.Timer(0.3, other.execute, ["COMMIT"])
    done.start()
    with open_store(f"embedded:{tmp_path}") as store:
        assert store.health().writable
    done.join()
    other.close()


def test_readers_and_people_beside_a_writer(store: Store) -> None:
    made = many(10)
    store.write(made[0])
    alert_id = store.alerts(AlertQuery()).items[0].id
    stop = threading.Event()

    def read() -> None:
        seen = 0
        while not stop.is_set():
            found = ids(store, "transaction")
            assert len(found) == len(set(found)) >= seen
            seen = len(found)
            assert len(store.alerts(AlertQuery()).items) == 3
            assert store.alert(alert_id).count <= len(store.occurrences(alert_id)) <= store.alert(alert_id).count + 99

    def decide(who: str) -> int:
        done = 0
        while done < 10:
            alert = store.alert(alert_id)
            try:
                store.update_alert(alert_id, AlertChange(START + done, who, reason=f"{who} {done}"), alert.etag)
                done += 1
            except Conflict:
                continue
        return done

    with ThreadPoolExecutor(5) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        people = [pool.submit(decide, who) for who in ("li", "wang")]
        try:
            for one in made:
                store.write(one)
            assert [p.result() for p in people] == [10, 10]
        finally:
            stop.set()
        for reader in readers:
            reader.result()
    alert = store.alert(alert_id)
    assert (alert.etag, len(alert.history)) == ("21", 20)
    assert {e.reason for e in alert.history} == {f"{who} {n}" for who in ("li", "wang") for n in range(10)}
    assert alert.count == 11
