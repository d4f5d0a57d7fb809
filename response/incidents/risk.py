"""The risk of an incident, with every term it is made of: impact x confidence x novelty (`rules/triage.yml`). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from response.alerts import Alert
from response.incidents.ends import UNKNOWN, name_of
from response.incidents.killchain import Matrix
from response.triage.policy import Policy


def risk_of(alerts: Sequence[Alert], matrix: Matrix, policy: Policy) -> dict[str, Any]:
    """Score 0 to 100 and its terms, each with the figure and what it comes from."""
    asset, criticality = _most_critical(alerts, policy)
    tactic = max((matrix.stage(a) for a in alerts), key=lambda t: (policy.operation.get(t or "", 0.0), matrix.rank(t)))
    operation = policy.operation.get(tactic or "", 0.0)
    confidence, rules = _confidence(alerts, policy)
    known = sum(alert.precedent is not None for alert in alerts)
    novelty = 1 - (1 - policy.seen_before) * known / len(alerts)
    impact = policy.criticality[criticality] * operation
    return {
        "score": round(100 * impact * confidence * novelty),
        "impact": {
            "value": round(impact, 3),
            "criticality": {"value": policy.criticality[criticality], "asset": asset, "word": criticality},
            "operation": {"value": operation, "tactic": tactic},
        },
        "confidence": {"value": round(confidence, 3), "rules": rules},
        "novelty": {"value": round(novelty, 3), "seen_before": known, "alerts": len(alerts)},
    }


def _most_critical(alerts: Sequence[Alert], policy: Policy) -> tuple[str | None, str]:
    """The asset hit that matters most, and its criticality; the first by name of several."""
    hit = sorted({(name_of(a.destination) or "", _word(a, policy)) for a in alerts})
    asset, word = max(hit, key=lambda each: policy.criticality[each[1]])
    return asset or None, word


def _word(alert: Alert, policy: Policy) -> str:
    word = str(alert.destination.get("criticality", UNKNOWN))
    return word if word in policy.criticality else UNKNOWN


def _confidence(alerts: Sequence[Alert], policy: Policy) -> tuple[float, dict[str, float]]:
    """How sure the rules are together: 1 - product of their doubts, each rule counted once with its surest alert."""
    rules: dict[str, float] = {}
    for alert in sorted(alerts, key=lambda a: a.rule):
        sure = policy.confidence.get(alert.severity, 0.0) * (0.5 if alert.lacking else 1.0)
        rules[alert.rule] = max(sure, rules.get(alert.rule, 0.0))
    doubt = 1.0
    for sure in rules.values():
        doubt *= 1 - sure
    return 1 - doubt, rules
