"""A report as OSCAL 1.2.1: own catalogues of control ids, a profile that selects, the system, the plan, the results,
the plan of action. Each imports the next by its file name, so that the folder is complete in itself."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from response.reports.canonical import canonical
from response.reports.model import ReportModel
from response.reports.oscal.actions import plan_of_action
from response.reports.oscal.catalog import catalogs, profile
from response.reports.oscal.parts import Ids
from response.reports.oscal.plan import assessment_plan
from response.reports.oscal.results import assessment_results
from response.reports.oscal.system import system_security_plan
from response.reports.wording import Speaker

FOLDER = "oscal"
SCHEMA = Path(__file__).parent / "oscal_complete_schema.json"
"""Of NIST, in the public domain (LICENSE-NIST.md)."""


def oscal(model: ReportModel, speak: Speaker) -> dict[str, bytes]:
    """The files by path below the bundle; none for a report that judges no control, which OSCAL has no form for."""
    ids = Ids(model)
    if not ids.reviewed:
        return {}
    documents: dict[str, dict[str, Any]] = {
        **catalogs(model, ids),
        "profile.json": profile(model, ids),
        "system-security-plan.json": system_security_plan(model, ids, speak),
        "assessment-plan.json": assessment_plan(model, ids, speak),
        "assessment-results.json": assessment_results(model, ids, speak),
    }
    if model.assessment.actions:
        documents["plan-of-action.json"] = plan_of_action(model, ids, speak)
    return {f"{FOLDER}/{name}": canonical(document) for name, document in documents.items()}


def faults(document: bytes) -> list[str]:
    """Where a document differs from the schema; empty when it is valid."""
    return [f"{list(error.instance_path)}: {error.message}" for error in _validator().iter_errors(json.loads(document))]


@cache
def _validator() -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
