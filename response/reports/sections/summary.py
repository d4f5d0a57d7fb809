"""The page for those who decide: how it stands, what is worst, what they are asked for."""

from __future__ import annotations

from collections import Counter

from response.compliance.assessment import STATES, Assessment
from response.reports.blocks import Block, Counts, Heading, Listing, Paragraph, table
from response.reports.findings import Finding, findings_of
from response.reports.model import ReportModel
from response.reports.sections.told import finding_title
from response.reports.wording import Said, Speaker, data

KEY_FINDINGS = 5


def summary(model: ReportModel, speak: Speaker) -> list[Block]:
    """One page in plain words."""
    found = findings_of(model.assessment)
    counted = Counter(verdict.state for verdict in model.assessment.verdicts)
    blocks: list[Block] = [Heading(speak.say("report.summary"), anchor="summary")]
    if model.assessment.drill:
        blocks.append(Paragraph(speak.say("report.drill"), "warn"))
    blocks += [
        Paragraph(_rating(model.assessment, speak), "lead"),
        Counts(tuple((str(counted[state]), state, speak.word("report.state", state)) for state in STATES)),
        _by_framework(model, speak),
        Heading(speak.say("report.key_findings"), 2),
    ]
    worst = [f for f in found if f.state == "fail"][:KEY_FINDINGS] or list(found[:KEY_FINDINGS])
    blocks.append(
        Listing(tuple(_key(finding, model, speak) for finding in worst))
        if worst
        else Paragraph(speak.say("report.no_findings"))
    )
    blocks.append(Heading(speak.say("report.decisions"), 2))
    asked = _decisions(model.assessment, speak)
    blocks.append(Listing(tuple(asked)) if asked else Paragraph(speak.say("report.no_decisions")))
    if model.assessment.previous:
        blocks.append(Paragraph(_trend(model.assessment, speak)))
    return blocks


def _rating(assessment: Assessment, speak: Speaker) -> Said:
    counted = Counter(verdict.state for verdict in assessment.verdicts)
    measured = sum(v.basis == "measured" and v.state in ("pass", "fail") for v in assessment.verdicts)
    key = "report.rating.none"
    if counted["fail"]:
        key = "report.rating.fail"
    elif counted["inconclusive"]:
        key = "report.rating.inconclusive"
    elif counted["pass"]:
        key = "report.rating.pass"
    return speak.say(
        key, total=len(assessment.verdicts), failed=counted["fail"], open=counted["inconclusive"], measured=measured
    )


def _by_framework(model: ReportModel, speak: Speaker) -> Block:
    heads = [(speak.say("report.framework"), 3.0), *((speak.word("report.state", state), 1.0) for state in STATES)]
    rows = []
    for framework in model.assessment.frameworks:
        counted = Counter(v.state for v in model.assessment.verdicts if v.framework == framework.id)
        rows.append([data(framework.id), *(data(str(counted[state])) for state in STATES)])
    return table(heads, rows, speak.say("report.no_frameworks"), small=True)


def _key(finding: Finding, model: ReportModel, speak: Speaker) -> Said:
    """Its title with its number in front, and what was found below."""
    first, *rest = finding_title(finding, model, speak)
    head = (type(first)(f"{finding.id}  {first.text}", first.lang, "strong"), *rest)
    reasons = finding.result.reasons[:1] if finding.result else ()
    return head + speak.reasons(reasons, "faint")


def _decisions(assessment: Assessment, speak: Speaker) -> list[Said]:
    """What only a person can do, with how often it is asked for."""
    unowned = sum(action.owner is None and action.status == "open" for action in assessment.actions)
    blind = [zone.zone for zone in assessment.visibility.zones if zone.blind or not zone.sensors]
    unattested = sum(v.state == "inconclusive" and v.judgement is None for v in assessment.verdicts)
    overrides = sum(v.basis == "override" for v in assessment.verdicts)
    asked = []
    if not assessment.verdicts:
        asked.append(speak.say("report.decide.framework"))
    if unowned:
        asked.append(speak.say("report.decide.owners", count=unowned))
    if blind:
        asked.append(speak.say("report.decide.blind", count=len(blind), zones=", ".join(blind[:6])))
    if unattested:
        asked.append(speak.say("report.decide.attest", count=unattested))
    if overrides:
        asked.append(speak.say("report.decide.overrides", count=overrides))
    return asked


def _trend(assessment: Assessment, speak: Speaker) -> Said:
    better = sum(d.after == "pass" for d in assessment.differences)
    worse = sum(d.after == "fail" for d in assessment.differences)
    return speak.say("report.trend", better=better, worse=worse, changed=len(assessment.differences))
