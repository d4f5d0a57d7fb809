"""Segments on their way from spools into the store: in batches, exactly once, and what is missing is told."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from api.chains import LOOK, PATIENCE, Chains
from api.intake import Intake
from api.segment_files import parcel_of
from api.storage import open_store
from response.alerts import fold
from response.ports import AlertQuery, AssetRecord, EventQuery, Segment, Store
from response.records import RecordQuery
from response.store_errors import Overloaded
from sensors.carried_packets import CarriedPackets, parts_of
from sensors.run_files import Run
from sensors.segment_file import MANIFEST, archive
from sensors.spool import Spool
from tests.contract.store_cases import occurrence, rows
from tests.needs import PROJECT

pytest_plugins = ["tests.contract.stores"]

ROWS, NUMBER, NOW = 20, 12, 10**18


@pytest.fixture
def store(embedded: Store) -> Store:
    return embedded


def segment(number: int, sensor: str = "line-3") -> Segment:
    frame = rows("transaction", ROWS, begin=number * ROWS)
    time = int(frame["@timestamp"].cast(pl.Int64).item(0))
    return Segment(
        f"s{number:03}", sensor, time, time + 1, {"transaction": frame}, (occurrence(number),), {"f": number}
    )


def spooled(folder: Path, number: int = NUMBER, sensor: str = "line-3") -> Path:
    """A spool with so many segments."""
    spool = Spool(folder)
    spool.open_for_writing()
    for each in range(number):
        spool.put(parcel_of(segment(each, sensor), (AssetRecord(f"10.0.0.{each}", {}, 1, 2),)))
    return folder


def worked(store: Store, *spools: Path, inbox: Path | None = None, now: int = NOW) -> Chains:
    """A worker's turns, until there is no more work."""
    chains = Chains(store)
    intake = Intake(store, *spools, inbox=inbox, chains=chains)
    while intake(now):
        pass
    return chains


def counters(store: Store) -> dict[str, int]:
    """What rows of `capture` tell."""
    found = store.events(EventQuery("capture", limit=100)).frame
    return dict(found.group_by("ot.counter").agg(pl.col("ot.count").sum()).rows()) if len(found) else {}


def check_whole(store: Store, number: int = NUMBER) -> None:
    found = store.events(EventQuery("transaction", limit=5000)).frame["event.id"].to_list()
    assert len(found) == len(set(found)) == number * ROWS == store.count("transaction")
    alerts = {a.id: a for a in store.alerts(AlertQuery()).items}
    assert alerts == {a.id: a for a in fold(o for n in range(number) for o in segment(n).occurrences)}
    assert store.health().segments == number
    assert len(store.assets()) == number


def test_a_backlog_is_stored_once_in_few_transactions(store: Store, tmp_path: Path) -> None:
    folder = spooled(tmp_path / "spool")
    shutil.copytree(folder, tmp_path / "again")
    worked(store, folder)
    check_whole(store)
    assert [*Spool(folder)] == []
    worked(store, tmp_path / "again")
    check_whole(store)
    assert counters(store) == {}, "what is repeated is no news"
    [sensor] = store.records(RecordQuery("sensor")).items
    assert (sensor.id, sensor.body["counters"]) == ("line-3", {"f": NUMBER - 1})
    [chain] = store.records(RecordQuery("chain")).items
    assert (chain.body["state"], chain.body["stretches"][0]["end"]) == ("whole", NUMBER)


def test_a_batch_is_one_file_of_the_embedded_store(tmp_path: Path) -> None:
    with open_store(f"embedded:{tmp_path}/store") as store:
        worked(store, spooled(tmp_path / "spool"))
        assert len([*(tmp_path / "store").rglob("*.parquet")]) == 1
        check_whole(store)


def test_any_order_and_a_gap_is_told_when_it_does_not_close(store: Store, tmp_path: Path) -> None:
    folder = spooled(tmp_path / "spool")
    parts = sorted(folder.glob("*.zip"))
    random.Random(4).shuffle(parts)
    held = parts.pop()
    (tmp_path / "held").mkdir()
    held.rename(tmp_path / "held" / held.name)
    for part in parts:  # one by one, as a diode brings them
        one = tmp_path / "one"
        one.mkdir(exist_ok=True)
        part.rename(one / part.name)
        worked(store, one)
    chains = Chains(store)
    chains(NOW + PATIENCE - 1)
    assert 1 < int(held.name[:16]) < NUMBER, "else nobody can know of it yet"
    assert counters(store) == {}
    assert chains(NOW + PATIENCE + LOOK)
    assert counters(store) == {"spool_segments_missing": 1}
    assert not chains(NOW + PATIENCE + 2 * LOOK)
    worked(store, tmp_path / "held", now=NOW + PATIENCE + 3 * LOOK)
    assert store.count("transaction") == NUMBER * ROWS
    assert Chains(store)(NOW + PATIENCE + 4 * LOOK)
    assert counters(store) == {"spool_segments_missing": 1, "spool_segments_late": 1}


class CutOff(BaseException):
    """Nothing comes behind it."""


