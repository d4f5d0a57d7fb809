"""Batch in, findings and occurrences out: context join, learners, rules, correlations, folding.

A part that fails is isolated, counted and named; the others go on. Results do not depend on how the input was split
into batches: roles, correlations and minutes advance on packet time only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from detection.baseline.entries import Baseline, Seen
from detection.context import Context
from detection.folding import Folding
from detection.learners import LEARNERS, Learner
from detection.occurrence import Occurrence
from detection.roles import Roles
from detection.sigma.correlate import Correlator
from detection.sigma.evaluate import Evaluator, Hits
from detection.sigma.load import RuleSet
from detection.site import Site
from sensors.capture import EventBatch
from sensors.fields import vocabulary

RULE_DATASETS = tuple(name for name, dataset in vocabulary().datasets.items() if dataset.stored)
JOINED = frozenset(RULE_DATASETS)


@dataclass(frozen=True)
class Detected:
    """What came of a batch: its events with context, the findings among them, and occurrences in order."""

    datasets: Mapping[str, pl.DataFrame]
    occurrences: tuple[Occurrence, ...]


class Detection:
    """The state of detection over one input.

    `site` and `known` (the baseline in force) may be None. With `learn`, `seen` becomes a baseline of this input;
    `failures` says what failed and how often.
    """

    def __init__(
        self, rules: RuleSet, *, site: Site | None, known: Baseline | None, sensor: str, learn: bool = False
    ) -> None:
        declared = site.declared() if site else frozenset()
        self.roles = Roles()
        self.seen = Seen(record=learn)
        self._context = Context(site, self.roles)
        self._learners: list[Learner] = [learner(known, self.seen, site) for learner in LEARNERS]
        self._evaluator = Evaluator(rules, declared)
        self._correlator = Correlator(rules, declared)
        self._folding = Folding(sensor)
        self._learner_failures: dict[str, tuple[int, str]] = {}

    def successor(self, rules: RuleSet, *, site: Site | None, known: Baseline | None) -> Detection:
        """A detection with other rules, site model and baseline that goes on where this one is, which is not used any
        more: roles, what learners saw, open minutes and half-finished correlations stay. A correlation that was changed
        begins anew. Between two batches nothing is lost and nothing told twice."""
        after = Detection(rules, site=site, known=known, sensor=self._folding.sensor)
        after.roles, after.seen = self.roles, self.seen
        after._context = Context(site, after.roles)
        after._learners = [learner(known, after.seen, site) for learner in LEARNERS]
        for learner, earlier in zip(after._learners, self._learners, strict=True):
            learner.take_over(earlier)
        after._correlator.restore(self._correlator.saved())
        after._folding.take_over(self._folding)
        return after

    @property
    def failures(self) -> dict[str, tuple[int, str]]:
        """Rules and learners that failed: how often, and what the last failure said."""
        rules = {**self._evaluator.failures, **self._correlator.failures}
        return {name: (failure.count, failure.last) for name, failure in rules.items()} | self._learner_failures

    def process(self, batch: EventBatch) -> Detected:
        """Takes one batch."""
        self.roles.observe(batch.datasets["transaction"], batch.datasets["cadence"])
        # What stays in memory has no zones to judge by; findings that come of it are joined by themselves.
        joined = self._context.join_all({n: f for n, f in batch.datasets.items() if n in RULE_DATASETS})
        datasets = {**batch.datasets, **joined}
        datasets["finding"] = self._learn(datasets)
        hits = [hit for name in RULE_DATASETS for hit in self._evaluator.evaluate(name, datasets[name])]
        occurrences = list(self._fold(hits))
        occurrences += self._advance(batch.clock)
        return Detected(datasets, tuple(occurrences))

    def finish(self) -> Detected:
        """Ends the input."""
        for learner in self._learners:
            learner.finish()
        occurrences = [*self._folding.take_correlations(self._correlator.finish()), *self._folding.finish()]
        return Detected({}, tuple(occurrences))

    def _learn(self, datasets: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        if self.seen.baseline is not None:  # what comes of a drill never becomes known
            datasets = {n: f.filter(~pl.col("ot.drill").fill_null(False)) for n, f in datasets.items()}
        frames = []
        for learner in self._learners:
            try:
                found = learner.observe({name: datasets[name] for name in learner.reads})
                frames.append(found if learner.reads <= JOINED else self._context.join(found).select(found.columns))
            except Exception as error:  # a broken learner must not stop the others; it is counted and named
                count, _ = self._learner_failures.get(learner.name, (0, ""))
                self._learner_failures[learner.name] = (count + 1, f"{type(error).__name__}: {error}")
        frames = [frame for frame in frames if len(frame)]
        return pl.concat(frames) if frames else vocabulary().empty("finding")

    def _fold(self, hits: Iterable[Hits]) -> Iterable[Occurrence]:
        chosen = list(hits)
        self._correlator.feed(chosen)
        for hit in chosen:
            yield from self._folding.take(hit)

    def _advance(self, clock: int) -> Iterable[Occurrence]:
        yield from self._folding.take_correlations(self._correlator.advance(clock))
        yield from self._folding.advance(clock)
