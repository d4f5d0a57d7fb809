"""What a store holds, by dataset: figures to forecast from, and the parts that events are removed by.

Times are nanoseconds since the epoch, UTC; sizes are bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DAY = 86_400 * 1_000_000_000
RECENT = 7 * DAY
"""Growth is measured over so long before now."""
SHORTEST_MEASURE = DAY // 24
"""Of less than an hour no growth of a day can be told."""


@dataclass(frozen=True)
class Part:
    """The least that is removed at once: a Parquet file, or a backing index of a data stream.

    `first`, `last` are the span of @timestamp; `written` is when rows were last put into it, by the clock of the store:
    a capture of long ago that was read today is as young as today.
    """

    id: str
    dataset: str
    first: int
    last: int
    rows: int
    bytes: int
    written: int


@dataclass(frozen=True)
class DatasetHoldings:
    """A dataset: rows, bytes and parts of all of it; span of @timestamp (to the millisecond), None when it is empty;
    what of it is of the time since `recent_first`, the first recent row, in the `RECENT` before now."""

    dataset: str
    rows: int
    bytes: int
    parts: int
    first: int | None = None
    last: int | None = None
    recent_rows: int = 0
    recent_bytes: int = 0
    recent_first: int | None = None

    def per_day(self, now: int) -> tuple[int, int] | None:
        """(rows, bytes) that a day brings at the pace of the last days; None where that was too short to tell."""
        if self.recent_first is None:
            return 0, 0
        span = now - self.recent_first
        if span < SHORTEST_MEASURE:
            return None
        return self.recent_rows * DAY // span, self.recent_bytes * DAY // span


@dataclass(frozen=True)
class Holdings:
    """All that a store holds. `records` counts what is no event, by kind (`alert`, `occurrence`, `audit`, …); its bytes
    and the disk's room are None where the store cannot tell."""

    datasets: tuple[DatasetHoldings, ...]
    records: Mapping[str, int] = field(default_factory=dict)
    record_bytes: int | None = None
    disk_bytes: int | None = None
    disk_free: int | None = None

    @property
    def bytes(self) -> int:
        """Size of all events."""
        return sum(each.bytes for each in self.datasets)
