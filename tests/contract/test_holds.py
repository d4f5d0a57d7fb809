"""Legal hold of packets: what a held incident keeps of rings, segments and kept captures, on both stores.

What was gone is told, whoever is killed loses nothing and tells nothing twice, and the end of a hold gives all back.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api.storage import open_store
from response.holds.holding import MOST_PACKETS, Holding, within, without
from response.holds.record import KIND
from response.ports import Store
from sensors.carried_packets import CarriedPackets, runs_of
from sensors.evidence import keep
from sensors.held_packets import SUMS
from sensors.kept_packets import KeptPackets
from sensors.replay import HEADER, RECORD
from tests.contract.hold_cases import CAPTURE, NOW, SENSOR, deeds, frame, hold, put_alerts, put_incident, put_ring
from tests.needs import PROJECT

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]
SIZE = RECORD + 60


def bodies(capture: bytes) -> list[bytes]:
    return [capture[at + RECORD : at + SIZE] for at in range(HEADER, len(capture), SIZE)]


def test_a_hold_keeps_what_alerts_name_until_it_ends(store: Store, tmp_path: Path) -> None:
    put_ring(tmp_path, 100)
    alerts = put_alerts(store, (10, 25), (20, 30), (95, 104))
    put_incident(store, alerts, held=True)
    found = hold(store, tmp_path)
    assert {name: found[name] for name in ("state", "by", "reason", "packets", "files", "gone", "left_out")} == {
        "state": "kept", "by": "li", "reason": "court", "packets": 27, "files": 2, "gone": 4, "left_out": 0,
    }  # fmt: skip
    shutil.rmtree(tmp_path / "packets")  # the ring moved on
    kept = KeptPackets(tmp_path)
    assert kept.look_for(SENSOR, CAPTURE, [(20, 30)]).state == "available"
    cut = kept.cut(SENSOR, CAPTURE, [(10, 25)])
    assert (cut.numbers, bodies(cut.data)) == (tuple(range(10, 26)), [frame(n) for n in range(10, 26)])
    assert kept.cut(SENSOR, CAPTURE, [(94, 104)]).numbers == tuple(range(95, 101))
    assert hold(store, tmp_path) == found, "nothing is told again"
    assert deeds(store) == [("evidence.hold", 27)]
    assert kept.held.changed("01-case", found["sha256"]) == []
    put_incident(store, alerts, held=False)
    ended = hold(store, tmp_path)
    assert (ended["state"], ended["released_by"], ended["released_reason"]) == ("released", "wang", "settled")
    assert not (tmp_path / "held" / "01-case").exists()
    assert kept.cut(SENSOR, CAPTURE, [(10, 30)]).numbers == tuple(range(10, 31)), "until newer ones need the room"
    CarriedPackets(tmp_path / "carried", most=0)._sweep()
    assert kept.look_for(SENSOR, CAPTURE, [(10, 30)]).state == "overwritten"
    assert deeds(store) == [("evidence.hold", 27), ("evidence.release", 27)]


def test_packets_that_come_later_are_kept_too(embedded: Store, tmp_path: Path) -> None:
    alerts = put_alerts(embedded, (10, 14))
    put_incident(embedded, alerts, held=True)
    assert (hold(embedded, tmp_path)["packets"], hold(embedded, tmp_path)["gone"]) == (0, 5)
    put_ring(tmp_path / "elsewhere", 100)  # where the sensor is; what it sends comes behind its alert
    cut = KeptPackets(tmp_path / "elsewhere").cut(SENSOR, CAPTURE, [(10, 14)])
    CarriedPackets(tmp_path / "carried").keep(SENSOR, tuple(runs_of(CAPTURE, cut.data, cut.numbers)))
    assert [hold(embedded, tmp_path)[name] for name in ("packets", "gone")] == [5, 0]
    put_incident(embedded, put_alerts(embedded, (12, 16), begin=5), held=True)
    shutil.copytree(tmp_path / "elsewhere" / "packets", tmp_path / "packets")
    found = hold(embedded, tmp_path)
    assert [found[name] for name in ("packets", "gone", "files")] == [7, 0, 2]
    assert deeds(embedded) == [("evidence.hold", 0), ("evidence.hold", 5), ("evidence.hold", 7)]
    held = KeptPackets(tmp_path).held.frames(SENSOR, CAPTURE, [(1, 100)], 100)
    assert (held.numbers, bodies(held.data)) == (tuple(range(10, 17)), [frame(n) for n in range(10, 17)])


def test_a_capture_that_was_kept_whole_is_held_too(embedded: Store, tmp_path: Path) -> None:
    put_ring(tmp_path / "made", 20)
    [whole] = (tmp_path / "made").glob("packets/*/*/*.pcap")
    taken = whole.rename(tmp_path / CAPTURE.partition("@")[0])
    keep(taken, tmp_path / "captures")
    kept = KeptPackets(tmp_path)
    for run in runs_of("eth1", kept.cut(SENSOR, "eth1", [(3, 5)]).data, (3, 4, 5)):
        kept.held.keep("another", SENSOR, (run,))
    (tmp_path / "captures" / "eth1").unlink()
    assert kept.look_for(SENSOR, "eth1", [(4, 5)]).state == "available"
    assert bodies(kept.cut(SENSOR, "eth1", [(4, 9)]).data) == [frame(4), frame(5)]
    assert kept.look_for(SENSOR, "eth1", [(6, 9)]).state == "gone"


def test_what_is_held_is_encrypted_where_there_is_a_key(embedded: Store, tmp_path: Path) -> None:
    key, other = b"k" * 32, b"o" * 32
    put_ring(tmp_path, 40)
    alerts = put_alerts(embedded, (10, 25))
    put_incident(embedded, alerts, held=True)
    duty = Holding(embedded, tmp_path, [key])
    assert duty(NOW)
    found = embedded.record(KIND, "01-case").body
    [file] = (tmp_path / "held").glob("*/*/*/*")
    assert (found["packets"], file.suffix, frame(12)[:14] in file.read_bytes()) == (16, ".sealed", False)
    shutil.rmtree(tmp_path / "packets")
    for keys, state in (((), "locked"), ((other,), "locked"), ((other, key), "available")):
        kept = KeptPackets(tmp_path, keys)
        assert kept.look_for(SENSOR, CAPTURE, [(20, 25)]).state == state
        assert kept.held.changed("01-case", found["sha256"]) == [], "hashes need no key"
    assert bodies(KeptPackets(tmp_path, [key]).cut(SENSOR, CAPTURE, [(24, 30)]).data) == [frame(24), frame(25)]
    put_incident(embedded, put_alerts(embedded, (26, 30), begin=5), held=True)
    with pytest.raises(PermissionError, match="key"):
        Holding(embedded, tmp_path, [other])(NOW + 10**10)
    put_incident(embedded, alerts, held=False)
    assert Holding(embedded, tmp_path, [key])(NOW + 2 * 10**10)
    assert KeptPackets(tmp_path, [key]).cut(SENSOR, CAPTURE, [(10, 25)]).numbers == tuple(range(10, 26))
    assert KeptPackets(tmp_path).look_for(SENSOR, CAPTURE, [(10, 25)]).state == "locked"


def list_of(data: Path) -> Path:
    return data / "held" / "01-case" / SUMS


def first_file(data: Path) -> Path:
    return sorted((data / "held").glob("*/*/*/*.pcap"))[0]


SPOILED: dict[str, tuple[Callable[[Path], Path], Callable[[Path], object]]] = {
    "a byte": (first_file, lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\xff")),
    "a file that went": (first_file, Path.unlink),
    "one that was added": (lambda data: first_file(data).with_name("000000000099-1.pcap"), lambda path: path.touch()),
    "the list": (list_of, lambda path: path.write_text(path.read_text().replace("0", "1", 1))),
}


@pytest.mark.parametrize("what", SPOILED)
def test_what_was_changed_is_named(embedded: Store, tmp_path: Path, what: str) -> None:
    put_ring(tmp_path, 100)
    put_incident(embedded, put_alerts(embedded, (10, 14), (50, 50)), held=True)
    found = hold(embedded, tmp_path)
    where, spoil = SPOILED[what]
    path = where(tmp_path)
    if path.exists():
        path.chmod(0o600)
    spoil(path)
    named = path.name if what == "the list" else str(path.relative_to(tmp_path / "held" / "01-case"))
    assert KeptPackets(tmp_path).held.changed("01-case", found["sha256"]) == [named]
    put_incident(embedded, put_alerts(embedded, (60, 60), begin=7), held=True)
    assert hold(embedded, tmp_path)["state"] == ("changed" if what == "the list" else "kept")


def test_a_disk_that_refuses_is_told_and_tried_again(embedded: Store, tmp_path: Path) -> None:
    put_ring(tmp_path, 100)
    put_incident(embedded, put_alerts(embedded, (10, 14)), held=True)
    (tmp_path / "held").write_text("a file where a folder should be")
    with pytest.raises(OSError, match="directory"):
        Holding(embedded, tmp_path)(NOW)
    assert embedded.record(KIND, "01-case").body["state"] == "keeping"
    (tmp_path / "held").unlink()
    assert hold(embedded, tmp_path)["packets"] == 5


def test_spans_are_bounded_and_copied_once() -> None:
    assert within([(1, 10), (20, 10**12)], 15) == ([(1, 10), (20, 24)], 10**12 - 24)
    assert within([(5, 6)], 0) == ([], 2)
    assert within([(1, MOST_PACKETS)], MOST_PACKETS) == ([(1, MOST_PACKETS)], 0)
    assert without([(1, 5), (9, 9)], frozenset({2, 9})) == [(1, 1), (3, 5)]


def victim(root: Path, last_call: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.contract.hold_victim", f"embedded:{root}/store", str(root), str(last_call)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120, check=False)


def test_killed_at_any_call_nothing_is_lost_and_nothing_told_twice(tmp_path: Path) -> None:
    put_ring(tmp_path / "first", 100)
    with open_store(f"embedded:{tmp_path}/first/store") as store:
        put_incident(store, put_alerts(store, (10, 25), (50, 60), (95, 104)), held=True)
    shutil.copytree(tmp_path / "first", tmp_path / "dry")
    dry = victim(tmp_path / "dry", 0)
    assert dry.returncode == 0, dry.stderr
    calls, random_of = int(dry.stdout), random.Random(3)
    for part in range(3):
        root = tmp_path / f"part-{part}"
        shutil.copytree(tmp_path / "first", root)
        at = int((part + random_of.random()) / 3 * 0.98 * calls) + 1
        assert victim(root, at).returncode == -signal.SIGKILL
        with open_store(f"embedded:{root}/store") as store:
            is_held = store.record("incident", "01-case").body["held"]
            found = hold(store, root)
            shutil.rmtree(root / "packets")
            kept = KeptPackets(root)
            named = (*range(10, 26), *range(50, 61), *range(95, 101))
            assert kept.cut(SENSOR, CAPTURE, [(1, 100)]).numbers == named
            assert [found[name] for name in ("packets", "gone", "state")] == [33, 4, "kept" if is_held else "released"]
            if is_held:
                assert kept.held.changed("01-case", found["sha256"]) == []
            assert deeds(store) == [("evidence.hold", 33), ("evidence.release", 33)][: 1 if is_held else 2]
