"""`bittern sensor` as a process in a namespace, and what it handed over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from api.segment_files import segment_from
from detection.occurrence import Occurrence
from response.ports import AssetRecord, Segment
from sensors.spool import Spool
from tests.live.wire import NEAR, Wire
from tests.needs import PROJECT

PATIENCE = 60


class Sensor:
    """A running sensor and what it said on standard error."""

    def __init__(self, process: subprocess.Popen[str], spool: Path) -> None:
        self.process, self.spool = process, spool
        self.said: list[str] = []
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.said.extend(iter(self.process.stderr.readline, ""))

    def wait_for(self, words: str) -> str:
        """The line that holds the words. Fails when it does not come, or the process ends before."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for line in self.said:
                if words in line:
                    return line
            if self.process.poll() is not None:
                self._reading.join()
            if self.process.poll() is not None and not any(words in line for line in self.said):
                break
            time.sleep(0.02)
        raise AssertionError(f"{words!r} was not said: {''.join(self.said)}")

    def close(self) -> None:
        """Reads what is left of a process that ended."""
        self._reading.join()
        if self.process.stderr is not None:
            self.process.stderr.close()

    def stop(self, end: signal.Signals = signal.SIGTERM) -> int:
        """Ends it and gives its exit code."""
        self.process.send_signal(end)
        code = self.process.wait(PATIENCE)
        self._reading.join()
        return code


@contextmanager
def sensor(
    wire: Wire, spool: Path, *more: str, interface: str = NEAR, environment: Mapping[str, str] | None = None
) -> Iterator[Sensor]:
    """`bittern sensor` in the sensor's namespace; it may have ended when this is left."""
    command = [sys.executable, "-m", "api.cli", "sensor", "--interface", interface, "--spool", str(spool), *more]
    process = subprocess.Popen(
        ["ip", "netns", "exec", wire.sensor, *command],
        cwd=PROJECT,
        env={**os.environ, "BITTERN_LANG": "en", "PYTHONUNBUFFERED": "1", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    running = Sensor(process, spool)
    try:
        yield running
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        running.close()


def segments(spool: Path) -> list[tuple[Segment, tuple[AssetRecord, ...]]]:
    """What lies in a spool, in order."""
    return [segment_from(each.read()) for each in Spool(spool)]


def occurrences(spool: Path) -> list[Occurrence]:
    return [each for segment, _ in segments(spool) for each in segment.occurrences]


def events(spool: Path, dataset: str) -> pl.DataFrame | None:
    """All rows of a dataset; None when there are none."""
    parts = [s.datasets[dataset] for s, _ in segments(spool) if dataset in s.datasets]
    return pl.concat(parts, how="diagonal") if parts else None
