"""Files to a RuleSet: folders, several documents, references between them, and broken ones that stop no other."""

from __future__ import annotations

from pathlib import Path

from api.output.issues import wrong_told
from api.texts import texts
from detection.sigma import Issue, RuleSet, read_techniques
from tests.needs import PROJECT
from tests.unit.sigma.frames import correlation_data, rule_data, ruleset, yaml_text

WRITE = {"one": {"ot.operation": "write"}, "condition": "one"}
COUNT = {"type": "event_count", "group-by": ["source.ip"], "timespan": "1m", "condition": {"gte": 3}}


def base(name: str) -> dict[str, object]:
    """A rule without a bittern section."""
    return {key: value for key, value in rule_data(name, WRITE).items() if key not in ("bittern", "level")}


def told(issue: Issue) -> tuple[str, str]:
    return wrong_told(issue.wrong, texts("en"))


def test_folder_is_read_in_order_and_broken_files_stop_no_other(tmp_path: Path) -> None:
    (tmp_path / "modbus").mkdir()
    (tmp_path / "modbus" / "b.yml").write_text(yaml_text(rule_data("B", WRITE)), encoding="utf-8")
    (tmp_path / "a.yaml").write_text(yaml_text(rule_data("A", WRITE)), encoding="utf-8")
    (tmp_path / "broken.yml").write_text("title: [", encoding="utf-8")
    (tmp_path / "latin.yml").write_bytes("title: Überdruck".encode("latin-1"))
    (tmp_path / "list.yml").write_text("- a\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no rule", encoding="utf-8")
    found = RuleSet.load([tmp_path, tmp_path / "absent.yml"])
    assert [rule.name for rule in found.rules] == ["A", "B"]
    assert [(Path(issue.file).name, issue.line) for issue in found.issues] == [
        ("absent.yml", 0), ("broken.yml", 1), ("latin.yml", 0), ("list.yml", 1),
    ]  # fmt: skip
    assert found == RuleSet.load([tmp_path, tmp_path / "absent.yml"])


def test_lines_of_later_documents_count_from_the_file() -> None:
    second = yaml_text(rule_data("B", {"one": {"ot.unit": 1}, "condition": "one"}))
    found = RuleSet.from_texts({"t.yml": yaml_text(rule_data("A", WRITE)) + "---\n" + second})
    whole = (yaml_text(rule_data("A", WRITE)) + "---\n" + second).splitlines()
    (issue,) = found.issues
    assert "ot.unit: 1" in whole[issue.line - 1]
    assert issue.rule == "B"
    assert [rule.name for rule in found.rules] == ["A"]


def test_syntax_error_keeps_the_documents_before_it() -> None:
    found = RuleSet.from_texts({"t.yml": yaml_text(rule_data("A", WRITE)) + "---\ntitle: [\n"})
    assert [rule.name for rule in found.rules] == ["A"]
    assert len(found.issues) == 1


def test_second_of_two_equal_names_or_ids_is_left_out() -> None:
    same_id = rule_data("B", WRITE, id=rule_data("A", WRITE)["id"])
    found = RuleSet.from_texts(
        {"1.yml": yaml_text(rule_data("A", WRITE)), "2.yml": yaml_text(rule_data("A", WRITE), same_id)}
    )
    assert [(rule.name, rule.origin.file) for rule in found.rules] == [("A", "1.yml")]
    first, second = found.issues
    assert told(first)[0] == "name A is taken by A (1.yml:3)"
    assert told(second)[0].startswith("id ")


def test_version_follows_the_text_of_its_own_document() -> None:
    one, two = (ruleset(rule_data("A", WRITE), rule_data("B", WRITE, title=title)) for title in ("x", "y"))
    assert one.rules[0].version == two.rules[0].version
    assert one.rules[1].version != two.rules[1].version


def test_correlation_names_rules_by_name_or_id_and_keeps_base_rules_silent() -> None:
    by_id = correlation_data("C1", {**COUNT, "rules": [base("W")["id"]]})
    found = ruleset(base("W"), by_id, rule_data("A", WRITE))
    assert found.correlations[0].rules == ("W",)
    assert found.silent == {"W"}


