"""pySigma reads the rules that we read, and sees the same fields, conditions and correlations in them."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sigma.collection import SigmaCollection
from sigma.correlations import SigmaCorrelationCondition, SigmaCorrelationRule
from sigma.rule import SigmaRule
from sigma.types import SigmaString, SpecialChars

from detection.sigma import RuleSet
from detection.sigma.pattern import ANY, parse_pattern
from tests.unit.sigma.frames import correlation_data, rule_data, ruleset, yaml_text
from tests.unit.sigma.test_against_slow import random_detection
from tests.unit.sigma.test_field_tests import CASES
from tests.unit.sigma.test_validate import RULE


def test_every_field_test_of_ours() -> None:
    for number, (item, dataset, _, _) in enumerate(CASES):
        data = rule_data(f"T{number}", {"one": item, "condition": "one"}, dataset)
        assert_agrees(yaml_text(data))


@pytest.mark.parametrize("seed", range(4))
def test_random_rules(seed: int) -> None:
    rng = random.Random(seed)
    for number in range(25):
        assert_agrees(yaml_text(rule_data(f"R{number}", random_detection(rng), "finding")))


def assert_agrees(text: str) -> None:
    """pySigma parses the rule and its condition, and finds the same fields in the same blocks."""
    (theirs,) = SigmaCollection.from_yaml(text)
    assert isinstance(theirs, SigmaRule)
    assert theirs.errors == []
    assert theirs.detection.parsed_condition[0].parsed is not None
    for name, block in theirs.detection.detections.items():
        assert sorted(_fields(block)) == sorted(_our_fields(text, name))


def _fields(block: Any) -> list[str]:
    if not hasattr(block, "detection_items"):
        return [block.field]
    return [field for item in block.detection_items for field in _fields(item)]


def _our_fields(text: str, name: str) -> list[str]:
    (rule,) = RuleSet.from_texts({"t.yml": text}).rules
    return [item.field for item in rule.detections[name].items()]


def test_the_sample_rule() -> None:
    assert_agrees(RULE)


@pytest.mark.parametrize("value", ["a*b?c", r"a\*b", r"a\\*b", r"a\b", "\\", r"\\\\", "", "*", r"c:\*\x?", r"温\?度*"])
def test_strings_have_the_same_parts(value: str) -> None:
    theirs = [part if isinstance(part, str) else part == SpecialChars.WILDCARD_MULTI for part in SigmaString(value).s]
    ours = [part if isinstance(part, str) else part is ANY for part in parse_pattern(value)]
    assert ours == theirs


def test_correlations() -> None:
    base = [rule_data(name, {"one": {"ot.unit": name}, "condition": "one"}) for name in ("A", "B")]
    common = {"group-by": ["source.ip"], "timespan": "5m", "generate": True}
    documents = [
        *base,
        correlation_data("C1", {**common, "type": "event_count", "rules": ["A"], "condition": {"gte": 5}}),
        correlation_data("C2", {**common, "type": "value_count", "rules": ["A", "B"],
                                "condition": {"gt": 3, "field": "ot.unit"}}),
        correlation_data("C3", {**common, "type": "temporal", "rules": ["A", "B"]}),
        correlation_data("C4", {**common, "type": "temporal_ordered", "rules": ["B", "A"]}),
        correlation_data("C5", {**common, "type": "temporal", "rules": ["C1", "B"], "group-by": ["who"],
                                "aliases": {"who": {"C1": "source.ip", "B": "destination.ip"}}}),
        correlation_data("C6", {**common, "type": "event_count", "rules": ["A"], "timespan": "1d",
                                "condition": {"lt": 2}}),
    ]  # fmt: skip
    theirs = {rule.name: rule for rule in SigmaCollection.from_yaml(yaml_text(*documents))}
    ours = ruleset(*documents).correlations
    assert len(ours) == 6
    for each in ours:
        other = theirs[each.name]
        assert isinstance(other, SigmaCorrelationRule)
        assert other.errors == []
        assert other.type is not None
        assert (other.type.name.lower(), other.generate) == (each.type, each.generate)
        assert other.timespan is not None
        assert other.timespan.seconds * 1_000_000_000 == each.timespan
        assert tuple(reference.reference for reference in other.rules or ()) == each.rules
        assert isinstance(other.condition, SigmaCorrelationCondition)
        assert other.condition.op.name.lower() == each.operator
        assert (other.condition.count, other.condition.fieldref) == (each.threshold, each.field)
