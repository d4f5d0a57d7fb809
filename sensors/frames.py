"""Questions to frames of few rows, where Polars' cost is that of asking at all: a live sensor asks hundreds a second.

Several expressions at once are spread over a pool of threads, which for a thousand rows costs more CPU than the
expressions do (measured: twice as much for thirty); one after the other they give the same.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

FEW_ROWS = 4096
"""Up to so many rows a set of Python is made faster than Polars is asked, and threads do not pay (measured)."""


def selected(frame: pl.DataFrame, *columns: pl.Expr | str | Iterable[pl.Expr]) -> pl.DataFrame:
    """`frame.select`."""
    return frame.select_seq(*columns) if frame.height <= FEW_ROWS else frame.select(*columns)


def with_added(frame: pl.DataFrame, columns: Iterable[pl.Expr | pl.Series]) -> pl.DataFrame:
    """`frame.with_columns`."""
    return frame.with_columns_seq(columns) if frame.height <= FEW_ROWS else frame.with_columns(columns)


def words_in(column: pl.Series) -> set[str | None]:
    """The different values of a column of words or text, null among them as None."""
    return set((column if len(column) <= FEW_ROWS else column.unique()).to_list())
