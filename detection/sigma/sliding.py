"""Sliding windows for `gte` and `gt`: fires as soon as a group's window holds enough.

A group's window is (latest - timespan, latest] of `@timestamp`, `latest` being the group's greatest so far. It
remembers the newest event of each slot, which is all that counting distinct slots needs. When it holds enough, it
fires, and then rests for one timespan of packet time: while a condition lasts, it fires once a timespan.

Only groups that can reach the threshold go through the exact loop: two adjacent buckets of one timespan cover any
window, so that a group with too few slots in each such pair cannot fire. The rest stays in one frame.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import polars as pl

from detection.sigma.correlated import ROW_SCHEMA, SECOND, Event, Firing
from detection.sigma.model import Correlation
from detection.sigma.state import Text
from detection.sigma.window import OrderedWindow, Window

KEPT = ("key", "slot", "ts", "rule", "id", "capture", "first", "last")
EVENT = ("ts", "rule", "id", "capture", "first", "last")
NONE_KEPT = pl.DataFrame(schema={name: ROW_SCHEMA[name] for name in KEPT})
FEW_ROWS = 256
"""Up to so many rows, the exact loop costs less than finding out who needs it (measured)."""

MIN_PER_GROUP = 1024
MAX_ROWS = 262_144
MAX_RESTING = 65_536
LATENESS = 16 * 60 * SECOND
"""How far a row's first packet may lie before the second in which the row came: a quarter of an hour's summary and a
bit. Later ones are counted and left out, so that old state can be forgotten without changing a result."""


class Sliding:
    """State of one correlation.

    At most `MAX_ROWS` events are remembered, and per group the newest `per_group`: enough to decide, so that only the
    reported count ends there. `dropped` counts what was given up: events that were `late`, for which it was `full`, or
    `crowded` (ordered ones of one group), and groups whose `rest` was cut short.
    """

    def __init__(self, correlation: Correlation) -> None:
        self.correlation = correlation
        self.span = correlation.timespan
        self.needed = correlation.threshold + (correlation.operator == "gt")
        self.per_group = max(MIN_PER_GROUP, 2 * self.needed)
        self.is_ordered = correlation.type == "temporal_ordered"
        self.kept = NONE_KEPT
        self.fired: dict[str, int] = {}
        self.dropped: Counter[str] = Counter()

    def process(self, rows: pl.DataFrame, frames: Sequence[pl.DataFrame]) -> list[Firing]:
        """Firings that `rows` (of `ROW_SCHEMA`, sorted by tick, ts, rule, id, after all earlier ones) bring about.

        `frames` are those that the rows' `source` counts in.
        """
        timely = self._timely(rows)
        if timely.is_empty():
            return []
        keys = timely.select("key").unique()
        touched = self.kept.join(keys, on="key", how="semi") if self.kept.height else self.kept
        both = pl.concat([touched, timely.select(KEPT)])
        if both.height < self.needed:
            firings = []
        elif both.height <= FEW_ROWS:
            firings = self._exact(touched, timely, frames)
        else:
            able = self._candidates(both)
            known = touched.join(able, on="key", how="semi")
            firings = self._exact(known, timely.join(able, on="key", how="semi", maintain_order="left"), frames)
        rest = self.kept.join(keys, on="key", how="anti") if touched.height < self.kept.height else touched.clear()
        self.kept = self._bounded(pl.concat([rest, self._newest(both)]))
        return firings

    def _timely(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Without those that came too late."""
        late = rows["ts"] < rows["tick"] * SECOND - LATENESS
        if not late.any():
            return rows
        self.dropped["late"] += int(late.sum())
        return rows.filter(~late)

    def tick(self, tick: int) -> list[Firing]:
        """Gives up what no row that comes in second `tick` or later can still need. Time alone fires nothing here."""
        reach = tick * SECOND - LATENESS
        if self.kept.height and (self.kept["ts"] <= reach - self.span).any():
            self.kept = self.kept.filter(pl.col("ts") > reach - self.span)
        if not self.fired:
            return []
        resting = [(key, time) for key, time in self.fired.items() if time + self.span > reach]
        self.dropped["rest"] += max(0, len(resting) - MAX_RESTING)
        self.fired = dict(sorted(resting, key=lambda entry: entry[1])[-MAX_RESTING:])
        return []

    def saved(self) -> Text:
        """The state as JSON values: the remembered events in the order of `KEPT`, and when groups fired last."""
        return {"kept": [list(row) for row in self.kept.iter_rows()], "fired": dict(self.fired)}

    def restore(self, state: Text) -> None:
        """Takes up a state that `saved` gave."""
        schema = {name: ROW_SCHEMA[name] for name in KEPT}
        self.kept = pl.DataFrame(state["kept"], schema=schema, orient="row")
        self.fired = dict(state["fired"])

    def _candidates(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Keys that may fire: enough different slots in two adjacent buckets, and not at rest throughout."""
        mark = "rule" if self.is_ordered else "slot"
        marks = rows.select("key", mark, (pl.col("ts") // self.span).alias("bucket")).unique()
        if self.correlation.type == "temporal":
            # The same rule in both buckets counts once: without that, every key that one rule keeps hitting would do.
            marks = pl.concat([marks, marks.with_columns(pl.col("bucket") + 1)]).unique()
        counts = marks.group_by("key", "bucket").len()
        enough = pl.col("len") >= self.needed
        if self.correlation.type != "temporal":
            before = counts.with_columns(pl.col("bucket") + 1)
            counts = counts.join(before, on=["key", "bucket"], how="left", suffix="_before")
            enough = pl.col("len") + pl.col("len_before").fill_null(0) >= self.needed
        keys = counts.filter(enough).select("key").unique()
        if not self.fired or keys.is_empty():
            return keys
        latest = rows.join(keys, on="key", how="semi").group_by("key").agg(pl.col("ts").max())
        awake = [key for key, time in latest.iter_rows() if not self._rests(key, time)]
        return pl.DataFrame({"key": awake}, schema={"key": pl.String})

    def _rests(self, key: str, latest: int) -> bool:
        return key in self.fired and latest < self.fired[key] + self.span

    def _exact(self, known: pl.DataFrame, chosen: pl.DataFrame, frames: Sequence[pl.DataFrame]) -> list[Firing]:
        """Firings of the groups of `chosen`, of which the events `known` are remembered."""
        if chosen.is_empty():
            return []
        slots = known["slot"].to_list() + chosen["slot"].to_list()
        events: list[Event] = [*known.select(EVENT).iter_rows(), *chosen.select(EVENT).iter_rows()]
        groups: dict[str, list[int]] = {}
        for place, key in enumerate(known["key"].to_list() + chosen["key"].to_list()):
            groups.setdefault(key, []).append(place)
        met: list[tuple[int, tuple[Event, ...]]] = []
        for key, places in groups.items():
            met += self._met(key, places, known.height, slots, events)
        met.sort()
        rows = chosen[[place - known.height for place, _ in met]].select("tick", "source", "row").iter_rows()
        return [
            Firing(tick, events[place], frames[source], row, found, self._count(found))
            for (place, found), (tick, source, row) in zip(met, rows, strict=True)
        ]

    def _met(
        self, key: str, places: Sequence[int], begin: int, slots: Sequence[str], events: Sequence[Event]
    ) -> Iterator[tuple[int, tuple[Event, ...]]]:
        """Where a group fires, from place `begin` on, and with which events; `places` are those of its events in order.

        While it rests no window is kept: it is filled anew when it wakes, with what is not older than the window.
        """
        window: Window | None = None
        latest = 0
        for count, place in enumerate(places, 1):
            event = events[place]
            latest = max(latest, event[0])
            if place < begin:
                continue
            if self._rests(key, latest):
                window = None
                continue
            if window is None:
                window = self._window()
                window.fill(latest, ((slots[each], events[each]) for each in places[:count]))
            else:
                window.add(slots[place], event)
            if window.is_met(event):
                self.fired[key] = latest
                yield place, window.newest(self.per_group)

    def _window(self) -> Window:
        return OrderedWindow(self.span, self.correlation.rules) if self.is_ordered else Window(self.span, self.needed)

    def _count(self, events: tuple[Event, ...]) -> int:
        return len({event[1] for event in events}) if self.is_ordered else len(events)

    def _newest(self, rows: pl.DataFrame) -> pl.DataFrame:
        """What each group's window holds after `rows`: the newest of each slot, inside the span, up to the bound."""
        if rows.height > FEW_ROWS:
            # Ties are few: what is not of its slot's latest time need not be put in order.
            rows = rows.filter(pl.col("ts") == pl.col("ts").max().over("key", "slot"))
        newest = rows.sort("ts", "rule", "id").unique(subset=["key", "slot"], keep="last", maintain_order=True)
        newest = newest.filter(pl.col("ts") > pl.col("ts").max().over("key") - self.span)
        if newest.height <= self.per_group:
            return newest
        bounded = newest.filter(pl.int_range(pl.len()).reverse().over("key") < self.per_group)
        if self.is_ordered:
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
