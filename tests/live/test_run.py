"""`bittern run`: three processes that outlive one another, and end with the one that began them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.storage import open_store
from response.ports import AlertQuery
from tests.live.sensing import PATIENCE, Sensor
from tests.live.wire import NEAR, Wire, frames, send, wire
from tests.needs import PROJECT

ROLES = ("sensor", "worker", "serve")
ATTACK = PROJECT / "rules" / "proofs" / "modbus" / "unauthorised-write.pcap"


@pytest.fixture
def plant() -> Iterator[Wire]:
    with wire() as made:
        made.ip("link", "set", "lo", "up")
        yield made


@contextmanager
def everything(plant: Wire, data: Path, interface: str = NEAR) -> Iterator[Sensor]:
    command = [sys.executable, "-m", "api.cli", "run", "--interface", interface, "--data", str(data)]
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


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def alerts(data: Path) -> int:
    with open_store(f"embedded:{data / 'store'}") as store:
        return sum(alert.count for alert in store.alerts(AlertQuery()).items if alert.rule == "MB01")


def attack(plant: Wire) -> None:
    with plant.sender_socket() as sender:
        send(sender, frames(ATTACK))


def test_whatever_is_killed_is_begun_again(plant: Wire, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with everything(plant, data) as running:
        assert "#one-time=" in running.wait_for("one-time")
        running.wait_for("listens to")
        attack(plant)
        until(lambda: alerts(data) > 0)
        known = alerts(data)
        for role in ROLES:
            killed = process_of(role, data)
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            running.wait_for(f"{role} ended with code -9")
        until(lambda: all(process_of(role, data) for role in ROLES))
        until(lambda: sum("listens to" in line for line in running.said) == 2)
        attack(plant)
        until(lambda: alerts(data) > known)
        assert running.stop() == 0
    assert [process_of(role, data) for role in ROLES] == [None, None, None]


def test_all_end_when_the_one_that_began_them_is_killed(plant: Wire, tmp_path: Path) -> None:
    with everything(plant, tmp_path) as running:
        running.wait_for("one-time")
        running.wait_for("listens to")
        assert all(process_of(role, tmp_path) for role in ROLES)
        running.process.kill()
        until(lambda: not any(process_of(role, tmp_path) for role in ROLES))


def test_what_cannot_be_mended_ends_all(plant: Wire, tmp_path: Path) -> None:
    with everything(plant, tmp_path, interface="eth77") as running:
        assert running.process.wait(PATIENCE) == 4
        running.wait_for("there is no network interface eth77")
        assert [process_of(role, tmp_path) for role in ROLES] == [None, None, None]
