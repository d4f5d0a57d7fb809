"""Runs the grid of faults and writes its table into docs/reliability.md: `make faults` (root, Linux).

Each fault strikes at random moments (seeded) while exchanges come in at a rate. What went in and what came out is
counted; `Row.is_right` says what must hold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from random import Random

from tests.faults import clock, disks, power, processes, segments, stores
from tests.faults.rows import line, write_table

CASES = (*processes.CASES, *disks.CASES, *power.CASES, *segments.CASES,
         *stores.CASES, *clock.CASES)  # fmt: skip
SEED = 7


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--only", default="", help="faults whose words hold this")
    asked.add_argument("--moments", type=int, help="so many moments instead of each fault's own")
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--write", action="store_true", help="write what was tried into docs/reliability.md")
    given = asked.parse_args()
    wrong = 0
    for case in (each for each in CASES if given.only in each.words):
        with tempfile.TemporaryDirectory(prefix="bittern-faults-") as folder:
            row = case.run(Path(folder), given.moments or case.moments, Random(given.seed))
        wrong += not row.is_right
        told = line(case.words, row)
        print(told, "" if row.is_right else "WRONG", flush=True)
        if given.write:
            write_table({case.words: told}, [each.words for each in CASES])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
