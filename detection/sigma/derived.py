"""Columns made once per batch and shared by rules: details taken out of JSON, and tests of dictionary columns.

A dictionary column cannot be searched as text (Polars raises), and has few distinct values: patterns and networks are
tried on each distinct value once, and rows then compare against those that matched.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from detection.sigma.fields import DetailColumn
from sensors.fields import polars_type

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


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


Derived = DetailColumn | Matches | Within


def add_derived(frame: pl.DataFrame, derived: Iterable[Derived]) -> pl.DataFrame:
    """`frame` with the columns of `derived`, details first, for the tests may be about them. None of these is null
    but details: those keep null where the row has no such key, or another type than declared."""
    wanted = dict.fromkeys(derived)
    if details := [each for each in wanted if isinstance(each, DetailColumn)]:
        frame = frame.with_columns(_detail(frame, each) for each in details)
    distinct: dict[str, pl.Series] = {}
    tests = [each for each in wanted if not isinstance(each, DetailColumn)]
    for test in tests:
        if test.source not in distinct:
            distinct[test.source] = _distinct(frame[test.source])
    return frame.with_columns(_tested(frame[test.source], distinct[test.source], test) for test in tests)


def _distinct(column: pl.Series) -> pl.Series:
    flat = column.explode() if isinstance(column.dtype, pl.List) else column
    return flat.unique().drop_nulls()


def _tested(column: pl.Series, distinct: pl.Series, test: Matches | Within) -> pl.Series:
    matching = distinct.filter(_matching(distinct, test))
    if matching.is_empty():
        return pl.repeat(False, len(column), dtype=pl.Boolean, eager=True).alias(test.column)
    allowed = matching.implode()
    if isinstance(column.dtype, pl.List):
        result = column.list.eval(pl.element().is_in(allowed)).list.any()
    else:
        result = column.is_in(allowed)
    return result.fill_null(False).alias(test.column)


def _matching(distinct: pl.Series, test: Matches | Within) -> pl.Series:
    texts = distinct.cast(pl.String)
    if isinstance(test, Matches):
        return texts.str.contains(test.regex)
    networks = [parse_network(network) for network in test.networks]
    return pl.Series([_is_within(text, networks) for text in texts], dtype=pl.Boolean)


def parse_network(text: str) -> Network:
    """The network `text` stands for (CIDR; one address is a network of one). Raises ValueError."""
    return ipaddress.ip_network(text, strict=False)


def _is_within(text: str, networks: list[Network]) -> bool:
    address = _address(text)
    return address is not None and any(address in network for network in networks)


@lru_cache(maxsize=65_536)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _detail(frame: pl.DataFrame, detail: DetailColumn) -> pl.Series:
    """The key's values, from the rows of its sections only: other protocols may use the name for something else."""
    holds_key = pl.col("ot.details").str.contains(f'"{detail.key}"', literal=True)
    rows = frame.select((_in_sections(frame, detail.sections) & holds_key).fill_null(False).arg_true()).to_series()
    texts = frame["ot.details"].gather(rows).str.json_path_match(f"$.{detail.key}")
    empty = pl.repeat(None, frame.height, dtype=polars_type(detail.type), eager=True)
    return empty.scatter(rows, _typed(texts, detail.type)).alias(detail.column)


def _in_sections(frame: pl.DataFrame, sections: tuple[str, ...]) -> pl.Expr:
    names = list(sections)
    found = pl.col("network.protocol").is_in(names, nulls_equal=True)
    if "ot.link_kind" in frame.columns:
        found |= pl.col("ot.link_kind").is_in(names, nulls_equal=True)
    if "ot.flag" in frame.columns:
        families = [pl.col("ot.flag").cat.starts_with(f"{name}.").fill_null(False) for name in names]
        found |= pl.any_horizontal(families)
    return found


def _typed(texts: pl.Series, kind: str) -> pl.Series:
    if kind == "bool":
        return pl.Series([{"true": True, "false": False}.get(text or "") for text in texts], dtype=pl.Boolean)
    if kind == "list<utf8>":
        return pl.Series([_text_list(text) for text in texts], dtype=pl.List(pl.String))
    return texts if kind == "utf8" else texts.cast(polars_type(kind), strict=False)


def _text_list(text: str | None) -> list[str] | None:
    try:
        found: object = json.loads(text) if text is not None else None
    except ValueError:
        return None
    return [str(entry) for entry in found] if isinstance(found, list) else None
