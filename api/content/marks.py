"""Which content judged: counters of every segment, and rows of `capture` (stage `content`) that stay with events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from api.output.documents import Json
from detection.occurrence import text_id
from sensors.capture import EventBatch
from sensors.fields import vocabulary

STAGE, VERSION, REFUSED = "content", "content_version", "content_refused"
IN_FORCE, NOT_TAKEN = "content.version", "content.refused."
"""Counters: the version in force; with its code behind, why which version was not taken."""


def marked(
    batch: EventBatch, sensor: str, version: int | None, refused: tuple[int, str] | None, *, with_rows: bool
) -> EventBatch:
    """The batch with the version in force (None: no content) and the last one refused, with the code of why, among its
    counters; `with_rows` as rows too."""
    counters, counts = dict(batch.counters), {}
    if version is not None:
        counters[IN_FORCE] = counts[VERSION] = version
    if refused is not None:
        counters[NOT_TAKEN + refused[1]] = counts[REFUSED] = refused[0]
    datasets = batch.datasets
    if with_rows and counts:
        whole = pl.concat([datasets["capture"], _rows(sensor, batch.clock, counts)], how="diagonal")
        datasets = {**datasets, "capture": whole}
    return replace(batch, counters=counters, datasets=datasets)


def content_of(counters: Mapping[str, int]) -> dict[str, Json] | None:
    """What the counters of a sensor say of its content; None for a sensor without."""
    refused = {name.removeprefix(NOT_TAKEN): count for name, count in counters.items() if name.startswith(NOT_TAKEN)}
    if IN_FORCE not in counters and not refused:
        return None
    why, number = next(iter(refused.items()), (None, None))
    return {"version": counters.get(IN_FORCE), "refused": number, "why": why}


def _rows(sensor: str, clock: int, counts: Mapping[str, int]) -> pl.DataFrame:
    rows = [
        {
            "event.dataset": "capture", "@timestamp": clock, "event.end": clock, "ot.clock": clock,
            "event.id": text_id("content", sensor, counter, count, clock),
            "observer.name": sensor, "ot.stage": STAGE, "ot.counter": counter, "ot.count": count, "ot.drill": False,
        }
        for counter, count in counts.items()
    ]  # fmt: skip
    schema = {name: kind for name, kind in vocabulary().schema("capture").items() if name in rows[0]}
    return pl.DataFrame([pl.Series(n, [row[n] for row in rows]).cast(kind) for n, kind in schema.items()])
