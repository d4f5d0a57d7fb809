"""Which values a rule cannot do without, so that it is left out for a batch that has none of them (core, section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from detection.sigma.condition import And, Name, Node, Not, Or
from detection.sigma.model import Detection, Item, Rule
from detection.sigma.pattern import plain_text

INDEX_FIELDS = (
    "ot.operation", "network.protocol", "ot.flag", "ot.finding", "ot.learner", "event.type", "ot.link_kind",
    "ot.session_kind", "ot.attribute", "ot.counter", "ot.cadence.kind", "ot.flow_state", "event.action",
)  # fmt: skip
"""Columns of type dict with few distinct values, on which rules are chosen by what a batch holds."""

Words = frozenset[str] | None
"""Values of which a row must have one; None when any will do."""


def required_values(rule: Rule) -> dict[str, frozenset[str]]:
    """For each index field, the values of which every matching row has one; fields without such a set are absent.

    Provable through `and`, `or` and lists of values only: under `not`, with modifiers and with wildcards anything goes.
    """
    found = {field: _of_node(rule.condition, rule, field) for field in INDEX_FIELDS}
    return {field: words for field, words in found.items() if words is not None}


def required_sections(rule: Rule) -> frozenset[str] | None:
    """Protocols or link kinds a rule requires: whose declarations of `ot.details` hold for it."""
    values = required_values(rule)
    return values.get("network.protocol", values.get("ot.link_kind"))


def _of_node(node: Node, rule: Rule, field: str) -> Words:
    match node:
        case Name(name):
            return _of_detection(rule.detections[name], field)
        case And(nodes):
            return _both(_of_node(part, rule, field) for part in nodes)
        case Or(nodes):
            return _either(_of_node(part, rule, field) for part in nodes)
        case Not():
            return None


def _of_detection(detection: Detection, field: str) -> Words:
    return _either(_both(_of_item(item, field) for item in items) for items in detection.alternatives)


def _of_item(item: Item, field: str) -> Words:
    if item.field != field or set(item.modifiers) - {"cased"}:
        return None
    texts = [plain_text(value) if isinstance(value, str) else None for value in item.values]
    found = frozenset(text for text in texts if text is not None)
    return found if len(texts) == len([text for text in texts if text is not None]) else None


def _both(parts: Iterable[Words]) -> Words:
    known = [part for part in parts if part is not None]
    return reduce(frozenset.intersection, known) if known else None


def _either(parts: Iterable[Words]) -> Words:
    known: list[frozenset[str]] = []
    for part in parts:
        if part is None:
            return None
        known.append(part)
    return frozenset().union(*known)
