"""The time by which data grow old: that of the system's clock, unless it leapt.

A clock that somebody sets a year ahead, or that a machine begins with after its battery died, would make everything
older than it may be, and what is removed is gone. So a leap is believed only when the clock has kept to it for a day;
until then time goes on from before it, as a clock measures that nobody sets.
"""

from __future__ import annotations

from collections.abc import Callable

from response.times import SECOND

LEAP = 3_600 * SECOND
"""A clock that moved so far against the steady one was set."""
DAY = 86_400 * SECOND


class BelievedClock:
    """Turns times of the system's clock (ns) into believed ones. `steady` is a clock that nobody sets; `noted` a time
    that was noted in this store before, None: never."""

    def __init__(self, steady: Callable[[], int], noted: int | None = None) -> None:
        self._steady, self._noted = steady, noted
        self._anchor: tuple[int, int] | None = None
        """A believed time, and the steady clock then."""
        self._leapt: tuple[int, int] | None = None
        """How far the clock is ahead of the believed time since the steady clock showed this."""

    def __call__(self, now: int) -> int:
        """What to believe of `now`."""
        steady = self._steady()
        if self._anchor is None:
            was_away = self._noted is not None and now - self._noted > DAY
            self._anchor = (self._noted if was_away and self._noted is not None else now), steady
        believed = self._anchor[0] + steady - self._anchor[1]
        ahead = now - believed
        if abs(ahead) <= LEAP:
            self._anchor, self._leapt = (now, steady), None
            return now
        if self._leapt is None or abs(ahead - self._leapt[0]) > LEAP:
            self._leapt = (ahead, steady)
        if steady - self._leapt[1] >= DAY:
            self._anchor, self._leapt = (now, steady), None
            return now
        return believed
