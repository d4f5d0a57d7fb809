"""Few hits as the narrow rows of correlations, taken out by Python: what `rows_of` makes of many in Polars, alike to
the last character, at a tenth of its cost for a handful. Most batches hold a handful of hits of a rule.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import polars as pl

from detection.parties import BELOW_IP, PLAIN, named
from detection.sigma.correlated import SECOND, Row
from detection.sigma.model import Correlation

FEW_HITS = 256
"""Up to so many in all that came since last time (measured)."""
Source = tuple[str, pl.DataFrame]
"""A rule's name, and rows that it matched."""

_FIXED = ("ot.clock", "@timestamp", "event.id", "ot.capture", "ot.packet.first", "ot.packet.last")
_PARTIES = (*dict.fromkeys(BELOW_IP.values()), "ot.operation")


def few(correlation: Correlation, sources: Sequence[Source]) -> bool:
    """Whether `few_rows` may be asked."""
    if sum(frame.height for _, frame in sources) > FEW_HITS:
        return False
    return all(isinstance(frame[name].dtype, PLAIN) for rule, frame in sources for name in _fields(correlation, rule))


def few_rows(correlation: Correlation, sources: Sequence[Source]) -> list[Row]:
    """Hits as rows, those without a value to count left out; `source` is the number of a frame in `sources`."""
    rows: list[Row] = []
    for source, (rule, frame) in enumerate(sources):
        fields = _fields(correlation, rule)
        names = [*dict.fromkeys((*_FIXED, *fields, *(each for each in _PARTIES if each in frame.columns)))]
        told = frame[names]
        for place, values in enumerate(zip(*map(_values, told.get_columns()), strict=True)):
            row = dict(zip(names, values, strict=True))
            slot = _slot(correlation, rule, row)
            if slot is None:
                continue
            groups = tuple(_text(row, correlation.field_of(name, rule)) for name in correlation.group_by)
            key = _key(correlation.group_by, groups)
            clock, ts, event, capture, first, last = values[: len(_FIXED)]
            rows.append(Row(clock // SECOND, ts, rule, event, capture, first, last, key, slot, source, place))
    return rows


def _values(column: pl.Series) -> list[Any]:
    """The values of a column; times as ns since the epoch."""
    return (column.cast(pl.Int64) if isinstance(column.dtype, pl.Datetime) else column).to_list()


def _fields(correlation: Correlation, rule: str) -> tuple[str, ...]:
    """The fields a correlation reads of its rule's rows, beside those it always does."""
    counted = (correlation.field,) if correlation.type == "value_count" and correlation.field else ()
    return tuple(correlation.field_of(name, rule) for name in (*correlation.group_by, *counted))


@lru_cache(maxsize=4096)
def _key(names: tuple[str, ...], texts: tuple[str | None, ...]) -> str:
    """A group's values as `rows_of` writes them."""
    return json.dumps(dict(zip(names, texts, strict=True)), ensure_ascii=False, separators=(",", ":")) if names else ""


def _text(row: dict[str, Any], name: str) -> str | None:
    value = named(name, row)
    return None if value is None else str(value)


def _slot(correlation: Correlation, rule: str, row: dict[str, Any]) -> str | None:
    """As `correlated._slot`."""
    if correlation.type == "value_count" and correlation.field is not None:
        value = row[correlation.field_of(correlation.field, rule)]
        return None if value is None else str(value)
    if correlation.type == "temporal":
        return rule
    return f"{rule} {row['event.id']}" if correlation.type == "temporal_ordered" else str(row["event.id"])
