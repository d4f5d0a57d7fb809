"""Batches and what detection made of them, gathered until they are worth a segment."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from detection.engine import Detected
from detection.occurrence import Occurrence
from sensors.capture import EventBatch
from sensors.fields import vocabulary


class Gathered:
    """What waits to be handed over: rows that are stored, occurrences, the clock and counters of the last batch."""

    def __init__(self) -> None:
        self._last: EventBatch | None = None
        self._begin()

    def _begin(self) -> None:
        self._frames: dict[str, list[pl.DataFrame]] = {}
        self._occurrences: list[Occurrence] = []
        self.since: int | None = None
        """Packet time (ns) of the first batch that waits; None when none does."""
        self.rows = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits that anybody would miss."""
        return self.rows == 0 and not self._occurrences

    @property
    def has_occurrences(self) -> bool:
        return bool(self._occurrences)

    def add(self, batch: EventBatch, detected: Detected) -> None:
        """Take one batch more."""
        self._last = batch
        if self.since is None:
            self.since = batch.clock
        stored = vocabulary().datasets
        for name, frame in detected.datasets.items():
            if len(frame) and stored[name].stored:
                self._frames.setdefault(name, []).append(frame)
                self.rows += len(frame)
        self._occurrences += detected.occurrences

    def add_occurrences(self, occurrences: tuple[Occurrence, ...]) -> None:
        """Take what the end of the input tells."""
        self._occurrences += occurrences

    def take(self) -> tuple[EventBatch, Detected] | None:
        """All of it as one batch with the last one's clock and counters; None before the first batch."""
        if self._last is None:
            return None
        datasets: Mapping[str, pl.DataFrame] = {name: pl.concat(parts) for name, parts in self._frames.items()}
        whole = self._last, Detected(datasets, tuple(self._occurrences))
        self._begin()
        return whole
