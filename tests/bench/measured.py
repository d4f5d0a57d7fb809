"""One program on one core: wall and CPU seconds, peak memory, and what it is worth in packets a second."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WATCHER = """
import resource, subprocess, sys, time
began = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stdout.buffer.write(done.stdout)
wall, cpu = time.perf_counter() - began, used.ru_utime + used.ru_stime
sys.stderr.write(f"\\n@{wall} {cpu} {used.ru_maxrss} {done.returncode}")
"""


@dataclass(frozen=True)
class Run:
    """What a command took: seconds of wall clock and CPU, peak memory in MB, and what it printed."""

    wall: float
    cpu: float
    rss_mb: int
    out: str


@dataclass
class Figure:
    """One tool on one capture.

    `start` is the CPU time the tool takes for a capture of one packet; `rate` is packets a second of CPU without it,
    `rate_whole` with it. `stored_rows` and `stored_bytes` are what it leaves on disk.
    """

    tool: str
    capture: str
    packets: int
    wall: float
    cpu: float
    start: float
    rss_mb: int
    stored_rows: int | None = None
    stored_bytes: int | None = None
    pipeline_seconds: float | None = None

    @property
    def rate(self) -> float:
        return self.packets / max(self.cpu - self.start, 0.001)

    @property
    def rate_whole(self) -> float:
        return self.packets / self.cpu


def timed(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
    """Runs a command on the last core. Raises RuntimeError when it fails."""
    core = str(max(os.sched_getaffinity(0)))
    pinned = ["taskset", "-c", core, *command] if shutil.which("taskset") else list(command)
    done = subprocess.run(
        [sys.executable, "-c", WATCHER, *pinned],
        capture_output=True,
        text=True,
        env={**os.environ, **(environment or {})},
        check=True,
    )
    said, _, figures = done.stderr.rpartition("@")
    wall, cpu, rss, code = figures.split()
    if code != "0":
        raise RuntimeError(f"{' '.join(command)} ended with {code}: {said[-400:]}")
    return Run(float(wall), float(cpu), round(int(rss) * 1024 / 1e6), done.stdout)