def test_generate_keeps_the_alerts_of_base_rules() -> None:
    silenced = RuleSet.from_texts(
        {"t.yml": yaml_text(rule_data("A", WRITE), correlation_data("C", {**COUNT, "rules": ["A"]}))}
    )
    assert silenced.silent == {"A"}
    assert ["generate: true" in told(issue)[1] for issue in silenced.issues] == [True]
    kept = ruleset(rule_data("A", WRITE), correlation_data("C", {**COUNT, "rules": ["A"], "generate": True}))
    assert kept.silent == set()


def test_correlations_come_after_those_they_stand_on() -> None:
    first = correlation_data("Z1", {**COUNT, "rules": ["W"], "generate": True})
    second = correlation_data(
        "A1", {**COUNT, "type": "temporal", "condition": {"gte": 2}, "rules": ["Z1", "B"], "generate": True}
    )
    found = ruleset(base("W"), rule_data("B", WRITE), second, first)
    assert [each.name for each in found.correlations] == ["Z1", "A1"]


def test_correlation_issues() -> None:
    circle = [
        correlation_data("C1", {**COUNT, "rules": ["C2"], "generate": True}),
        correlation_data("C2", {**COUNT, "rules": ["C1"], "generate": True}),
    ]
    absent = correlation_data("C3", {**COUNT, "rules": ["V"]})
    field = correlation_data("C4", {**COUNT, "rules": ["W"], "group-by": ["ot.flag"]})
    stands = correlation_data("C5", {**COUNT, "rules": ["C4"]})
    details = correlation_data("C6", {**COUNT, "rules": ["W"], "group-by": ["ot.details.framing"]})
    value = correlation_data("C7", {**COUNT, "type": "value_count", "rules": ["W"]})
    never = correlation_data("C8", {**COUNT, "rules": ["W"], "condition": {"lt": 1}})
    two = correlation_data("C9", {**COUNT, "rules": ["W"], "condition": {"lt": 9, "gt": 1}})
    alias = correlation_data("D1", {**COUNT, "rules": ["W"], "aliases": {"who": {"X": "source.ip"}}})
    ordered = correlation_data("D2", {**COUNT, "type": "temporal_ordered", "rules": ["W"], "condition": {"gte": 1}})
    text = yaml_text(base("W"), *circle, absent, field, stands, details, value, never, two, alias, ordered)
    found = RuleSet.from_texts({"t.yml": text})
    assert found.correlations == ()
    said = {(issue.rule, told(issue)[0]) for issue in found.issues if issue.fatal}
    assert said == {
        ("C1", "stands on itself, directly or by way of another correlation"),
        ("C2", "stands on itself, directly or by way of another correlation"),
        ("C3", "rule 'V' is not there, or is broken"),
        ("C4", "dataset transaction has no field 'ot.flag'"),
        ("C5", "stands on C4, which is broken"),
        ("C6", "ot.details.framing cannot be grouped or counted"),
        ("C7", "correlation.condition.field is missing"),
        ("C8", "lt: 1 is always or never true"),
        ("C9", "condition has 2 operators"),
        ("D1", "alias 'who' names 'X', not a rule of this"),
        ("D1", "alias 'who' has no field for rule 'W'"),
        ("D2", "one rule makes no sequence"),
    }
    lines = text.splitlines()
    assert all(1 <= issue.line <= len(lines) for issue in found.issues)


def test_base_rule_that_nothing_uses_is_an_issue_and_works() -> None:
    found = RuleSet.from_texts({"t.yml": yaml_text(base("W"))})
    assert [issue.fatal for issue in found.issues] == [False]
    assert "does nothing" in told(found.issues[0])[0]
    assert [rule.name for rule in found.rules] == ["W"]


def test_list_of_techniques_is_attack_for_ics() -> None:
    found = read_techniques(PROJECT / "rules" / "attack-ics.json")
    assert {"T0800", "T0855", "T0895"} <= found
    assert len(found) == 83
    assert "T0825" not in found, "deprecated in ATT&CK for ICS"
