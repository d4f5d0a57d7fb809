"""Segments on their way into the spool. While its disk refuses them, full or away, they wait in memory within bounds:
rows go first, the oldest before the others, occurrences last, and what is lost is counted and told.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from api.losses import COUNTERS, OCCURRENCES, ROWS, Loss, counted, told, with_losses
from api.segment_files import parcel_of
from response.ports import AssetRecord, Segment
from sensors.spool import Spool

MOST_ROWS = 100_000
MOST_OCCURRENCES = 50_000
"""What may wait, some 100 MB each at most."""
MOST_ASSETS = 8000
"""Assets that go into one segment."""
Parts = Mapping[str, bytes]
Waiting = tuple[Segment, tuple[AssetRecord, ...], Mapping[str, int], Parts]


@dataclass
class Lost:
    """What was given up since the last row that told of it, and since when (packet time, ns)."""

    since: int
    rows: int = 0
    occurrences: int = 0

    def counts(self) -> dict[str, int]:
        """By counter, those that are not 0."""
        return counted({ROWS: self.rows, OCCURRENCES: self.occurrences})


class HandingOver:
    """Puts segments into a spool in order. `refused` is called with what the system says when it begins to refuse them;
    `taken` when it takes them again, with the rows and occurrences lost meanwhile."""

    def __init__(
        self, spool: Spool, *, refused: Callable[[OSError], None], taken: Callable[[int, int], object]
    ) -> None:
        self._spool, self._refused, self._taken = spool, refused, taken
        self._waiting: deque[Waiting] = deque()
        self._assets: dict[str, AssetRecord] = {}
        self._lost: Lost | None = None
        self._lost_rows = self._lost_occurrences = 0
        self._totals: Counter[str] = Counter()
        self.error: OSError | None = None
        """Why what waits does so."""

    def put(
        self, segment: Segment, assets: Sequence[AssetRecord], reached: Mapping[str, int], packets: Parts | None = None
    ) -> None:
        """Hands a segment over, behind those that wait; `reached` are its last frames by capture, `packets` go along
        while nothing waits: the ring has them too, and memory is for what nobody else has."""
        self._waiting.append((segment, tuple(assets), reached, packets or {}))
        self.drain()
        self._keep_bounds()

    def drain(self) -> None:
        """Hands over what waits, as far as the disk takes it."""
        while self._waiting:
            segment, assets, reached, packets = self._waiting[0]
            whole = self._with_losses(segment)
            known = self._assets | {asset.key: asset for asset in assets}
            later = {key: known.pop(key) for key in list(known)[: max(0, len(known) - MOST_ASSETS)]}
            try:
                self._spool.put(parcel_of(whole, tuple(known.values()), reached, packets))
            except OSError as error:
                if self.error is None:
                    self._refused(error)
                self.error = error
                self._waiting[0] = (segment, assets, reached, {})
                return
            self._waiting.popleft()
            self._lost = None
            self._assets = later
        if self.error is not None:
            self._taken(self._lost_rows, self._lost_occurrences)
            self.error, self._lost_rows, self._lost_occurrences = None, 0, 0

    def _keep_bounds(self) -> None:
        """Gives up the oldest of what is too much; never the newest segment."""
        rows = sum(_rows(segment) for segment, *_ in self._waiting)
        occurrences = sum(len(segment.occurrences) for segment, *_ in self._waiting)
        if rows <= MOST_ROWS and occurrences <= MOST_OCCURRENCES:
            return
        *older, newest = self._waiting
        self._waiting.clear()
        for segment, assets, reached, _ in older:
            kept = segment
            if rows > MOST_ROWS:
                rows -= _rows(kept)
                self._lose(kept, _rows(kept), 0)
                kept = replace(kept, datasets={})
            if occurrences > MOST_OCCURRENCES:
                occurrences -= len(kept.occurrences)
                self._lose(kept, 0, len(kept.occurrences))
                kept = replace(kept, occurrences=())
            if kept.datasets or kept.occurrences:
                self._waiting.append((kept, assets, reached, {}))
            else:  # what is known of assets is told once only, so it goes along with a later one
                self._assets |= {asset.key: asset for asset in assets}
        self._waiting.append(newest)

    def _lose(self, segment: Segment, rows: int, occurrences: int) -> None:
        lost = self._lost = self._lost or Lost(segment.first)
        lost.rows += rows
        lost.occurrences += occurrences
        self._totals += Counter({"spool.rows_lost": rows, "spool.occurrences_lost": occurrences})
        self._lost_rows += rows
        self._lost_occurrences += occurrences

    def _with_losses(self, segment: Segment) -> Segment:
        """The segment with all that was lost so far among its counters, and a row of `capture` for each loss before
        it: verdicts on that time are inconclusive."""
        given_up = self._spool.lost
        totals = self._totals + Counter({f"spool.{name}_lost": given_up[name] for name in COUNTERS})
        segment = replace(segment, counters={**segment.counters, **totals})
        if self._lost is None:
            return segment
        loss = Loss(min(self._lost.since, segment.last), segment.last, self._lost.counts())
        return with_losses(segment, told(segment.sensor, [loss], drill=segment.drill))


def _rows(segment: Segment) -> int:
    return sum(len(frame) for frame in segment.datasets.values())
