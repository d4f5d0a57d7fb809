"""Resolves the names by which correlations refer to rules, and puts correlations in an order that can be run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from detection.sigma.model import Correlation, Head, Issue, Rule
from detection.sigma.validate import issue_at
from detection.sigma.wrong import unlisted, wrong


def resolve(
    rules: Mapping[str, Rule], correlations: Mapping[str, Correlation]
) -> tuple[list[Correlation], list[Issue]]:
    """Correlations with names in place of ids, each after those it stands on, by name otherwise; and what is wrong.

    A correlation is left out that names a rule which is not there or broken, or that stands on itself.
    """
    heads: list[Head] = [*rules.values(), *correlations.values()]
    names = {head.name: head.name for head in heads} | {head.id: head.name for head in heads}
    issues: list[Issue] = []
    waiting: dict[str, Correlation] = {}
    for correlation in sorted(correlations.values(), key=lambda each: each.name):
        unknown = [(number, each) for number, each in enumerate(correlation.rules) if each not in names]
        for number, each in unknown:
            others = {name for name in names.values() if name != correlation.name}
            path = ("correlation", "rules", number)
            issues.append(issue_at(correlation, path, unlisted("rule_absent", each, others, rule=each)))
        if not unknown:
            waiting[correlation.name] = _named(correlation, names)
    return _in_order(waiting, issues), issues


def _named(correlation: Correlation, names: Mapping[str, str]) -> Correlation:
    rules = tuple(dict.fromkeys(names[each] for each in correlation.rules))
    aliases = {
        alias: {names[rule]: field for rule, field in fields.items()} for alias, fields in correlation.aliases.items()
    }
    return replace(correlation, rules=rules, aliases=aliases)


def _in_order(waiting: dict[str, Correlation], issues: list[Issue]) -> list[Correlation]:
    ordered: list[Correlation] = []
    while ready := [name for name, each in waiting.items() if not set(each.rules) & waiting.keys()]:
        ordered += [waiting.pop(name) for name in ready]
    issues += [issue_at(each, ("correlation", "rules"), wrong("circle")) for each in waiting.values()]
    return ordered
