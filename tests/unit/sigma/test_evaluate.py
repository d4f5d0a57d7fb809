"""One pass over a frame: which rules run, what they need, and what happens when one fails."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from detection.sigma import Evaluator, Rule, RuleSet, prepared
from detection.sigma import evaluate as module
from detection.sigma.compile import Compiled, compile_rule
from detection.sigma.required import required_values
from sensors.fields import vocabulary
from tests.unit.sigma.frames import BITTERN, frame, rule_data, ruleset, yaml_text

STOP = {"one": {"network.protocol": "s7comm", "ot.operation": "mode.stop"}, "condition": "one"}
WRITE = {"one": {"ot.operation": ["write", "write.force"]}, "condition": "one"}


def test_hits_hold_all_columns_of_the_matching_rows_in_order_of_rules() -> None:
    rows = [{"ot.operation": "write"}, {"ot.operation": "read"}, {"ot.operation": "write.force"}]
    evaluator = Evaluator(ruleset(rule_data("B", WRITE), rule_data("A", WRITE)))
    hits = evaluator.evaluate("transaction", frame("transaction", rows))
    assert [hit.rule.name for hit in hits] == ["A", "B"]
    assert hits[0].rows.schema == vocabulary().schema("transaction", context=True)
    assert hits[0].rows["event.id"].to_list() == ["e0000", "e0002"]
    assert evaluator.evaluate("flow", frame("flow", [{}])) == []
    assert evaluator.evaluate("transaction", frame("transaction", [])) == []


@pytest.mark.parametrize(
    ("detection", "required"),
    [
        (STOP, {"network.protocol": {"s7comm"}, "ot.operation": {"mode.stop"}}),
        (WRITE, {"ot.operation": {"write", "write.force"}}),
        ({"a": {"ot.operation": "write"}, "b": {"ot.operation": "read"}, "condition": "a or b"},
         {"ot.operation": {"write", "read"}}),
        ({"a": {"ot.operation": ["write", "read"]}, "b": {"ot.operation": "read"}, "condition": "a and b"},
         {"ot.operation": {"read"}}),
        ({"a": {"ot.operation": "write"}, "b": {"ot.unit": "1"}, "condition": "a or b"}, {}),
        ({"a": {"ot.operation": "write"}, "b": {"ot.unit": "1"}, "condition": "b and not a"}, {}),
        ({"a": [{"ot.operation": "write"}, {"ot.operation": "read"}], "condition": "a"},
         {"ot.operation": {"write", "read"}}),
        ({"a": [{"ot.operation": "write"}, {"ot.unit": "1"}], "condition": "a"}, {}),
        ({"a": {"ot.operation": ["write", None]}, "condition": "a"}, {}),
        ({"a": {"ot.operation": "writ*"}, "condition": "a"}, {}),
        ({"a": {"ot.operation|contains": "write"}, "condition": "a"}, {}),
        ({"a": {"ot.operation|cased": "write"}, "condition": "a"}, {"ot.operation": {"write"}}),
    ],
)  # fmt: skip
def test_required_values(detection: dict[str, object], required: dict[str, set[str]]) -> None:
    (rule,) = ruleset(rule_data("T", detection)).rules
    assert required_values(rule) == required


def test_rules_without_their_required_values_are_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    real = module._run

    def noting(chosen: Sequence[Compiled], rows: pl.DataFrame) -> list[module.Found]:
        ran.extend(compiled.rule.name for compiled in chosen)
        return real(chosen, rows)

    monkeypatch.setattr(module, "_run", noting)
    evaluator = Evaluator(ruleset(rule_data("S", STOP), rule_data("W", WRITE)))
    rows = [{"ot.operation": "write", "network.protocol": "s7comm"}]
    assert [hit.rule.name for hit in evaluator.evaluate("transaction", frame("transaction", rows))] == ["W"]
    assert ran == ["W"]


def test_rules_are_compiled_once_and_when_they_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []

    def noting(rule: Rule) -> Compiled:
        compiled.append(rule.name)
        return compile_rule(rule)

    monkeypatch.setattr(prepared, "compile_rule", noting)
    rules = ruleset(rule_data("S", STOP), rule_data("W", WRITE))
    evaluators = [Evaluator(rules), Evaluator(rules)]
    assert compiled == []
    for evaluator in evaluators * 2:
        evaluator.evaluate("transaction", frame("transaction", [{"ot.operation": "write"}]))
        assert compiled == ["W"]


def test_rule_that_cannot_be_compiled_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(rule: Rule) -> Compiled:
        raise ValueError(rule.name)

    monkeypatch.setattr(prepared, "compile_rule", broken)
    evaluator = Evaluator(ruleset(rule_data("W", WRITE)))
    for _ in range(2):
        assert evaluator.evaluate("transaction", frame("transaction", [{"ot.operation": "write"}])) == []
    assert (evaluator.failures["W"].count, evaluator.failures["W"].last) == (1, "ValueError: W")


def test_failing_rule_is_named_and_others_go_on() -> None:
    pattern = {"one": {"source.ip|cidr": "10.0.0.0/8"}, "condition": "one"}
    evaluator = Evaluator(ruleset(rule_data("BAD", pattern), rule_data("W", WRITE)))
    broken = frame("transaction", [{"ot.operation": "write"}]).drop("source.ip")
    for count in (1, 2):
        assert [hit.rule.name for hit in evaluator.evaluate("transaction", broken)] == ["W"]
        assert evaluator.failures["BAD"].count == count
    assert "source.ip" in evaluator.failures["BAD"].last
    assert list(evaluator.failures) == ["BAD"]


def test_row_matches_alone_as_it_does_among_others() -> None:
    rows = [
        {
            "ot.operation": "write" if number % 7 == 0 else "read",
            "ot.unit": str(number % 5),
            "source.ip": f"10.0.0.{number}",
        }
        for number in range(50)
    ]
    blocks = {
        "one": {"ot.operation": "write"},
        "two": {"ot.unit|contains": "3"},
        "three": {"source.ip|cidr": "10.0.0.0/27"},
    }
    evaluator = Evaluator(ruleset(rule_data("T", {**blocks, "condition": "one and three and not two"})))
    whole = frame("transaction", rows)
    (hits,) = evaluator.evaluate("transaction", whole)
    alone = [hit.rows for place in range(50) for hit in evaluator.evaluate("transaction", whole[place : place + 1])]
    assert hits.rows["event.id"].to_list() == ["e0000", "e0007", "e0014", "e0021"]
    assert pl.concat(alone).equals(hits.rows)


def test_lacking_needs_and_switches() -> None:
    section = {**BITTERN, "needs": ["zones", "writers"], "default_enabled": False}
    rules = ruleset(rule_data("N", WRITE, bittern=section), rule_data("W", WRITE))
    rows = frame("transaction", [{"ot.operation": "write"}])

    def found(declared: set[str], switches: dict[str, bool]) -> list[tuple[str, tuple[str, ...]]]:
        hits = Evaluator(rules, frozenset(declared), switches).evaluate("transaction", rows)
        return [(hit.rule.name, hit.lacking) for hit in hits]

    assert found(set(), {}) == [("W", ())]
    assert found(set(), {"N": True, "W": False}) == [("N", ("zones", "writers"))]
    assert found({"zones"}, {"N": True}) == [("N", ("writers",)), ("W", ())]
    assert found({"zones", "writers"}, {"N": True})[0] == ("N", ())


def test_categories_of_other_batches_do_not_disturb() -> None:
    evaluator = Evaluator(ruleset(rule_data("T", {"one": {"user.name|contains": "adm"}, "condition": "one"})))
    for names in (["zed", "admin"], ["sysadmin", "zed", "admin"], ["other"]):
        hits = evaluator.evaluate("transaction", frame("transaction", [{"user.name": name} for name in names]))
        assert [name for hit in hits for name in hit.rows["user.name"]] == [name for name in names if "adm" in name]


def test_broken_rules_are_left_out_and_evaluated_never() -> None:
    wrong = rule_data("X", {"one": {"ot.unit": 1}, "condition": "one"})
    rules = RuleSet.from_texts({"t.yml": yaml_text(wrong, rule_data("W", WRITE))})
    evaluator = Evaluator(rules)
    assert [
        hit.rule.name for hit in evaluator.evaluate("transaction", frame("transaction", [{"ot.operation": "write"}]))
    ] == ["W"]
    assert evaluator.failures == {}
