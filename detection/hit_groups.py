"""Hits of one rule by minute of packet time and dedup key: what is folded into one occurrence.

Most batches hold few hits of a rule, and then nearly all of the cost is that of asking Polars at all: their rows are
taken out at once and grouped here. Of many hits only those rows are taken out that an occurrence tells of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any

import polars as pl

from detection.judgement import Judgement
from detection.occurrence import EVENTS_PER_OCCURRENCE, MINUTE, Packets
from detection.sigma.evaluate import Hits

FEW_HITS = 256
"""Up to so many, taking out every row costs less than grouping them in Polars (measured)."""
EPOCH = pl.col("@timestamp").dt.epoch("ns")
Shown = tuple[str, Packets | None]
"""An event's id, and where its packets are, if it has any."""


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one minute (its begin, ns) and one key, in order: their times (ns), what `Judgement.occurrence` needs of
    the first one's row, and the first `EVENTS_PER_OCCURRENCE` + 1 of them as an occurrence shows them."""

    minute: int
    key: tuple[str, ...]
    times: Sequence[int]
    first: Mapping[str, Any]
    shown: Sequence[Shown]


def grouped(judged: Judgement, hits: Hits) -> list[Group]:
    """The groups of hits that are in the order in which the core emitted their rows, by their first one."""
    if len(hits.places) <= FEW_HITS and judged.has_plain_key(hits.frame):
        return _few(judged, hits)
    return _many(judged, hits.rows)


def _few(judged: Judgement, hits: Hits) -> list[Group]:
    found: dict[tuple[int, tuple[str, ...]], list[dict[str, Any]]] = {}
    for values in judged.values(hits.frame, hits.places):
        found.setdefault((values["ot.clock"] // MINUTE * MINUTE, judged.key(values)), []).append(values)
    return [Group(minute, key, [row["@timestamp"] for row in rows], rows[0], _all_shown(rows))
            for (minute, key), rows in found.items()]  # fmt: skip


def _all_shown(rows: Sequence[Mapping[str, Any]]) -> list[Shown]:
    return [_shown(row) for row in rows[: EVENTS_PER_OCCURRENCE + 1]]


def _shown(row: Mapping[str, Any]) -> Shown:
    first, last = row["ot.packet.first"], row["ot.packet.last"]
    return row["event.id"], Packets(intern(row["ot.capture"] or ""), first, last or first) if first else None


def _many(judged: Judgement, rows: pl.DataFrame) -> list[Group]:
    keyed = rows.select(
        (pl.col("ot.clock").dt.epoch("ns") // MINUTE * MINUTE).alias("minute"), *judged.dedup_columns(rows), ts=EPOCH
    ).with_row_index("place")
    groups = keyed.group_by("minute", *judged.key_names, maintain_order=True).agg("place", "ts").rows()
    # Whatever is needed of single rows is taken out at once: most of the cost is per call, not per row.
    firsts = judged.values(rows, [places[0] for *_, places, _ in groups])
    few = [places[: EVENTS_PER_OCCURRENCE + 1] for *_, places, _ in groups]
    told = rows[["event.id", "ot.capture", "ot.packet.first", "ot.packet.last"]][[p for places in few for p in places]]
    shown = map(_shown, told.iter_rows(named=True))
    return [
        Group(minute, tuple(key), times, first, [next(shown) for _ in places])
        for (minute, *key, _, times), first, places in zip(groups, firsts, few, strict=True)
    ]
