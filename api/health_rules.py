"""The rules on the health of sensors, servers and disks, which the worker judges by: those of `rules/health`."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path

from detection.sigma.load import RuleSet


@cache
def health_rules() -> RuleSet:
    """The shipped rules; they judge what no packet tells, so that no sensor needs them."""
    return RuleSet.load([Path(str(resources.files("rules").joinpath("health")))])


def with_health(rules: RuleSet) -> RuleSet:
    """Rules for whoever tells alerts in words: those in force, and those on health."""
    own = health_rules()
    taken = {each.name for each in (*rules.rules, *rules.correlations)}
    return replace(rules, rules=(*rules.rules, *(each for each in own.rules if each.name not in taken)))
