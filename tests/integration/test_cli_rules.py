"""`bittern rules` and `bittern baseline`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import get_args

import pytest

from api.cli.baseline import Kind
from detection.baseline.entries import KINDS
from tests.integration.cli_runner import NORMAL, PROJECT, PROOFS, SITE, WRITE, Cli, cli

__all__ = ["cli"]

SHIPPED = PROJECT / "rules" / "detection"


def test_rules_are_listed_and_shown(cli: Cli) -> None:
    rules = {rule["name"]: rule for rule in cli("rules", "list", "--json").json()["data"]}
    assert rules["MB01"]["techniques"] == ["T0855", "T0848"]
    assert all({"class", "text", "proof"} <= set(rule) for rule in rules.values()), "base rules have no place here"
    shown = cli("rules", "show", "MB01").out
    assert rules["MB01"]["text"]["what"] in shown
    assert "MB01.yml:1" in shown
    assert cli("rules", "show", rules["MB01"]["id"], "--json").json()["data"] == rules["MB01"]
    assert "MB01" in cli("rules", "list", "--lang", "zh").out
    chinese = cli("rules", "show", "MB01", "--lang", "zh").out
    assert "已批准作业期间的调试笔记本" in chinese
    assert "commissioning laptop" not in chinese
    assert "a commissioning laptop during approved work" in shown


def test_validate_names_file_line_and_remedy(cli: Cli, tmp_path: Path) -> None:
    text = (SHIPPED / "modbus" / "MB01.yml").read_text(encoding="utf-8")
    path = tmp_path / "MB01.yml"
    path.write_text(text.replace("ot.operation: write", "ot.opperation: write"), encoding="utf-8")
    line = next(n for n, found in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "opperation" in found)
    said = cli("rules", "validate", tmp_path)
    assert said.code == 3
    assert f"{path}:{line}: MB01: " in said.out
    assert "ot.operation" in said.out
    issue = cli("rules", "validate", tmp_path, "--json").json()["data"][0]
    assert (issue["line"], issue["fatal"], issue["code"], issue["remedy"]) == (line, True, "field_absent", "near")
    assert issue["parameters"]["near"][0] == "ot.operation"
    assert f"{path}:{line}：MB01：数据集 transaction 没有字段" in cli("rules", "validate", tmp_path, "--lang", "zh").out
    refused = cli("rules", "list", "--rules", tmp_path, "--lang", "zh")
    assert refused.code == 3
    assert "是否想写 ot.operation" in refused.err
    path.write_text(text, encoding="utf-8")
    assert cli("rules", "validate", tmp_path).code == 0


def test_proofs_hold_and_a_wrong_one_is_found(cli: Cli, tmp_path: Path) -> None:
    held = cli("rules", "test", "MB01", "MB10", "--json")
    assert held.code == 0
    trials = held.json()["data"]
    assert {trial["rule"] for trial in trials} == {"MB01", "MB10"}
    assert {(trial["wanted"], trial["outcome"]) for trial in trials} == {("alert", "alert"), ("quiet", "quiet")}
    rule = tmp_path / "MB01.yml"
    text = (SHIPPED / "modbus" / "MB01.yml").read_text(encoding="utf-8")
    wrong = "positive: [modbus/hmi-write.pcap, modbus/not-there.pcap]"
    rule.write_text(text.replace("positive: [modbus/unauthorised-write.pcap, modbus/broadcast-write.pcap]", wrong))
    assert wrong in rule.read_text(encoding="utf-8")
    failed = cli("rules", "test", "--rules", tmp_path)
    assert failed.code == 1
    assert "no such capture" in failed.out
    assert failed.out.count("FAILS") == 2


def test_proofs_may_lie_elsewhere(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "modbus").mkdir()
    shutil.copy(SITE, tmp_path)
    for capture in (PROOFS / "modbus").glob("*.pcap"):
        shutil.copy(capture, tmp_path / "modbus")
    assert cli("rules", "test", "MB10", "--proofs", tmp_path).code == 0


def test_coverage_is_a_layer_of_navigator(cli: Cli) -> None:
    layer = cli("rules", "coverage", "--json").json()
    assert layer["domain"] == "ics-attack"
    covered = {technique["techniqueID"]: technique for technique in layer["techniques"]}
    assert "MB01" in covered["T0855"]["comment"]
    assert covered["T0855"]["tactic"] == "impair-process-control"
    table = cli("rules", "coverage").out
    assert "T0855" in table
    assert "Impair Process Control" in table


def test_baseline_is_learned_shown_and_compared(cli: Cli, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    assert cli("baseline", "learn", NORMAL, "--output", old).code == 0
    assert cli("baseline", "learn", NORMAL, WRITE, "--output", new).code == 0
    entries = cli("baseline", "show", old, "--json").json()["data"]
    kinds = {entry["kind"] for entry in entries}
    assert {"conversation", "operation"} <= kinds
    only = cli("baseline", "show", old, "--kind", "conversation", "--json").json()["data"]
    assert only == [entry for entry in entries if entry["kind"] == "conversation"]
    assert only[0]["entity"] in cli("baseline", "show", old).out
    difference = cli("baseline", "diff", old, new, "--json").json()
    assert not [entry for entry in difference["removed"] if entry["kind"] in ("conversation", "operation")]
    assert any("10.9.1.66" in entry["entity"] for entry in difference["added"])
    assert "+ conversation" in cli("baseline", "diff", old, new).out
    assert "- conversation" in cli("baseline", "diff", new, old).out


def test_kinds_of_the_option_are_those_of_the_baseline() -> None:
    assert get_args(Kind) == KINDS


@pytest.mark.parametrize("arguments", [["show", "absent"], ["diff", "absent", "absent"]])
def test_an_absent_baseline_is_code_3(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    said = cli("baseline", *arguments)
    assert said.code == 3
    assert "bittern baseline learn" in said.err


def test_nothing_to_learn_from_is_code_4(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "text.pcap").write_text("no capture")
    assert cli("baseline", "learn", tmp_path / "text.pcap", "--output", tmp_path / "known").code == 4
