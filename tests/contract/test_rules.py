"""What every shipped rule must keep (design §3): it validates, its proofs prove it, pySigma reads it."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from sigma.collection import SigmaCollection

from api.analysis import Options, analyse, shipped_rules
from detection.sigma.load import RuleSet
from detection.sigma.model import Correlation, Rule
from detection.sigma.text import render
from tests.needs import PROJECT
from tests.shipped import shipped_rule_set

PROOFS = PROJECT / "rules" / "proofs"
RULES = shipped_rule_set()
SPEAKING = sorted((r for r in (*RULES.rules, *RULES.correlations) if r.bittern is not None), key=lambda r: r.name)
LEAST = 60


@cache
def techniques() -> frozenset[str]:
    found = json.loads((PROJECT / "rules" / "attack-ics.json").read_text(encoding="utf-8"))
    return frozenset(technique["id"] for technique in found["techniques"])


@pytest.fixture(scope="session")
def baselines(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], Path]:
    """Baselines by the captures they were learned from, each learned once."""
    learned: dict[tuple[str, ...], Path] = {}
    for rule in SPEAKING:
        assert rule.bittern is not None
        names = rule.bittern.proof.learn
        if names and names not in learned:
            folder = tmp_path_factory.mktemp("baseline")
            paths = tuple(PROOFS / name for name in names)
            analyse(Options(paths, learn=folder, site=PROOFS / "site.yml"), RULES)
            learned[names] = folder
    return learned


@cache
def raised(capture: str, baseline: Path | None, site: Path | None) -> frozenset[str]:
    """The rules that a capture raises. Many rules are proved on the same captures, each analysed once."""
    found = analyse(Options((PROOFS / capture,), baseline=baseline, site=site), RULES)
    assert not found.failures
    return frozenset(alert.rule for alert in found.alerts)


def fired(rule: Rule | Correlation, name: str, baselines: dict[tuple[str, ...], Path]) -> bool:
    assert rule.bittern is not None
    proof = rule.bittern.proof
    return rule.name in raised(name, baselines.get(proof.learn), PROOFS / "site.yml" if proof.site else None)


def test_there_are_as_many_rules_as_promised() -> None:
    assert len(SPEAKING) >= LEAST


def test_every_file_is_read_without_an_issue() -> None:
    assert not RuleSet.load([shipped_rules()], techniques()).issues


def test_how_a_rule_decides_and_what_is_harmless_stand_there_in_chinese_too() -> None:
    for rule in SPEAKING:
        assert rule.harmless("en"), rule.name
        assert len(rule.harmless("zh")) == len(rule.harmless("en")), rule.name
        for text in rule.harmless("zh"):
            assert re.search("[\u4e00-\u9fff]", text), (rule.name, text)
        assert bool(rule.described("zh")) == bool(rule.description), rule.name
        assert rule.described("zh") != rule.description or not rule.description, rule.name


@pytest.mark.parametrize("rule", SPEAKING, ids=lambda rule: rule.name)
def test_positive_proofs_raise_the_rule(rule: Rule | Correlation, baselines: dict[tuple[str, ...], Path]) -> None:
    assert rule.bittern is not None
    assert rule.bittern.proof.positive
    for name in rule.bittern.proof.positive:
        assert fired(rule, name, baselines), name


@pytest.mark.parametrize("rule", SPEAKING, ids=lambda rule: rule.name)
def test_benign_proofs_do_not(rule: Rule | Correlation, baselines: dict[tuple[str, ...], Path]) -> None:
    assert rule.bittern is not None
    assert rule.bittern.proof.benign
    for name in rule.bittern.proof.benign:
        assert not fired(rule, name, baselines), name


@pytest.mark.parametrize(
    ("name", "capture", "shown"),
    [
        ("UA16E", "opcua/endpoint-elsewhere.pcap", ["opc.tcp://10.9.1.66:4840/line1 None None"]),
        ("UA17", "opcua/trust-and-users-changed.pcap", ["ServerConfiguration.UpdateCertificate"]),
        ("UA06", "opcua/bad-certificates.pcap", ["until 2026-10-25T00:02:05Z", "eng-expired"]),
    ],
)
def test_texts_show_details_and_times(name: str, capture: str, shown: list[str]) -> None:
    found = analyse(Options((PROOFS / capture,), site=PROOFS / "site.yml"), RULES)
    alert = next(alert for alert in found.alerts if alert.rule == name)
    rule = next(rule for rule in SPEAKING if rule.name == name)
    assert rule.bittern is not None
    what = render(rule.bittern.text["en"].what, alert.parameters, "en")
    assert all(piece in what for piece in shown), what


@pytest.mark.parametrize("rule", SPEAKING, ids=lambda rule: rule.name)
def test_titles_stand_in_both_languages(rule: Rule | Correlation) -> None:
    assert rule.titled("en") == rule.title
    assert re.search("[\u4e00-\u9fff]", rule.titled("zh"))


def test_pysigma_reads_every_rule() -> None:
    found = SigmaCollection.load_ruleset([str(shipped_rules())])
    assert not found.errors
    texts = [file.read_text(encoding="utf-8") for file in shipped_rules().rglob("*.yml")]
    pages = [page for text in texts for page in yaml.safe_load_all(text) if page]
    assert len(found.rules) == len(pages)
