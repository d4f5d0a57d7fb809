"""The state of correlations as text: what a sensor writes down so that a restart forgets no half-seen attack.

Plain JSON values that a person can read. A correlation that was changed since has another mark and begins anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import polars as pl

from detection.sigma.model import Correlation
from sensors.fields import vocabulary

Text = dict[str, Any]
"""A JSON object."""


def mark(correlation: Correlation) -> str:
    """What the state of a correlation depends on, as a short hash."""
    parts = (
        correlation.type, correlation.rules, correlation.group_by, correlation.timespan, correlation.operator,
        correlation.threshold, correlation.field, sorted(correlation.aliases.items(), key=str),
    )  # fmt: skip
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def rows_as_text(frame: pl.DataFrame) -> list[Text]:
    """Rows of a dataset; times as ns since the epoch, absent values left out."""
    times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    plain = frame.with_columns(pl.col(times).dt.epoch("ns"))
    return [{name: value for name, value in row.items() if value is not None} for row in plain.to_dicts()]


def rows_of_text(rows: Sequence[Text]) -> pl.DataFrame:
    """The frame `rows_as_text` was given, with all columns of its dataset; there is at least one row."""
    schema = vocabulary().schema(str(rows[0]["event.dataset"]), context=True)
    return pl.DataFrame(
        {name: pl.Series(name, [row.get(name) for row in rows], dtype=kind) for name, kind in schema.items()}
    )
