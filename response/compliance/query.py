"""What an evidence query is, and what it gives back; how rows are written so that the same store gives the same bytes.

A query states what it found (`Found`); `deciding.py` alone turns that and the visibility behind it into a state.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from response.compliance.assessment import Reason
from response.compliance.gathering import UNKNOWN, Evidence
from response.times import time_text

Row = Mapping[str, Any]
Parameters = Mapping[str, Any]
SIGHTS = ("content", "readable", "flows", "none")
VIOLATION = "violation"
"""The key of a row in an inventory that breaks the rule; of a violation query every row does."""
WHERE = ("count", "first", "last", "event.id", "ot.capture", "ot.packet.first")
WHO = (
    "source.ip",
    "ot.source.asset",
    "ot.source.zone",
    "destination.ip",
    "ot.destination.asset",
    "ot.destination.zone",
)


@dataclass(frozen=True)
class Found:
    """What a query found. `rows` in any order; `measure` of a metric with what it must reach (`at_most`: must not
    exceed); `unknown` says why nothing can be concluded although nothing was wrong."""

    rows: tuple[Row, ...] = ()
    measure: float | None = None
    needed: float | None = None
    at_most: bool = False
    unknown: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Query:
    """An evidence query. Its kind, objects and means stand in the catalogue under the same name.

    `sight` is what capture must have delivered for an absence to count: contents; contents where they are readable at
    all (what is encrypted is no violation); flows; or nothing (records of this system). `declared` names what the site
    model must hold; `when_blind` what a shortfall means while sight is limited: fail where what was seen is bad enough
    already, inconclusive where it may come from not having seen enough.
    """

    name: str
    run: Callable[[Evidence, Parameters], Found]
    sight: str = "content"
    declared: tuple[str, ...] = ()
    parameters: Parameters = field(default_factory=dict)
    when_blind: str = "fail"
    version: int = 1


def table_rows(facts: pl.DataFrame, columns: Sequence[str], **constant: Any) -> tuple[Row, ...]:
    """Facts as rows: the columns that hold something, with count, times and where the evidence is."""
    kept = [name for name in (*columns, *WHERE) if name in facts.columns]
    return tuple(
        plain_row({**row, **constant}) for row in facts.select(list(dict.fromkeys(kept))).iter_rows(named=True)
    )


def plain_row(row: Row) -> dict[str, Any]:
    """A row without what is null, with times as text."""
    times = {"first": "first_seen", "last": "last_seen"}
    told: dict[str, Any] = {}
    for name, value in row.items():
        if value is None or value == ():
            continue
        shown = time_text(value) if name in times else value
        told[times.get(name, name)] = list(shown) if isinstance(shown, tuple) else shown
    return told


def canonical(row: Row) -> str:
    """A row as the one line of JSON that it is ordered and hashed by."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def ordered(rows: Iterable[Row]) -> tuple[tuple[Row, ...], str]:
    """Rows in their fixed order, and the SHA-256 of all their lines."""
    lines = sorted(((canonical(row), row) for row in rows), key=lambda each: each[0])
    digest = hashlib.sha256("".join(f"{line}\n" for line, _ in lines).encode())
    return tuple(row for _, row in lines), digest.hexdigest()


def zones_of(row: Row) -> frozenset[str]:
    """The known zones that a violation lies in: that of the host that was reached; of the other end too where the way
    between them is what is wrong, or where only that is known."""
    named = [row.get("ot.destination.zone"), row.get("ot.zone"), *row.get("ot.zones", ())]
    lies_in = {zone for zone in named if isinstance(zone, str) and zone != UNKNOWN}
    source = row.get("ot.source.zone")
    if isinstance(source, str) and source != UNKNOWN and (not lies_in or "verdict" in row):
        lies_in.add(source)
    return frozenset(lies_in)


def share(part: float, whole: float) -> float | None:
    """A share, rounded so that it prints the same everywhere; None of nothing."""
    return round(part / whole, 6) if whole else None


def text_is(column: str, *values: str) -> pl.Expr:
    """Whether a text column is one of these; false on null."""
    return pl.col(column).is_in(list(values)).fill_null(False)


def no_traffic(*protocols: str) -> Reason:
    """Nothing of this kind was seen: its absence proves nothing."""
    return Reason("no_traffic_of_kind", {"kind": ", ".join(protocols)})


def not_kept(kind: str) -> Reason:
    """This store keeps no such records."""
    return Reason("records_not_kept", {"kind": kind})


def none_yet(kind: str) -> Reason:
    """There are no such records in the period: nothing could be measured."""
    return Reason("no_records", {"kind": kind})
