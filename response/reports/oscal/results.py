"""What was found: an observation for each query result and each judgement of a person, a finding for each control.

OSCAL knows only satisfied and not-satisfied: inconclusive is not-satisfied for the reason other (compliance §11.2).
"""

from __future__ import annotations

from typing import Any

from response.compliance.assessment import Judgement, QueryResult, Verdict
from response.reports.model import ReportModel
from response.reports.oscal.actions import risk_of
from response.reports.oscal.parts import Ids, joined, metadata, prop, reviewed_controls, string
from response.reports.wording import Speaker
from response.times import time_text

STATUS: dict[str, dict[str, str]] = {
    "pass": {"state": "satisfied", "reason": "pass"},
    "fail": {"state": "not-satisfied", "reason": "fail"},
    "inconclusive": {"state": "not-satisfied", "reason": "other"},
}
METHODS = {"attested": "INTERVIEW", "override": "EXAMINE"}


def assessment_results(model: ReportModel, ids: Ids, speak: Speaker) -> dict[str, Any]:
    """The results of one assessment."""
    made = model.assessment
    files = {item.path.partition("-")[2]: item for item in model.evidence if item.kind == "query"}
    observations = [_observation(result, model, ids, speak, files) for result in made.results]
    observations += [_judged(v, v.judgement, ids, speak) for v in ids.reviewed if v.judgement]
    known = {observation["uuid"] for observation in observations}
    result: dict[str, Any] = {
        "uuid": ids.uuid("result"),
        "title": string(made.name),
        "description": joined(speak.say("report.self_assessment")),
        "start": time_text(made.start),
        "end": time_text(made.end),
        "props": [prop("report", model.id), prop("evidence-root", model.root), prop("made-by", model.made_by)],
        "reviewed-controls": reviewed_controls(model, ids),
        "findings": [_finding(verdict, model, ids, speak, known) for verdict in ids.reviewed],
    }
    if observations:
        result["observations"] = observations
    if made.actions:
        result["risks"] = [risk_of(action, ids, speak) for action in made.actions]
    return {
        "assessment-results": {
            "uuid": ids.uuid("assessment-results"),
            "metadata": metadata(model, f"Results of {made.name}"),
            "import-ap": {"href": "assessment-plan.json"},
            "results": [result],
        }
    }


def _observation(
    result: QueryResult, model: ReportModel, ids: Ids, speak: Speaker, files: dict[str, Any]
) -> dict[str, Any]:
    told = joined(speak.reasons(result.reasons)) if result.reasons else string(result.state)
    item = next((item for name, item in files.items() if item.digest == result.digest and result.query in name), None)
    found: dict[str, Any] = {
        "uuid": ids.uuid("observation", result.query),
        "title": string(result.query),
        "description": told,
        "props": [
            prop("state", result.state),
            prop("rows", result.rows),
            prop("rows-sha256", result.digest),
            prop("query-version", result.version),
        ],
        "methods": ["TEST"],
        "types": ["finding" if result.state == "fail" else "control-objective"],
        "collected": time_text(result.end),
    }
    if item:
        described = f"SHA-256 {item.sha256}"
        found["relevant-evidence"] = [
            {"href": f"../{item.path}", "description": described, "props": [prop("sha256", item.sha256)]}
        ]
    return found


def _judged(verdict: Verdict, judgement: Judgement, ids: Ids, speak: Speaker) -> dict[str, Any]:
    found: dict[str, Any] = {
        "uuid": ids.uuid("judgement", verdict.control),
        "title": joined(speak.word("report.basis", judgement.basis)),
        "description": string(judgement.reason),
        "props": [
            prop("who", judgement.who), prop("basis", judgement.basis), prop("measured-state", verdict.measured_state)
        ],
        "methods": [METHODS.get(judgement.basis, "EXAMINE")],
        "collected": time_text(judgement.at),
    }  # fmt: skip
    if judgement.expires is not None:
        found["expires"] = time_text(judgement.expires)
    return found


def _finding(verdict: Verdict, model: ReportModel, ids: Ids, speak: Speaker, known: set[str]) -> dict[str, Any]:
    name = model.control(verdict.control)
    related = [ids.uuid("observation", query) for query in dict.fromkeys(verdict.queries)]
    if verdict.judgement:
        related.append(ids.uuid("judgement", verdict.control))
    risks = [a for a in model.assessment.actions if verdict.control in (a.control, *a.controls)]
    found: dict[str, Any] = {
        "uuid": ids.uuid("finding", verdict.control),
        "title": string(f"{name.reference}: {verdict.state}"),
        "description": joined(speak.reasons(verdict.reasons)) if verdict.reasons else string(name.title.en),
        "props": [prop("basis", verdict.basis), prop("measured-state", verdict.measured_state)],
        "target": {
            "type": "objective-id",
            "target-id": f"{ids.control(verdict.control)}_obj",
            "status": STATUS[verdict.state],
        },
    }
    if shown := [{"observation-uuid": each} for each in related if each in known]:
        found["related-observations"] = shown
    if risks:
        found["related-risks"] = [{"risk-uuid": ids.uuid("risk", action.id)} for action in risks]
    return found
