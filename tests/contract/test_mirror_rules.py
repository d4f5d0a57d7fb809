"""Data of the mirror doctor: each finding is weighed and said in both languages, each maker answers or says why not."""

from __future__ import annotations

import pytest

from api.mirror_rules import judgement, switch, switch_words
from api.texts import Language, texts
from response.mirror.judgement import SENSOR, SEVERITIES, VERDICTS
from response.mirror.switches import Answer
from sensors.doctor import CHECKS, Check

LANGUAGES: tuple[Language, ...] = ("en", "zh")
WEIGHTS = judgement().weights
MENDS = {weight.mend for weight in WEIGHTS.values()} - {SENSOR}


def test_every_code_that_a_check_may_find_is_weighed_once() -> None:
    codes = [code for check in CHECKS for code in check.codes]
    assert sorted(codes) == sorted(set(codes))
    assert set(codes) == set(WEIGHTS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_has_a_name_and_knows_what_it_needs(check: Check) -> None:
    assert judgement().limits.enough(check.name, 1 << 40)
    for lang in LANGUAGES:
        assert texts(lang).get(f"mirror.check.{check.name}")


@pytest.mark.parametrize("code", WEIGHTS)
def test_every_finding_is_weighed_and_said(code: str) -> None:
    weight = WEIGHTS[code]
    assert weight.severity in SEVERITIES
    assert weight.least > 0
    assert weight.fault is None or weight.fault > weight.least
    for lang in LANGUAGES:
        by_key = texts(lang).by_key
        assert all(by_key.get(f"mirror.finding.{code}.{part}") for part in ("what", "why", "do"))


@pytest.mark.parametrize("group", ["severity", "state", "verdict"])
def test_every_word_is_said(group: str) -> None:
    words = {"severity": SEVERITIES, "verdict": VERDICTS, "state": ("fine", "found", "unknown", "not_asked")}[group]
    for lang in LANGUAGES:
        assert all(f"mirror.{group}.{word}" in texts(lang).by_key for word in words)


@pytest.mark.parametrize("word", switch_words())
def test_every_maker_answers_everything(word: str) -> None:
    maker = switch(word)
    assert maker.name
    assert maker.models
    assert set(maker.answers) == MENDS
    for mend, answer in maker.answers.items():
        assert _is_whole(answer), mend
    # Who is not sure shows ways through menus, never a command that nobody tried.
    assert maker.sure or not any(answer.commands for answer in maker.answers.values())


def _is_whole(answer: Answer) -> bool:
    told = [text for text in (answer.menu, answer.note, answer.reason) if text]
    kinds = [bool(answer.commands.strip()), bool(answer.menu), bool(answer.reason)]
    return sum(kinds) == 1 and all(set(text) == {"en", "zh"} and all(text.values()) for text in told)


def test_the_makers_are_named_where_people_choose_them() -> None:
    assert len(switch_words()) >= 6
    for lang in LANGUAGES:
        help_text = texts(lang).get("help.option.switch")
        assert all(word in help_text for word in switch_words())
