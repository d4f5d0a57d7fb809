"""What is made of a rule once, however many inputs it is run over: the values it cannot do without, its expression."""

from __future__ import annotations

from detection.sigma.compile import Compiled, compile_rule
from detection.sigma.model import Rule
from detection.sigma.required import Words, required_values


class Prepared:
    """By name of rules of one RuleSet; each is made when it is first asked for. Not to be changed: runs share it."""

    def __init__(self) -> None:
        self._required: dict[str, Words] = {}
        self._compiled: dict[str, Compiled] = {}

    def required(self, rule: Rule) -> Words:
        """`required_values` of the rule."""
        found = self._required.get(rule.name)
        if found is None:
            found = self._required[rule.name] = required_values(rule)
        return found

    def compiled(self, rule: Rule) -> Compiled:
        """The rule compiled. Raises what `compile_rule` raises, each time."""
        found = self._compiled.get(rule.name)
        if found is None:
            found = self._compiled[rule.name] = compile_rule(rule)
        return found
