"""Correlations over the hits of rules, in packet time: any split of the hits into batches gives the same results.

Hits wait until their second of `ot.clock` is over, then are taken in the order of that second, `@timestamp`, rule name
and event id. Groups come from `group-by`, where null is a value like any other; windows slide over `@timestamp`. When a
correlation may fire and how often: `sliding` (gte, gt) and `closing` (lt, lte, eq). Only the bounds on state, whose
every loss is counted, depend on how the input was cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter

import polars as pl

from detection.sigma.closing import Closing
from detection.sigma.correlated import ORDER, ROW_SCHEMA, SECOND, CorrelationHit, Firing, make_hit, rows_of
from detection.sigma.evaluate import BROKEN, Failures, Hits, is_enabled, lacking
from detection.sigma.few_rows import Source, few, few_rows
from detection.sigma.load import RuleSet
from detection.sigma.model import Correlation
from detection.sigma.sliding import Sliding
from detection.sigma.state import Text, mark, rows_as_text, rows_of_text

Ready = dict[str, list[pl.DataFrame]]
"""Hits whose second is over, by rule name."""


class Correlator:
    """The correlations of a RuleSet with their state. `declared` and `switches` as for `Evaluator`.

    `failures` names correlations that failed; `dropped()` says what the bounds on state made it give up.
    """

    def __init__(
        self, ruleset: RuleSet, declared: frozenset[str] = frozenset(), switches: Mapping[str, bool] | None = None
    ) -> None:
        self.failures = Failures()
        self._correlations = [each for each in ruleset.correlations if is_enabled(each, switches or {})]
        self._states = {each.name: _state(each) for each in self._correlations}
        self._lacking = {each.name: lacking(each, declared) for each in self._correlations}
        self._wanted = {name for each in self._correlations for name in each.rules}
        self._waiting: Ready = {}
        self._tick = -1

    def feed(self, hits: Sequence[Hits]) -> None:
        """Takes the hits of one evaluation; those of rules that no correlation uses are passed over."""
        for hit in hits:
            if hit.rule.name in self._wanted:
                self._waiting.setdefault(hit.rule.name, []).append(hit.rows)

    def advance(self, clock: int) -> list[CorrelationHit]:
        """Hits of the correlations up to `clock` (ns since the epoch, never less than before): every hit of a second of
        `ot.clock` that is over must have been fed. In the order of time, then name."""
        tick = clock // SECOND
        if tick == self._tick:  # no second ended, so nothing that waits is over: a live sensor asks many times in one
            return []
        self._tick = tick
        return self._process(tick)

    def finish(self) -> list[CorrelationHit]:
        """The rest, when no more hits will come. A window for lt, lte or eq that has not ended is not judged."""
        clocks = [frame["ot.clock"].dt.epoch("ns").max() for frames in self._waiting.values() for frame in frames]
        last = max((clock for clock in clocks if isinstance(clock, int)), default=None)
        return self._process(last // SECOND + 1) if last is not None else []

    def saved(self) -> Text:
        """All state as JSON values: hits whose second is not over, and what each correlation remembers."""
        waiting = {name: [rows_as_text(f) for f in frames] for name, frames in self._waiting.items() if frames}
        states = {each.name: {"mark": mark(each), **self._states[each.name].saved()} for each in self._correlations}
        return {"waiting": waiting, "correlations": states}

    def restore(self, state: Text) -> tuple[str, ...]:
        """Takes up a state that `saved` gave, before anything was fed. Names the correlations of it that are gone or
        were changed since: those begin anew."""
        waiting = {name: frames for name, frames in state["waiting"].items() if name in self._wanted}
        self._waiting = {name: [rows_of_text(rows) for rows in frames] for name, frames in waiting.items()}
        marks = {each.name: mark(each) for each in self._correlations}
        anew = [name for name, saved in state["correlations"].items() if saved["mark"] != marks.get(name)]
        for name, saved in state["correlations"].items():
            if name not in anew:
                self._states[name].restore(saved)
        return tuple(sorted(anew))

    def dropped(self) -> dict[str, Counter[str]]:
        """By correlation, what was given up: late, full, crowded or rest (see `Sliding`, `Closing`)."""
        dropped = {name: state.given_up() for name, state in self._states.items()}
        return {name: counts for name, counts in dropped.items() if counts}

    def _process(self, tick: int) -> list[CorrelationHit]:
        ready = self._take(tick)
        found: list[tuple[tuple[int, int, str, str], CorrelationHit]] = []
        for correlation in self._correlations:
            name = correlation.name
            try:
                firings = self._run(correlation, ready, tick)
            except BROKEN as error:
                self.failures.note(name, error)
                continue
            if name in self._wanted and firings:
                ready[name] = _stacked(firings)
            for firing in firings:
                order = (firing.tick, firing.event[0], name, firing.event[2])
                found.append((order, make_hit(correlation, firing, self._lacking[name])))
        return [hit for _, hit in sorted(found, key=lambda entry: entry[0])]

    def _run(self, correlation: Correlation, ready: Ready, tick: int) -> list[Firing]:
        state = self._states[correlation.name]
        sources = [(rule, frame) for rule in correlation.rules for frame in ready.get(rule, ())]
        firings = _taken_in(correlation, state, sources) if sources else []
        return firings + state.tick(tick - 1)

    def _take(self, tick: int) -> Ready:
        """Takes the hits of seconds before `tick` out of those that wait."""
        ready: Ready = {}
        for name, frames in self._waiting.items():
            ready[name], self._waiting[name] = [], []
            for frame in frames:
                # Nearly always a frame is over as a whole: its rows are not copied for nothing.
                is_over = frame["ot.clock"].cast(pl.Int64) < tick * SECOND
                if is_over.all():
                    ready[name].append(frame)
                elif not is_over.any():
                    self._waiting[name].append(frame)
                else:
                    ready[name].append(frame.filter(is_over))
                    self._waiting[name].append(frame.filter(~is_over))
        return ready


def _taken_in(correlation: Correlation, state: Sliding | Closing, sources: Sequence[Source]) -> list[Firing]:
    """What hits bring about."""
    frames = [frame for _, frame in sources]
    if few(correlation, sources):
        rows = sorted(few_rows(correlation, sources), key=attrgetter("order"))
        return state.process_few(rows, frames)
    narrow = [rows_of(correlation, rule, frame, number) for number, (rule, frame) in enumerate(sources)]
    return state.process(pl.concat(narrow).select(*ROW_SCHEMA).sort(ORDER), frames)


def _state(correlation: Correlation) -> Sliding | Closing:
    return Sliding(correlation) if correlation.operator in ("gte", "gt") else Closing(correlation)


def _stacked(firings: Sequence[Firing]) -> list[pl.DataFrame]:
    """The completing rows, for the correlations that stand on this one."""
    by_frame: dict[int, tuple[pl.DataFrame, list[int]]] = {}
    for firing in firings:
        by_frame.setdefault(id(firing.frame), (firing.frame, []))[1].append(firing.place)
    return [frame[places] for frame, places in by_frame.values()]
