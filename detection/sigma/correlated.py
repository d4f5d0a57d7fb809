"""The records between the parts of correlation: hits as narrow rows, firings, and the hit of a correlation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from detection.occurrence import EVENTS_PER_OCCURRENCE, Packets
from detection.parties import party
from detection.sigma.model import Correlation

SECOND = 1_000_000_000

ROW_SCHEMA: dict[str, pl.DataType] = {
    "tick": pl.Int64(),  # second of ot.clock in which the row came
    "ts": pl.Int64(),  # @timestamp, ns
    "rule": pl.String(),
    "id": pl.String(),
    "capture": pl.String(),
    "first": pl.Int64(),
    "last": pl.Int64(),
    "key": pl.String(),  # the group's values
    "slot": pl.String(),  # what is counted: each distinct one once
    "source": pl.Int64(),  # number of the frame the row came from,
    "row": pl.Int64(),  # and its place in it
}

Event = tuple[int, str, str, str | None, int | None, int | None]
"""Timestamp, rule, event id, capture, first and last packet: their order is the order of events."""

ORDER = ("tick", "ts", "rule", "id")
"""The order in which rows are processed."""


class Row(NamedTuple):
    """The columns of `ROW_SCHEMA`, of one row as Python has it."""

    tick: int
    ts: int
    rule: str
    id: str
    capture: str | None
    first: int | None
    last: int | None
    key: str
    slot: str
    source: int
    row: int

    @property
    def order(self) -> tuple[int, int, str, str]:
        """`ORDER`."""
        return self[:4]

    @property
    def event(self) -> Event:
        """The event alone."""
        return self[1:7]


@dataclass(frozen=True, eq=False)
class Firing:
    """A correlation came true for a group in second `tick`, at `event`, whose full row is row `place` of `frame`:
    `events` in order, `count` of them."""

    tick: int
    event: Event
    frame: pl.DataFrame
    place: int
    events: tuple[Event, ...]
    count: int


@dataclass(frozen=True, eq=False)
class CorrelationHit:
    """A correlation's hit.

    `group` are the values of `group_by` by their names there; `first` and `last` are ns since the epoch; `count` is the
    number of events, distinct values or distinct rules; `events` and `packets` are those of at most
    `EVENTS_PER_OCCURRENCE` events, the first ones; row `place` of `frame` is the event that completed it, with all
    columns of its dataset; `lacking` as in `Hits`.
    """

    rule: Correlation
    group: dict[str, object]
    first: int
    last: int
    count: int
    events: tuple[str, ...]
    packets: tuple[Packets, ...]
    frame: pl.DataFrame
    place: int
    lacking: tuple[str, ...] = ()

    @property
    def rows(self) -> pl.DataFrame:
        """The completing event as a frame of one row."""
        return self.frame.slice(self.place, 1)

    def row(self) -> dict[str, object]:
        """The completing event by field name; times are ns since the epoch, for a datetime would cut them to µs."""
        times = [name for name, kind in self.rows.schema.items() if isinstance(kind, pl.Datetime)]
        return self.rows.with_columns(pl.col(times).dt.epoch("ns")).row(0, named=True)


def rows_of(correlation: Correlation, rule: str, frame: pl.DataFrame, source: int) -> pl.DataFrame:
    """Hits of `rule` as rows of `ROW_SCHEMA`; those without a value to count are left out."""
    groups = [party(correlation.field_of(name, rule), frame).alias(name) for name in correlation.group_by]
    key = pl.struct(groups).struct.json_encode() if groups else pl.lit("")
    rows = frame.with_row_index("row").select(
        (pl.col("ot.clock").dt.epoch("ns") // SECOND).alias("tick"),
        pl.col("@timestamp").dt.epoch("ns").alias("ts"),
        pl.lit(rule).alias("rule"),
        pl.col("event.id").alias("id"),
        pl.col("ot.capture").cast(pl.String).alias("capture"),
        pl.col("ot.packet.first").alias("first"),
        pl.col("ot.packet.last").alias("last"),
        key.alias("key"),
        _slot(correlation, rule).alias("slot"),
        pl.lit(source, pl.Int64).alias("source"),
        pl.col("row").cast(pl.Int64),
    )
    return rows.filter(pl.col("slot").is_not_null())


def _slot(correlation: Correlation, rule: str) -> pl.Expr:
    """Counting distinct slots gives the count: event ids, the field's values, or the rules."""
    if correlation.type == "value_count" and correlation.field is not None:
        return pl.col(correlation.field_of(correlation.field, rule)).cast(pl.String)
    if correlation.type == "temporal":
        return pl.lit(rule)
    if correlation.type == "temporal_ordered":
        return pl.concat_str(pl.lit(f"{rule} "), pl.col("event.id"))
    return pl.col("event.id")


def make_hit(correlation: Correlation, firing: Firing, lacking: tuple[str, ...]) -> CorrelationHit:
    """The hit for a firing."""
    rule = firing.event[1]
    group: dict[str, object] = {}
    for name in correlation.group_by:
        column = correlation.field_of(name, rule)
        value = firing.frame[column][firing.place]
        if value is None:
            completing = firing.frame.slice(firing.place, 1)
            value = completing.select(party(column, completing)).item()
        group[name] = value
    shown = firing.events[:EVENTS_PER_OCCURRENCE]
    return CorrelationHit(
        rule=correlation,
        group=group,
        first=firing.events[0][0],
        last=firing.events[-1][0],
        count=firing.count,
        events=tuple(event[2] for event in shown),
        packets=tuple(Packets(e[3], e[4], e[5]) for e in shown if e[3] and e[4] is not None and e[5] is not None),
        frame=firing.frame,
        place=firing.place,
        lacking=lacking,
    )