@pytest.mark.parametrize(("call", "is_stored"), [(1, False), (2, False), (3, True)])
def test_telling_a_gap_is_done_again_where_it_was_cut_off(
    call: int, is_stored: bool, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is noted that it is to be told, it is stored, and noted that it was."""
    folder = spooled(tmp_path / "spool", 3)
    sorted(folder.glob("*.zip"))[1].unlink()
    worked(store, folder)
    later = NOW + PATIENCE + LOOK
    calls = iter(range(1, 99))

    def cut_off(real: Callable[..., object]) -> Callable[..., object]:
        def before(*args: object) -> object:
            if next(calls) == call:
                raise CutOff
            return real(*args)

        return before

    monkeypatch.setattr(store, "write", cut_off(store.write))
    monkeypatch.setattr(store, "commit", cut_off(store.commit))
    with pytest.raises(CutOff):
        Chains(store)(later)
    monkeypatch.undo()
    assert counters(store) == ({"spool_segments_missing": 1} if is_stored else {})
    assert Chains(store)(later)
    assert counters(store) == {"spool_segments_missing": 1}
    assert not Chains(store)(later)


def test_a_sensor_that_lost_its_spool_begins_another_chain(store: Store, tmp_path: Path) -> None:
    worked(store, spooled(tmp_path / "one", 2))
    worked(store, spooled(tmp_path / "two", 3))
    Chains(store)(NOW + LOOK)
    assert counters(store) == {"spool_chains_begun": 1}


def test_what_cannot_be_taken_is_kept_aside_and_its_gap_told(store: Store, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    folder = spooled(inbox / "line-3", 5)
    first, second, third, _, last = sorted(folder.glob("*.zip"))
    second.write_bytes(second.read_bytes()[:-30])
    whole = Spool(folder)
    forged = next(each for each in whole if each.path == third).read()
    third.write_bytes(archive({MANIFEST: b"{}", **forged.files}))
    spooled(inbox / "line-4", 1, sensor="line-3")
    worked(store, inbox=inbox)
    assert store.count("transaction") == 3 * ROWS
    refused = {each.body["path"]: each.body["why"] for each in store.records(RecordQuery("job")).items}
    assert refused == {
        second.name: "unreadable",
        third.name: "unreadable",
        "0000000000000001-s000.zip": "other_sensor",
    }
    assert sorted(each.name for each in (folder / "refused").iterdir()) == [second.name, third.name]
    Chains(store)(NOW + PATIENCE)
    assert counters(store) == {"spool_segments_missing": 2}
    assert not first.exists()
    assert not last.exists()


VICTIM = """
import os, signal, sys
from pathlib import Path
from api import chains, intake
from api.intake import Intake
from api.storage import open_store
intake.MOST_SEGMENTS = 4
calls, last = 0, int(sys.argv[3])
FILES = tuple(sys.argv[4].split(","))
def count(frame, event, argument):
    global calls
    if event in ("call", "c_call") and frame.f_code.co_filename.startswith(FILES):
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)
with open_store(f"embedded:{sys.argv[1]}") as store:
    known = chains.Chains(store)
    work = Intake(store, Path(sys.argv[2]), chains=known)
    sys.setprofile(count)
    while work(10**18):
        pass
    sys.setprofile(None)
print(calls)
"""


def victim(store: Path, spool: Path, call: int) -> subprocess.CompletedProcess[str]:
    files = ",".join(
        str(PROJECT / each) for each in ("api/intake", "api/chain", "sensors/spool", "api/storage/embedded")
    )
    command = [sys.executable, "-c", VICTIM, str(store), str(spool), str(call), files]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)


def test_a_worker_killed_at_any_call_stores_each_batch_once(tmp_path: Path) -> None:
    dry = victim(tmp_path / "dry", spooled(tmp_path / "dry-spool"), 0)
    assert dry.returncode == 0, dry.stderr
    calls = int(dry.stdout)
    random_of = random.Random(11)
    for part in range(4):
        store_at, spool = tmp_path / f"store{part}", spooled(tmp_path / f"spool{part}")
        at = int((part + random_of.random()) / 4 * 0.95 * calls) + 1
        assert victim(store_at, spool, at).returncode == -signal.SIGKILL
        with open_store(f"embedded:{store_at}") as store:
            worked(store, spool)
            check_whole(store)
            assert Chains(store)(NOW + PATIENCE) is False, "no gap"
            assert [*Spool(spool)] == []


def test_packets_that_are_none_cost_no_alert(store: Store, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.open_for_writing()
    spool.put(parcel_of(segment(1), (), {}, parts_of([Run("eth1@20261130T154500.000Z", 7, 1, b"x" * 24)])))
    intake = Intake(store, spool.folder, carried=CarriedPackets(tmp_path / "carried", [b"k" * 32]))
    assert intake(NOW)
    assert (intake.counts["segments"], intake.counts["packets_refused"]) == (1, 1)
    assert [path for path in (tmp_path / "carried").rglob("*") if path.is_file()] == []


def test_a_disk_that_takes_no_packets_costs_no_alert(store: Store, tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.open_for_writing()
    runs = [Run("eth1@20261130T154500.000Z", 7, 1, b"x" * 24)]
    spool.put(parcel_of(segment(1), (), {}, parts_of(runs)))
    (tmp_path / "carried").write_text("a file where a folder should be")
    intake = Intake(store, spool.folder, carried=CarriedPackets(tmp_path / "carried"))
    assert intake(NOW)
    assert (intake.counts["segments"], intake.counts["packets_refused"]) == (1, 1)
    assert store.health().segments == 1
    assert list(spool) == []


def test_a_store_that_refuses_loses_nothing_of_how_late_segments_came(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(spooled(tmp_path / "spool", 1))
    intake = Intake(store, tmp_path / "spool", clock=lambda: segment(0).last + 70_000_000)
    intake(NOW)
    spool.open_for_writing()
    spool.put(parcel_of(segment(2_000), ()))
    with monkeypatch.context() as refusing:
        refusing.setattr(store, "write_all", refuse)
        with pytest.raises(Overloaded):
            intake(NOW)
    intake(NOW)
    assert counters(store)["stored_ms_most"] == 70


def refuse(segments: object) -> None:
    raise Overloaded("store", "busy")
