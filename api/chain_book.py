"""What is known of the chain of one sensor's segments: stretches that are accounted for, and what lies between them.

Segments come in any order. A stretch grows with each that joins it; where two meet, the later one must name the hash of
the earlier. A gap that stays open is told as missing; a segment of it that comes after all is told as late, so that the
two add up to what is really missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from api.losses import Loss
from sensors.segment_file import Manifest

MISSING, LATE, ALTERED, BEGUN = (
    "spool_segments_missing",
    "spool_segments_late",
    "spool_segments_altered",
    "spool_chains_begun",
)
MOST_STRETCHES, MOST_TOLD = 200, 500


@dataclass(frozen=True)
class Stretch:
    """Segments `begin` to `end`, all accounted for: the hash that the first names, that of the last, their span of
    packet time (ns), and when (ns, the worker's clock) it was noticed that something is missing before them."""

    begin: int
    end: int
    previous: str | None
    digest: str
    first: int
    last: int
    noticed: int = 0


@dataclass
class Book:
    """The book of a chain. `told`: ranges that were told as missing; `telling`: losses that are to be told."""

    sensor: str
    chain: str
    begins: int
    stretches: list[Stretch] = field(default_factory=list)
    told: list[tuple[int, int]] = field(default_factory=list)
    telling: list[Loss] = field(default_factory=list)

    @property
    def last(self) -> int:
        """The latest packet time, ns."""
        return max((each.last for each in self.stretches), default=0)

    def gaps(self) -> Iterator[tuple[int, int, int]]:
        """Begin and end of each gap, and the index of the stretch behind it."""
        expected = self.begins
        for index, each in enumerate(self.stretches):
            if each.begin > expected:
                yield expected, each.begin - 1, index
            expected = each.end + 1

    def enter(self, manifest: Manifest, now: int) -> None:
        """A segment came, and with it what it declares as given up."""
        link = manifest.link
        for each in link.given_up:
            self._enter(Stretch(each.begin, each.end, each.previous, each.digest, each.first, each.last), now)
        one = Stretch(
            link.sequence, link.sequence, link.previous, manifest.digest, manifest.first, manifest.last
        )  # fmt: skip
        self._enter(one, now)

    def _enter(self, one: Stretch, now: int) -> None:
        if not self.begins <= one.begin <= one.end:
            self._tell(ALTERED, 1, one.first, one.last, f"{one.begin}-{one.end}")
            return
        index = next((i for i, each in enumerate(self.stretches) if each.end >= one.begin), len(self.stretches))
        if index < len(self.stretches) and self.stretches[index].begin <= one.end:
            self._again(one, self.stretches[index])
            return
        behind = self.stretches[index] if index < len(self.stretches) else None
        self.stretches.insert(index, replace(one, noticed=behind.noticed if behind is not None else now))
        if one.begin == self.begins and one.previous is not None:
            self._tell(ALTERED, 1, one.first, one.last, str(one.begin))
        if behind is not None and one.end + 1 == behind.begin:
            self._join(index)
        if index > 0 and self.stretches[index - 1].end + 1 == one.begin:
            self._join(index - 1)

    def _again(self, one: Stretch, known: Stretch) -> None:
        """What is accounted for already: late, where it was told as missing; else repeated, which is no news."""
        late = [(max(a, one.begin), min(b, one.end)) for a, b in self.told if a <= one.end and one.begin <= b]
        for begin, end in late:
            self._tell(LATE, end - begin + 1, one.first, one.last, f"{begin}-{end}")
        if late:
            self.told = [part for each in self.told for part in _without(each, one.begin, one.end)]
        elif one.end == known.end and one.digest != known.digest:
            self._tell(ALTERED, 1, one.first, one.last, f"{one.end} {one.digest}")

    def _join(self, index: int) -> None:
        """The stretch at `index` and the one behind it touch."""
        before, behind = self.stretches[index : index + 2]
        if behind.previous != before.digest:
            self._tell(ALTERED, 1, min(before.last, behind.first), behind.first, str(behind.begin))
        self._merge(index)

    def _merge(self, index: int) -> None:
        before, behind = self.stretches[index : index + 2]
        self.stretches[index : index + 2] = [
            replace(before, end=behind.end, digest=behind.digest, first=min(before.first, behind.first),
                    last=max(before.last, behind.last))
        ]  # fmt: skip

    def tell_gaps(self, now: int, patience: int) -> None:
        """Gives up waiting for what has been missing so long (ns), and for the oldest of too many gaps. What was
        noticed by a clock that was ahead, and was set since, is noticed now."""
        self.stretches = [replace(each, noticed=min(each.noticed, now)) for each in self.stretches]
        while gap := self._ripe(now, patience):
            begin, end, index = gap
            behind = self.stretches[index]
            since = self.stretches[index - 1].last if index else behind.first
            self._tell(MISSING, end - begin + 1, min(since, behind.first), behind.first, f"{begin}-{end}")
            self.told = [*self.told, (begin, end)][-MOST_TOLD:]
            if index:
                self._merge(index - 1)
            else:
                self.stretches[0] = replace(behind, begin=self.begins, previous=None)

    def _ripe(self, now: int, patience: int) -> tuple[int, int, int] | None:
        gaps = list(self.gaps())
        ripe = [each for each in gaps if self.stretches[each[2]].noticed + patience <= now]
        if len(self.stretches) > MOST_STRETCHES:
            ripe += gaps[:1]
        return ripe[0] if ripe else None

    def begin_after(self, last: int, first: int) -> None:
        """The sensor had another chain, up to this packet time."""
        self._tell(BEGUN, 1, min(last, first), max(last, first), "begun")

    def _tell(self, counter: str, count: int, since: int, until: int, key: str) -> None:
        self.telling.append(Loss(since, until, {counter: count}, f"{self.chain} {key}"))

    def record(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "sensor": self.sensor,
            "chain": self.chain,
            "begins": self.begins,
            "state": "open" if self.telling or any(self.gaps()) else "whole",
            "stretches": [asdict(each) for each in self.stretches],
            "told": [list(each) for each in self.told],
            "telling": [asdict(each) for each in self.telling],
        }


def book_from(body: Mapping[str, Any]) -> Book:
    """What `Book.record` says."""
    return Book(
        body["sensor"],
        body["chain"],
        body["begins"],
        [Stretch(**each) for each in body["stretches"]],
        [(a, b) for a, b in body["told"]],
        [Loss(**each) for each in body["telling"]],
    )


def _without(told: tuple[int, int], begin: int, end: int) -> list[tuple[int, int]]:
    a, b = told
    return [part for part in ((a, min(b, begin - 1)), (max(a, end + 1), b)) if part[0] <= part[1]]
