"""What a mute, a learned entry or a closing would do to stored alerts, told before it is done. Pure over what it gets;
`Suppression.matches` decides, as it does when it is enforced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from response.alerts import Alert
from response.triage.suppression import Occurrences, Suppression, nothing_inside

NAMED = 20
"""How many ids an effect lists; the numbers are of all."""


@dataclass
class Effect:
    """`open` would be held back now; `recent` were seen in the last `days`; `true_positives` of these were closed as
    such: a warning; `taken` are being worked on by somebody."""

    days: int
    open: list[str] = field(default_factory=list)
    recent: int = 0
    counted: int = 0
    true_positives: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    severities: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    techniques: Counter[str] = field(default_factory=Counter)

    @property
    def warns(self) -> bool:
        """Whether it would have hidden what was true."""
        return bool(self.true_positives)

    def add(self, alert: Alert, now: int, span: int) -> None:
        """Counts an alert that matches."""
        if alert.status != "closed":
            self.open.append(alert.id)
            if alert.status == "in_progress":
                self.taken.append(alert.id)
        if alert.last_seen >= now - span:
            self.recent += 1
            self.counted += alert.count
            self.severities[alert.severity] += 1
            self.rules[alert.rule] += 1
            self.techniques.update(alert.techniques)
            if alert.resolution == "true_positive":
                self.true_positives.append(alert.id)

    def record(self) -> dict[str, Any]:
        """As JSON; `warnings` are codes with parameters (`triage.warning.*`)."""
        warnings = [
            {"code": f"triage.warning.{code}", "parameters": {"count": len(named)}}
            for code, named in (("true_positives", self.true_positives), ("taken", self.taken))
            if named
        ]
        return {
            "days": self.days,
            "open": len(self.open),
            "open_alerts": sorted(self.open)[:NAMED],
            "recent": self.recent,
            "counted": self.counted,
            "true_positives": len(self.true_positives),
            "true_positive_alerts": sorted(self.true_positives)[:NAMED],
            "taken": len(self.taken),
            "severities": dict(sorted(self.severities.items())),
            "rules": dict(sorted(self.rules.items())),
            "techniques": dict(sorted(self.techniques.items())),
            "warnings": warnings,
        }


def effect_of(
    suppression: Suppression,
    alerts: Iterable[Alert],
    now: int,
    span: int,
    occurrences: Occurrences = nothing_inside,
) -> Effect:
    """The effect on these alerts; `span` (ns) is how far back `recent` looks. A closed alert older than that, and what
    another record holds back already, does not count."""
    effect = Effect(days=span // 86_400_000_000_000)
    for alert in alerts:
        counts = alert.status != "closed" or alert.last_seen >= now - span
        if counts and alert.suppressed_by in (None, suppression.id) and suppression.matches(alert, occurrences):
            effect.add(alert, now, span)
    return effect
