"""What a sensor counted in a time, in all and over time, from its rows of dataset `capture`. Bounded: there are so many
spans at most, whatever the store holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from response.ports import NO_DRILL, EventQuery, Store
from response.sensing.outlook import Points
from response.sensing.steps import DISK, LAGS, STEPS, is_level, is_loss, step_of
from response.times import SECOND

BY = ("ot.stage", "ot.counter", "observer.ingress.interface.name")
MOST_SPANS = 120
MINUTES = (5, 10, 15, 30, 60, 120, 240, 360, 720, 1440, 2880, 10_080)
STEP_CHOICES = tuple(minutes * 60 * SECOND for minutes in MINUTES)
"""Lengths of a span, ns: never shorter than the five minutes in which a sensor tells its counters."""
LONGEST = MOST_SPANS * STEP_CHOICES[-1]
FRAMES, BYTES, FILL, WAITED, DOWN = "frames", "bytes", "ring_fill_permille", "waited_ms", "link_down_ms"
SERIES = (FRAMES, BYTES, FILL, WAITED, DOWN, *(f"lost.{step}" for step in STEPS))
"""Names of what is told over time; lags (`lag_…`) and levels of the disk (`disk.…`) come with them where told."""


@dataclass(frozen=True)
class Total:
    """A counter over the whole time: its sum, or its highest level; `ratio` to the frames of the time, None without."""

    stage: str
    counter: str
    interface: str | None
    count: int
    ratio: float | None

    @property
    def step(self) -> str | None:
        """At which step it counts a loss."""
        return step_of(self.stage, self.counter)


@dataclass(frozen=True)
class Counted:
    """`starts` are the beginnings of spans (ns) of `step` ns. In each series a span of which the sensor told nothing is
    None. `whole` is False where there was more than could be looked at."""

    step: int
    starts: tuple[int, ...]
    series: Mapping[str, Sequence[int | None]]
    totals: tuple[Total, ...]
    whole: bool

    @property
    def frames(self) -> int:
        """Frames seen."""
        return sum(each.count for each in self.totals if (each.stage, each.counter) == ("link", FRAMES))

    @property
    def lost(self) -> int:
        """What detection did not have of what there was, as verdicts count it."""
        return sum(each.count for each in self.totals if is_loss(each.counter))

    def total(self, counter: str) -> int:
        """A counter by its name, over all stages and interfaces."""
        return sum(each.count for each in self.totals if each.counter == counter)

    def level(self, counter: str) -> Points:
        """What the sensor said of its disk, over time."""
        found = self.series.get(f"{DISK}.{counter}", ())
        return [(start, value) for start, value in zip(self.starts, found, strict=False) if value is not None]


def step_for(start: int, end: int) -> int:
    """The length of a span (ns) for a time: the shortest that makes few enough."""
    return next((step for step in STEP_CHOICES if (end - start) // step < MOST_SPANS), STEP_CHOICES[-1])


def counted(store: Store, sensor: str, start: int, end: int) -> Counted:
    """What a sensor counted from `start` to `end` (ns), without drills. Raises StoreError."""
    step = step_for(start, end)
    query = EventQuery("capture", start, end, {"observer.name": sensor, **NO_DRILL})
    found = store.sums_over_time(query, step, BY, "ot.count")
    starts = tuple(range(start // step * step, end, step))
    index = {begin: number for number, begin in enumerate(starts)}
    told: dict[str, dict[int, int]] = defaultdict(dict)
    totals: dict[tuple[str, str, str | None], int] = {}
    for each in found.sums:
        stage, counter, interface = (None if value is None else str(value) for value in each.values)
        if stage is None or counter is None:
            continue
        level, at = is_level(stage, counter), index[each.start]
        value, key = each.most if level else each.sum, (stage, counter, interface)
        totals[key] = max(totals.get(key, 0), value) if level else totals.get(key, 0) + value
        for name in _series(stage, counter):
            known = told[name].get(at, 0)
            told[name][at] = max(known, value) if level else known + value
    frames = sum(count for (stage, counter, _), count in totals.items() if (stage, counter) == ("link", FRAMES))
    return Counted(
        step,
        starts,
        {name: _aligned(name, told, len(starts)) for name in dict.fromkeys((*SERIES, *sorted(told)))},
        tuple(Total(*key, count, _ratio(key, count, frames)) for key, count in sorted(totals.items(), key=_order)),
        found.whole,
    )


def _series(stage: str, counter: str) -> list[str]:
    """The series that a counter belongs to."""
    if stage == DISK:
        return [f"{DISK}.{counter}"]
    names = [counter] if (stage, counter) == ("link", FRAMES) else []
    if stage == "reader" and counter in (BYTES, WAITED, DOWN, FILL):
        names.append(counter)
    if counter in LAGS:
        names.append(f"lag_{LAGS[counter]}")
    step = step_of(stage, counter)
    if step is not None and (is_loss(counter) or counter in ("gaps", "evidence_lost")):
        names.append(f"lost.{step}")
    return names


def _aligned(name: str, told: Mapping[str, Mapping[int, int]], length: int) -> list[int | None]:
    """A value for each span. What was not told while others were is 0, but for octets, levels of the disk and lags:
    there nothing is known."""
    values, frames = told.get(name, {}), told.get(FRAMES, {})
    zero = name in SERIES and name != BYTES
    return [values.get(at, 0 if zero and at in frames else None) for at in range(length)]


def _ratio(key: tuple[str, str, str | None], count: int, frames: int) -> float | None:
    is_of_frames = is_loss(key[1]) or key[1] in ("gaps", "evidence_lost")
    return count / frames if frames and is_of_frames else None


def _order(item: tuple[tuple[str, str, str | None], int]) -> tuple[str, str, str]:
    stage, counter, interface = item[0]
    return stage, counter, interface or ""
