"""What learners say, as rows of dataset `finding`: the row that caused it plus entity, observed, expected, support."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from detection.occurrence import text_id
from sensors.fields import vocabulary


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
    rows = frame[[finding.row for finding in findings]]
    own = pl.DataFrame(
        {
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
            "ot.references": [[event] for event in rows["event.id"]],
            "ot.maturity": [f.maturity for f in findings],
            "event.dataset": ["finding"] * len(findings),
            "event.id": _ids(learner, rows["event.id"].to_list(), findings),
        },
        schema_overrides={
            "ot.since": pl.Int64,
            "ot.support": pl.Int64,
            "ot.score": pl.Float64,
            "ot.p_value": pl.Float64,
        },
    )
    kept = [name for name in rows.columns if name in schema and name not in own.columns]
    joined = rows[kept].hstack(own)
    since = pl.from_epoch("ot.since", time_unit="ns").dt.replace_time_zone("UTC")
    given = set(joined.columns) - {"ot.since"}
    return joined.select(
        since if name == "ot.since" else pl.col(name).cast(kind) if name in given else pl.lit(None, kind).alias(name)
        for name, kind in schema.items()
    )


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _ids(learner: str, events: Sequence[str], findings: Sequence[Finding]) -> list[str]:
    pairs = zip(events, findings, strict=True)
    return [text_id("finding", learner, event, f.kind, f.entity, f.attribute or "") for event, f in pairs]
