"""Columns of text of a Zeek log, as the columns of our vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from sensors.feed.feed import FLOW, LINE
from sensors.fields import vocabulary

CONNECTION = ("ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p")
"""Columns of nearly every log."""
Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Log:
    """A log: the columns it is read from, what it tells by dataset, when a line of it is written (an expression, ns).

    `tells` gets the columns as text with `LINE` and `@timestamp` (ns). `lists` are columns that hold several values.
    """

    name: str
    reads: tuple[str, ...]
    tells: Callable[[pl.DataFrame], Frames]
    written: pl.Expr = field(default_factory=lambda: pl.col("@timestamp"))
    lists: tuple[str, ...] = ()


def time_of(name: str) -> pl.Expr:
    """ns of a time: seconds with a fraction, or ISO 8601 in UTC as the JSON writer can be told to write."""
    seconds = pl.col(name).str.extract(r"^(\d{1,10})(?:\.\d+)?$", 1).cast(pl.Int64)
    fraction = pl.col(name).str.extract(r"^\d+\.(\d{1,9})", 1).fill_null("").str.pad_end(9, "0").cast(pl.Int64)
    iso = pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="ns", strict=False).dt.epoch("ns")
    return pl.coalesce(seconds * 1_000_000_000 + fraction, iso)


def interval(name: str) -> pl.Expr:
    """ns of an interval in seconds; 0 where there is none."""
    return (pl.col(name).cast(pl.Float64, strict=False).fill_null(0.0) * 1e9).clip(0, 2**62).round().cast(pl.Int64)


def number(name: str) -> pl.Expr:
    """A whole number, decimal or 0x…"""
    text = pl.col(name)
    from_hex = text.str.extract(r"^0[xX]([0-9a-fA-F]{1,15})$", 1).str.to_integer(base=16, strict=False)
    return pl.coalesce(from_hex, text.cast(pl.Int64, strict=False))


def numbers(name: str) -> pl.Expr:
    """A list of numbers; T and F are 1 and 0. Null where one of them is none."""
    bits = pl.col(name).str.replace_all("T", "1", literal=True).str.replace_all("F", "0", literal=True)
    listed = bits.str.split(",").list.eval(pl.element().cast(pl.Float64, strict=False))
    return pl.when(listed.list.eval(pl.element().is_null()).list.any()).then(None).otherwise(listed)


def is_true(name: str) -> pl.Expr:
    """Whether the log says T; null where it says nothing."""
    return pl.col(name) == "T"


def ends(*, asker: pl.Expr | None = None) -> list[pl.Expr]:
    """The two ends: who asks is the source. `asker` false means that the responder of the connection does."""
    named = {"ip": "h", "port": "p"}
    found = [pl.col("uid").alias(FLOW), pl.col("@timestamp").alias("event.end")]
    for ours, theirs in named.items():
        one, other = pl.col(f"id.orig_{theirs}"), pl.col(f"id.resp_{theirs}")
        if ours == "port":
            one, other = one.cast(pl.Int64, strict=False), other.cast(pl.Int64, strict=False)
        found += [other.alias(f"ot.server.{ours}")] + ([one.alias("ot.client.ip")] if ours == "ip" else [])
        if asker is not None:
            one, other = pl.when(asker).then(one).otherwise(other), pl.when(asker).then(other).otherwise(one)
        found += [one.alias(f"source.{ours}"), other.alias(f"destination.{ours}")]
    return found


def looked_up(column: pl.Expr, table: Mapping[str, object], kind: pl.DataType) -> pl.Expr:
    """What a table says of each value; null for those it does not name."""
    return column.replace_strict(
        pl.Series(list(table), dtype=pl.String), pl.Series(list(table.values()), dtype=kind), default=None,
        return_dtype=kind,
    )  # fmt: skip


def transactions(frame: pl.DataFrame, *columns: pl.Expr | None) -> pl.DataFrame:
    """Rows of `transaction` of `frame`, which has `ot.operation`."""
    activity = {name: operation.activity for name, operation in vocabulary().operations.items()}
    quiet = [name for name, operation in vocabulary().operations.items() if operation.quiet]
    return frame.with_columns(
        looked_up(pl.col("ot.operation"), activity, pl.String()).alias("ot.activity"),
        pl.when(pl.col("ot.operation").is_in(quiet))
        .then(pl.lit("full"))
        .otherwise(pl.lit("operation"))
        .alias("ot.news"),
    )


def chosen(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns that are ours."""
    ours = vocabulary().all_fields()
    return frame.select([name for name in frame.columns if name in ours or name in (LINE, FLOW)])
