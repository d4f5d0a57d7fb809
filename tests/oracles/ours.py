"""Our own rows of a capture, nothing held back by the delta filter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl

from sensors.capture import CaptureFiles

Row = Mapping[str, Any]


@cache
def rows(capture: Path, dataset: str, protocol: str) -> tuple[Row, ...]:
    """Rows of a dataset, `ot.details` read, in the order of the messages of each flow."""
    found: list[dict[str, Any]] = []
    for batch in CaptureFiles([capture], full=True):
        frame = batch.datasets[dataset].filter(pl.col("network.protocol") == protocol)
        found += frame.iter_rows(named=True)
    for row in found:
        row["ot.details"] = json.loads(row["ot.details"] or "{}")
    return tuple(sorted(found, key=lambda row: (row["ot.flow"], row["ot.message"], row.get("ot.item") or 0)))


@cache
def messages(capture: Path, protocol: str) -> tuple[tuple[Row, ...], ...]:
    """Transactions by message: all items of one request with its reply, or of one publication."""
    same = groupby(rows(capture, "transaction", protocol), lambda row: (row["ot.flow"], row["ot.message"]))
    return tuple(tuple(items) for _, items in same)
