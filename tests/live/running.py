"""`bittern run` as processes in a namespace."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.live.sensing import PATIENCE, Sensor
from tests.live.wire import NEAR, Wire
from tests.needs import PROJECT

ROLES = ("sensor", "worker", "serve")


@contextmanager
def everything(plant: Wire, data: Path, *more: str, interface: str = NEAR) -> Iterator[Sensor]:
    """Sensor, worker and console in the sensor's namespace, whose loopback is up."""
    command = [sys.executable, "-m", "api.cli", "run", "--interface", interface, "--data", str(data), *more]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BITTERN_")}
    process = subprocess.Popen(
        ["ip", "netns", "exec", plant.sensor, *command],
        cwd=PROJECT,
        env={**environment, "BITTERN_LANG": "en", "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    running = Sensor(process, data / "spool")
    try:
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)
        running.close()


def process_of(role: str, data: Path) -> int | None:
    """The process of a role over a folder, if it runs."""
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        named = b"api.cli" in words and words[words.index(b"api.cli") + 1] == role.encode()
        if named and any(str(data).encode() in word for word in words):
            return int(entry.name)
    return None
