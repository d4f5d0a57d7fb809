"""Which values a column of few different words has: what decides in a batch whether anything need be asked of it."""

from __future__ import annotations

import polars as pl

FEW_ROWS = 4096
"""Up to so many, a set of Python is made faster than Polars is asked (measured)."""


def words_in(column: pl.Series) -> set[str | None]:
    """The different values of a column of words or text, null among them as None."""
    return set((column if len(column) <= FEW_ROWS else column.unique()).to_list())
