"""The embedded store: few files of many, killed at any call, beside readers and a backup: nothing lost or twice."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from api.storage import embedded_files, open_store
from api.storage.embedded_backup import back_up, check_backup, restore
from api.storage.embedded_compaction import TOGETHER
from api.storage.embedded_files import backing_up
from response.ports import EventQuery, Store
from response.retention.holdings import DAY
from response.retention.policy import Bound
from response.retention.removed import all_removed
from tests.contract.retention_cases import NOW, YOUNG, ids, sweep, young_rows
from tests.contract.store_cases import rows, segment
from tests.needs import PROJECT

pytest_plugins = ["tests.contract.stores"]
ROWS = 3
FOREVER = Bound()


def fill(store: Store, young: int, old: int = 0) -> None:
    """So many segments of few rows each."""
    made = [segment(f"o{n}", transaction=rows("transaction", ROWS, begin=n * ROWS)) for n in range(old)]
    made += [segment(f"y{n}", transaction=young_rows("transaction", ROWS, begin=n * ROWS)) for n in range(young)]
    for one in made:
        store.write(one)


def files(root: Path) -> set[str]:
    """Files of events on the disk."""
    return {str(path.relative_to(root)) for path in root.rglob("*.parquet")}


def registered(root: Path) -> set[str]:
    with closing(sqlite3.connect(root / "bittern.db")) as database:
        return {path for (path,) in database.execute("SELECT path FROM files")}


def test_many_small_files_become_few_with_the_same_rows(embedded: Store, tmp_path: Path) -> None:
    fill(embedded, 40)
    embedded.write(segment("other", sensor="sensor-2", transaction=rows("transaction", 5, sensor="sensor-2")))
    before = embedded.events(EventQuery("transaction", limit=1_000)).frame
    root = tmp_path / "only"
    assert len(files(root)) == 41
    assert embedded.tend("transaction", FOREVER)
    assert not embedded.tend("transaction", FOREVER)
    assert files(root) == registered(root)
    assert len(files(root)) == 2
    assert embedded.events(EventQuery("transaction", limit=1_000)).frame.equals(before)
    assert embedded.count("transaction") == 125
    again = segment("late", transaction=young_rows("transaction", 130))
    assert embedded.write(again).events_new == 10


def test_few_files_are_left_alone(embedded: Store) -> None:
    fill(embedded, TOGETHER - 1)
    assert not embedded.tend("transaction", FOREVER)


def test_what_is_made_one_is_as_old_as_the_youngest(embedded: Store, tmp_path: Path) -> None:
    """Else every compaction would put off retention."""
    fill(embedded, 20)
    for number, path in enumerate(sorted(files(tmp_path / "only"))):
        os.utime(tmp_path / "only" / path, ns=(number * DAY, number * DAY))
    assert embedded.tend("transaction", FOREVER)
    assert [part.written for part in embedded.parts("transaction")] == [19 * DAY]


def victim(url: str, last_call: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.contract.retention_victim", url, str(last_call)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with old and young rows in many files, to be copied."""
    root = tmp_path_factory.mktemp("filled") / "store"
    with open_store(f"embedded:{root}") as store:
        fill(store, young=18, old=20)
    return root


def test_killed_at_any_call_nothing_is_lost_and_all_is_told(filled: Path, tmp_path: Path) -> None:
    shutil.copytree(filled, tmp_path / "dry")
    dry = victim(f"embedded:{tmp_path / 'dry'}", 0)
    assert dry.returncode == 0, dry.stderr
    calls, random_of = int(dry.stdout), random.Random(5)
    old, young = set(rows("transaction", 60)["event.id"]), set(young_rows("transaction", 54)["event.id"])
    for part in range(6):
        root = tmp_path / f"store-{part}"
        shutil.copytree(filled, root)
        at = int((part + random_of.random()) / 6 * 0.95 * calls) + 1
        assert victim(f"embedded:{root}", at).returncode == -signal.SIGKILL
        with open_store(f"embedded:{root}") as store:
            found = ids(store, "transaction")
            assert found >= young
            assert found == old | young or all_removed(store)["transaction"].rows == len(old)
            assert len(found) == store.count("transaction")
            sweep(store)
            assert ids(store, "transaction") == young
            assert store.count("transaction") == len(young)
            assert all_removed(store)["transaction"].rows == len(old)
            assert len([line for line in store.audit() if line.deed.what == "retention.remove"]) == 1
            assert files(root) == registered(root)
            assert list((root / "tmp").iterdir()) == []


READS: dict[str, Callable[[Store], int]] = {
    "rows": lambda store: store.events(EventQuery("transaction", limit=5_000)).frame["event.id"].n_unique(),
    "count": lambda store: store.count_events(EventQuery("transaction")),
    "groups": lambda store: store.group_events(EventQuery("transaction"), ["ot.operation"], 5).groups[0].count,
    "time": lambda store: sum(n for _, n in store.events_over_time(EventQuery("transaction", YOUNG, NOW), DAY)),
}


@pytest.mark.parametrize("read", READS)
def test_a_reader_whose_files_go_before_it_opens_them_reads_again(
    embedded: Store, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    fill(embedded, 20)
    lists = list[int]()

    def scan(*given: Any, **more: Any) -> pl.LazyFrame:
        lists.append(len(given[2]))
        if len(lists) == 1:
            assert embedded.tend("transaction", FOREVER)
        return real(*given, **more)

    real = embedded_files.scan
    monkeypatch.setattr("api.storage.embedded_events.scan", scan)
    assert (READS[read](embedded), lists) == (60, [20, 1])


def test_a_backup_that_is_being_made_keeps_the_files_it_names(embedded: Store, tmp_path: Path) -> None:
    fill(embedded, young=20, old=2)
    root = tmp_path / "only"
    before = files(root)
    with backing_up(root):
        sweep(embedded)
        assert embedded.count("transaction") == 60
        assert files(root) > before
        embedded.write(segment("more", transaction=young_rows("transaction", 3, begin=900)))
        assert files(root) > registered(root)
    embedded.write(segment("last", transaction=young_rows("transaction", 3, begin=950)))
    assert files(root) == registered(root)


def test_a_backup_while_files_come_and_go_is_whole(embedded: Store, tmp_path: Path) -> None:
    fill(embedded, young=20, old=20)
    root, seen = tmp_path / "only", list[int]()

    def meanwhile(size: int) -> None:
        if not seen:
            sweep(embedded)
        seen.append(size)

    back_up(root, tmp_path / "b.tar", NOW, meanwhile)
    assert len(check_backup(tmp_path / "b.tar").parts) == 41
    restore(tmp_path / "b.tar", tmp_path / "again")
    with open_store(f"embedded:{tmp_path / 'again'}") as again:
        assert (again.count("transaction"), embedded.count("transaction")) == (120, 60)
