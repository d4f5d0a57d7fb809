"""The plan of action: a line for each query that fails, for each that could not see, and for what people found wrong;
and the difference to the assessment before."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from detection.site import Site
from response.compliance.assessment import Action, Difference, Reason, Verdict
from response.compliance.deciding import Outcome
from response.compliance.frameworks import Plan
from response.compliance.query import Row

DAY = 24 * 3600 * 1_000_000_000
MOST_ASSETS = 20
UNSEEN_SEVERITY = "low"
NAMED = ("ot.destination.asset", "ot.source.asset")
"""The asset that a finding concerns: first the one that was reached, then the one that acted."""


def actions(
    verdicts: Sequence[Verdict], outcomes: Mapping[str, Outcome], plan: Plan, site: Site, now: int
) -> tuple[Action, ...]:
    """What there is to do, the gravest first. A query that several controls ask for is mended once, for all of them."""
    controls: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.state in ("fail", "inconclusive") and verdict.basis in ("measured", "none"):
            for query in verdict.queries:
                controls.setdefault(query, []).append(verdict.control)
    lines = [
        _of_query(outcomes[query], names, plan, site, now)
        for query, names in controls.items()
        if query in outcomes and outcomes[query].result.state in ("fail", "inconclusive")
    ]
    lines += [_of_verdict(v, plan, now) for v in verdicts if v.state == "fail" and v.basis in ("attested", "override")]
    order = list(plan.due_days)
    return tuple(sorted(lines, key=lambda a: (a.state != "fail", _rank(order, a.severity), a.query or "", a.control)))


def _rank(order: Sequence[str], severity: str) -> int:
    return order.index(severity) if severity in order else len(order)


def _of_query(outcome: Outcome, controls: Sequence[str], plan: Plan, site: Site, now: int) -> Action:
    result = outcome.result
    fails = result.state == "fail"
    severity = plan.severity_of(result.query) if fails else UNSEEN_SEVERITY
    assets = _assets(outcome.broken or outcome.rows, site) if fails else ()
    return Action(
        id=_identifier(result.query, result.state),
        control=controls[0],
        query=result.query,
        state=result.state,
        severity=severity,
        summary=Reason("mend" if fails else "make_visible", {"query": result.query, "count": _count(outcome)}),
        assets=assets,
        owner=_owner(assets, site),
        due=_due(plan, severity, now),
        controls=tuple(controls),
    )


def _count(outcome: Outcome) -> int:
    return len(outcome.broken) or outcome.result.rows


def _of_verdict(verdict: Verdict, plan: Plan, now: int) -> Action:
    severity = plan.severity_of("")
    return Action(
        id=_identifier(verdict.control, verdict.basis),
        control=verdict.control,
        query=None,
        state="fail",
        severity=severity,
        summary=Reason("mend_control", {"control": verdict.control}),
        due=_due(plan, severity, now),
        controls=(verdict.control,),
    )


def _assets(rows: Sequence[Row], site: Site) -> tuple[str, ...]:
    """Declared assets that the rows name, else the addresses, those named most often first."""
    declared = {asset.id for asset in site.assets}
    named: Counter[str] = Counter()
    for row in rows:
        found = [str(row[name]) for name in NAMED if row.get(name)]
        known = [name for name in found if name in declared]
        named.update((known or found)[:1])
    return tuple(name for name, _ in sorted(named.items(), key=lambda item: (-item[1], item[0]))[:MOST_ASSETS])


def _owner(assets: Sequence[str], site: Site) -> str | None:
    owners = {asset.id: asset.owner for asset in site.assets}
    return next((owner for name in assets if (owner := owners.get(name))), None)


def _due(plan: Plan, severity: str, now: int) -> int | None:
    days = plan.due_days.get(severity)
    return None if days is None else now + days * DAY


def _identifier(*parts: str) -> str:
    """The same finding has the same id in every assessment, so that its progress can be followed."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def differences(before: Sequence[Verdict], after: Sequence[Verdict]) -> tuple[Difference, ...]:
    """Controls whose state changed, of the frameworks that both assessments used; None where a framework has gained or
    lost a control."""
    both = {verdict.framework for verdict in before} & {verdict.framework for verdict in after}
    then = {verdict.control: verdict.state for verdict in before if verdict.framework in both}
    now = {verdict.control: verdict.state for verdict in after if verdict.framework in both}
    names = [*now, *(name for name in then if name not in now)]
    return tuple(Difference(name, then.get(name), now.get(name)) for name in names if then.get(name) != now.get(name))
