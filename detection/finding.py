"""What learners say, as rows of dataset `finding`: the row that caused it plus entity, observed, expected, support."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from detection.occurrence import text_id
from sensors.fields import vocabulary

SOME = 1024
"""Findings of one batch, as nearly always."""


@dataclass(frozen=True)
class Finding:
    """One finding. `row` is the place of the causing row in the frame the learner was given.

    `observed` and `expected` become JSON; `since` is ns since the epoch; `support` counts observations behind the
    expectation; `score` is in the learner's unit; `maturity` is learn, shadow or active.
    """

    row: int
    kind: str
    entity_kind: str
    entity: str
    observed: Mapping[str, object]
    expected: Mapping[str, object]
    maturity: str
    attribute: str | None = None
    since: int | None = None
    support: int | None = None
    score: float | None = None


def finding_frame(learner: str, frame: pl.DataFrame, findings: Sequence[Finding]) -> pl.DataFrame:
    """Findings as a frame of dataset `finding`; ids are hashes of the causing event, learner, kind and attribute."""
    if not findings:
        return vocabulary().empty("finding")
    schema = vocabulary().schema("finding")
    columns = list(schema)
    places = [finding.row for finding in findings]
    events = frame["event.id"][places].to_list()
    own = _own(learner, events, findings)
    told = [name for name in frame.columns if name in schema and name not in own]
    given = {each.name: each for each in frame[told][places].get_columns()}
    found = _nulls(len(findings))
    # Column by column and not in one `select`, which costs more for a hundred columns than all of the learning.
    known: dict[str, Any] = {**given, **own}
    for name, values in known.items():
        kind = schema[name]
        column = values if isinstance(values, pl.Series) else pl.Series(name, values, dtype=_made_as(kind))
        found.replace_column(columns.index(name), column if column.dtype == kind else column.cast(kind))
    return found


def _own(learner: str, events: Sequence[str], findings: Sequence[Finding]) -> dict[str, list[Any]]:
    """What a finding says beside its row."""
    return {
        "ot.learner": [learner] * len(findings),
        "ot.entity_kind": [f.entity_kind for f in findings],
        "ot.entity": [f.entity for f in findings],
        "ot.finding": [f.kind for f in findings],
        "ot.attribute": [f.attribute for f in findings],
        "ot.observed": [_json(f.observed) for f in findings],
        "ot.expected": [_json(f.expected) for f in findings],
        "ot.since": [f.since for f in findings],
        "ot.support": [f.support for f in findings],
        "ot.score": [f.score for f in findings],
        "ot.p_value": [None] * len(findings),
        "ot.references": [[event] for event in events],
        "ot.maturity": [f.maturity for f in findings],
        "event.dataset": ["finding"] * len(findings),
        "event.id": _ids(learner, events, findings),
    }


def _made_as(kind: pl.DataType) -> pl.DataType | None:
    """As what Python's values become a column, to be cast from there: times are ns since the epoch."""
    return pl.Int64() if isinstance(kind, pl.Datetime) else None if kind == pl.List(pl.String) else kind


def _nulls(height: int) -> pl.DataFrame:
    """So many rows of dataset `finding` without any value."""
    return _some_nulls().slice(0, height) if height <= SOME else vocabulary().empty("finding").clear(height)


@cache
def _some_nulls() -> pl.DataFrame:
    """Made once: so many columns take Polars some 20 ms."""
    return vocabulary().empty("finding").clear(SOME)


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _ids(learner: str, events: Sequence[str], findings: Sequence[Finding]) -> list[str]:
    pairs = zip(events, findings, strict=True)
    return [text_id("finding", learner, event, f.kind, f.entity, f.attribute or "") for event, f in pairs]
