"""Until when there is room: the growth of the last days carried on, day by day, under the policy in force."""

from __future__ import annotations

from dataclasses import dataclass

from response.retention.holdings import DatasetHoldings, Holdings
from response.retention.policy import Bound, Policy

HORIZON = 3_650
"""Days. What lasts longer lasts."""
GROWING, LEVEL, FULL, IDLE, UNKNOWN = "growing", "level", "full", "idle", "unknown"
STATES = (GROWING, LEVEL, FULL, IDLE, UNKNOWN)


@dataclass(frozen=True)
class Outlook:
    """What becomes of a dataset. `state`: unknown (measured too short), idle (nothing new), level (days alone bound it,
    at `bytes`), full (its bytes bound it already), growing (they will, in `days`; None: nothing bounds it).
    `kept_days` is how far back it will reach in the long run; None: not known, or without end."""

    dataset: str
    state: str
    rows_per_day: int | None
    bytes_per_day: int | None
    bytes: int | None
    days: float | None = None
    kept_days: float | None = None


@dataclass(frozen=True)
class DiskOutlook:
    """`state` unknown, level (all bounds together fit at `bytes`), growing (full in `days`)."""

    state: str
    days: float | None
    bytes: int | None


def outlooks(holdings: Holdings, policy: Policy, now: int) -> tuple[Outlook, ...]:
    """One for each dataset that holds something."""
    return tuple(_outlook(each, policy.bounds.get(each.dataset, Bound()), now) for each in holdings.datasets)


def _outlook(held: DatasetHoldings, bound: Bound, now: int) -> Outlook:
    pace = held.per_day(now)
    if pace is None:
        return Outlook(held.dataset, UNKNOWN, None, None, None)
    rows, growth = pace
    if growth == 0:
        return Outlook(held.dataset, IDLE, rows, growth, held.bytes)
    by_days = growth * bound.days if bound.days is not None else None
    if bound.bytes is not None and (by_days is None or by_days > bound.bytes):
        kept = round(bound.bytes / growth, 1)
        if held.bytes >= bound.bytes:
            return Outlook(held.dataset, FULL, rows, growth, bound.bytes, 0.0, kept)
        left = round((bound.bytes - held.bytes) / growth, 1)
        return Outlook(held.dataset, GROWING, rows, growth, bound.bytes, left, kept)
    if by_days is None:
        return Outlook(held.dataset, GROWING, rows, growth, None)
    return Outlook(held.dataset, LEVEL, rows, growth, by_days, kept_days=float(bound.days or 0))


def disk_outlook(holdings: Holdings, found: tuple[Outlook, ...]) -> DiskOutlook:
    """Whether the disk lasts: each dataset grows until its own bound."""
    if holdings.disk_free is None or any(each.state == UNKNOWN for each in found):
        return DiskOutlook(UNKNOWN, None, None)
    held = {each.dataset: each.bytes for each in holdings.datasets}
    rooms = [
        (each.bytes_per_day or 0, None if each.bytes is None else max(0, each.bytes - held[each.dataset]))
        for each in found
        if each.state in (GROWING, LEVEL)
    ]
    for day in range(1, HORIZON + 1):
        taken = sum(pace * day if room is None else min(room, pace * day) for pace, room in rooms)
        if taken > holdings.disk_free:
            return DiskOutlook(GROWING, float(day - 1), None)
    return DiskOutlook(LEVEL, None, holdings.bytes + sum(room or 0 for _, room in rooms))
