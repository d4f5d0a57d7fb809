"""Whatever stands in a rule file becomes issues with a place; nothing is raised, and what is left still runs."""

from __future__ import annotations

import random

import pytest

from api.output.issues import wrong_told
from api.texts import texts
from detection.sigma import Correlator, Evaluator, RuleSet
from detection.sigma.compile import compile_rule
from tests.unit.sigma.frames import correlation_data, frame, yaml_text
from tests.unit.sigma.test_validate import RULE

PIECES = [
    "null", "[]", "{}", "5", "-1", "1.5", ".nan", "true", "'*'", "''", '"\\0"', "2026-11-01", "&a [*a]", "- x", "? y",
    "!!python/name:os", "!!binary aGk=", "!!set {a}", "|", ": ", "\t", "\x00", "\ud83d", "[[[[[", "999" * 40,
    "{ot.unit: {a: [b]}}", "ot.unit|re: '[a-z'", "not", "1 of them", "all of one*", "T01",
]  # fmt: skip


def hostile(rng: random.Random, text: str) -> str:
    """The text with some values, words or characters replaced, taken away, or put elsewhere."""
    lines = text.splitlines()
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(lines))
        line = lines[place]
        key, colon, _ = line.partition(":")
        cut = rng.randrange(len(line) + 1)
        lines[place] = rng.choice(
            [
                key + colon + " " + rng.choice(PIECES),
                line[:cut] + rng.choice(PIECES) + line[cut:],
                line[:cut],
                "  " + line,
            ]
        )
        if rng.random() < 0.2:
            lines.insert(rng.randrange(len(lines)), lines[rng.randrange(len(lines))])
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(3))
def test_no_text_raises(seed: int) -> None:
    rng = random.Random(seed)
    settings = {"type": "value_count", "rules": ["T01"], "group-by": ["source.ip"], "timespan": "60s", "generate": True,
                "condition": {"gte": 2, "field": "ot.unit"}, "aliases": {"who": {"T01": "ot.unit"}}}  # fmt: skip
    whole = RULE + "---\n" + yaml_text(correlation_data("C1", settings))
    rows = frame("transaction", [{"ot.operation": "write", "ot.unit": "1"}, {}])
    broken = 0
    for _ in range(80):
        found = RuleSet.from_texts({"t.yml": hostile(rng, whole)}, frozenset({"T0855"}))
        broken += bool(found.issues)
        lines = whole.count("\n") + 8
        assert all(0 <= issue.line <= lines and all(wrong_told(issue.wrong, texts("zh"))) for issue in found.issues)
        assert all(compile_rule(rule).rule is rule for rule in found.rules)
        evaluator, correlator = Evaluator(found), Correlator(found)
        correlator.feed(evaluator.evaluate("transaction", rows))
        correlator.finish()
        assert evaluator.failures == {}
        assert correlator.failures == {}
    assert broken > 40
