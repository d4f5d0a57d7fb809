"""What a sensor holds among crowds of 100,000 conversations: `make bench-crowd`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from api.analysis import load_rules
from api.sensor import sense
from sensors.spool import Spool
from tests.bench.captures import CORE
from tests.bench.crowds import CROWDS
from tests.bench.measured import timed

MOST_MB = 600
"""What a sensor may hold (design §6)."""
BATCH_ROWS = 8_192
"""Rows of a batch: the least for which design §6 asks a speed of the rules. Larger ones hold more memory."""


def main() -> int:
    """Makes the crowds once and prints what the core alone and a whole sensor hold at most while they read them."""
    build = ["cargo", "build", "--quiet", "--release", "--locked", "-p", "wire", "--example", "decode"]
    subprocess.run(build, cwd=CORE, check=True)
    return max([_measured(name) for name in CROWDS])


def _measured(name: str) -> bool:
    target = CROWDS[name].written(name)
    core = timed([str(CORE / "target/release/examples/decode"), f"--rows={BATCH_ROWS}", str(target)])
    print(f"{name}: core alone at most {core.rss_mb} MB ({core.out.strip()})")
    whole = timed([sys.executable, "-m", "tests.bench.crowd", str(target)])
    verdict = "met" if whole.rss_mb <= MOST_MB else "MISSED"
    print(f"{verdict:6} {name}: sensor at most {whole.rss_mb} MB, no more than {MOST_MB} ({whole.out.strip()})")
    return whole.rss_mb > MOST_MB


def sensor(capture: Path) -> None:
    """The crowd through a sensor into a spool: what `timed` measures."""
    with tempfile.TemporaryDirectory() as folder:
        segments = sense([capture], Spool(Path(folder)), load_rules(()), sensor="crowd", batch_rows=BATCH_ROWS)
    print(f"{segments} segments")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(main())
    sensor(Path(sys.argv[1]))
