"""Every rule's alert answers the eight questions, in both languages, as codes that have texts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.output.stories import Storyteller
from api.output.told import Teller
from api.texts import Language, texts
from detection.judgement import judgement
from detection.sigma.model import Correlation, Rule
from response.alerts import Alert, Entry, fold
from response.triage.precedent import Precedent
from response.triage.story import QUESTIONS, Around, related, tell
from tests.alert_cases import MATRIX, MINUTE, act, alerts, demo, rules, site
from tests.contract.store_cases import START, rows

EVERY: list[Rule | Correlation] = [*rules().rules, *rules().correlations]
EVERY = [rule for rule in EVERY if rule.bittern]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


def alert_of(rule: Rule | Correlation) -> Alert:
    """An alert as the rule makes it of the vocabulary's example row."""
    dataset = rule.dataset if isinstance(rule, Rule) else "transaction"
    judged = judgement(rule, ())
    (row,) = judged.values(rows(dataset, 1), [0])
    (alert,) = fold([judged.occurrence("sensor-1", row, ("a", "b"), START)])
    return alert


def lines(alert: Alert, known: Around, language: Language) -> dict[str, list[str]]:
    teller = Teller(rules(), language)
    story = tell(alert, teller.rule(alert.rule), MATRIX, site(), known)
    return Storyteller(teller, ZoneInfo("Asia/Shanghai")).tell(story, alert)


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.name)
def test_every_rule_answers_all_eight(rule: Rule | Correlation) -> None:
    alert = alert_of(rule)
    for language in LANGUAGES:
        told = lines(alert, Around(), language)
        assert tuple(told) == QUESTIONS
        assert all(answer and all(line.strip() for line in answer) for answer in told.values()), (language, told)
        assert not [line for answer in told.values() for line in answer if line.startswith(("story.", "rule."))]
    steps = [line for line in lines(alert, Around(), "en")["now"] if line[:2] in ("1.", "2.", "3.")]
    assert len(steps) >= 2
    assert all(texts(language).by_key[f"story.question.{name}"] for language in LANGUAGES for name in QUESTIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_alerts_of_the_demo_answer_with_what_is_known(language: Language) -> None:
    for alert in demo():
        before = Precedent(14, {"maintenance": 14}, "x", "maintenance", "li.wei", START, "order 4711")
        busy = replace(
            alert,
            incident="i1",
            suppressed_by="m1",
            lacking=("writers",),
            drill=True,
            history=(Entry(START, "li", "status", "new", "closed", "so"),),
        )
        told = lines(busy, Around(before, tuple(related(alert, demo()))), language)
        assert all(told[question] for question in QUESTIONS)
        assert any("14" in line and "li.wei" in line for line in told["else"])


def test_an_alert_of_a_rule_that_is_gone_answers_too() -> None:
    gone: Any = replace(demo()[0], rule="OLD1")
    for language in LANGUAGES:
        assert all(lines(gone, Around(), language)[question] for question in QUESTIONS)


def test_what_else_is_near_in_time_and_has_something_in_common() -> None:
    row = [
        act(0, "10.0.0.1", "10.0.0.9"),
        act(14, "10.0.0.1", "10.0.0.9", "MB03"),
        act(-15, "10.0.0.1", "10.0.0.8", "G04", techniques=("T0846",)),
        act(3, "10.0.0.5", "10.0.0.6", "MB02"),
        act(16, "10.0.0.1", "10.0.0.9", "MB04"),
        act(1, "10.0.0.5", "10.0.0.6", "MB06", techniques=("T0888",)),
    ]
    found = {alert.rule: alert for alert in alerts(*row)}
    near = related(found["MB01"], found.values())
    assert [(r.rule, r.by, r.gap // MINUTE) for r in near] == [
        ("MB02", ("technique",), 3), ("MB03", ("channel", "technique"), 14), ("G04", ("asset",), -15),
    ]  # fmt: skip
