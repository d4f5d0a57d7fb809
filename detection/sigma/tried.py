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
from sensors.frames import selected

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


def outcomes(tests: Sequence[Matches | Within], texts: Sequence[str]) -> list[list[bool]]:
    """For each test whether it holds of each text. Raises what Polars raises of a pattern it cannot read."""
    if len(texts) > MOST_KEPT:
        return _tried(tests, texts)
    known = [_known(test) for test in tests]
    news = [text for text in texts if any(text not in kept for kept in known)]
    if news:
        for kept, holds in zip(known, _tried(tests, news), strict=True):
            if len(kept) + len(news) > MOST_KEPT:
                kept.clear()
            kept.update(zip(news, holds, strict=True))
        if any(text not in kept for kept in known for text in texts):
            return _tried(tests, texts)
    return [[kept[text] for text in texts] for kept in known]


def _tried(tests: Sequence[Matches | Within], texts: Sequence[str]) -> list[list[bool]]:
    values = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    if any(isinstance(test, Within) for test in tests):
        values = values.with_columns(address_columns(values["text"]))
    return [each.to_list() for each in selected(values, (_on_value(test).alias(test.column) for test in tests))]


@lru_cache(maxsize=4096)
def _known(test: Matches | Within) -> dict[str, bool]:
    """What a test said of texts so far."""
    return {}


@lru_cache(maxsize=4096)
def _on_value(test: Matches | Within) -> pl.Expr:
    if isinstance(test, Matches):
        return pl.col("text").str.contains(test.regex)
    return reduce(operator.or_, (in_network(network) for network in test.networks))
