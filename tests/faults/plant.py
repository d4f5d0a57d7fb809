"""Sensor, worker and API over one folder, each begun again at once when a fault ended it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sensors.spool import Spool
from tests.faults.traffic import Load
from tests.live.wire import NEAR, Wire, wire
from tests.needs import PROJECT

PATIENCE, LONG = 90.0, 300.0
READY = {"sensor": "listens to", "worker": "takes segments", "serve": "answers at"}
ROLES = ("sensor", "worker", "serve")
RATE = 200
"""Exchanges a second."""


@dataclass
class Role:
    """A role as a process; what it says lies in a file, so that nothing waits for a reader."""

    name: str
    command: list[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    begun: int = 0

    def begin(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BITTERN_")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=PROJECT,
                env={**environment, "BITTERN_LANG": "en", "PYTHONUNBUFFERED": "1", **self.environment},
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

    @property
    def process_ended(self) -> bool:
        """By itself."""
        return self.process is not None and self.process.poll() is not None

    @property
    def said(self) -> str:
        """All it said since it was first begun."""
        return self.log.read_text(errors="replace")


@dataclass(frozen=True)
class Places:
    """Where things lie, when not below one folder, and how the roles run."""

    spool: Path | None = None
    """The sensor's."""
    taken: Path | None = None
    """The spool that the worker takes from, where it is another one."""
    packets: Path | None = None
    store: Path | None = None
    """The folder of worker and API, with the embedded store in it."""
    url: str | None = None
    """Of a store elsewhere."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Of worker and API."""
    serving: Sequence[str] = ()
    """More words for the API."""
    told: Callable[[str], object] | None = None
    """Is told the sensor's namespace before anything begins."""
    sensor_environment: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Plant:
    """What runs, and where it lies."""

    wire: Wire
    data: Path
    spool: Path
    taken: Path
    packets: Path
    url: str
    roles: dict[str, Role] = field(default_factory=dict)
    sent: int = 0
    """Exchanges, once the load has ended."""

    def begin(self, *names: str) -> None:
        """Begins roles, and waits until they are ready."""
        for name in names:
            self.roles[name].begin()
        for name in names:
            self.wait_ready(name)

    def wait_ready(self, name: str) -> None:
        """Until a role that was begun says so as often as it was begun."""
        role = self.roles[name]
        until(lambda: role.said.count(READY[name]) >= role.begun, f"{name} is not ready")

    def wait_empty(self) -> None:
        """Until the worker took all that lies in its spool."""
        until(lambda: not list(Spool(self.taken)), "the worker does not empty the spool", LONG)


def until(holds: Callable[[], object], why: str, patience: float = PATIENCE) -> None:
    """Waits for something that must come. Raises TimeoutError."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(why)
        time.sleep(0.05)


@contextmanager
def plant(wire: Wire, data: Path, places: Places | None = None) -> Iterator[Plant]:
    """Roles that are not begun yet; whatever runs at the end is ended."""
    at = places or Places()
    data.mkdir(parents=True, exist_ok=True)
    if at.told is not None:
        at.told(wire.sensor)
    wire.ip("link", "set", "lo", "up")
    bittern = [sys.executable, "-m", "api.cli"]
    # Not `ip netns exec`: that gives a view of the mounts of its own, in which a disk never goes.
    there = ["nsenter", f"--net=/run/netns/{wire.sensor}", *bittern]
    spool, packets, store = at.spool or data / "spool", at.packets or data / "packets", at.store or data
    taken = at.taken or spool
    records = ["--data", str(store), *(["--store", at.url] if at.url else [])]
    # A server for the store listens where the test runs.
    behind = bittern if at.url else there
    commands = {
        "sensor": [*there, "sensor", "-i", NEAR, "--spool", str(spool), "--packets", str(packets)],
        "worker": [*behind, "worker", "--spool", str(taken), *records],
        "serve": [*behind, "serve", "--port", "0" if at.url else "8080", *records, *at.serving],
    }
    made = Plant(wire, data, spool, taken, packets, at.url or f"embedded:{store / 'store'}")
    environments = {"sensor": at.sensor_environment}
    made.roles = {
        name: Role(name, command, data / f"{name}.log", environments.get(name, at.environment))
        for name, command in commands.items()
    }
    try:
        yield made
    finally:
        for role in made.roles.values():
            if role.process is not None and role.process.poll() is None:
                role.kill()


def load_on(
    folder: Path,
    strikes: Callable[[Plant], object],
    places: Places | None = None,
    *,
    roles: Sequence[str] = ROLES,
    rate: int = RATE,
    afterwards: Callable[[Plant], object] | None = None,
) -> Plant:
    """Lets roles run while exchanges come in and `strikes` does its worst. Then the load ends, the sensor, which hands
    over what it still has, `afterwards` is done, and when the worker has taken all, the others end. What lies in the
    folders then is to be counted."""
    with wire() as made, made.sender_socket() as sender, plant(made, folder / "data", places) as at:
        at.begin(*roles)
        load = Load(sender, rate)
        try:
            strikes(at)
            time.sleep(1)
        finally:
            at.sent = load.stop()
        time.sleep(0.5)  # for the last frames to reach the ring
        at.roles["sensor"].end()
        if afterwards is not None:
            afterwards(at)
        at.wait_empty()
        for name in ("worker", "serve"):
            if at.roles[name].process is not None:
                at.roles[name].end()
        return at
