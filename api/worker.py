"""The worker: takes segments from the spool into the store, and does what no person waits for at the screen.

Every duty may be cut off at any moment and is done again by the next worker: segments are stored exactly once, records
are written by compare-and-set. One worker at a time holds the lease.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from response.ports import Store
from response.records import Delete, Put, Stored
from response.store_errors import Conflict, NotFound, StoreError
from response.times import SECOND, time_ns, time_text

LEASE = 15 * SECOND
ASTRAY = 300 * SECOND
"""How far clocks may be apart. A lease beyond that was taken by a clock that was wrong and was set since: it would last
as long as it was wrong, a year perhaps."""
IDLE, LONGEST_IDLE = 0.1, 0.8
"""Seconds to wait when there was nothing to do: doubled while that lasts, so that an idle worker costs little."""

Duty = Callable[[int], bool]
"""Does some work at a time (ns) and says whether there was any."""


def unwatched() -> None:
    """The pulse of a worker that nobody watches."""


@dataclass
class Worker:
    """Duties in turn, while it holds the lease. `name` tells workers apart; a duty that fails is counted and named, the
    others go on. `beat` is called before each of them: where one hangs, the pulse stops. `figures` go along with the
    lease, for the metrics of the API."""

    store: Store
    name: str
    clock: Callable[[], int]
    duties: Sequence[tuple[str, Duty]]
    beat: Callable[[], None] = unwatched
    figures: Callable[[], Mapping[str, int]] = dict
    failures: Counter[str] = field(default_factory=Counter)
    last_failure: dict[str, str] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until `stop`."""
        pause = IDLE
        while not self._stopped.is_set():
            self.beat()
            worked = False
            with suppress(StoreError):  # asked again: the store may be away for an hour
                worked = self._holds_lease() and self.once()
            if worked:
                pause = IDLE
                continue
            self._stopped.wait(pause)
            pause = min(2 * pause, LONGEST_IDLE)
        with suppress(StoreError):
            self._give_back()

    def stop(self) -> None:
        """Ends `run` after the duty at hand."""
        self._stopped.set()

    def once(self) -> bool:
        """Every duty once; whether there was any work."""
        worked = False
        for name, duty in self.duties:
            self.beat()
            try:
                worked = duty(self.clock()) or worked
            except Exception as error:  # one broken duty must not stop the others; it is counted and named
                self.failures[name] += 1
                self.last_failure[name] = f"{type(error).__name__}: {error}"
        return worked

    def _holds_lease(self) -> bool:
        now = self.clock()
        try:
            known: Stored | None = self.store.record("lease", "worker")
        except NotFound:
            known = None
        if known is not None:
            left, is_ours = time_ns(known.body["until"]) - now, known.body["holder"] == self.name
            if not is_ours and 0 < left <= LEASE + ASTRAY:
                return False
            if is_ours and LEASE // 2 < left <= LEASE:
                return True
        figures = {**self.figures(), "failures": dict(self.failures)}
        body = {"at": time_text(now), "holder": self.name, "until": time_text(now + LEASE), "figures": figures}
        try:
            self.store.commit([Put("lease", "worker", body, known.etag if known else None)])
        except Conflict:
            return False
        return True

    def _give_back(self) -> None:
        """The next worker need not wait until the lease is over."""
        known = self.store.record("lease", "worker")
        if known.body["holder"] == self.name:
            self.store.commit([Delete("lease", "worker", known.etag)])


class Aside:
    """A duty whose work may take minutes, done beside the others: what comes from the plant must not wait for it. When
    the worker ends it is cut off, and whoever does it must know how to begin again."""

    def __init__(self, is_needed: Callable[[], bool], work: Callable[[], object]) -> None:
        self._is_needed, self._work = is_needed, work
        self._thread: threading.Thread | None = None
        self._failed: Exception | None = None

    def __call__(self, now: int) -> bool:
        if self._thread is not None and self._thread.is_alive():
            return False
        if self._failed is not None:
            failed, self._failed = self._failed, None
            raise failed
        if not self._is_needed():
            return False
        self._thread = threading.Thread(target=self._run, name="aside", daemon=True)
        self._thread.start()
        return True

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:  # told at the next turn, where failures are counted
            self._failed = error
