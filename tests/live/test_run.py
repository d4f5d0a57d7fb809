"""`bittern run`: three processes that outlive one another, and end with the one that began them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.storage import open_store
from response.ports import AlertQuery
from tests.live.running import ROLES, everything, process_of
from tests.live.sensing import PATIENCE
from tests.live.wire import Wire, frames, send, wire
from tests.needs import PROJECT

ATTACK = PROJECT / "rules" / "proofs" / "modbus" / "unauthorised-write.pcap"


@pytest.fixture
def plant() -> Iterator[Wire]:
    with wire() as made:
        made.ip("link", "set", "lo", "up")
        yield made


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
