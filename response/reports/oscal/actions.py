"""The plan of action as OSCAL's plan of action and milestones; each action is a risk with a deadline."""

from __future__ import annotations

from typing import Any

from response.compliance.assessment import Action
from response.reports.model import ReportModel
from response.reports.oscal.parts import Ids, joined, metadata, prop, string
from response.reports.wording import Speaker
from response.times import time_text

STATUS = {"open": "open", "done": "closed", "accepted": "deviation-approved"}


def plan_of_action(model: ReportModel, ids: Ids, speak: Speaker) -> dict[str, Any]:
    """All actions with their risks."""
    actions = model.assessment.actions
    return {
        "plan-of-action-and-milestones": {
            "uuid": ids.uuid("plan-of-action"),
            "metadata": metadata(model, f"Plan of action of {model.assessment.name}"),
            "import-ssp": {"href": "system-security-plan.json"},
            "risks": [risk_of(action, ids, speak) for action in actions],
            "poam-items": [
                {
                    "uuid": ids.uuid("poam-item", action.id),
                    "title": string(f"{action.id} {model.control(action.control).reference}"),
                    "description": joined(speak.reason(action.summary)),
                    "props": [prop("owner", action.owner or "-"), prop("status", action.status)],
                    "related-risks": [{"risk-uuid": ids.uuid("risk", action.id)}],
                }
                for action in actions
            ],
        }
    }


def risk_of(action: Action, ids: Ids, speak: Speaker) -> dict[str, Any]:
    """What stays open until the action is done."""
    found: dict[str, Any] = {
        "uuid": ids.uuid("risk", action.id),
        "title": string(action.id),
        "description": joined(speak.reason(action.summary)),
        "statement": joined(speak.word("severity", action.severity)),
        "props": [prop("severity", action.severity), prop("owner", action.owner or "-")],
        "status": STATUS.get(action.status, "open"),
    }
    if action.due is not None:
        found["deadline"] = time_text(action.due)
    return found
