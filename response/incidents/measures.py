"""TTD, TTT, TTA, TTQ and TTR as TheHive 5 defines them (console reference §1.4), in ns. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NAMES = ("ttd", "ttt", "tta", "ttq", "ttr")


@dataclass(frozen=True)
class Moments:
    """When something was: `event` first seen in packets, `new` made a record, `taken` first in progress, `closed`
    last closed and still so. ns since the epoch, None: not (yet)."""

    event: int
    new: int
    taken: int | None = None
    closed: int | None = None


def moments(event: int, new: int, steps: Iterable[tuple[int, str]]) -> Moments:
    """From the changes of status, (at, status reached), in order of time."""
    taken, closed = None, None
    for at, status in steps:
        if status == "in_progress" and taken is None:
            taken = at
        closed = at if status == "closed" else None
    return Moments(event, new, taken, closed)


def measures(known: Moments) -> Mapping[str, int | None]:
    """TTD = new - event, TTT = in progress - new, TTA = in progress - event, TTQ = closed - new,
    TTR = closed - in progress; None where one of the two is not there."""
    k = known
    return {
        "ttd": k.new - k.event,
        "ttt": _between(k.new, k.taken),
        "tta": _between(k.event, k.taken),
        "ttq": _between(k.new, k.closed),
        "ttr": _between(k.taken, k.closed),
    }


def _between(begin: int | None, end: int | None) -> int | None:
    return None if begin is None or end is None else end - begin
