"""Runs the grid of faults and writes its table into docs/reliability.md: `make faults` (root, Linux).

Each fault strikes at random moments (seeded) while exchanges come in at a rate. What went in and what came out is
counted; `Row.is_right` says what must hold. `--only plant` lets the simulated plant live for an hour instead.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from random import Random

from tests.faults import clock, disks, lived, power, processes, segments, stores
from tests.faults.rows import Case, line, write_table
from tests.faults.watched_plant import LOUD, watch, watched

CASES = (*processes.CASES, *stores.CASES, *disks.CASES, *power.CASES, *segments.CASES, *clock.CASES)
SEED = 7
PLANT = "plant"
HOUR = 3600.0


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--only", default="", help=f"faults whose words hold this; `{PLANT}`: the plant that lives")
    asked.add_argument("--moments", type=int, help="so many moments instead of each fault's own")
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--seconds", type=float, default=HOUR, help="normal life of the plant before it is attacked")
    asked.add_argument("--write", action="store_true", help="write what was tried into docs/reliability.md")
    given = asked.parse_args()
    chosen = [each for each in CASES if given.only in each.words]
    wrong = [each.words for each in chosen if not is_right(each, given.moments, given.seed, is_written=given.write)]
    if given.only in ("", PLANT) and not plant(given.seconds, is_written=given.write):
        wrong.append(PLANT)
    return 1 if wrong else 0


def is_right(case: Case, moments: int | None, seed: int, *, is_written: bool) -> bool:
    """Tries a fault and says what came of it."""
    with tempfile.TemporaryDirectory(prefix="bittern-faults-") as folder:
        row = case.run(Path(folder), moments or case.moments, Random(seed))
    told = line(case.words, row)
    print(told, "" if row.is_right else "WRONG", flush=True)
    if is_written:
        write_table({case.words: told}, [each.words for each in CASES])
    return row.is_right


def plant(seconds: float, *, is_written: bool) -> bool:
    """Lets the plant live; whether every step alerted, and normal life nobody above low."""
    with tempfile.TemporaryDirectory(prefix="bittern-faults-") as folder:
        found = watched(Path(folder), watch(Path(folder), seconds))
    print(lived.page_of(found), flush=True)
    if is_written:
        lived.write(found)
    return all(each.alerted for each in found.steps) and not any(found.clean[name] for name in LOUD)


if __name__ == "__main__":
    sys.exit(main())
