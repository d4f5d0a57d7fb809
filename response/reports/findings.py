"""Findings of a report: evidence queries that fail or could not decide, and controls that a person judged to fail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from response.alerts import SEVERITIES
from response.compliance.assessment import Action, Assessment, QueryResult, Verdict

UNRATED = {"fail": "medium", "inconclusive": "low"}
"""Severity of what no action rates."""


@dataclass(frozen=True)
class Finding:
    """One thing to mend or to look at. `id` is its place in this report; `result` is the query behind it, else it is a
    person's judgement of `verdicts`, which are the controls concerned; `actions` say who mends it until when."""

    id: str
    state: str
    severity: str
    result: QueryResult | None
    verdicts: tuple[Verdict, ...]
    actions: tuple[Action, ...]


def findings_of(assessment: Assessment) -> tuple[Finding, ...]:
    """All findings: what fails before what is undecided, the gravest first."""
    by_query = _verdicts_by_query(assessment.verdicts)
    actions: dict[str | None, list[Action]] = defaultdict(list)
    for action in assessment.actions:
        actions[action.query].append(action)
    found = [
        _finding(result.state, result, by_query[result.query], actions[result.query])
        for result in assessment.results
        if result.state in UNRATED
    ]
    shown = {result.query for result in assessment.results if result.state == "fail"}
    judged = [v for v in assessment.verdicts if v.state == "fail" and not shown.intersection(v.decisive)]
    found += [
        _finding("fail", None, [v], [a for a in assessment.actions if a.query is None and a.control == v.control])
        for v in judged
    ]
    ordered = sorted(found, key=lambda f: (f.state != "fail", -SEVERITIES.index(f.severity), _name(f)))
    return tuple(
        Finding(f"F-{n:03d}", f.state, f.severity, f.result, f.verdicts, f.actions) for n, f in enumerate(ordered, 1)
    )


def _verdicts_by_query(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        for query in dict.fromkeys((*verdict.decisive, *verdict.queries)):
            if verdict.state not in ("pass", "not_applicable"):
                found[query].append(verdict)
    return found


def _finding(state: str, result: QueryResult | None, verdicts: list[Verdict], actions: list[Action]) -> Finding:
    rated = [action.severity for action in actions if action.severity in SEVERITIES]
    severity = max(rated, key=SEVERITIES.index, default=UNRATED[state])
    return Finding("", state, severity, result, tuple(verdicts), tuple(actions))


def _name(finding: Finding) -> str:
    return finding.result.query if finding.result else f"~{finding.verdicts[0].control}"
