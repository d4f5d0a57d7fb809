"""Whether a correlation makes sense: its fields exist in every dataset its rules look at, under their aliases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from detection.sigma.fields import FieldError, Target, find_target
from detection.sigma.model import Correlation, Issue, Rule, Step
from detection.sigma.validate import PARTIES, dedup_issues, issue_at, tag_issues, text_issues
from detection.sigma.wrong import wrong

COUNT = "count"
"""Placeholder of a correlation's texts: how many events, values or rules came together."""


def datasets_under(name: str, rules: Mapping[str, Rule], correlations: Mapping[str, Correlation]) -> frozenset[str]:
    """Datasets of the rules that a rule or correlation called `name` stands on."""
    if name in rules:
        return frozenset({rules[name].dataset})
    return frozenset().union(*(datasets_under(each, rules, correlations) for each in correlations[name].rules))


def validate_correlation(
    correlation: Correlation,
    rules: Mapping[str, Rule],
    correlations: Mapping[str, Correlation],
    techniques: frozenset[str] | None,
) -> list[Issue]:
    """Issues of one correlation whose rules are all there (names resolved, no cycle)."""
    under = {name: datasets_under(name, rules, correlations) for name in correlation.rules}

    def find(name: str) -> Target:
        """The field in every dataset; the alias's field for an alias."""
        found = [find_target(each, correlation.field_of(name, rule), None) for rule in under for each in under[rule]]
        return found[0]

    issues = [*_field_issues(correlation, under), *tag_issues(correlation, techniques)]
    if correlation.type in ("temporal", "temporal_ordered") and len(set(correlation.rules)) < 2:
        issues.append(issue_at(correlation, ("correlation", "rules"), wrong("one_rule_no_sequence")))
    if correlation.bittern is not None:
        extra = (*PARTIES, COUNT)
        issues += dedup_issues(correlation, correlation.bittern, find)
        issues += text_issues(correlation, correlation.bittern, find, extra)
    return issues


def _field_issues(correlation: Correlation, under: Mapping[str, frozenset[str]]) -> Iterator[Issue]:
    wanted: list[tuple[tuple[Step, ...], str]] = [
        (("correlation", "group-by", number), name) for number, name in enumerate(correlation.group_by)
    ]
    if correlation.field is not None:
        wanted.append((("correlation", "condition", "field"), correlation.field))
    for path, name in wanted:
        for rule, datasets in under.items():
            for dataset in sorted(datasets):
                yield from _one_field(correlation, path, correlation.field_of(name, rule), dataset)


def _one_field(correlation: Correlation, path: tuple[Step, ...], field: str, dataset: str) -> Iterator[Issue]:
    try:
        target = find_target(dataset, field, None)
    except FieldError as error:
        yield issue_at(correlation, path, wrong("field_of_rules", error.wrong))
        return
    if target.detail is not None or target.is_list:
        yield issue_at(correlation, path, wrong("group_not_single", field=field))
