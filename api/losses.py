"""What was lost on the way from the sensor to the store, as rows of `capture` (stage `spool`, unless told otherwise):
facts like all others, which make verdicts on their time inconclusive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from detection.occurrence import text_id
from response.ports import Segment
from sensors.fields import vocabulary

ROWS, OCCURRENCES = "rows", "occurrences"
COUNTERS = {ROWS: "spool_rows_lost", OCCURRENCES: "spool_occurrences_lost"}
"""What a segment holds, and the counter that tells of its loss."""


@dataclass(frozen=True)
class Loss:
    """What was lost between two times (packet time, ns): counts by counter. `key` tells apart what was lost in
    different ways in the same time."""

    since: int
    until: int
    counts: Mapping[str, int]
    key: str = ""


def counted(held: Mapping[str, int]) -> dict[str, int]:
    """What a segment held, by the counters of its loss, those that are not 0."""
    return {counter: held[name] for name, counter in COUNTERS.items() if held.get(name)}


def told(sensor: str, losses: Sequence[Loss], *, drill: bool = False, stage: str = "spool") -> pl.DataFrame | None:
    """Rows of `capture`; None when nothing was lost."""
    rows = [
        {
            "event.dataset": "capture", "@timestamp": loss.since, "event.end": loss.until, "ot.clock": loss.until,
            "event.id": text_id(stage, sensor, name, loss.since, loss.until, *filter(None, [loss.key])),
            "observer.name": sensor, "ot.stage": stage, "ot.counter": name, "ot.count": count, "ot.drill": drill,
        }
        for loss in losses
        for name, count in loss.counts.items()
        if count
    ]  # fmt: skip
    if not rows:
        return None
    schema = {name: kind for name, kind in vocabulary().schema("capture").items() if name in rows[0]}
    return pl.DataFrame([pl.Series(n, [row[n] for row in rows]).cast(kind) for n, kind in schema.items()])


def with_losses(segment: Segment, rows: pl.DataFrame | None) -> Segment:
    """The segment with these rows among those of its capture."""
    if rows is None:
        return segment
    known = segment.datasets.get("capture")
    capture = rows if known is None else pl.concat([known, rows], how="diagonal")
    return Segment(
        segment.id, segment.sensor, segment.first, segment.last, {**segment.datasets, "capture": capture},
        segment.occurrences, segment.counters, segment.drill, segment.about,
    )  # fmt: skip
