"""Tests of texts that are tried once on each text: patterns and networks. What they said is kept, for the addresses and
names of a plant come again in every batch.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce

import polars as pl

from detection.sigma.addresses import address_columns, in_network

MOST_KEPT = 8192
"""Texts whose outcome is kept, of each test."""


@dataclass(frozen=True)
class Matches:
    """True where the text of dictionary column `source`, or an element of a list of them, matches `regex`."""

    source: str
    regex: str

    @property
    def column(self) -> str:
        return f"{self.source}|re|{self.regex}"


@dataclass(frozen=True)
class Within:
    """True where the address in text column `source` lies in one of `networks` (CIDR)."""

    source: str
    networks: tuple[str, ...]

    @property
    def column(self) -> str:
        return f"{self.source}|cidr|{','.join(self.networks)}"


def matching_texts(tests: Sequence[Matches | Within], texts: Sequence[str]) -> list[list[str]]:
    """For each test those of `texts` for which it holds. Raises what Polars raises of a pattern it cannot read."""
    outcomes = [_outcomes(test) for test in tests]
    news = [text for text in texts if any(text not in kept for kept in outcomes)]
    if news:
        values = pl.DataFrame({"text": news}, schema={"text": pl.String})
        if any(isinstance(test, Within) for test in tests):
            values = values.with_columns(address_columns(values["text"]))
        tried = values.select(_on_value(test).alias(test.column) for test in tests)
        for kept, outcome in zip(outcomes, tried.get_columns(), strict=True):
            kept.update(zip(news, outcome.to_list(), strict=True))
    found = [[text for text in texts if kept[text]] for kept in outcomes]
    for kept in outcomes:
        if len(kept) > MOST_KEPT:
            kept.clear()
    return found


@lru_cache(maxsize=4096)
def _outcomes(test: Matches | Within) -> dict[str, bool]:
    """What a test said of texts so far."""
    return {}


@lru_cache(maxsize=4096)
def _on_value(test: Matches | Within) -> pl.Expr:
    if isinstance(test, Matches):
        return pl.col("text").str.contains(test.regex)
    return reduce(operator.or_, (in_network(network) for network in test.networks))
