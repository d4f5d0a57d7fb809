"""How long after a packet was on the wire what comes of it is handed over, taken and stored: rows of `capture`, one set
in five minutes of packet time. Times of the sensor's clock and of the worker's are compared: they may differ.

| stage | counter | from the last packet of a segment to |
| --- | --- | --- |
| `spool` | `handed_over_ms_*` | the segment in the spool, on the sensor |
| `store` | `taken_ms_*` | the worker begins with the segment |
| `store` | `stored_ms_*` | its events and alerts can be read in the API |

`_p50`, `_p99` and `_most` of the segments of that time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from api.losses import Loss, told

SPAN = 300_000_000_000
"""Packet time between two sets of rows, ns."""
MOST = 8192
"""Segments whose lateness is kept; those beyond it are like them."""
MILLISECOND = 1_000_000


@dataclass
class Lateness:
    """Gathers what segments of one sensor waited for at one stage."""

    sensor: str
    stage: str
    since: int | None = None
    _waited: dict[str, list[int]] = field(default_factory=dict)

    def note(self, hop: str, packets_until: int, now: int) -> None:
        """A segment whose last packet was at `packets_until` passed a hop `now`, both in ns. A clock that is behind
        counts as no time at all."""
        found = self._waited.setdefault(hop, [])
        if len(found) < MOST:
            found.append(max(0, now - packets_until) // MILLISECOND)
        if self.since is None:
            self.since = packets_until

    def take(self, until: int, *, at_once: bool = False) -> pl.DataFrame | None:
        """Rows that end at `until` (packet time, ns) once so much time passed, None before; it begins anew then."""
        rows = self.due(until, at_once=at_once)
        if rows is not None:
            self.begin_anew()
        return rows

    def due(self, until: int, *, at_once: bool = False) -> pl.DataFrame | None:
        """What `take` gives, for somebody who may not get rid of it: `begin_anew` when it was told."""
        if self.since is None or not (at_once or until - self.since >= SPAN):
            return None
        counts = {f"{hop}_{what}": ms for hop, waited in self._waited.items() for what, ms in spread(waited).items()}
        return told(self.sensor, [Loss(self.since, until, counts)], stage=self.stage)

    def begin_anew(self) -> None:
        """What was noted so far was told."""
        self.since, self._waited = None, {}


def spread(waited: list[int]) -> Mapping[str, int]:
    """Median, 99th percentile and greatest of some milliseconds; 0 ms is told as 1, for a row without a count says
    nothing."""
    ordered = sorted(waited)
    places = {"ms_p50": 0.5, "ms_p99": 0.99, "ms_most": 1.0}
    return {name: max(1, ordered[min(len(ordered) - 1, int(part * len(ordered)))]) for name, part in places.items()}
