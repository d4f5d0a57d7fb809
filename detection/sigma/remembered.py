"""What a sliding correlation remembers: the newest event of each slot of each group, inside the span, up to a bound.

It lies in one frame. Only the last few rows stay as they came (`fresh`): to put a handful into a frame costs more than
all else that is done with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import polars as pl

from detection.sigma.correlated import ROW_SCHEMA, Event, Row

KEPT = ("key", "slot", "ts", "rule", "id", "capture", "first", "last")
KEPT_SCHEMA = {name: ROW_SCHEMA[name] for name in KEPT}
FEW_ROWS = 256
"""Up to so many rows, an exact look at all costs less than finding out who needs it (measured)."""
MOST_FRESH = 512
"""Rows that stay as they came."""
MAX_ROWS = 262_144

Known = tuple[str, str, Event]
"""A remembered event behind its group's key and its slot."""


class Remembered:
    """The events of one correlation, of each group at most `per_group`, in all `MAX_ROWS`.

    `dropped` counts those given up because it was `full`, and those of a group that was `crowded`, if order matters.
    """

    def __init__(self, span: int, per_group: int, is_ordered: bool) -> None:
        self._span, self._per_group, self._is_ordered = span, per_group, is_ordered
        self._kept = pl.DataFrame(schema=KEPT_SCHEMA)
        self._fresh: dict[str, list[Row]] = {}
        self._fresh_rows = self._fresh_latest = 0
        self.dropped: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._kept.height + self._fresh_rows

    def of(self, keys: Iterable[str]) -> dict[str, list[Known]]:
        """What is remembered of groups, by key; fresh rows among it may be older than a newer one of their slot."""
        found: dict[str, list[Known]] = {}
        wanted = list(keys)
        if self._kept.height:
            touched = self._kept.filter(pl.col("key").is_in(wanted))
            for known in known_of(touched):
                found.setdefault(known[0], []).append(known)
        for key in wanted:
            if rows := self._fresh.get(key):
                found.setdefault(key, []).extend((key, row.slot, row.event) for row in rows)
        return found

    def touched(self, rows: pl.DataFrame) -> pl.DataFrame:
        """What is remembered of the groups of rows, as a frame."""
        self._settle()
        return self._kept.join(rows.select("key").unique(), on="key", how="semi") if self._kept.height else self._kept

    def add_few(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """Takes new rows by key."""
        for key, some in rows.items():
            self._fresh.setdefault(key, []).extend(some)
            self._fresh_rows += len(some)
            self._fresh_latest = max(self._fresh_latest, *(row.ts for row in some))
        if self._fresh_rows > MOST_FRESH:
            self._settle()

    def add(self, rows: pl.DataFrame, touched: pl.DataFrame) -> None:
        """Takes new rows (of `KEPT`); `touched` is what was remembered of their groups."""
        keys = rows.select("key").unique()
        is_apart = touched.height < self._kept.height
        rest = self._kept.join(keys, on="key", how="anti") if is_apart else touched.clear()
        self._kept = self._bounded(pl.concat([rest, self._newest(pl.concat([touched, rows]))]))

    def forget(self, until: int) -> None:
        """Gives up what is not newer than `until` (ns), for nothing that comes can need it."""
        if self._kept.height and (self._kept["ts"] <= until).any():
            self._kept = self._kept.filter(pl.col("ts") > until)
        if self._fresh and self._fresh_latest <= until:
            self._forget_fresh()

    def given_up(self) -> Counter[str]:
        """`dropped`, when all bounds were kept."""
        self._settle()
        return self.dropped

    def saved(self) -> list[list[Any]]:
        """All events as JSON values, in the order of `KEPT`."""
        self._settle()
        return [list(row) for row in self._kept.iter_rows()]

    def restore(self, events: Sequence[Sequence[Any]]) -> None:
        """Takes up what `saved` gave."""
        self._kept = pl.DataFrame(events, schema=KEPT_SCHEMA, orient="row")

    def _forget_fresh(self) -> None:
        self._fresh = {}
        self._fresh_rows = self._fresh_latest = 0

    def _settle(self) -> None:
        """Puts the fresh rows into the frame, where bounds are kept."""
        if not self._fresh:
            return
        fresh = sorted((row for some in self._fresh.values() for row in some), key=attrgetter("order"))
        self._forget_fresh()
        rows = pl.DataFrame(fresh, schema=ROW_SCHEMA, orient="row").select(KEPT)
        self.add(rows, self.touched(rows))

    def _newest(self, rows: pl.DataFrame) -> pl.DataFrame:
        """What each group's window holds after `rows`: the newest of each slot, inside the span, up to the bound."""
        if rows.height > FEW_ROWS:
            # Ties are few: what is not of its slot's latest time need not be put in order.
            rows = rows.filter(pl.col("ts") == pl.col("ts").max().over("key", "slot"))
        newest = rows.sort("ts", "rule", "id").unique(subset=["key", "slot"], keep="last", maintain_order=True)
        newest = newest.filter(pl.col("ts") > pl.col("ts").max().over("key") - self._span)
        if newest.height <= self._per_group:
            return newest
        bounded = newest.filter(pl.int_range(pl.len()).reverse().over("key") < self._per_group)
        if self._is_ordered:
            self.dropped["crowded"] += newest.height - bounded.height
        return bounded

    def _bounded(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Keeps `MAX_ROWS`: whole groups go, those first that were heard of longest ago."""
        if rows.height <= MAX_ROWS:
            return rows
        groups = rows.group_by("key").agg(pl.len(), pl.col("ts").max()).sort("ts", "key", descending=True)
        fitting = groups.filter(pl.col("len").cum_sum() <= MAX_ROWS).select("key")
        kept = rows.join(fitting, on="key", how="semi")
        self.dropped["full"] += rows.height - kept.height
        return kept


def known_of(rows: pl.DataFrame) -> list[Known]:
    """Rows of a frame as remembered events."""
    return [(key, slot, (ts, rule, event, capture, first, last))
            for key, slot, ts, rule, event, capture, first, last in rows.select(KEPT).iter_rows()]  # fmt: skip
