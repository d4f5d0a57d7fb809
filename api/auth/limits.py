"""Limits of the rate of requests, in memory: one bucket for each caller or address, refilled evenly."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from api.problems import Problem

MOST_CALLERS = 10_000


class Limits:
    """Buckets of `per_minute` requests. `clock` gives seconds that never run backwards."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._most, self._clock = float(per_minute), clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, caller: str, cost: float = 1.0) -> None:
        """Take `cost` from the caller's bucket. Raises Problem 429 with the seconds to wait."""
        now = self._clock()
        with self._lock:
            left, then = self._buckets.pop(caller, (self._most, now))
            left = min(self._most, left + (now - then) * self._most / 60)
            fits = left >= cost
            self._buckets[caller] = (left - cost if fits else left, now)
            if len(self._buckets) > MOST_CALLERS:
                self._buckets.popitem(last=False)
        if not fits:
            wait = max(1, round((cost - left) * 60 / self._most))
            raise Problem(429, "too_many_requests", headers={"Retry-After": str(wait)}, seconds=wait)
