"""What a sensor that listens finds wrong with its mirror port: rows of `capture`, stage `mirror`, one for each finding
of the mirror doctor, weighed by the same `rules/mirror/judgement.yml`.

The counter is the severity and the code (`fault.one_direction`), the count 1; `looks` counts the looks themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

import polars as pl

from api.mirror_rules import judgement
from detection.occurrence import text_id
from sensors.capture import EventBatch
from sensors.doctor import Expected, examine
from sensors.fields import vocabulary
from sensors.mirror import MirrorFacts

STAGE, LOOKS = "mirror", "looks"


class Looking(Protocol):
    """What gives the facts of a look, once each."""

    def take_mirror(self) -> MirrorFacts | None: ...


def with_mirror(batches: Iterable[EventBatch], capture: Looking, sensor: str) -> Iterator[EventBatch]:
    """The batches, with rows of what each look at the mirror port found."""
    for batch in batches:
        facts = capture.take_mirror() if not batch.known else None
        yield _with(batch, rows_of(facts, sensor, batch.clock)) if facts is not None else batch


def _with(batch: EventBatch, rows: pl.DataFrame) -> EventBatch:
    whole = pl.concat([batch.datasets["capture"], rows], how="diagonal")
    return replace(batch, datasets={**batch.datasets, "capture": whole})


def rows_of(facts: MirrorFacts, sensor: str, clock: int) -> pl.DataFrame:
    """Rows of a look that ended at `clock` (packet time, ns)."""
    weights = judgement()
    found = weights.judge(examine(facts, Expected(), weights.limits)).findings
    codes = dict.fromkeys([LOOKS, *(f"{each.severity}.{each.finding.code}" for each in found)])
    begun = min(facts.span[0], clock) if facts.span is not None else clock
    rows = [
        {
            "event.dataset": "capture", "@timestamp": begun, "event.end": clock, "ot.clock": clock,
            "event.id": text_id(STAGE, sensor, code, begun, clock), "observer.name": sensor,
            "ot.stage": STAGE, "ot.counter": code, "ot.count": 1, "ot.drill": False,
        }
        for code in codes
    ]  # fmt: skip
    schema = {name: kind for name, kind in vocabulary().schema("capture").items() if name in rows[0]}
    return pl.DataFrame([pl.Series(name, [row[name] for row in rows]).cast(kind) for name, kind in schema.items()])
