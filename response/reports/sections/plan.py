"""The plan of action: what is to be done by whom until when."""

from __future__ import annotations

from response.compliance.assessment import Action
from response.reports.blocks import Block, Heading, table
from response.reports.model import ReportModel
from response.reports.wording import Piece, Said, Speaker, cut, data, listed, moment


def plan(model: ReportModel, speak: Speaker) -> list[Block]:
    """A line an action, as the assessment ordered them."""
    heads = [
        (speak.say("report.number"), 1.0), (speak.say("report.control"), 1.3), (speak.say("report.severity"), 0.9),
        (speak.say("report.to_do"), 4.0), (speak.say("report.assets"), 1.8), (speak.say("report.owner"), 1.2),
        (speak.say("report.due"), 1.1), (speak.say("report.status"), 0.9),
    ]  # fmt: skip
    rows = [_row(action, model, speak) for action in model.assessment.actions]
    return [
        Heading(speak.say("report.plan"), anchor="plan"),
        table(heads, rows, speak.say("report.no_actions"), small=True),
    ]


def _row(action: Action, model: ReportModel, speak: Speaker) -> list[Said]:
    overdue = action.due is not None and action.due < model.made_at and action.status == "open"
    return [
        data(action.id),
        listed([model.control(name).reference for name in action.controls or (action.control,)], most=6),
        speak.word("severity", action.severity, action.severity),
        (*speak.reason(action.summary), *((Piece(action.query, style="faint"),) if action.query else ())),
        listed(action.assets, most=6),
        data(cut(action.owner)) if action.owner else speak.say("report.nobody", "fail"),
        data(None if action.due is None else moment(action.due)[:10], "fail" if overdue else ""),
        speak.word("report.action", action.status),
    ]
