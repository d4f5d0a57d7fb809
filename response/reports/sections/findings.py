"""Findings with their evidence: query, rows, hashes, and the first rows themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from response.compliance.assessment import QueryResult
from response.reports.blocks import Block, Card, Facts, Heading, Paragraph, Table, table
from response.reports.findings import Finding, findings_of
from response.reports.model import ReportModel
from response.reports.sections.told import finding_title
from response.reports.wording import Piece, Said, Speaker, Word, clock, cut, data, listed, moment, shown
from response.times import time_ns

LEADING = (
    "@timestamp", "first_seen", "first", "ot.source.asset", "source.ip", "ot.destination.asset", "destination.ip",
    "ot.asset_key", "addresses", "network.protocol", "ot.operation", "ot.object.address", "user.name", "ot.zone",
    "ot.source.zone", "ot.destination.zone", "status", "missing", "in_the_way",
)  # fmt: skip
"""Columns of evidence that are shown first, and last."""
TRAILING = ("event.id", "ot.capture", "ot.packet.first", "violation", "last_seen", "last", "count")
EXACT_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")
ROWS, COLUMNS = 5, 6
"""Rows and columns of evidence shown with a finding; the evidence file holds more."""


def findings(model: ReportModel, speak: Speaker) -> list[Block]:
    """Every finding, the gravest first."""
    found = findings_of(model.assessment)
    blocks: list[Block] = [Heading(speak.say("report.findings", count=len(found)), anchor="findings")]
    if not found:
        return [*blocks, Paragraph(speak.say("report.no_findings"))]
    return [*blocks, *(_card(finding, model, speak) for finding in found)]


def _card(finding: Finding, model: ReportModel, speak: Speaker) -> Card:
    first, *rest = finding_title(finding, model, speak)
    word, badge = finding.state, speak.word("report.state", finding.state)
    if finding.state == "fail":
        word, badge = finding.severity, speak.say("report.badge", severity=Word("severity", finding.severity))
    return Card(
        style=word,
        badge=badge,
        title=(Piece(f"{finding.id}  {first.text}", first.lang, "strong"), *rest),
        facts=Facts(tuple(_facts(finding, model, speak))),
        table=_sample(finding.result, speak) if finding.result and finding.result.sample else None,
        anchor=finding.id,
    )


def _facts(finding: Finding, model: ReportModel, speak: Speaker) -> list[tuple[Said, Said]]:
    result = finding.result
    rows = (
        [(speak.say("report.why"), speak.reasons(result.reasons)), *_evidence(result, model, speak)] if result else []
    )
    if not result and (judgement := finding.verdicts[0].judgement):
        told = data(f"{judgement.who}, {moment(judgement.at)}: {judgement.reason}")
        rows.append((speak.word("report.basis", judgement.basis), told))
    references = [model.control(verdict.control).reference for verdict in finding.verdicts]
    rows.append((speak.say("report.controls_concerned"), listed(references, most=12)))
    assets = tuple(dict.fromkeys(asset for action in finding.actions for asset in action.assets))
    if assets:
        rows.append((speak.say("report.assets"), listed(assets, most=12)))
    rows += [
        (speak.say("report.to_do"), _action(finding, speak)),
        (speak.say("report.verify"), _verify(finding, speak)),
    ]
    return [(name, told) for name, told in rows if told]


def _evidence(result: QueryResult, model: ReportModel, speak: Speaker) -> list[tuple[Said, Said]]:
    name = model.query(result.query)
    measured: Said = ()
    if result.measure is not None:
        needed = "–" if result.needed is None else f"{result.needed:.4g}"
        measured = speak.say("report.measured_value", measure=f"{result.measure:.4g}", needed=needed)
    definition = (Piece(name.definition, "en"),) if name.definition and "en" in speak.languages else ()
    query = speak.say("report.query_told", query=result.query, version=result.version, rows=result.rows)
    return [
        (speak.say("report.query"), (*query, *definition)),
        (speak.say("report.measure"), measured),
        (speak.say("report.parameters"), _parameters(result.parameters)),
        (speak.say("report.period"), _own_period(result, model)),
        (speak.say("report.seen_behind"), speak.reasons([r for r in result.visibility if r not in result.reasons])),
        (speak.say("report.rows_digest"), data(result.digest, "code")),
    ]


def _own_period(result: QueryResult, model: ReportModel) -> Said:
    """The period of a query where it is not the assessment's."""
    if (result.start, result.end) == (model.assessment.start, model.assessment.end):
        return ()
    return data(f"{moment(result.start)} – {moment(result.end)}")


def _parameters(parameters: Mapping[str, Any]) -> Said:
    told = ", ".join(f"{name} = {shown(value)}" for name, value in sorted(parameters.items()))
    return data(cut(told)) if told else ()


def _action(finding: Finding, speak: Speaker) -> Said:
    if not finding.actions:
        return speak.say("report.no_action")
    action = finding.actions[0]
    owner = action.owner or Word("report", "nobody")
    due = "–" if action.due is None else moment(action.due)[:10]
    return (*speak.reason(action.summary), *speak.say("report.action_told", id=action.id, owner=owner, due=due))


def _verify(finding: Finding, speak: Speaker) -> Said:
    if not finding.result:
        return speak.say("report.verify_judgement")
    return speak.say("report.verify_query", query=finding.result.query)


def _sample(result: QueryResult, speak: Speaker) -> Table:
    rows = result.sample[:ROWS]
    held = dict.fromkeys(name for row in rows for name in row if row[name] not in (None, "", []))
    names = sorted(held, key=lambda name: (_rank(name), list(held).index(name)))[:COLUMNS]
    cells = [[_value(name, row.get(name)) for name in names] for row in rows]
    return table([(data(name, "code"), 1.0) for name in names], cells, speak.say("report.no_rows"), small=True)


def _rank(name: str) -> int:
    """Who, with whom, what and when come first; where to find it comes last."""
    if name in LEADING:
        return LEADING.index(name)
    return len(LEADING) + (name in TRAILING)


def _value(name: str, value: Any) -> Said:
    if value is None:
        return data(None)
    if name in ("@timestamp", "event.end") and isinstance(value, int):
        return clock(value)
    if isinstance(value, str) and EXACT_TIME.fullmatch(value):
        return clock(time_ns(value))
    return data(cut(shown(value)))
