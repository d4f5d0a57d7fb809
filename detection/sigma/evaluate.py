"""Runs all rules of a dataset over a frame in one pass. A failing rule is counted and named; the others go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from detection.sigma.compile import Compiled
from detection.sigma.derived import add_derived
from detection.sigma.load import RuleSet
from detection.sigma.model import Correlation, Head, Rule
from detection.sigma.required import Words
from sensors.frames import FEW_ROWS, selected, words_in

BROKEN = (Exception, pl.exceptions.PanicException)
"""What a failing expression may raise; Polars' panics are no Exception."""


Found = tuple[Rule, list[int]]
"""A rule, and the places of the rows that it matched."""


@dataclass(frozen=True, eq=False)
class Hits:
    """Rows of `frame` that a rule matched: at least one, by their places in it, in the frame's order.

    `lacking` is what the rule needs and the site has not declared: it then counts as class policy.
    """

    rule: Rule | Correlation
    frame: pl.DataFrame
    places: list[int]
    lacking: tuple[str, ...] = ()

    @cached_property
    def rows(self) -> pl.DataFrame:
        """The rows with all columns of the frame: a copy, which costs more than the columns somebody needs."""
        return self.frame[self.places]


@dataclass(frozen=True)
class Failure:
    """How often a rule failed, and what the last failure said."""

    count: int
    last: str


class Failures(dict[str, Failure]):
    """Failures by rule name."""

    def note(self, name: str, error: BaseException) -> None:
        """Counts one more failure of the rule called `name`."""
        before = self.get(name)
        self[name] = Failure(before.count + 1 if before else 1, f"{type(error).__name__}: {error}")


def lacking(head: Head, declared: frozenset[str]) -> tuple[str, ...]:
    """What the rule needs and the site has not declared, in the rule's order."""
    return tuple(need for need in head.bittern.needs if need not in declared) if head.bittern else ()


def is_enabled(head: Head, switches: Mapping[str, bool]) -> bool:
    """Whether a rule runs: what `switches` say by name, else its own `default_enabled`."""
    return switches.get(head.name, head.bittern is None or head.bittern.default_enabled)


class Evaluator:
    """The rules of a RuleSet, each compiled when a frame first holds what it requires: few captures need them all.

    `declared` are the words of `model.NEEDS` that the site has declared or learned; `switches` turn rules on or off by
    name. `failures` names every rule that could not be compiled or evaluated.
    """

    def __init__(
        self, ruleset: RuleSet, declared: frozenset[str] = frozenset(), switches: Mapping[str, bool] | None = None
    ) -> None:
        self.failures = Failures()
        self._rules: dict[str, list[Rule]] = {}
        self._prepared = ruleset.prepared
        self._required: dict[str, Words] = {}
        self._compiled: dict[str, Compiled | None] = {}
        self._lacking: dict[str, tuple[str, ...]] = {}
        for rule in ruleset.rules:
            if is_enabled(rule, switches or {}):
                self._rules.setdefault(rule.dataset, []).append(rule)
                self._required[rule.name] = self._prepared.required(rule)
                self._lacking[rule.name] = lacking(rule, declared)

    def evaluate(self, dataset: str, frame: pl.DataFrame) -> list[Hits]:
        """Hits of each rule over `dataset` that matched, in order of the rules' names.

        `frame` has every column of `vocabulary().schema(dataset, context=True)`; a rule whose column is absent fails.
        """
        chosen = self._chosen(dataset, frame)
        if not chosen:
            return []
        try:
            found = _run(chosen, frame)
        except BROKEN:
            found = self._one_by_one(chosen, frame)
        return [Hits(rule, frame, places, self._lacking[rule.name]) for rule, places in found]

    def _chosen(self, dataset: str, frame: pl.DataFrame) -> list[Compiled]:
        """Rules whose required values are in the frame: most of the cost is per rule, not per row."""
        rules = self._rules.get(dataset, [])
        if frame.is_empty() or not rules:
            return []
        fields = sorted({field for rule in rules for field in self._required[rule.name]} & set(frame.columns))
        present = {field: words_in(frame[field]) for field in fields}
        possible = [rule for rule in rules if _is_possible(self._required[rule.name], present)]
        return [compiled for rule in possible if (compiled := self._ready(rule)) is not None]

    def _ready(self, rule: Rule) -> Compiled | None:
        """The rule compiled, once; None when that fails."""
        if rule.name not in self._compiled:
            try:
                self._compiled[rule.name] = self._prepared.compiled(rule)
            except BROKEN as error:
                self._compiled[rule.name] = None
                self.failures.note(rule.name, error)
        return self._compiled[rule.name]

    def _one_by_one(self, chosen: Sequence[Compiled], frame: pl.DataFrame) -> list[Found]:
        found: list[Found] = []
        for compiled in chosen:
            try:
                found += _run([compiled], frame)
            except BROKEN as error:
                self.failures.note(compiled.rule.name, error)
        return found


def _is_possible(required: Words, present: Mapping[str, set[str | None]]) -> bool:
    return not any(field in present and words.isdisjoint(present[field]) for field, words in required.items())


def _run(chosen: Sequence[Compiled], frame: pl.DataFrame) -> list[Found]:
    wide = add_derived(frame, (derived for compiled in chosen for derived in compiled.derived))
    # Of a hundred columns rules ask about a few, and each that a question is put to costs it.
    asked = frozenset().union(*(compiled.columns for compiled in chosen))
    narrow = wide[[name for name in wide.columns if name in asked]]
    masks = selected(narrow, (compiled.expression for compiled in chosen)).get_columns()
    return [(each.rule, _places(mask)) for each, mask in zip(chosen, masks, strict=True) if mask.any()]


def _places(mask: pl.Series) -> list[int]:
    """Where it is true."""
    if len(mask) > FEW_ROWS:
        return mask.arg_true().to_list()
    return [place for place, holds in enumerate(mask.to_list()) if holds]
