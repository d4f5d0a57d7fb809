"""How bad it is: findings of the mirror doctor against `rules/mirror/judgement.yml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sensors.doctor import Examined, Finding, Limits

Severity = Literal["fault", "warning", "note"]
Verdict = Literal["good", "usable", "bad", "inconclusive"]
SEVERITIES: tuple[Severity, ...] = ("fault", "warning", "note")
VERDICTS: tuple[Verdict, ...] = ("good", "usable", "bad", "inconclusive")
NEEDED = ("traffic", "directions")
"""Checks without which nothing good can be said."""
SENSOR = "sensor"
"""What is mended at the sensor, not at the switch."""


@dataclass(frozen=True)
class Weight:
    """How a finding is weighed: from `least` on it is one of this severity, from `fault` on a fault."""

    severity: Severity
    least: float
    mend: str
    fault: float | None = None


@dataclass(frozen=True)
class Weighed:
    """A finding and how bad it is."""

    finding: Finding
    severity: Severity
    mend: str


@dataclass(frozen=True)
class Judged:
    """The findings, the worst first, and what they say together."""

    verdict: Verdict
    findings: tuple[Weighed, ...]
    examined: tuple[Examined, ...]


class Judgement:
    """The weights of `judgement.yml`."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.weights = {code: Weight(**weight) for code, weight in data["findings"].items()}
        self.limits = Limits({code: weight.least for code, weight in self.weights.items()}, data["support"])

    def judge(self, examined: Sequence[Examined]) -> Judged:
        """Weighs what was found."""
        weighed = [self._weigh(finding) for each in examined for finding in each.findings]
        weighed.sort(key=lambda each: SEVERITIES.index(each.severity))
        return Judged(_verdict(weighed, examined), tuple(weighed), tuple(examined))

    def _weigh(self, finding: Finding) -> Weighed:
        weight = self.weights[finding.code]
        is_fault = weight.fault is not None and finding.measure >= weight.fault
        return Weighed(finding, "fault" if is_fault else weight.severity, weight.mend)


def _verdict(weighed: Sequence[Weighed], examined: Sequence[Examined]) -> Verdict:
    found = {each.severity for each in weighed}
    if "fault" in found:
        return "bad"
    if any(each.state == "unknown" for each in examined if each.check in NEEDED):
        return "inconclusive"
    return "usable" if "warning" in found else "good"
