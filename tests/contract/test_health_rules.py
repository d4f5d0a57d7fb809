"""Every rule of `rules/health`: read without an issue, both languages, proved by facts as the worker states them."""

from __future__ import annotations

import json
import re

import pytest
from sigma.collection import SigmaCollection

from api.health_rules import health_rules, with_health
from api.health_watch import Fact, judged, row_of
from detection.sigma.model import Rule
from detection.sigma.text import placeholders
from response.sensing.outlook import DAY
from tests.contract.store_cases import START
from tests.contract.test_rules import techniques
from tests.needs import PROJECT
from tests.shipped import shipped_rule_set

FOLDER = PROJECT / "rules" / "health"
PROOFS = PROJECT / "rules" / "proofs"
RULES = health_rules().rules


def raised(name: str) -> set[str]:
    """The rules that the facts of a proof raise."""
    found: set[str] = set()
    for row in json.loads((PROOFS / name).read_text(encoding="utf-8")):
        fact = Fact(row["observer.name"], row["ot.counter"], row["ot.count"], START, START, str(START // DAY))
        frame = row_of(fact)
        assert frame["ot.stage"].item() == row["ot.stage"]
        found |= {each.rule for each in judged(fact.about, frame, START)}
    return found


def test_they_are_read_and_known_beside_the_others() -> None:
    assert not health_rules().issues
    assert sorted(rule.name for rule in RULES) == sorted(path.stem for path in FOLDER.glob("*.yml"))
    everything = {each.name for each in with_health(shipped_rule_set()).rules}
    assert everything >= {rule.name for rule in RULES}
    assert not {rule.name for rule in RULES} & {each.name for each in shipped_rule_set().rules}
    assert not SigmaCollection.load_ruleset([str(FOLDER)]).errors


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_they_speak_both_languages_of_techniques_that_there_are(rule: Rule) -> None:
    assert set(rule.techniques) <= techniques()
    assert rule.bittern is not None
    assert rule.bittern.rule_class == "health"
    assert re.search("[\u4e00-\u9fff]", rule.titled("zh"))
    assert len(rule.harmless("zh")) == len(rule.harmless("en")) > 0
    english, chinese = (rule.bittern.text[lang] for lang in ("en", "zh"))
    assert set(placeholders(english.what)) == set(placeholders(chinese.what))
    assert len(english.do) == len(chinese.do) > 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_they_are_proved(rule: Rule) -> None:
    assert rule.bittern is not None
    proof = rule.bittern.proof
    assert proof.positive
    assert proof.benign
    for name in proof.positive:
        assert rule.name in raised(name), name
    for name in proof.benign:
        assert rule.name not in raised(name), name
