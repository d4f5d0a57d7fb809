"""What is wrong with a mirror port: findings as codes and parameters, by checks over what was counted.

How much is too much stands in `rules/mirror/judgement.yml`, the words in the locales, what to set at the switch in
`rules/mirror/switches`.
"""

from __future__ import annotations

from sensors.doctor.checks import CHECKS
from sensors.doctor.finding import Check, Examined, Expected, Finding, Limits
from sensors.mirror import MirrorFacts

__all__ = ["CHECKS", "Check", "Examined", "Expected", "Finding", "Limits", "examine"]


def examine(facts: MirrorFacts, expected: Expected, limits: Limits) -> tuple[Examined, ...]:
    """Every check, in order; what could not be judged says so."""
    return tuple(check.examine(facts, expected, limits) for check in CHECKS)
