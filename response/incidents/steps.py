"""Tasks of an incident from the steps that its rules give, until a playbook of that name stands behind them."""

from __future__ import annotations

from detection.sigma.load import RuleSet
from response.alerts import Alert
from response.incidents.record import Step, Steps


def rule_steps(rules: RuleSet) -> Steps:
    """Steps of an alert by its rule: `rule.step` with rule, number (from 1) and the alert that fills the text."""
    counts = {
        head.name: len(head.bittern.text["en"].do) for head in (*rules.rules, *rules.correlations) if head.bittern
    }

    def steps(alert: Alert) -> list[Step]:
        return [
            Step(f"{alert.rule}.{number}", "rule.step", {"rule": alert.rule, "number": number, "alert": alert.id})
            for number in range(1, counts.get(alert.rule, 0) + 1)
        ]

    return steps
