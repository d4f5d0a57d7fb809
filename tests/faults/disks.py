"""Disks that are full: that of the spool, of the ring of packets, of the store."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

from tests.faults.counted import rows, writes, writes_sent
from tests.faults.plant import LONG, Places, Plant, load_on, until
from tests.faults.processes import at_random_moments
from tests.faults.rows import Case, Row
from tests.small_disk import fill, small_disk

WAITING, LEFT = 800_000, 500_000
"""Bytes of segments that wait before others fill the disk, and bytes that those leave: less than should stay free."""


def full(disk: Path) -> Callable[[Plant, Random], None]:
    """No room for two to four seconds."""

    def strike(at: Plant, chance: Random) -> None:
        block = fill(disk)
        time.sleep(chance.uniform(2, 4))
        block.unlink()

    return strike


def spool(folder: Path, moments: int, chance: Random) -> Row:
    """Segments wait in the sensor's memory."""
    with small_disk(folder / "disk", 16) as disk:
        return writes(load_on(folder, at_random_moments(full(disk), moments, chance), Places(spool=disk)), moments)


def ring(folder: Path, moments: int, chance: Random) -> Row:
    """Packets are evidence, not detection: the oldest give way, those that cannot be kept are told, and no event is
    missing."""
    with small_disk(folder / "disk", 32) as disk:
        strikes = at_random_moments(full(disk), moments, chance)
        return writes_sent(load_on(folder, strikes, Places(packets=disk / "packets")), moments)


def store(folder: Path, moments: int, chance: Random) -> Row:
    """Segments wait in the spool; API and worker share the disk, as they do with one `--data`."""
    with small_disk(folder / "disk", 32) as disk:
        return writes(load_on(folder, at_random_moments(full(disk), moments, chance), Places(store=disk)), moments)


def crowded(folder: Path, moments: int, chance: Random) -> Row:
    """Nobody takes from the spool, and files of others fill its disk: the oldest events are given up and told. Then
    there is room again, and the worker comes."""
    copies = folder / "copies"
    with small_disk(folder / "disk", 16) as disk, copied(disk, copies):

        def strikes(at: Plant) -> None:
            until(lambda: sum(each.stat().st_size for each in copies.glob("*.zip")) > WAITING, "too little waits", LONG)
            room = os.statvfs(disk)
            others = disk / "others"
            others.write_bytes(bytes(room.f_bavail * room.f_frsize - LEFT))
            until(lambda: "reached its bounds" in at.roles["sensor"].said, "the sensor gives nothing up", LONG)
            others.unlink()
            time.sleep(3)

        at = load_on(folder, strikes, Places(spool=disk), roles=("sensor",), afterwards=lambda at: at.begin("worker"))
        return rows(at, 1, copies.glob("*.zip"))


@contextmanager
def copied(spool: Path, into: Path) -> Iterator[None]:
    """Keeps a copy of each segment as the sensor handed it over. Nothing else may take from the spool meanwhile."""
    into.mkdir()
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(0.05):
            for each in spool.glob("*.zip"):
                if not (into / each.name).exists():
                    with suppress(OSError):  # given up, or on a disk whose power is cut: looked for again
                        shutil.copyfile(each, into / f"{each.name}.part")
                        (into / f"{each.name}.part").rename(into / each.name)

    thread = threading.Thread(target=look, name="copies")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


CASES = (
    Case("disk of the spool full", 10, spool),
    Case("disk of the packets full", 10, ring),
    Case("disk of the store full", 10, store),
    Case("disk of the spool filled by others, nobody takes from it", 1, crowded),
)
