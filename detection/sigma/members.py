"""Tests of list columns: whether an element is one of some texts. Rows have few different lists, such as roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Member:
    """True where an element of the list column `source` equals one of `texts`."""

    source: str
    texts: tuple[str, ...]

    @property
    def column(self) -> str:
        return f"{self.source}|member|{'|'.join(self.texts)}"


def few_members(column: pl.Series, tests: Sequence[Member]) -> list[pl.Series]:
    """The columns of tests of one list column; each is tried on every different list once."""
    numbers: dict[tuple[str | None, ...], int] = {}
    numbered = [numbers.setdefault(tuple(each or ()), len(numbers)) for each in column.to_list()]
    found = []
    for test in tests:
        holds = [not set(test.texts).isdisjoint(each) for each in numbers]
        found.append(pl.Series(test.column, [holds[number] for number in numbered], dtype=pl.Boolean))
    return found
