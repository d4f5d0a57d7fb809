"""Windows for `lt`, `lte` and `eq`: decided when a group's window has ended, for only then few events are known as few.

A window begins with a group's first event and lasts one timespan; the next event after it begins another. A window that
has not ended when the input does is not judged.
"""

from __future__ import annotations

import heapq
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

import polars as pl

from detection.sigma.correlated import SECOND, Event, Firing, Row
from detection.sigma.model import Correlation
from detection.sigma.sliding import LATENESS, MIN_PER_GROUP
from detection.sigma.state import Text, rows_as_text, rows_of_text
from detection.sigma.window import event_order

MAX_GROUPS = 4096
JUDGEMENTS: dict[str, Callable[[int, int], bool]] = {"lt": operator.lt, "lte": operator.le, "eq": operator.eq}


class _Open:
    """A window that has not ended: its slots, its last event, and the full row of that."""

    def __init__(self, deadline: int, tick: int) -> None:
        self.deadline = deadline
        self.closes = max(-(-deadline // SECOND), tick + 1)
        """The first second that begins after the window's end, and after the second its first event came in."""
        self.slots: dict[str, Event] = {}
        self.event: Event | None = None
        self.rows = pl.DataFrame()

    def saved(self) -> Text:
        """The window as JSON values."""
        slots = {slot: list(event) for slot, event in self.slots.items()}
        last = list(self.event) if self.event else None
        return {"deadline": self.deadline, "closes": self.closes, "slots": slots, "last": last,
                "row": rows_as_text(self.rows)}  # fmt: skip


def _restored(state: Text) -> _Open:
    window = _Open(state["deadline"], 0)
    window.closes = state["closes"]
    window.slots = {slot: _event(event) for slot, event in state["slots"].items()}
    window.event = _event(state["last"]) if state["last"] else None
    window.rows = rows_of_text(state["row"])
    return window


def _event(values: Sequence[Any]) -> Event:
    ts, rule, id_, capture, first, last = values
    return ts, rule, id_, capture, first, last


class Closing:
    """State of one correlation. At most `MAX_GROUPS` windows are open; `dropped` counts those given up as `full`, and
    events that came `late`, as in `Sliding`."""

    def __init__(self, correlation: Correlation) -> None:
        self.correlation = correlation
        self.most = max(MIN_PER_GROUP, correlation.threshold + 1)
        self.open: dict[str, _Open] = {}
        self.dropped: Counter[str] = Counter()
        self._closings: list[tuple[int, str]] = []

    def process(self, rows: pl.DataFrame, frames: Sequence[pl.DataFrame]) -> list[Firing]:
        """Firings of windows that end before or at `rows`; see `Sliding.process`."""
        return self.process_few(map(Row._make, rows.iter_rows()), frames)

    def process_few(self, rows: Iterable[Row], frames: Sequence[pl.DataFrame]) -> list[Firing]:
        """The same of rows as Python has them."""
        firings: list[Firing] = []
        places: dict[str, tuple[int, int]] = {}
        for tick, ts, rule, id_, capture, first, last, key, slot, source, row in rows:
            firings += self.tick(tick)
            if ts < tick * SECOND - LATENESS:
                self.dropped["late"] += 1
                continue
            if key in self.open and ts >= self.open[key].deadline:
                firings += self._close(key, tick)
            window = self.open[key] if key in self.open else self._begin(key, ts, tick)
            self._add(window, slot, (ts, rule, id_, capture, first, last))
            window.rows = frames[source].slice(row, 1)
            places[key] = source, row
        self._let_go(places, frames)
        return firings

    def _let_go(self, places: Mapping[str, tuple[int, int]], frames: Sequence[pl.DataFrame]) -> None:
        """Copies the rows of windows that stay open: a slice, and what Polars picks out, holds the whole column."""
        for source, frame in enumerate(frames):
            kept = [(key, row) for key, (of, row) in places.items() if of == source and key in self.open]
            if not kept:
                continue
            copied = pl.DataFrame.deserialize(BytesIO(frame[[row for _, row in kept]].serialize()))
            for place, (key, _) in enumerate(kept):
                self.open[key].rows = copied.slice(place, 1)

    def tick(self, tick: int) -> list[Firing]:
        """Firings of windows that have ended when second `tick` begins."""
        firings: list[Firing] = []
        while self._closings and self._closings[0][0] <= tick:
            due, key = heapq.heappop(self._closings)
            if key in self.open and self.open[key].closes == due:
                firings += self._close(key, due)
        return firings

    def given_up(self) -> Counter[str]:
        """What the bounds on state made it give up."""
        return +self.dropped

    def saved(self) -> Text:
        """The state as JSON values: the windows that have not ended, in the order in which they began."""
        return {"open": {key: window.saved() for key, window in self.open.items()}}

    def restore(self, state: Text) -> None:
        """Takes up a state that `saved` gave."""
        self.open = {key: _restored(window) for key, window in state["open"].items()}
        self._closings = sorted((window.closes, key) for key, window in self.open.items())

    def _begin(self, key: str, start: int, tick: int) -> _Open:
        if len(self.open) >= MAX_GROUPS:
            del self.open[next(iter(self.open))]
            self.dropped["full"] += 1
        window = self.open[key] = _Open(start + self.correlation.timespan, tick)
        heapq.heappush(self._closings, (window.closes, key))
        return window

    def _add(self, window: _Open, slot: str, event: Event) -> None:
        window.event = event
        if slot in window.slots or len(window.slots) < self.most:
            window.slots[slot] = max(event, window.slots.get(slot, event), key=event_order)

    def _close(self, key: str, tick: int) -> list[Firing]:
        window = self.open.pop(key)
        count = len(window.slots)
        if window.event is None or not JUDGEMENTS[self.correlation.operator](count, self.correlation.threshold):
            return []
        # The hit comes now, not when its last event came: who reads `ot.clock` must not see time run backwards.
        clock = pl.lit(tick * SECOND).cast(window.rows.schema["ot.clock"]).alias("ot.clock")
        events = tuple(sorted(window.slots.values(), key=event_order))
        return [Firing(tick, window.event, window.rows.with_columns(clock), 0, events, count)]
