"""Power cuts, and disks that fail: nothing that was not synchronised is left (`tests/loop_disk`)."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

from tests.faults.counted import frames_kept, rows, writes, writes_sent
from tests.faults.disks import copied
from tests.faults.plant import ROLES, Places, Plant, load_on
from tests.faults.processes import Strike, at_random_moments
from tests.faults.rows import Case, Row
from tests.loop_disk import LoopDisk, loop_disk


def cut(disk: LoopDisk, *names: str) -> Strike:
    """The power of a disk is cut, with it what runs over it; both are begun again."""

    def strike(at: Plant, chance: Random) -> None:
        time.sleep(chance.uniform(0.5, 4))  # more than it takes to begin again
        disk.cut_power()
        for name in names:
            at.roles[name].kill()
        disk.mount_again()
        at.begin(*names)

    return strike


def sensor(folder: Path, moments: int, chance: Random) -> Row:
    """The sensor's disk, with its spool and its packets. Segments are copied as they are handed over: the worker comes
    when all is over, and must find each of them."""
    with loop_disk(folder / "disk") as disk, copied(disk.folder / "spool", folder / "copies"):
        places = Places(spool=disk.folder / "spool", packets=disk.folder / "packets")
        at = load_on(
            folder, at_random_moments(cut(disk, "sensor"), moments, chance), places, roles=("sensor",),
            afterwards=lambda at: at.begin("worker"),
        )  # fmt: skip
    return rows(at, moments, (folder / "copies").glob("*.zip"))


def store(folder: Path, moments: int, chance: Random) -> Row:
    """The disk of the store: the worker forgets a segment only when the store has it for good."""
    with loop_disk(folder / "disk") as disk:
        strikes = at_random_moments(cut(disk, "worker", "serve"), moments, chance)
        return writes(load_on(folder, strikes, Places(store=disk.folder)), moments)


def everything(folder: Path, moments: int, chance: Random) -> Row:
    """One disk for all of it."""
    with loop_disk(folder / "disk") as disk:
        places = Places(disk.folder / "spool", packets=disk.folder / "packets", store=disk.folder)
        return writes(load_on(folder, at_random_moments(cut(disk, *ROLES), moments, chance), places), moments)


def failed_store(folder: Path, moments: int, chance: Random) -> Row:
    """The disk of the store becomes read-only for three seconds; then it is mounted again, for which what runs over it
    must end."""
    with loop_disk(folder / "disk") as disk:

        def strike(at: Plant, chance: Random) -> None:
            disk.fail()
            time.sleep(3)
            for name in ("worker", "serve"):
                at.roles[name].kill()
            disk.mount_again()
            at.begin("worker", "serve")

        strikes = at_random_moments(strike, moments, chance)
        return writes(load_on(folder, strikes, Places(store=disk.folder)), moments)


def failed_ring(folder: Path, moments: int, chance: Random) -> Row:
    """The disk of the packets becomes read-only for good: from then on none is kept, which is told, and no event is
    missing."""
    with loop_disk(folder / "disk") as disk:

        def strikes(at: Plant) -> None:
            time.sleep(chance.uniform(3, 5))
            disk.fail()
            time.sleep(chance.uniform(4, 6))

        at = load_on(folder, strikes, Places(packets=disk.folder / "packets"))
        events = writes_sent(at, 1)
        assert events.is_right, f"a ring that cannot be written costs no events: {events}"
        return frames_kept(at, 1)


CASES = (
    Case("disk of the store read-only", 5, failed_store),
    Case("disk of the packets read-only", 1, failed_ring),
    Case("power cut: disk of spool and packets", 10, sensor),
    Case("power cut: disk of the store", 10, store),
    Case("power cut: one disk for all", 10, everything),
)
