"""The open minute of a (rule, dedup key): its first hit went out at once, what follows is counted until it is over.

An attack opens tens of thousands, and most end without a second hit. So what the first one told of its row is kept as
bytes, a fifth of what the objects take, and read again only for those that were hit again.
"""

from __future__ import annotations

import marshal
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from detection.judgement import TOLD_OF_ROW, Judgement
from detection.occurrence import EVENTS_PER_OCCURRENCE, Occurrence, Packets

_told = attrgetter(*TOLD_OF_ROW)


@dataclass(slots=True)
class OpenMinute:
    """`minute` is its begin (ns), `told` what the first hit said; the rest is that of the hits that came after it."""

    minute: int
    told: bytes
    count: int = 0
    first: int = 0
    last: int = 0
    events: str = ""
    """Ids with a blank between them: one text for at most `EVENTS_PER_OCCURRENCE`."""
    packets: tuple[Packets, ...] = ()

    @classmethod
    def after(cls, first: Occurrence) -> OpenMinute:
        """The minute that an occurrence of part 0 opens."""
        return cls(first.minute, marshal.dumps(_told(first)))

    def add(self, count: int, first: int, last: int, events: Sequence[str], packets: Sequence[Packets]) -> None:
        """Counts `count` more hits between `first` and `last` (ns); the first ones are named."""
        self.first = min(self.first, first) if self.count else first
        self.last = max(self.last, last)
        self.count += count
        known = self.events.split()
        self.events = " ".join([*known, *events[: EVENTS_PER_OCCURRENCE - len(known)]])
        self.packets += tuple(packets[: EVENTS_PER_OCCURRENCE - len(self.packets)])

    def rest(self, sensor: str, judged: Judgement, key: tuple[str, ...]) -> Occurrence:
        """Part 1: what came after the first hit, in the words of that one."""
        told: tuple[Any, ...] = marshal.loads(self.told)
        return judged.rest(
            sensor,
            key,
            self.minute,
            dict(zip(TOLD_OF_ROW, told, strict=True)),
            count=self.count,
            first_seen=self.first,
            last_seen=self.last,
            events=tuple(self.events.split()),
            packets=self.packets,
        )
