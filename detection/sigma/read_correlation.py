"""Reads a Sigma correlation (Sigma specification 2.1, correlations): event_count, value_count, temporal and ordered."""

from __future__ import annotations

from typing import get_args

from detection.sigma.document import Document
from detection.sigma.model import Correlation, CorrelationType, Issue, Operator
from detection.sigma.read_head import HEAD_KEYS, read_head
from detection.sigma.reading import Reading
from detection.sigma.wrong import plain_value, unlisted, wrong

KEYS = ("type", "rules", "group-by", "timespan", "condition", "aliases", "generate")
TYPES: tuple[CorrelationType, ...] = get_args(CorrelationType)
OPERATORS: tuple[Operator, ...] = get_args(Operator)
SECOND = 1_000_000_000


def read_correlation(document: Document) -> tuple[Correlation | None, list[Issue]]:
    """The correlation a document states and everything wrong with its shape; none when it cannot be used."""
    reading = Reading(document)
    reading.known(keys=(*HEAD_KEYS, "correlation"))
    reading.known("correlation", keys=KEYS)
    reading.table("correlation")
    kind = _type(reading)
    rules = reading.words("correlation", "rules")
    if len(set(rules)) < len(rules):
        reading.complain(("correlation", "rules"), wrong("rule_twice"))
    operator, threshold, field = _condition(reading, kind, len(rules))
    head = read_head(reading)
    correlation = Correlation(
        **head,
        type=kind,
        rules=rules,
        group_by=reading.words("correlation", "group-by", required=False),
        timespan=reading.seconds("correlation", "timespan") * SECOND,
        operator=operator,
        threshold=threshold,
        field=field,
        generate=reading.flag("correlation", "generate", default=False),
        aliases=_aliases(reading, rules),
    )
    return (correlation if reading.usable else None), reading.issues


def _type(reading: Reading) -> CorrelationType:
    found = reading.word("correlation", "type", among=TYPES)
    return next((kind for kind in TYPES if kind == found), "event_count")


def _condition(reading: Reading, kind: CorrelationType, rules: int) -> tuple[Operator, int, str | None]:
    """Operator, threshold and, for value_count, the field. A temporal correlation without one wants every rule."""
    path = ("correlation", "condition")
    temporal = kind in ("temporal", "temporal_ordered")
    given = reading.table(*path, required=not temporal)
    if not given:
        return "gte", rules, None
    reading.known(*path, keys=(*OPERATORS, "field"))
    field = reading.text(*path, "field", required=kind == "value_count") or None
    if field and kind != "value_count":
        reading.complain((*path, "field"), wrong("field_not_counted", type=kind))
    operators: list[Operator] = [each for each in OPERATORS if each in given]
    if len(operators) != 1:
        reading.complain(path, wrong("operators_count", count=len(operators), operators=OPERATORS))
        return "gte", rules, field
    operator = operators[0]
    _check_operator(reading, kind, operator, given[operator], rules)
    threshold = given[operator]
    return operator, threshold if isinstance(threshold, int) else 0, field


def _check_operator(reading: Reading, kind: CorrelationType, operator: Operator, value: object, rules: int) -> None:
    path = ("correlation", "condition", operator)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1_000_000:
        reading.complain(path, wrong("threshold_not_count", value=plain_value(value)))
        return
    least = {"gte": 1, "gt": 0, "lt": 2, "lte": 1, "eq": 1}[operator]
    if value < least:
        reading.complain(path, wrong("threshold_trivial", operator=operator, value=value, least=least))
    if kind == "temporal_ordered" and (operator, value) != ("gte", rules):
        reading.complain(path, wrong("ordered_condition"))


def _aliases(reading: Reading, rules: tuple[str, ...]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for alias in reading.table("correlation", "aliases", required=False):
        path = ("correlation", "aliases", alias)
        mapping = reading.table(*path)
        found[alias] = {rule: reading.text(*path, rule) for rule in mapping}
        for rule in sorted(set(mapping) - set(rules)):
            reading.complain((*path, rule), unlisted("alias_foreign", rule, rules, alias=alias, rule=rule))
        for rule in sorted(set(rules) - set(mapping)):
            reading.complain(path, wrong("alias_incomplete", alias=alias, rule=rule))
    return found
