"""The shipped rules, read once in a process: nothing changes a set of rules, and reading it takes half a second."""

from __future__ import annotations

from functools import cache

from api.analysis import load_rules
from detection.sigma.load import RuleSet


@cache
def shipped_rule_set() -> RuleSet:
    """What `load_rules` gives without folders; its own tests call that."""
    return load_rules(())
