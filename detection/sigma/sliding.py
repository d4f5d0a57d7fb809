"""Sliding windows for `gte` and `gt`: fires as soon as a group's window holds enough.

A group's window is (latest - timespan, latest] of `@timestamp`, `latest` being the group's greatest so far. It
remembers the newest event of each slot, which is all that counting distinct slots needs. When it holds enough, it
fires, and then rests for one timespan of packet time: while a condition lasts, it fires once a timespan.

Only groups that can reach the threshold go through the exact loop: two adjacent buckets of one timespan cover any
window, so that a group with too few slots in each such pair cannot fire. The rest stays where it is remembered. A
handful of rows is looked at as Python has it, with the same outcome: asking a frame costs more than the whole look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import attrgetter

import polars as pl

from detection.sigma.correlated import SECOND, Event, Firing, Row
from detection.sigma.model import Correlation
from detection.sigma.remembered import FEW_ROWS, KEPT, Known, Remembered, known_of
from detection.sigma.state import Text
from detection.sigma.window import OrderedWindow, Window

MIN_PER_GROUP = 1024
MAX_RESTING = 65_536
LATENESS = 16 * 60 * SECOND
"""How far a row's first packet may lie before the second in which the row came: a quarter of an hour's summary and a
bit. Later ones are counted and left out, so that old state can be forgotten without changing a result."""


class Sliding:
    """State of one correlation.

    Of each group it remembers the newest `per_group` events: enough to decide, so that only the reported count ends
    there. `given_up` counts events that were `late`, for which it was `full`, or `crowded` (ordered ones of one group),
    and groups whose `rest` was cut short.
    """

    def __init__(self, correlation: Correlation) -> None:
        self.correlation = correlation
        self.span = correlation.timespan
        self.needed = correlation.threshold + (correlation.operator == "gt")
        self.per_group = max(MIN_PER_GROUP, 2 * self.needed)
        self.is_ordered = correlation.type == "temporal_ordered"
        self.remembered = Remembered(self.span, self.per_group, self.is_ordered)
        self.fired: dict[str, int] = {}
        self._dropped: Counter[str] = Counter()

    def process_few(self, rows: Sequence[Row], frames: Sequence[pl.DataFrame]) -> list[Firing]:
        """`process`, of a handful of rows as Python has them."""
        timely: dict[str, list[Row]] = {}
        for row in rows:
            if row.ts < row.tick * SECOND - LATENESS:
                self._dropped["late"] += 1
            else:
                timely.setdefault(row.key, []).append(row)
        if not timely:
            return []
        known = self.remembered.of(timely)
        able = [key for key, some in timely.items() if self._may_fire(some, known.get(key, ()))]
        chosen = sorted((row for key in able for row in timely[key]), key=attrgetter("order"))
        firings = self._exact([each for key in able for each in known.get(key, ())], chosen, frames)
        self.remembered.add_few(timely)
        return firings

    def _may_fire(self, rows: Sequence[Row], known: Sequence[Known]) -> bool:
        """Whether a group has enough slots, or the rules that must come in order, wherever in time they lie."""
        if self.is_ordered:
            return {row.rule for row in rows}.union(event[1] for _, _, event in known) >= {*self.correlation.rules}
        return len({row.slot for row in rows}.union(slot for _, slot, _ in known)) >= self.needed

    def process(self, rows: pl.DataFrame, frames: Sequence[pl.DataFrame]) -> list[Firing]:
        """Firings that `rows` (of `ROW_SCHEMA`, sorted by `ORDER`, after all earlier ones) bring about.

        `frames` are those that the rows' `source` counts in.
        """
        timely = self._timely(rows)
        if timely.is_empty():
            return []
        news = timely.select(KEPT)
        touched = self.remembered.touched(news)
        both = pl.concat([touched, news])
        firings: list[Firing] = []
        if both.height >= self.needed:
            able = self._candidates(both) if both.height > FEW_ROWS else news.select("key").unique()
            known = touched.join(able, on="key", how="semi")
            chosen = timely.join(able, on="key", how="semi", maintain_order="left")
            firings = self._exact(known_of(known), [*map(Row._make, chosen.iter_rows())], frames)
        self.remembered.add(news, touched)
        return firings

    def _timely(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Without those that came too late."""
        late = rows["ts"] < rows["tick"] * SECOND - LATENESS
        if not late.any():
            return rows
        self._dropped["late"] += int(late.sum())
        return rows.filter(~late)

    def tick(self, tick: int) -> list[Firing]:
        """Gives up what no row that comes in second `tick` or later can still need. Time alone fires nothing here."""
        reach = tick * SECOND - LATENESS
        self.remembered.forget(reach - self.span)
        if not self.fired:
            return []
        resting = [(key, time) for key, time in self.fired.items() if time + self.span > reach]
        self._dropped["rest"] += max(0, len(resting) - MAX_RESTING)
        self.fired = dict(sorted(resting, key=lambda entry: entry[1])[-MAX_RESTING:])
        return []

    def given_up(self) -> Counter[str]:
        """What the bounds on state made it give up."""
        return self._dropped + self.remembered.given_up()

    def saved(self) -> Text:
        """The state as JSON values: the remembered events in the order of `KEPT`, and when groups fired last."""
        return {"kept": self.remembered.saved(), "fired": dict(self.fired)}

    def restore(self, state: Text) -> None:
        """Takes up a state that `saved` gave."""
        self.remembered.restore(state["kept"])
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

    def _exact(self, known: Sequence[Known], chosen: Sequence[Row], frames: Sequence[pl.DataFrame]) -> list[Firing]:
        """Firings of the groups of `chosen`, of which the events `known` are remembered."""
        slots = [*(slot for _, slot, _ in known), *(row.slot for row in chosen)]
        events = [*(event for _, _, event in known), *(row.event for row in chosen)]
        groups: dict[str, list[int]] = {}
        for place, key in enumerate([*(key for key, _, _ in known), *(row.key for row in chosen)]):
            groups.setdefault(key, []).append(place)
        met: list[tuple[int, tuple[Event, ...]]] = []
        for key, places in groups.items():
            met += self._met(key, places, len(known), slots, events)
        met.sort()
        completing = [(chosen[place - len(known)], found) for place, found in met]
        return [
            Firing(row.tick, row.event, frames[row.source], row.row, found, self._count(found))
            for row, found in completing
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
