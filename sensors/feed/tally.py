"""Counts what feeds read and what they could not: rows of dataset `capture`, stage `feed`, with a place.

One row for each log, counter and five minutes of the logs' time, however the lines were cut into batches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from sensors.feed.complete import Origin, text_id
from sensors.fields import vocabulary

SPAN = 300_000_000_000
"""Five minutes, ns, aligned to the epoch."""
MOST_COUNTERS = 200
"""Names of counters come from logs; beyond so many different ones they are counted together."""
Key = tuple[int, str, str]
"""Span, log, counter."""


class Tally:
    """Counts until their span is over; lines before the first one that says its time count as of that one. `totals` are
    those of all logs so far, by counter."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._open: dict[Key, list[int]] = {}
        self._begun = 0
        self._early: list[tuple[str, str, int, int]] = []
        self.totals: dict[str, int] = {}
        self.first_malformed: tuple[str, int] | None = None
        """Log and number of the first line that could not be read."""

    def add(self, clock: int, log: str, counter: str, number: int, count: int = 1, until: int = 0) -> None:
        """`count` lines of a log, of which the first has this number, at `clock`, the last `until` (ns)."""
        if counter not in self.totals and len(self.totals) >= MOST_COUNTERS:
            counter = f"{counter.partition('_')[0]}_other"
        if not (self._begun or clock):
            self._early.append((log, counter, number, count))
        else:
            self._begin(clock)
            self._put(clock or self._begun, until or clock or self._begun, log, counter, number, count)
        self.totals[counter] = self.totals.get(counter, 0) + count
        if counter.startswith("malformed") and self.first_malformed is None:
            self.first_malformed = log, number

    def _begin(self, clock: int) -> None:
        if not self._begun:
            self._begun = clock
            for log, counter, number, count in self._early:
                self._put(clock, clock, log, counter, number, count)
            self._early.clear()

    def _put(self, first: int, last: int, log: str, counter: str, number: int, count: int) -> None:
        known = self._open.get((first // SPAN, log, counter))
        if known is None:
            # count, first and last time, first and last line
            self._open[first // SPAN, log, counter] = [count, first, last, number, number + count - 1]
        else:
            known[0] += count
            known[2] = max(known[2], last)
            known[4] = max(known[4], number + count - 1)

    def due(self, clock: int | None) -> pl.DataFrame:
        """Rows of the spans that are over at `clock`; of all where it is None. They are forgotten."""
        if clock is None:
            self._begin(1)  # no line said its time
        over = sorted(key for key in self._open if clock is None or key[0] < clock // SPAN)
        return self._frame([(key, self._open.pop(key)) for key in over], clock)

    def saved(self) -> list[list[int | str]]:
        """What is open, as JSON values."""
        return [[*key, *counts] for key, counts in sorted(self._open.items())]

    def restore(self, saved: Sequence[Sequence[int | str]]) -> None:
        """Takes up what `saved` gave."""
        self._open = {
            (int(span), str(log), str(counter)): [int(count) for count in counts]
            for span, log, counter, *counts in saved
        }

    def _frame(self, counted: Sequence[tuple[Key, Sequence[int]]], clock: int | None) -> pl.DataFrame:
        if not counted:
            return vocabulary().empty("capture")
        sensor, schema = self._origin.sensor, vocabulary().schema("capture")
        rows = [
            {
                "event.dataset": "capture", "@timestamp": first, "event.end": last, "ot.clock": clock or last,
                "event.id": text_id(sensor, "feed", log, counter, span), "observer.name": sensor,
                "observer.ingress.interface.name": log, "ot.segment": self._origin.segment, "ot.capture": log,
                "ot.packet.first": first_line, "ot.packet.last": last_line, "ot.drill": False,
                "ot.stage": "feed", "ot.counter": counter, "ot.count": count,
            }
            for (span, log, counter), (count, first, last, first_line, last_line) in counted
        ]  # fmt: skip
        return frame_of(rows, schema)


def frame_of(rows: Sequence[Mapping[str, object]], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Rows with all columns of a schema."""
    return pl.DataFrame([pl.Series(name, [row.get(name) for row in rows]).cast(kind) for name, kind in schema.items()])
