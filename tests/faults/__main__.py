"""Runs the grid of faults and writes its table into docs/reliability.md: `make faults` (root, Linux).

Each fault strikes at random moments (seeded) while exchanges come in at a rate. What is counted: registers in the
packets that the sensor kept, against writes in the store.
"""

from __future__ import annotations

import argparse
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sensors.spool import Spool
from tests.faults.counted import Counted, counted
from tests.faults.plant import Plant, plant, until
from tests.faults.traffic import Load
from tests.live.wire import NEAR, wire
from tests.needs import PROJECT

PAGE = PROJECT / "docs" / "reliability.md"
BEGIN, END = "<!-- grid -->", "<!-- /grid -->"
ROLES = ("sensor", "worker", "serve")
RATE = 200
SEED = 7
Strike = Callable[[Plant, random.Random], None]


@dataclass(frozen=True)
class Fault:
    """What is done at each of so many moments; `words` for the table."""

    words: str
    moments: int
    strike: Strike


def killed(*names: str) -> Strike:
    """kill -9, and begun again at once."""

    def strike(at: Plant, chance: random.Random) -> None:
        for name in names:
            at.roles[name].kill()
        at.begin(*names)
        for name in names:
            at.wait_ready(name)

    return strike


def stopped(*names: str) -> Strike:
    """SIGSTOP for one to three seconds."""

    def strike(at: Plant, chance: random.Random) -> None:
        for name in names:
            at.roles[name].send(signal.SIGSTOP)
        time.sleep(chance.uniform(1, 3))
        for name in names:
            at.roles[name].send(signal.SIGCONT)

    return strike


def without_link(at: Plant, chance: random.Random) -> None:
    """The interface goes down for half a second to two."""
    at.wire.ip("link", "set", NEAR, "down")
    time.sleep(chance.uniform(0.5, 2))
    at.wire.ip("link", "set", NEAR, "up")


def without_worker(at: Plant, chance: random.Random) -> None:
    """Nobody takes what the sensor hands over for half a minute."""
    at.roles["worker"].kill()
    time.sleep(30)
    at.begin("worker")
    at.wait_ready("worker")


FAULTS = (
    Fault("sensor: kill -9", 20, killed("sensor")),
    Fault("worker: kill -9", 20, killed("worker")),
    Fault("API: kill -9", 20, killed("serve")),
    Fault("all three: kill -9", 10, killed(*ROLES)),
    Fault("sensor: SIGSTOP", 10, stopped("sensor")),
    Fault("worker: SIGSTOP", 10, stopped("worker")),
    Fault("all three: SIGSTOP", 10, stopped(*ROLES)),
    Fault("interface down and up", 10, without_link),
    Fault("worker away for 30 s", 1, without_worker),
)


def run(fault: Fault, moments: int, seed: int) -> tuple[int, Counted]:
    """Exchanges that were sent, and what was counted."""
    chance = random.Random(seed)
    with (
        tempfile.TemporaryDirectory(prefix="bittern-faults-") as folder,
        wire() as made,
        made.sender_socket() as sender,
        plant(made, Path(folder) / "data") as at,
    ):
        at.begin(*ROLES)
        for name in ROLES:
            at.wait_ready(name)
        load = Load(sender, RATE)
        try:
            for _ in range(moments):
                time.sleep(chance.uniform(0.2, 2))
                fault.strike(at, chance)
            time.sleep(1)
        finally:
            sent = load.stop()
        time.sleep(0.5)  # for the last frames to reach the ring
        at.roles["sensor"].end()
        until(lambda: not list(Spool(at.spool)), "the worker does not empty the spool")
        at.roles["worker"].end()
        at.roles["serve"].end()
        return sent, counted(at.data)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--only", default="", help="faults whose words hold this")
    asked.add_argument("--moments", type=int, help="so many moments instead of each fault's own")
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--write", action="store_true", help="write the table into docs/reliability.md")
    given = asked.parse_args()
    lines, wrong = [], 0
    for fault in (each for each in FAULTS if given.only in each.words):
        moments = given.moments or fault.moments
        sent, found = run(fault, moments, given.seed)
        wrong += not found.is_exact
        lines.append(
            f"| {fault.words} | {moments} | {sent:,} | {found.heard:,} | {found.stored:,} | {len(found.missing)} "
            f"| {found.twice} |"
        )
        print(lines[-1], "" if found.is_exact else f"MISSING {found.missing[:20]}", flush=True)
    if given.write:
        table = "\n".join([BEGIN, "", HEAD, *lines, "", END])
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: table, text, flags=re.S), encoding="utf-8")
    return 1 if wrong else 0


HEAD = """| fault, under load | moments | exchanges sent | in the sensor's packets | in the store | missing | twice |
| --- | --- | --- | --- | --- | --- | --- |"""

if __name__ == "__main__":
    sys.exit(main())
