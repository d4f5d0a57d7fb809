"""Sensor, worker and API over one folder, each begun again at once when a fault ended it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.live.wire import NEAR, Wire
from tests.needs import PROJECT

PATIENCE = 90.0
READY = {"sensor": "listens to", "worker": "takes segments", "serve": "answers at"}


@dataclass
class Role:
    """A role as a process; what it says lies in a file, so that nothing waits for a reader."""

    name: str
    command: list[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    begun: int = 0

    def begin(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BITTERN_")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=PROJECT, env={**environment, "BITTERN_LANG": "en", "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self.begun += 1

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        assert self.process is not None
        self.process.wait()

    def end(self) -> int:
        """In order; its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(PATIENCE)


@dataclass
class Plant:
    """What runs, and where it lies."""

    wire: Wire
    data: Path
    roles: dict[str, Role] = field(default_factory=dict)

    @property
    def spool(self) -> Path:
        return self.data / "spool"

    def begin(self, *names: str) -> None:
        for name in names:
            self.roles[name].begin()

    def wait_ready(self, name: str) -> None:
        """Until a sensor that was begun says so as often as it was begun."""
        role = self.roles[name]
        until(lambda: role.log.read_text(errors="replace").count(READY[name]) >= role.begun, f"{name} is not ready")


def until(holds: Callable[[], object], why: str, patience: float = PATIENCE) -> None:
    """Waits for something that must come. Raises TimeoutError."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(why)
        time.sleep(0.05)


@contextmanager
def plant(wire: Wire, data: Path) -> Iterator[Plant]:
    """Roles that are not begun yet; whatever runs at the end is ended."""
    data.mkdir(parents=True, exist_ok=True)
    wire.ip("link", "set", "lo", "up")
    bittern = ["ip", "netns", "exec", wire.sensor, sys.executable, "-m", "api.cli"]
    commands = {
        "sensor": ["sensor", "-i", NEAR, "--spool", str(data / "spool"), "--packets", str(data / "packets")],
        "worker": ["worker", "--spool", str(data / "spool"), "--data", str(data)],
        "serve": ["serve", "--data", str(data), "--port", "8080"],
    }
    made = Plant(wire, data)
    made.roles = {name: Role(name, [*bittern, *command], data / f"{name}.log") for name, command in commands.items()}
    try:
        yield made
    finally:
        for role in made.roles.values():
            if role.process is not None and role.process.poll() is None:
                role.kill()
