"""Makes the model of a report from an assessment and what the program knows beside it."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from detection.site import Site
from response.alerts import Alert
from response.compliance.assessment import Assessment
from response.ports import AssetRecord
from response.reports.canonical import canonical
from response.reports.evidence import evidence_of
from response.reports.facts import alert_counts, asset_facts, conduit_facts, incident_facts, zone_facts
from response.reports.model import ControlName, QueryName, ReportModel, Term
from response.reports.verifier import merkle_root
from response.reports.wording import moment


@dataclass(frozen=True)
class Asked:
    """How a report is to be: its template, its languages (the first one leads), its mark, for whom, by whom, when."""

    template: str
    languages: tuple[str, ...]
    classification: str
    organisation: str
    made_at: int
    made_by: str


@dataclass(frozen=True)
class Known:
    """What is known beside the assessment. `alerts` and `incidents` (id, body) are None where they are left out."""

    site: Site | None = None
    assets: tuple[AssetRecord, ...] = ()
    alerts: tuple[Alert, ...] | None = None
    incidents: tuple[tuple[str, Mapping[str, Any]], ...] | None = None
    controls: tuple[ControlName, ...] = ()
    queries: tuple[QueryName, ...] = ()
    glossary: tuple[Term, ...] = ()


def make(assessment: Assessment, asked: Asked, known: Known) -> tuple[ReportModel, dict[str, bytes]]:
    """The model, and its files of evidence by path. The same input gives the same report with the same id."""
    assets = asset_facts(known.assets, known.site)
    alerts = None if known.alerts is None else alert_counts(known.alerts)
    incidents = None if known.incidents is None else incident_facts(known.incidents)
    files, items = evidence_of(assessment, assets, alerts, incidents)
    judged = {v.control for v in assessment.verdicts} | {
        name for a in assessment.actions for name in (a.control, *a.controls)
    }
    judged |= {d.control for d in assessment.differences}
    asked_for = {result.query for result in assessment.results}
    model = ReportModel(
        id="",
        template=asked.template,
        languages=asked.languages,
        classification=asked.classification,
        organisation=asked.organisation,
        made_at=asked.made_at,
        made_by=asked.made_by,
        assessment=assessment,
        controls=_named(known.controls, "control", judged),
        queries=_named(known.queries, "query", asked_for),
        zones=zone_facts(known.site, assets),
        conduits=conduit_facts(known.site),
        assets=assets,
        alerts=alerts,
        incidents=incidents,
        glossary=known.glossary,
        evidence=items,
        root=merkle_root((item.path, item.sha256) for item in items),
    )
    return replace(model, id=_id(model)), files


def _named(names: Iterable[Any], field: str, wanted: set[str]) -> tuple[Any, ...]:
    return tuple(name for name in names if getattr(name, field) in wanted)


def _id(model: ReportModel) -> str:
    """`BR-20261128-` and ten letters of the hash of everything in it."""
    letters = b32encode(hashlib.sha256(canonical(model)).digest()).decode()[:10]
    return f"BR-{moment(model.made_at)[:10].replace('-', '')}-{letters}"
