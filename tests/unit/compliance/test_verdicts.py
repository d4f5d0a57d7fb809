"""Verdicts: what evidence says, what people say, and which of them counts when."""

from __future__ import annotations

from typing import Any

import pytest

from response.compliance.assessment import Judgement, QueryResult, Verdict
from response.compliance.frameworks import Control, Framework
from response.compliance.judging import BadJudgement, check
from response.compliance.verdicts import measured, settled, verdicts

NOW = 1_000


def result(query: str, state: str) -> QueryResult:
    return QueryResult(
        query=query, version=1, kind="violation", state=state, objects=("control",), means="monitor", parameters={},
        start=0, end=1, sensors=(), zones=(), rows=0, digest="",
    )  # fmt: skip


def control(evidence: str, *queries: str) -> Control:
    return Control("f:C-1", "C-1", "C 1", {"en": "C"}, "", evidence, queries)


def weighed(evidence: str, **states: str) -> Verdict:
    known = {name: result(name, state) for name, state in states.items() if state != "unbuilt"}
    return measured(control(evidence, *states), "f", known)


@pytest.mark.parametrize(
    ("evidence", "states", "state", "basis"),
    [
        ("auto", {"a": "pass", "b": "pass"}, "pass", "measured"),
        ("auto", {"a": "pass", "b": "fail"}, "fail", "measured"),
        ("auto", {"a": "pass", "b": "inconclusive"}, "inconclusive", "measured"),
        ("auto", {"a": "pass", "b": "unbuilt"}, "inconclusive", "measured"),
        ("auto", {"a": "unbuilt"}, "inconclusive", "none"),
        ("auto", {"a": "not_applicable", "b": "pass"}, "pass", "measured"),
        ("auto", {"a": "not_applicable"}, "not_applicable", "measured"),
        ("auto", {}, "inconclusive", "none"),
        ("partial", {"a": "pass"}, "inconclusive", "measured"),
        ("partial", {"a": "inconclusive"}, "inconclusive", "none"),
        ("partial", {"a": "fail", "b": "unbuilt"}, "fail", "measured"),
        ("manual", {"a": "fail"}, "inconclusive", "none"),
        ("manual", {}, "inconclusive", "none"),
        ("auto", {"a": "pass", "sensor_coverage": "fail"}, "inconclusive", "measured"),
        ("auto", {"sensor_coverage": "fail", "a": "pass"}, "fail", "measured"),
        ("auto", {"sensor_coverage": "pass", "monitoring_uptime": "fail"}, "fail", "measured"),
    ],
)
def test_what_the_evidence_alone_says(evidence: str, states: dict[str, str], state: str, basis: str) -> None:
    found = weighed(evidence, **states)
    assert (found.state, found.measured_state, found.basis) == (state, state, basis)
    assert found.reasons
    assert set(found.decisive) <= {name for name, each in states.items() if each in ("pass", "fail")}


def said(basis: str, state: str, at: int = 10, expires: int | None = None) -> Judgement:
    return Judgement(basis, state, "seen on site", "li", at, expires)


@pytest.mark.parametrize(
    ("states", "judged", "state", "basis"),
    [
        ({"a": "pass"}, [said("attested", "pass")], "pass", "attested"),
        ({"a": "inconclusive"}, [said("attested", "fail")], "fail", "attested"),
        ({"a": "fail"}, [said("attested", "pass")], "fail", "measured"),
        ({"a": "fail"}, [said("attested", "fail")], "fail", "attested"),
        ({"a": "fail"}, [said("override", "pass", expires=2_000)], "pass", "override"),
        ({"a": "fail"}, [said("override", "pass", expires=NOW)], "fail", "measured"),
        ({"a": "fail"}, [said("override", "pass", at=NOW + 1, expires=2_000)], "fail", "measured"),
        ({"a": "pass"}, [said("attested", "pass", expires=NOW - 1)], "inconclusive", "measured"),
        ({"a": "pass"}, [said("attested", "pass", 10), said("attested", "fail", 20)], "fail", "attested"),
        ({"a": "pass"}, [said("attested", "fail", 20), said("attested", "pass", 10)], "fail", "attested"),
        ({"a": "pass"}, [said("override", "fail", 10, 2_000), said("attested", "pass", 20)], "fail", "override"),
    ],
)
def test_what_people_say_and_what_of_it_counts(
    states: dict[str, str], judged: list[Judgement], state: str, basis: str
) -> None:
    alone = weighed("partial", **states)
    found = settled(alone, judged, NOW)
    assert (found.state, found.basis) == (state, basis)
    assert found.measured_state == alone.measured_state
    assert found.decisive == alone.decisive


def test_every_control_gets_a_verdict_in_order() -> None:
    controls = tuple(Control(f"f:{n}", n, n, {}, "", "auto", ("a",)) for n in ("B", "A"))
    framework = Framework("f", "0", {}, "1", "", "", "", controls)
    found = verdicts([framework], {"a": result("a", "pass")}, {"f:A": [said("attested", "fail")]}, NOW)
    assert [(v.control, v.state) for v in found] == [("f:B", "pass"), ("f:A", "fail")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"basis": "measured"}, "no_such_basis"),
        ({"state": "met"}, "no_such_state"),
        ({"who": " "}, "nobody"),
        ({"reason": ""}, "no_reason"),
        ({"basis": "override"}, "no_expiry"),
        ({"expires": 10}, "expired_already"),
    ],
)
def test_a_judgement_that_cannot_count_is_refused(changes: dict[str, Any], code: str) -> None:
    given: dict[str, Any] = {"basis": "attested", "state": "pass", "reason": "seen", "who": "li", "at": 10, **changes}
    with pytest.raises(BadJudgement) as caught:
        check(Judgement(**given))
    assert caught.value.code == code
    assert check(said("override", "pass", 10, 11)).expires == 11
