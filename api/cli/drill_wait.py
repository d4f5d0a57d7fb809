"""A drill is done: by this process where no worker holds the store, else by that worker; how far it is is shown."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from api.cli.progress import showing
from api.drilling import DONE, Drilling
from api.wiring import wall_clock
from api.worker import Worker
from response.records import Stored
from response.store_errors import NotFound
from response.times import time_ns
from sensors.capture import Position

if TYPE_CHECKING:
    from api.cli.terminal import Terminal
    from api.texts import Texts
    from response.ports import Store

LOOK = 0.1
"""Seconds between two looks at the record."""


class Far:
    """How far a drill is, for what shows it."""

    def __init__(self, asked: Stored) -> None:
        self.job = asked

    def __call__(self) -> tuple[Position | None, int]:
        return Position(self.job.body["done"], len(self.job.body["plan"]), 0), 0

    def text(self, words: Texts) -> str:
        """The capture that is played now."""
        body = self.job.body
        one = body["plan"][min(body["done"], len(body["plan"]) - 1)]
        return words.get("drill.far", done=body["done"], rounds=len(body["plan"]), capture=one["capture"] or "–")


def other_worker(store: Store, now: int) -> bool:
    """Whether somebody holds the worker's lease."""
    try:
        return time_ns(store.record("lease", "worker").body["until"]) > now
    except NotFound:
        return False


def done(drilling: Drilling, job: str, terminal: Terminal) -> Stored:
    """The drill at its end. This process is a worker as any other, for drills alone: who has the lease does it."""
    store = drilling.wiring.store
    worker = Worker(store, drilling.holder, wall_clock, (("drill", drilling),))
    working = threading.Thread(target=worker.run, name="drill", daemon=True)
    far = Far(store.record("job", job))
    with showing(terminal, far):
        working.start()
        try:
            while far.job.body["state"] != DONE:
                time.sleep(LOOK)
                far.job = store.record("job", job)
        finally:
            worker.stop()
            working.join()
            drilling.close()
    for name, number in worker.failures.items():
        terminal.warn("worker.failed", duty=name, count=number, last=worker.last_failure[name])
    return far.job
