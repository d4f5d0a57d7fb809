"""Floods a sensor with each kind and writes the table into docs/reliability.md: `make floods` (root, Linux).

Writes at a slow rate go to a controller, each of another register, while frames of a kind come as fast as the sender
can, or as is asked; where writes are missing, half as fast once more, until none is. Said are: what the kernel dropped,
which writes no event tells, memory before and at its highest, and how long after the flood's end the last late write is
told.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.faults.rows import commit, write_table
from tests.floods.flooded import Flooded, flooded
from tests.floods.kinds import KINDS

COLUMNS = ("flood", "seconds", "frames/s", "dropped by the kernel", "gave something up", "writes", "missing", "latest",
           "late after the end", "memory, MiB", "missing at more frames/s", "commit")  # fmt: skip
SLOWEST = 10_000
"""Frames a second below which it is not tried any more."""


def runs(kind: str, seconds: float, rate: int) -> list[Flooded]:
    """One, and where writes are missing others at half the rate of the one before."""
    found: list[Flooded] = []
    while not found or (found[-1].missing and rate >= SLOWEST):
        with tempfile.TemporaryDirectory(prefix="bittern-floods-") as folder:
            found.append(flooded(kind, Path(folder), seconds=seconds, rate=rate))
        print(json.dumps(asdict(found[-1])), flush=True)
        rate = found[-1].offered_s // 2
    return found


def line(all_runs: Sequence[Flooded], seconds: float) -> str:
    """Its line of the table."""
    *faster, of = all_runs
    cells = (
        of.kind, f"{seconds:g}", f"{of.offered_s:,}", f"{of.kernel_drops:,}",
        f"{of.given_up.get('given_up_ms', 0) / 1000:.1f} s", str(of.commands), str(of.missing), f"{of.late_s:.1f} s",
        "" if of.recovered_s is None else f"{of.recovered_s:.1f} s", f"{of.rss_before} to {of.rss_highest}",
        ", ".join(f"{each.missing} at {each.offered_s:,}" for each in faster), commit(),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--only", default="", help="kinds whose name holds this")
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--rate", type=int, default=1_000_000, help="frames a second at most")
    asked.add_argument("--write", action="store_true", help="write the table into docs/reliability.md")
    given = asked.parse_args()
    wrong = 0
    for kind in (each for each in KINDS if given.only in each):
        found = runs(kind, given.seconds, given.rate)
        wrong += bool(found[-1].missing or any(each.twice for each in found))
        if given.write:
            write_table({kind: line(found, given.seconds)}, list(KINDS), mark="floods", columns=COLUMNS)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
