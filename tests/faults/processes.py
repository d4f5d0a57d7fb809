"""Faults of the processes themselves: killed, stopped, without a link, without a worker."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.faults.counted import writes
from tests.faults.plant import ROLES, Plant, load_on
from tests.faults.rows import Case, Row
from tests.live.wire import NEAR

Strike = Callable[[Plant, Random], None]


def at_random_moments(strike: Strike, moments: int, chance: Random) -> Callable[[Plant], None]:
    """The strike again and again, with pauses of 0.2 to 2 seconds."""

    def strikes(at: Plant) -> None:
        for _ in range(moments):
            time.sleep(chance.uniform(0.2, 2))
            strike(at, chance)

    return strikes


def killed(*names: str) -> Strike:
    """kill -9, and begun again at once."""

    def strike(at: Plant, chance: Random) -> None:
        for name in names:
            at.roles[name].kill()
        at.begin(*names)

    return strike


def stopped(*names: str) -> Strike:
    """SIGSTOP for one to three seconds."""

    def strike(at: Plant, chance: Random) -> None:
        for name in names:
            at.roles[name].send(signal.SIGSTOP)
        time.sleep(chance.uniform(1, 3))
        for name in names:
            at.roles[name].send(signal.SIGCONT)

    return strike


def without_link(at: Plant, chance: Random) -> None:
    """The interface goes down for half a second to two."""
    at.wire.ip("link", "set", NEAR, "down")
    time.sleep(chance.uniform(0.5, 2))
    at.wire.ip("link", "set", NEAR, "up")


def without_worker(at: Plant, chance: Random) -> None:
    """Nobody takes what the sensor hands over for half a minute."""
    at.roles["worker"].kill()
    time.sleep(30)
    at.begin("worker")


def case(words: str, moments: int, strike: Strike) -> Case:
    """Strikes, then the writes are counted."""

    def run(folder: Path, moments: int, chance: Random) -> Row:
        return writes(load_on(folder, at_random_moments(strike, moments, chance)), moments)

    return Case(words, moments, run)


CASES = (
    case("sensor: kill -9", 20, killed("sensor")),
    case("worker: kill -9", 20, killed("worker")),
    case("API: kill -9", 20, killed("serve")),
    case("all three: kill -9", 10, killed(*ROLES)),
    case("sensor: SIGSTOP", 20, stopped("sensor")),
    case("worker: SIGSTOP", 20, stopped("worker")),
    case("API: SIGSTOP", 20, stopped("serve")),
    case("all three: SIGSTOP", 10, stopped(*ROLES)),
    case("interface down and up", 10, without_link),
    case("worker away for 30 s", 1, without_worker),
)
