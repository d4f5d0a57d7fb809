"""Columns made once per batch and shared by rules: details taken out of JSON, and tests of dictionary columns.

A dictionary column cannot be searched as text (Polars raises), and has few distinct values: patterns and networks are
tried on each distinct value once, and rows then compare against those that matched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import polars as pl

from detection.sigma.elements import one_of, some_element
from detection.sigma.fields import DetailColumn
from detection.sigma.members import Member, few_members
from detection.sigma.tried import Matches, Within, outcomes
from sensors.fields import polars_type
from sensors.frames import FEW_ROWS, with_added

Derived = DetailColumn | Matches | Member | Within


def add_derived(frame: pl.DataFrame, derived: Iterable[Derived]) -> pl.DataFrame:
    """`frame` with the columns of `derived`, details first, for the tests may be about them. None of these is null
    but details: those keep null where the row has no such key, or another type than declared."""
    wanted = dict.fromkeys(derived)
    if details := [each for each in wanted if isinstance(each, DetailColumn)]:
        frame = frame.with_columns(_detail(frame, each) for each in details)
    members: dict[str, list[Member]] = {}
    by_source: dict[str, list[Matches | Within]] = {}
    for each in wanted:
        if isinstance(each, Member):
            members.setdefault(each.source, []).append(each)
        elif isinstance(each, Matches | Within):
            by_source.setdefault(each.source, []).append(each)
    expressions: list[pl.Expr | pl.Series] = []
    for source, tests in members.items():
        few = frame.height <= FEW_ROWS
        expressions += few_members(frame[source], tests) if few else map(_is_member, tests)
    for source, found in by_source.items():
        expressions += _by_distinct_value(frame[source], found)
    return with_added(frame, expressions) if expressions else frame


def _is_member(member: Member) -> pl.Expr:
    return some_element(pl.col(member.source), one_of(pl.element(), member.texts)).alias(member.column)


def _by_distinct_value(column: pl.Series, tests: list[Matches | Within]) -> list[pl.Expr]:
    """Every test of one column, tried on its distinct values together."""
    is_list = isinstance(column.dtype, pl.List)
    distinct = (column.explode() if is_list else column).unique().drop_nulls()
    texts = distinct.cast(pl.String).to_list()
    expressions: list[pl.Expr] = []
    for test, holds in zip(tests, outcomes(tests, texts), strict=True):
        result = pl.lit(False)
        if any(holds):
            # Dictionary values, for texts would be sought in the dictionary once more.
            matching = distinct.filter(pl.Series(holds)).implode()
            member = (pl.element() if is_list else pl.col(column.name)).is_in(matching, nulls_equal=True)
            result = some_element(pl.col(column.name), member) if is_list else member
        expressions.append(result.alias(test.column))
    return expressions


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
