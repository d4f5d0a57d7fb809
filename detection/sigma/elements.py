"""Expressions about one value out of several, and about the elements of a list; none of them is ever null."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import reduce

import polars as pl

FEW_VALUES = 3
"""Up to so many values, comparisons joined by `or` are faster than one `is_in` (measured)."""


def one_of(value: pl.Expr, texts: Sequence[str]) -> pl.Expr:
    """The test that `value` is one of `texts`, exactly."""
    if len(texts) <= FEW_VALUES:
        return reduce(operator.or_, (value.eq_missing(text) for text in texts))
    return value.is_in(list(texts), nulls_equal=True)


def some_element(column: pl.Expr, test: pl.Expr) -> pl.Expr:
    """The test that `test`, about `pl.element()`, holds for an element of the list in `column`."""
    return column.list.eval(test).list.any().fill_null(False)
