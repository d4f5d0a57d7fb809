"""D4, write values: the engineering range of a declared point, else the range written so far (detectors §5.1).

Learned margins follow SIMPLE MinMax (detectors §1.3): half the range on either side, none for ten values or fewer.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import polars as pl

from detection.baseline.entries import Baseline, Seen
from detection.finding import Finding, finding_frame
from detection.learner import Learner
from detection.site import Point, Site

KIND = "range"
FEW_VALUES = 10
OBJECTS = 200_000
WORDS = {
    "uint16": 1,
    "int16": 1,
    "bool": 1,
    "uint32": 2,
    "int32": 2,
    "float32": 2,
    "uint64": 4,
    "int64": 4,
    "float64": 4,
}
FORMATS = {
    "uint16": "H",
    "int16": "h",
    "bool": "H",
    "uint32": "I",
    "int32": "i",
    "float32": "f",
    "uint64": "Q",
    "int64": "q",
    "float64": "d",
}
WRITES = ["write", "write.parameter", "write.force", "control.operate", "control.direct"]


@dataclass
class Written:
    """Values written to one object in this run."""

    low: float
    high: float
    first: int
    last: int
    count: int = 0
    values: set[float] = field(default_factory=set)


class Setpoints(Learner):
    """Says out_of_range for a value written outside its engineering range, or outside the range ever written."""

    name = "D4"
    reads = frozenset({"transaction"})

    def __init__(self, known: Baseline | None, seen: Seen, site: Site | None) -> None:
        super().__init__(known, seen, site)
        self._points: dict[tuple[str, str | None], list[tuple[Point, str, int]]] = {}
        for point in site.points if site else ():
            if (where := _place(point.address)) is not None:
                self._points.setdefault((point.server, point.unit), []).append((point, *where))
        self._written: dict[str, Written] = {}

    def take_over(self, earlier: Self) -> None:
        """As of every learner."""
        super().take_over(earlier)
        self._written = earlier._written

    def observe(self, datasets: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """Takes `transaction` rows: what was written and not refused."""
        transactions = datasets["transaction"]
        # A download writes thousands of values, which without any range to compare with or to make say nothing.
        learned = self.known is not None or self.seen.baseline is not None
        if not (learned or self._points):
            return finding_frame(self.name, transactions, [])
        written = transactions.with_row_index("row").filter(
            pl.col("ot.operation").cast(pl.String).is_in(WRITES)
            & (pl.col("event.outcome") != "failure")
            & pl.col("ot.value.numbers").is_not_null()
        )
        found: list[Finding] = []
        time = pl.col("@timestamp").dt.epoch("ns")
        objects = ("ot.object.kind", "ot.object.start", "ot.object.address")
        columns = ["row", time, "ot.server.ip", "ot.unit", *objects, "ot.value.numbers"]
        for row, ts, server, unit, kind, start, address, numbers in written.select(columns).iter_rows():
            said = self._engineered(row, server, unit, kind, start, numbers)
            if learned and not said:
                said = list(self._learned(row, ts, server, unit, kind, start, address, numbers))
            found += said
        return finding_frame(self.name, transactions, found)

    def finish(self) -> None:
        """Writes the ranges into the baseline that is being made."""
        for entity, written in self._written.items():
            distinct = min(len(written.values), FEW_VALUES + 1)
            value = json.dumps({"min": written.low, "max": written.high, "values": distinct})
            self.seen.saw(KIND, entity, value, written.first, written.last, written.count)
        self._written.clear()

    def _engineered(
        self, row: int, server: str, unit: str | None, kind: str | None, start: int | None, numbers: Sequence[float]
    ) -> list[Finding]:
        found = []
        for point, point_kind, place in (*self._points.get((server, unit), ()), *self._points.get((server, None), ())):
            if point_kind != kind or start is None:
                continue
            raw = _decode(point, numbers, place - start)
            if raw is None:
                continue
            value = raw * point.scale + point.offset
            low, high = point.minimum, point.maximum
            if (low is not None and value < low) or (high is not None and value > high):
                entity = f"{server}{f'#{unit}' if unit else ''} {point.address}"
                observed = {
                    "value": value,
                    "point": point.name or point.address,
                    "unit_of_measure": point.unit_of_measure,
                }
                found.append(
                    Finding(
                        row, "out_of_range", "object", entity, observed, {"min": low, "max": high}, "active", "value"
                    )
                )
        return found

    def _learned(
        self,
        row: int,
        ts: int,
        server: str,
        unit: str | None,
        kind: str | None,
        start: int | None,
        address: str | None,
        numbers: Sequence[float],
    ) -> Iterator[Finding]:
        for i, value in enumerate(numbers):
            where = f"{kind}:{start + i}" if start is not None else address or ""
            entity = f"{server}{f'#{unit}' if unit else ''} {where}"
            self._note(entity, value, ts)
            known = next(iter((self.known.of(KIND, entity) if self.known else {}).items()), None)
            if known is None:
                continue
            figures, entry = json.loads(known[0]), known[1]
            margin = 0.0 if figures["values"] <= FEW_VALUES else (figures["max"] - figures["min"]) / 2
            if figures["min"] - margin <= value <= figures["max"] + margin:
                continue
            expected = {"min": figures["min"], "max": figures["max"]}
            yield Finding(
                row,
                "out_of_range",
                "object",
                entity,
                {"value": value},
                expected,
                "active",
                "value",
                entry.since,
                entry.count,
            )

    def _note(self, entity: str, value: float, ts: int) -> None:
        if self.seen.baseline is None:
            return
        written = self._written.get(entity)
        if written is None:
            if len(self._written) >= OBJECTS:
                self.seen.refused += 1
                return
            written = self._written[entity] = Written(value, value, ts, ts)
        written.low, written.high = min(written.low, value), max(written.high, value)
        written.first, written.last = min(written.first, ts), max(written.last, ts)
        written.count += 1
        if len(written.values) <= FEW_VALUES:
            written.values.add(value)


def _place(address: str) -> tuple[str, int] | None:
    """`holding:110-111` as ("holding", 110); addresses that are not numbered have no registers to decode."""
    kind, _, numbers = address.partition(":")
    first = numbers.partition("-")[0]
    return (kind, int(first)) if first.isdigit() else None


def _decode(point: Point, numbers: Sequence[float], offset: int) -> float | None:
    """The point's raw value out of the registers written, None when they do not hold all of it."""
    kind = point.type or "uint16"
    count = WORDS.get(kind, 1)
    if offset < 0 or offset + count > len(numbers):
        return None
    words = [int(number) & 0xFFFF for number in numbers[offset : offset + count]]
    if point.word_order == "little":
        words.reverse()
    data = b"".join(word.to_bytes(2, "big") for word in words)
    return float(struct.unpack(f">{FORMATS.get(kind, 'H')}", data)[0])
