"""Floods a sensor with each kind and writes the table into docs/reliability.md: `make floods` (root, Linux).

Writes at a slow rate go to a controller, each of another register, while frames of a kind come as fast as the sender
can, or as is asked. Said are: what the kernel dropped, which writes no event tells, memory before and at its highest,
and how long after the flood's end the last late write is told.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.faults.rows import commit, write_table
from tests.floods.flooded import Flooded, flooded
from tests.floods.kinds import KINDS

COLUMNS = ("flood", "seconds", "frames/s", "dropped by the kernel", "gave something up", "writes", "missing", "latest",
           "late after the end", "memory, MiB", "commit")  # fmt: skip


def line(of: Flooded, seconds: float) -> str:
    """Its line of the table."""
    cells = (
        of.kind, f"{seconds:g}", f"{of.offered_s:,}", f"{of.kernel_drops:,}",
        f"{of.given_up.get('given_up_ms', 0) / 1000:.1f} s", str(of.commands), str(of.missing), f"{of.late_s:.1f} s",
        "" if of.recovered_s is None else f"{of.recovered_s:.1f} s", f"{of.rss_before} to {of.rss_highest}", commit(),
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
        with tempfile.TemporaryDirectory(prefix="bittern-floods-") as folder:
            found = flooded(kind, Path(folder), seconds=given.seconds, rate=given.rate)
        wrong += bool(found.missing or found.twice)
        print(json.dumps(asdict(found)), flush=True)
        if given.write:
            write_table({kind: line(found, given.seconds)}, list(KINDS), mark="floods", columns=COLUMNS)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
