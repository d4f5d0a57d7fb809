"""Which values a rule cannot do without, so that it is left out for a batch that has none of them (core, section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from detection.sigma.condition import And, Name, Node, Not, Or
from detection.sigma.model import Detection, Item, Rule
from detection.sigma.pattern import plain_text

INDEX_FIELDS = (
    "ot.operation", "network.protocol", "ot.flag", "ot.finding", "ot.learner", "event.type", "ot.link_kind",
    "ot.session_kind", "ot.attribute", "ot.counter", "ot.cadence.kind", "ot.flow_state", "event.action",
)  # fmt: skip
"""Columns of type dict with few distinct values, on which rules are chosen by what a batch holds."""

Words = Mapping[str, frozenset[str]]
"""Values by index field, of which a row must have one; a field that is absent may have any."""


def required_values(rule: Rule) -> Words:
    """For each index field, the values of which every matching row has one; fields without such a set are absent.

    Provable through `and`, `or` and lists of values only: under `not`, with modifiers and with wildcards anything goes.
    """
    return _of_node(rule.condition, rule)


def required_sections(rule: Rule) -> frozenset[str] | None:
    """Protocols or link kinds a rule requires: whose declarations of `ot.details` hold for it."""
    values = required_values(rule)
    return values.get("network.protocol", values.get("ot.link_kind"))


def _of_node(node: Node, rule: Rule) -> Words:
    match node:
        case Name(name):
            return _of_detection(rule.detections[name])
        case And(nodes):
            return _both(_of_node(part, rule) for part in nodes)
        case Or(nodes):
            return _either(_of_node(part, rule) for part in nodes)
        case Not():
            return {}


def _of_detection(detection: Detection) -> Words:
    return _either(_both(_of_item(item) for item in items) for items in detection.alternatives)


def _of_item(item: Item) -> Words:
    if item.field not in INDEX_FIELDS or set(item.modifiers) - {"cased"}:
        return {}
    texts = [plain_text(value) if isinstance(value, str) else None for value in item.values]
    found = frozenset(text for text in texts if text is not None)
    return {} if None in texts else {item.field: found}


def _both(parts: Iterable[Words]) -> Words:
    found: dict[str, frozenset[str]] = {}
    for part in parts:
        for field, words in part.items():
            found[field] = found[field] & words if field in found else words
    return found


def _either(parts: Iterable[Words]) -> Words:
    known = list(parts)
    shared = [field for field in INDEX_FIELDS if known and all(field in part for part in known)]
    return {field: frozenset().union(*(part[field] for part in known)) for field in shared}
