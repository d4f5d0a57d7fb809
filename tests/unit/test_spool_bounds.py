"""A bounded spool: bulk goes first and occurrences last, and nothing goes that is not told, whatever is cut off."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from api.segment_files import parcel_of, segment_from
from response.ports import AssetRecord, Segment
from sensors import spool as spool_module
from sensors import spool_bounds
from sensors.chain import read_chain
from sensors.spool import Spool
from sensors.spool_bounds import DAY, Bounds, Keeper
from tests.contract.store_cases import occurrence, rows
from tests.small_disk import fill, small_disk

ROWS = 200
HUGE = 1 << 40


class Killed(BaseException):
    """Nothing comes behind it."""


def segment(number: int) -> Segment:
    frames = {name: rows(name, count, begin=number * ROWS) for name, count in (("transaction", ROWS), ("identity", 3))}
    time = int(frames["transaction"]["@timestamp"].cast(pl.Int64).item(0))
    return Segment(f"s{number:03}", "line-3", time, time + 1, frames, (occurrence(number),))


@dataclass
class Bounded:
    """A spool with its keeper."""

    folder: Path
    bytes: int = HUGE
    days: float = 30.0

    def __post_init__(self) -> None:
        self.now = 0.0
        self.told: list[Counter[str]] = []
        self.failed: list[Exception] = []
        self.open()

    def open(self) -> None:
        """As after a start of the sensor."""
        self.spool = Spool(self.folder)
        self.spool.open_for_writing()
        self.keeper = Keeper(
            self.spool,
            Bounds(self.bytes, self.days),
            lambda: self.now,
            lost=self.told.append,
            failed=self.failed.append,
        )

    def put(self, *numbers: int) -> None:
        for number in numbers:
            path = self.spool.put(parcel_of(segment(number), (AssetRecord(f"10.0.0.{number}", {}, 1, 2),)))
            os.utime(path, (self.now, self.now))


@dataclass
class Arrived:
    """What a worker finds."""

    rows: int = 0
    occurrences: int = 0
    rows_lost: int = 0
    occurrences_lost: int = 0
    names: tuple[str, ...] = ()


def arrived(folder: Path) -> Arrived:
    found = Arrived()
    for each in Spool(folder):
        one, _ = segment_from(each.read())
        capture = one.datasets.get("capture", pl.DataFrame({"ot.counter": [], "ot.count": []}))
        lost = Counter[str]()
        for name, count in capture.select("ot.counter", "ot.count").rows():
            lost[name] += count
        found.rows += sum(len(frame) for name, frame in one.datasets.items() if name != "capture")
        found.occurrences += len(one.occurrences)
        found.rows_lost += lost["spool_rows_lost"]
        found.occurrences_lost += lost["spool_occurrences_lost"]
        found.names += (one.id,)
    return found


def size(folder: Path) -> int:
    return sum(each.stat().st_blocks * 512 for each in folder.glob("*.zip"))


def test_bulk_goes_first_then_other_rows_then_the_oldest_whole(tmp_path: Path) -> None:
    it = Bounded(tmp_path)
    it.put(*range(10))
    full = size(tmp_path)
    seen = []
    for share in (1.1, 0.8, 0.5, 0.3, 0.2, 0.05):
        it.bytes = int(full * share)
        it.open()
        it.keeper.keep()
        seen.append(arrived(tmp_path))
        assert size(tmp_path) <= it.bytes
    assert seen[0] == Arrived(10 * (ROWS + 3), 10, 0, 0, tuple(f"s{n:03}" for n in range(10)))
    some = seen[1]
    assert some.occurrences == 10
    assert 0 < some.rows_lost < 10 * ROWS
    assert some.rows_lost % ROWS == 0, "bulk of whole segments"
    assert some.rows + some.rows_lost == 10 * (ROWS + 3)
    it.put(10)
    last = arrived(tmp_path)
    assert last.occurrences_lost > 0, "at last they go too"
    assert last.names[-2:] == ("s009", "s010")
    assert last.occurrences + last.occurrences_lost == 11
    assert last.rows + last.rows_lost == 11 * (ROWS + 3)
    told = [*seen[:-1], last]  # what went whole is told by the next one
    for before, after in pairwise(told):
        assert after.rows_lost >= before.rows_lost
        assert after.occurrences == 10 or after.rows_lost >= 10 * ROWS, "no occurrence while there is bulk"
    lost = sum(it.told, Counter[str]())
    assert (lost["rows"], lost["occurrences"]) == (last.rows_lost, last.occurrences_lost)


def test_what_is_older_than_its_days_goes_and_the_chain_says_so(tmp_path: Path) -> None:
    it = Bounded(tmp_path, days=2)
    it.put(0, 1, 2)
    it.now = 1.5 * DAY
    it.put(3)
    assert it.keeper.keep() == Counter()
    it.now = 2.5 * DAY
    assert it.keeper.keep()["occurrences"] == 3
    it.open()
    it.put(4)
    assert (it.spool.lost["rows"], it.spool.lost["occurrences"]) == (3 * (ROWS + 3), 3), "what the sensor's page shows"
    found = [each.read().manifest.link for each in Spool(tmp_path)]
    assert [link.sequence for link in found] == [4, 5]
    [declared] = found[1].given_up
    assert (declared.begin, declared.end, declared.previous) == (1, 3, None)
    assert found[0].previous == declared.digest
    assert arrived(tmp_path) == Arrived(2 * (ROWS + 3), 2, 3 * (ROWS + 3), 3, ("s003", "s004"))


def test_what_a_worker_has_claimed_is_not_given_up(tmp_path: Path) -> None:
    it = Bounded(tmp_path, bytes=1)
    it.put(0, 1, 2)
    claimed = Spool(tmp_path).take(next(iter(Spool(tmp_path))))
    assert claimed is not None
    it.keeper.keep()
    it.put(3)
    found = arrived(tmp_path)
    assert found.names == ("s000", "s002", "s003")
    assert (found.occurrences, found.occurrences_lost) == (3, 1)


@pytest.mark.parametrize("days", [0.5, 30.0])
@pytest.mark.parametrize("call", range(1, 12))
def test_cut_off_while_giving_up_nothing_is_lost_untold_or_told_in_vain(
    call: int, days: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = Bounded(tmp_path, days=days)
    it.put(0, 1, 2)
    it.now = DAY
    it.put(3)
    it.bytes = HUGE if days < 1 else size(tmp_path) // 2
    it.open()
    calls: Iterator[int] = iter(range(1, 1000))

    def before(real: object) -> object:
        def either(*args: object, **options: object) -> object:
            if next(calls) == call:
                raise Killed
            assert callable(real)
            return real(*args, **options)

        return either

    for name in ("write_durably", "write_chain", "sync_folder"):
        monkeypatch.setattr(spool_module, name, before(getattr(spool_module, name)))
    for name in ("rename", "replace", "unlink"):
        monkeypatch.setattr(Path, name, before(getattr(Path, name)))
    try:
        it.keeper.keep()
        was_cut_off = False
    except Killed:
        was_cut_off = True
    monkeypatch.undo()
    assert was_cut_off or call > 6
    it.open()
    it.put(4)
    found = arrived(tmp_path)
    assert found.rows + found.rows_lost == 5 * (ROWS + 3)
    assert found.occurrences + found.occurrences_lost == 5
    it.keeper.keep()
    it.put(5)
    found = arrived(tmp_path)
    assert found.rows + found.rows_lost == 6 * (ROWS + 3)
    assert found.rows_lost >= 3 * ROWS if days < 1 else found.rows_lost > 0
    assert [*(tmp_path / "giving").iterdir()] == []


def test_for_others_on_a_full_disk_only_rows_are_given_up(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        it = Bounded(disk)
        it.put(*range(8))
        it.keeper.keep()
        assert (disk / "ballast").exists()
        fill(disk)
        assert it.keeper.keep()["rows"] > 0
        found = arrived(disk)
        assert (found.occurrences, found.occurrences_lost) == (8, 0)
        assert found.rows_lost > 0
        for _ in range(3):
            it.keeper.keep()
        assert arrived(disk).occurrences == 8


def test_a_bound_is_kept_on_a_disk_that_is_full(tmp_path: Path) -> None:
    """To say what is given up needs room."""
    with small_disk(tmp_path / "disk") as disk:
        it = Bounded(disk, days=1)
        it.put(*range(8))
        it.keeper.keep()
        block = fill(disk)
        it.now = 2 * DAY
        assert it.keeper.keep()["occurrences"] == 8
        chain = read_chain(disk)
        assert chain is not None
        assert [(each.begin, each.end) for each in chain.given_up] == [(1, 8)]
        block.unlink()
        it.put(8)
        assert arrived(disk).occurrences_lost == 8


def test_within_bounds_a_look_lists_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    it = Bounded(tmp_path)
    it.put(0)
    it.keeper.keep()
    listed: list[object] = []
    scan = os.scandir

    def noted(folder: Path) -> object:
        listed.append(folder)
        return scan(folder)

    monkeypatch.setattr(os, "scandir", noted)
    it.put(1)
    it.keeper.keep()
    assert listed == []


def test_it_looks_by_itself_and_tells_once_that_it_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_bounds, "STEP", 0.001)
    folder, hidden = tmp_path / "spool", tmp_path / "hidden"
    it = Bounded(folder)
    it.put(0, 1)
    folder.rename(hidden)
    told, failed = threading.Event(), []

    def fail(error: Exception) -> None:
        failed.append(error)
        told.set()

    keeper = Keeper(it.spool, Bounds(1, 1), lambda: it.now, lost=lambda _: told.set(), failed=fail)
    keeper.start()
    assert told.wait(60)
    told.clear()
    hidden.rename(folder)
    assert told.wait(60)
    keeper.close()
    assert len(failed) == 1
    assert arrived(folder).names == ("s001",)
