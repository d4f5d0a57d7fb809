"""What the contract tests of the stores put in: rows, occurrences and segments that the vocabulary allows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl

from detection.occurrence import MINUTE, Occurrence, Packets, occurrence_id, text_id
from response.ports import Segment
from sensors.fields import Field, vocabulary

SECOND = 1_000_000_000
START = 1_793_520_000 * SECOND
"""2026-11-01T08:00:00Z."""


def rows(
    dataset: str, count: int, *, begin: int = 0, sensor: str = "sensor-1", step: int = 10_000_001, **columns: Any
) -> pl.DataFrame:
    """Rows `begin` to `begin + count` of an endless series of a dataset's events: equal numbers give equal rows.

    Each field has the vocabulary's example; `columns` (dots written as `__`) replace whole columns.
    """
    numbers = range(begin, begin + count)
    words = vocabulary()
    fields = {f.name: f for f in (*words.datasets[dataset].fields, *words.context)}
    values: dict[str, Sequence[Any]] = {name: [_example(f)] * count for name, f in fields.items()}
    values["event.dataset"] = [dataset] * count
    values["event.id"] = [text_id(sensor, dataset, n) for n in numbers]
    values["@timestamp"] = [START + n * step for n in numbers]
    values["event.end"] = [START + n * step + 1 for n in numbers]
    values["ot.clock"] = values["event.end"]
    values["observer.name"] = [sensor] * count
    values["source.port"] = [1024 + n % 60_000 for n in numbers]
    values |= {name.replace("__", "."): column for name, column in columns.items()}
    schema = words.schema(dataset, context=True)
    return pl.DataFrame([pl.Series(name, values[name], dtype=_plain(kind)).cast(kind) for name, kind in schema.items()])


def _plain(kind: pl.DataType) -> pl.DataType:
    return pl.Int64() if isinstance(kind, pl.Datetime) else kind


def _example(field: Field) -> Any:
    if field.type == "ts":
        return int(datetime.fromisoformat(str(field.example)).timestamp()) * SECOND
    if field.type == "json":
        value = json.loads(field.example) if isinstance(field.example, str) else field.example
        return json.dumps(value, separators=(",", ":"))
    if field.type in ("dict", "utf8"):
        return str(field.example)
    return field.example


def occurrence(
    number: int = 0,
    *,
    rule: str = "MB01",
    dedup: tuple[str, ...] = ("10.0.1.10", "10.0.2.11", "1"),
    sensor: str = "sensor-1",
    part: int = 0,
    **changes: Any,
) -> Occurrence:
    """The occurrence of a rule in minute `number` of the series."""
    minute = START + number * MINUTE
    made = Occurrence(
        id=occurrence_id(sensor, rule, dedup, minute, part),
        sensor=sensor,
        rule=rule,
        rule_id=f"id-of-{rule}",
        rule_version="1",
        rule_class="threat",
        severity="high",
        dedup=dedup,
        minute=minute,
        part=part,
        count=1 + part * 6,
        first_seen=minute + part * SECOND + 1,
        last_seen=minute + part * 30 * SECOND + 1,
        events=(text_id(sensor, "transaction", number, part),),
        packets=(Packets("plant.pcap", 1 + number * 10, 2 + number * 10),),
        protocol="modbus",
        source={"ip": dedup[0], "port": 49152, "roles": ["hmi"], "zone": "control"},
        destination={"ip": dedup[1], "asset": "plc-1", "owner": "line-2"},
        parameters={"ot.object.address": f"holding:{100 + number}", "ot.unit": "1"},
        explanation={"observed": "write", "expected": None, "support": 18211, "score": 4.25},
        techniques=("T0855",),
        controls=("iec62443-3-3:SR-2.1",),
        objects=("control",),
        playbook="unauthorised-command",
    )
    return replace(made, **changes)


def segment(name: str, *occurrences: Occurrence, sensor: str = "sensor-1", **datasets: pl.DataFrame) -> Segment:
    """A segment of these frames and occurrences."""
    return Segment(
        id=name,
        sensor=sensor,
        first=START,
        last=START + 60 * SECOND,
        datasets=datasets,
        occurrences=occurrences,
        counters={"frames": 1000, "lost": 0},
    )
