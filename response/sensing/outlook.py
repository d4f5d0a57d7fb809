"""Until when a sensor's disk lasts: a line through what it said of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DAY = 86_400 * 1_000_000_000
SHORTEST = DAY // 24
"""Of less than an hour nothing can be told."""
HORIZON = 3650.0
"""Days. What lasts longer lasts."""
UNKNOWN, LEVEL, GROWING, FULL = "unknown", "level", "growing", "full"
STATES = (UNKNOWN, LEVEL, GROWING, FULL)
Points = Sequence[tuple[int, int]]
"""(time in ns, bytes), in order of time."""


@dataclass(frozen=True)
class Room:
    """What becomes of a place: `state` unknown (measured too short), level (nothing grows, or it lasts for years),
    growing (full in `days`), full; `per_day` the bytes that a day takes, None where that is unknown."""

    state: str
    days: float | None
    per_day: int | None


def room(left: Points, *, most: int | None = None) -> Room:
    """What becomes of a place of which so many bytes were left at those times. With `most` the points say instead how
    much lies there, of at most so many."""
    if not left:
        return Room(UNKNOWN, None, None)
    last = left[-1][1]
    now = last if most is None else max(0, most - last)
    if now <= 0:
        return Room(FULL, 0.0, None)
    slope = _slope(left)
    if slope is None:
        return Room(UNKNOWN, None, None)
    taken = -slope if most is None else slope
    if taken <= 0 or now / taken > HORIZON:
        return Room(LEVEL, None, max(0, round(taken)))
    return Room(GROWING, round(now / taken, 1), round(taken))


def _slope(points: Points) -> float | None:
    """Bytes a day by least squares; None where the time is too short."""
    if points[-1][0] - points[0][0] < SHORTEST:
        return None
    begin = points[0][0]
    times = [(time - begin) / DAY for time, _ in points]
    middle, height = sum(times) / len(times), sum(value for _, value in points) / len(points)
    spread = sum((time - middle) ** 2 for time in times)
    return sum((t - middle) * (v - height) for t, (_, v) in zip(times, points, strict=True)) / spread
