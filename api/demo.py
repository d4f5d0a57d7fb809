"""The demo: sensor, worker and API as processes over a store in a folder that goes away, with the shipped scenario."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from api.texts import shipped
from sensors.spool import Spool

CAPTURE, SITE = "demo.pcap", "demo.site.yml"
ACCOUNT, ROLES = "demo", ("admin", "auditor")
SENSOR = "line1"
SETTLED = 3
"""Times in a row that the API gives the same numbers before they count as all."""
STEP = 0.3


@dataclass(frozen=True)
class Counted:
    """What the API shows of the triage queue."""

    alerts: int
    incidents: int


def scenario() -> tuple[Path, Path]:
    """The shipped capture and its site model."""
    return Path(str(shipped("demo", CAPTURE))), Path(str(shipped("demo", SITE)))


@contextmanager
def processes(folder: Path, base_url: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The sensor and the worker; what still runs at the end is stopped."""
    capture, site = map(str, scenario())
    spool, store = str(folder / "spool"), f"embedded:{folder / 'store'}"
    working = ("worker", "--store", store, "--data", str(folder), "--base-url", base_url)
    kept = str(folder / "captures")
    sensing = ("replay", capture, "--sensor", SENSOR, "--site", site, "--keep", kept)
    every = ("--spool", spool, "--quiet")
    command = (sys.executable, "-m", "api.cli")
    # What reads the pipe ends with this process, however that ends.
    started = [
        subprocess.Popen([*command, *each, *every], stdin=subprocess.PIPE)
        for each in ((*working, "--with-parent"), sensing)
    ]
    try:
        yield started
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Waiting:
    """Asks the API, as any client does, until everything of the scenario is there."""

    def __init__(self, url: str, token: str, spool: Path) -> None:
        self._client = httpx.Client(base_url=url, timeout=30, headers={"Authorization": f"Bearer {token}"})
        self._spool = Spool(spool)

    def until_settled(self, sensor: subprocess.Popen[bytes], patience: float) -> Counted:
        """The numbers once the sensor has ended, the spool is empty and they no longer change. Raises TimeoutError."""
        deadline, known, same = time.monotonic() + patience, Counted(0, 0), 0
        while same < SETTLED:
            if time.monotonic() > deadline:
                raise TimeoutError
            time.sleep(STEP)
            counted = self.counted()
            over = sensor.poll() is not None and not any(True for _ in self._spool)
            same = same + 1 if over and counted == known and counted.alerts and counted.incidents else 0
            known = counted
        return known

    def counted(self) -> Counted:
        """Alerts and incidents now."""
        return Counted(self._number("/api/v1/alerts"), self._number("/api/v1/incidents"))

    def _number(self, path: str) -> int:
        answer = self._client.get(path, params={"limit": 1000})
        answer.raise_for_status()
        return len(answer.json()["items"])
