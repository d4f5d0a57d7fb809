"""What a live sensor says of itself: its versions, and every five minutes of packet time how much lies on its disk, as
rows of `capture`, stage `disk`: levels in bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path

import polars as pl

from detection.occurrence import text_id
from sensors.capture import EventBatch
from sensors.fields import vocabulary

EVERY = 300 * 1_000_000_000
STAGE = "disk"


def versions() -> dict[str, str]:
    """The software that runs here."""
    return {"software": metadata.version("bittern")}


@dataclass
class Surroundings:
    """The disk of a sensor. `spool_bytes` and `packets_bytes` ask how much lies there (None: not known), of at most
    `spool_most` bytes; what is free is that of the disk of `spool`."""

    sensor: str
    spool: Path
    spool_most: int
    spool_bytes: Callable[[], int | None]
    packets_bytes: Callable[[], int | None]
    about: Mapping[str, str] = field(default_factory=versions)
    _told: int | None = field(default=None, init=False)

    def with_rows(self, batch: EventBatch) -> EventBatch:
        """The batch, with rows of the disk among those of its capture where they are due."""
        if batch.known or (self._told is not None and 0 <= batch.clock - self._told < EVERY):
            return batch
        rows = self._rows(self._told if self._told is not None and self._told < batch.clock else batch.clock, batch)
        self._told = batch.clock
        return replace(batch, datasets={**batch.datasets, "capture": pl.concat([batch.datasets["capture"], rows])})

    def _rows(self, since: int, batch: EventBatch) -> pl.DataFrame:
        levels = {name: value for name, value in self._levels().items() if value is not None}
        told = [
            {
                "event.dataset": "capture", "@timestamp": since, "event.end": batch.clock, "ot.clock": batch.clock,
                "event.id": text_id(STAGE, self.sensor, name, batch.clock), "observer.name": self.sensor,
                "ot.stage": STAGE, "ot.counter": name, "ot.count": value, "ot.drill": False,
            }
            for name, value in levels.items()
        ]  # fmt: skip
        schema = vocabulary().schema("capture")
        return pl.DataFrame(
            [pl.Series(name, [row.get(name) for row in told]).cast(kind) for name, kind in schema.items()]
        )

    def _levels(self) -> dict[str, int | None]:
        found: dict[str, int | None] = {"spool_bytes": self.spool_bytes(), "packets_bytes": self.packets_bytes()}
        try:
            disk = os.statvfs(self.spool)
        except OSError:  # a disk that is away is told by the spool, which cannot write to it
            return found
        free, size = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
        return {**found, "spool_most_bytes": self.spool_most, "free_bytes": free, "size_bytes": size}
