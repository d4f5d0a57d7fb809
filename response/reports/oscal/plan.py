"""What was to be assessed and how: the evidence queries are its activities."""

from __future__ import annotations

from typing import Any

from response.reports.model import ReportModel
from response.reports.oscal.parts import Ids, joined, metadata, prop, reviewed_controls, string
from response.reports.sections.told import query_title
from response.reports.wording import Speaker


def assessment_plan(model: ReportModel, ids: Ids, speak: Speaker) -> dict[str, Any]:
    """The plan that the results import."""
    activities = [
        {
            "uuid": ids.uuid("activity", result.query),
            "title": string(result.query),
            "description": joined(query_title(model, speak, result.query)),
            "props": [prop("method", "TEST"), prop("query-version", result.version)],
        }
        for result in model.assessment.results
    ]
    local = {"local-definitions": {"activities": activities}} if activities else {}
    return {
        "assessment-plan": {
            "uuid": ids.uuid("assessment-plan"),
            "metadata": metadata(model, f"Plan of {model.assessment.name}"),
            "import-ssp": {"href": "system-security-plan.json"},
            **local,
            "reviewed-controls": reviewed_controls(model, ids),
            "assessment-subjects": [{"type": "component", "include-all": {}}],
        }
    }
