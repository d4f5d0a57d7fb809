"""The clock is set while everything runs: an hour or a year ahead, or back.

No test may set the clock of its machine. Each role but one gets a clock that jumps by libfaketime, as its programs see
it. The times of packets are the kernel's, so a sensor with such a clock sees a clock that was set and packets that know
nothing of it; how a time line ends when packets jump too is tried by `cargo test -p tap timeline`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from tests.faults.counted import writes
from tests.faults.plant import Places, Plant, load_on
from tests.faults.rows import Case, Row
from tests.needs import need

HOUR, YEAR = 3600, 365 * 86_400
JUMPS = (HOUR, -HOUR, YEAR, -YEAR)
"""Seconds by which the clock is wrong, one after the other; in between it is right."""


def clock(folder: Path) -> tuple[Path, Mapping[str, str]]:
    """A file that says by how much the clock is wrong, and the environment of processes that believe it."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    need(found, "libfaketime", "apt-get install libfaketime")
    wrong = folder / "clock"
    wrong.write_text("+0\n")
    return wrong, {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(wrong),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
    }


def put(wrong: Path, seconds: int) -> None:
    part = wrong.with_suffix(".part")
    part.write_text(f"{seconds:+d}\n")
    part.replace(wrong)


def jumps(wrong: Path, moments: int, chance: Random, meanwhile: Callable[[], object]) -> None:
    """Sets the clock wrong, does something, and sets it right, again and again."""
    for number in range(moments):
        time.sleep(chance.uniform(2, 4))
        put(wrong, JUMPS[number % len(JUMPS)])
        time.sleep(chance.uniform(2, 4))
        meanwhile()
        put(wrong, 0)
    time.sleep(3)


def of_worker_and_api(folder: Path, moments: int, chance: Random) -> Row:
    """Leases and gaps go by this clock. The worker is killed while it is wrong, and begun again when it is right."""
    wrong, environment = clock(folder)

    def strikes(at: Plant) -> None:
        def killed() -> None:
            at.roles["worker"].kill()
            put(wrong, 0)
            at.begin("worker")

        jumps(wrong, moments, chance, killed)

    return writes(load_on(folder, strikes, Places(environment=environment)), moments)


def of_the_sensor(folder: Path, moments: int, chance: Random) -> Row:
    """Its time line, and the age of what waits in the spool."""
    wrong, environment = clock(folder)

    def strikes(at: Plant) -> None:
        jumps(wrong, moments, chance, lambda: None)

    return writes(load_on(folder, strikes, Places(sensor_environment=environment)), moments)


CASES = (
    Case("clock of worker and API ± 1 h, ± 1 y", 8, of_worker_and_api),
    Case("clock of the sensor's process ± 1 h, ± 1 y", 8, of_the_sensor),
)
