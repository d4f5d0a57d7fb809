"""The contract of a learner."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Self

import polars as pl

from detection.baseline.entries import Baseline, Seen
from detection.site import Site

LEARN_FINDINGS = 1000
"""New things told in one run while there is no baseline to compare with."""


class Learner(ABC):
    """Takes frames, says findings, and notes what it saw in a baseline that is text.

    `known` is the baseline in force, or None: then nothing is judged against it and maturity is `learn`. It is never
    changed. `seen` gets everything observed in this run; writing it out is how a baseline is made. `site` is what the
    plant declares, or None.
    """

    name: ClassVar[str]
    reads: ClassVar[frozenset[str]]
    """Datasets it is given."""

    def __init__(self, known: Baseline | None, seen: Seen, site: Site | None) -> None:
        self.known = known
        self.seen = seen
        self.site = site
        self._told_in_learn = 0

    @abstractmethod
    def observe(self, datasets: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """Takes the frames of one batch (only those in `reads`, context joined) and gives the findings.

        The frames are not changed; the findings do not depend on how rows were split into batches.
        """

    def is_news(self, kind: str, entity: str, value: str, first: int, last: int, count: int, *, known: bool) -> bool:
        """Notes `count` sightings between `first` and `last` (ns); True when they are worth a row.

        That is once in a run, when they are not `known`. Before there is a baseline everything is new: the first ones
        show what would be said, and of the others nothing is remembered.
        """
        learning = self.maturity(kind) == "learn"
        told = not known and (not learning or self._told_in_learn < LEARN_FINDINGS)
        if not told:
            self.seen.note(kind, entity, value, first, last, count)
            return False
        fresh = self.seen.saw(kind, entity, value, first, last, count)
        self._told_in_learn += learning and fresh
        return fresh

    def finish(self) -> None:
        """The input ended: what was held back for the baseline goes there."""
        return

    def take_over(self, earlier: Self) -> None:
        """Goes on where `earlier` is, which knows another baseline and site: what traffic alone told stays known, so
        that nothing is told twice. `earlier` is not used any more."""
        self._told_in_learn = earlier._told_in_learn

    def maturity(self, kind: str) -> str:
        """active where the baseline in force has entries of this kind, else learn."""
        return "active" if self.known is not None and kind in self.known.kinds() else "learn"
