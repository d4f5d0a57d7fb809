"""Rows that a feed finds line by line, gathered into the frames of `Told`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from sensors.feed.feed import LINE, Told
from sensors.fields import vocabulary

Row = dict[str, Any]
"""Columns of the vocabulary with their values; what is not known is left out or None."""


class Rows:
    """Takes rows in the order of the lines."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {}
        self.times: list[int | None] = []
        self.notes: list[tuple[int, str]] = []
        self.count = 0
        """Rows so far."""

    def next_line(self, time: int | None = None) -> None:
        """Begins the next line, which was written at `time`, ns."""
        self.times.append(time)

    def add(self, dataset: str, row: Row) -> None:
        """A row of the line that was begun last."""
        row[LINE] = len(self.times) - 1
        self._rows.setdefault(dataset, []).append(row)
        self.count += 1

    def note(self, counter: str) -> None:
        """The line that was begun last brings no event."""
        self.notes.append((len(self.times) - 1, counter))

    def told(self) -> Told:
        """All of it."""
        return Told({name: _frame(name, rows) for name, rows in self._rows.items()}, self.times, self.notes)


def _frame(dataset: str, rows: Sequence[Row]) -> pl.DataFrame:
    columns = dict.fromkeys(name for row in rows for name in row)
    kinds = vocabulary().datasets[dataset]
    made = []
    for name in columns:
        field = kinds.field(name)
        values = [row.get(name) for row in rows]
        made.append(_series(name, field.type if field else None, values))
    return pl.DataFrame(made)


def _series(name: str, kind: str | None, values: Sequence[Any]) -> pl.Series:
    """A column of plain types: what does not fit them is not known."""
    if kind is None:
        return pl.Series(name, values, dtype=pl.UInt32() if name == LINE else pl.String())
    if kind in ("ts", "i64", "u16", "u32", "key"):
        return pl.Series(name, [_whole(value) for value in values], dtype=pl.Int64())
    if kind in ("f32", "f64"):
        return pl.Series(name, [_number(value) for value in values], dtype=pl.Float64())
    if kind == "bool":
        return pl.Series(name, [value if isinstance(value, bool) else None for value in values], dtype=pl.Boolean())
    if kind == "list<f64>":
        return pl.Series(name, [_numbers(value) for value in values], dtype=pl.List(pl.Float64()))
    return pl.Series(name, [_text(value) for value in values], dtype=pl.String())


def _whole(value: object) -> int | None:
    return value if type(value) is int and -(2**63) <= value < 2**63 else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _numbers(value: object) -> list[float] | None:
    if not isinstance(value, list | tuple):
        return None
    numbers = [_number(each) for each in value]
    return [each for each in numbers if each is not None] if None not in numbers else None


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value or None
    if isinstance(value, Mapping):
        return json.dumps({key: each for key, each in value.items() if each is not None}, ensure_ascii=False) or None
    if isinstance(value, bool | int | float):
        return str(value)
    return None


def part(record: object, *names: str) -> Any:
    """What a nested record holds below these names; None where there is nothing, or no record."""
    for name in names:
        if not isinstance(record, Mapping):
            return None
        record = record.get(name)
    return record


def words(value: object) -> str | None:
    """A text; None for what is none."""
    return value if isinstance(value, str) and value else None


def whole(value: object) -> int | None:
    """A whole number, also written as text, decimal or 0x…; None for what is none."""
    if isinstance(value, str):
        try:
            value = int(value, 0) if value.lower().startswith("0x") else int(value)
        except ValueError:
            return None
    return _whole(value)


def moment(text: object) -> int | None:
    """ns since the epoch of an RFC 3339 or ISO 8601 time with its zone (Suricata: `+0100`), up to ns; None for others.

    A time without a zone says nothing certain, and is None.
    """
    if not isinstance(text, str) or len(text) > 48 or "T" not in text:
        return None
    digits = 0
    if "." in text:
        before, _, after = text.partition(".")
        fraction = after[: len(after) - len(after.lstrip("0123456789"))]
        digits = int(fraction[:9].ljust(9, "0")) if fraction else 0
        text = before + after[len(fraction) :]
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    if read.tzinfo is None or not 1970 <= read.year < 2200:
        return None
    return int(read.astimezone(UTC).timestamp()) * 1_000_000_000 + digits
