"""`bittern assess` over a store that `bittern analyze` filled: run, show, judge, compare, evidence."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from api.analysis import Options, analyse
from tests.integration.cli_runner import PROJECT, SITE, Cli, cli
from tests.shipped import shipped_rule_set

__all__ = ["cli"]

DEMO = PROJECT / "rules" / "demo" / "demo.pcap"
CONTROL = "iec62443-3-3:SR-1.5"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the demo's scenario, filled once."""
    folder = tmp_path_factory.mktemp("assess") / "store"
    analyse(Options((DEMO,), site=SITE, store=f"embedded:{folder}"), shipped_rule_set())
    return folder


@pytest.fixture
def store(filled: Path, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A copy of it for each test."""
    shutil.copytree(filled, tmp_path / "store")
    url = f"embedded:{tmp_path / 'store'}"
    monkeypatch.setenv("BITTERN_STORE", url)
    return url


def test_frameworks_are_listed_with_licence_and_marks(cli: Cli) -> None:
    listed = cli("assess", "frameworks", "--json").json()
    assert listed["schema"] == "bittern.frameworks/v1"
    assert [each["id"] for each in listed["data"]] == sorted(each["id"] for each in listed["data"])
    assert {each["id"] for each in listed["data"]} >= {"iec62443-3-3", "gbt22239-2019-l3-ics", "nist-csf-2.0"}
    iec = next(each for each in listed["data"] if each["id"] == "iec62443-3-3")
    assert sum(control["verify"] for control in iec["controls"]) == 6
    assert "licensed copy" in iec["licence"]
    assert "网络安全等级保护" in cli("assess", "frameworks", "--lang", "zh").out


def test_an_assessment_is_made_stored_and_shown(cli: Cli, store: str) -> None:
    ran = cli("assess", "run", "--site", SITE, "--zone", "control", "--framework", "iec62443-3-3", "--fail-on", "fail")
    assert ran.code == 1
    assert "The period of 0.065 h is shorter than the 24 h that a verdict needs." in ran.out
    assert "Plan of action" in ran.out
    identifier = re.search(r"assessment (\w+) stored", ran.err)
    assert identifier is not None
    shown = cli("assess", "show", "--json").json()
    assert shown["schema"] == "bittern.assessment/v1"
    made = shown["data"]
    assert made["id"] == identifier[1]
    assert made == cli("assess", "show", made["id"], "--json").json()["data"]
    assert len(made["verdicts"]) == 100
    assert len(made["matrix"]) == 24
    (listed,) = cli("assess", "list", "--json").json()["data"]
    assert (listed["id"], listed["name"], listed["frameworks"]) == (made["id"], "assessment", ["iec62443-3-3"])
    assert sum(listed["states"].values()) == 100
    assert made["id"] in cli("assess", "list").out
    failing = cli("assess", "show", "--state", "fail", "--json").json()["data"]
    assert failing
    assert all(each["state"] == "fail" and each["decisive"] for each in failing)
    table = cli("assess", "show", "--state", "fail", "--lang", "zh").out
    assert CONTROL in table
    assert "明文口令" in table


def test_without_a_limit_nothing_is_stored_and_the_code_is_0(cli: Cli, store: str) -> None:
    tried = cli("assess", "run", "--site", SITE, "--dry-run", "--json", "--set", "asset_version_known.min_ratio=0.1")
    assert tried.code == 0
    results = {result["query"]: result for result in tried.json()["data"]["results"]}
    assert results["asset_version_known"]["parameters"] == {"min_ratio": 0.1}
    assert "nothing was stored" in tried.err
    assert "bittern assess run --site FILE" in cli("assess", "list").err
    nothing = cli("assess", "show")
    assert nothing.code == 6
    assert "bittern assess run --site FILE" in nothing.err


def test_people_attest_and_override_and_the_difference_tells(cli: Cli, store: str) -> None:
    run = ("assess", "run", "--site", SITE, "--framework", "iec62443-3-3", "-q", "--json")
    first = cli(*run).json()["data"]
    attested = cli("assess", "attest", "iec62443-3-3:SR-1.7", "--state", "pass", "--reason", "P-12", "--who", "li")
    assert (attested.code, attested.err) == (
        0, "iec62443-3-3:SR-1.7: attested as pass; it counts from the next assessment on\n",
    )  # fmt: skip
    override = ("assess", "override", CONTROL, "--state", "pass", "--reason", "isolated cell")
    assert cli(*override, "--expires", "2199-01-01", "--json").json()["data"]["basis"] == "override"
    assert cli(*override, "--expires", "2001-01-01").code == 2
    assert cli(*override).code == 2
    second = cli(*run).json()["data"]
    assert second["previous"] == first["id"]
    by_control = {verdict["control"]: verdict for verdict in second["verdicts"]}
    assert [by_control[CONTROL][key] for key in ("state", "basis", "measured_state")] == ["pass", "override", "fail"]
    assert by_control["iec62443-3-3:SR-1.7"]["judgement"]["who"] == "li"
    compared = cli("assess", "diff", "--json").json()
    assert compared["meta"] == {"assessment": second["id"], "before": first["id"]}
    assert compared["data"] == [
        {"control": CONTROL, "before": "fail", "after": "pass"},
        {"control": "iec62443-3-3:SR-1.7", "before": "inconclusive", "after": "pass"},
    ]
    assert CONTROL in cli("assess", "diff").out
    assert cli("assess", "diff", second["id"], second["id"]).err == "no control changed\n"


def test_evidence_is_shown_and_found_again(cli: Cli, store: str, tmp_path: Path) -> None:
    cli("assess", "run", "--site", SITE, "-q")
    kept = cli("assess", "evidence", "ot_to_internet", "--json").json()["data"]
    assert [row["source.ip"] for row in kept["found"]] == ["203.0.113.50"]
    again = cli("assess", "evidence", "ot_to_internet", "--site", SITE)
    assert again.code == 0
    assert kept["digest"] in again.out
    assert "the same rows were found again" in again.err
    other = tmp_path / "other.yml"
    other.write_text(SITE.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    foreign = cli("assess", "evidence", "ot_to_internet", "--site", other)
    assert foreign.code == 3
    assert "not the site model" in foreign.err


def test_evidence_that_changed_since_is_told(cli: Cli, store: str) -> None:
    """Packets of the same period arrive late: the rows that the assessment names are no longer all that there is."""
    begin = ("--since", "2026-11-23", "--until", "2026-11-25")
    cli("assess", "run", "--site", SITE, "-q", *begin)
    assert cli("assess", "evidence", "ot_to_internet", "--site", SITE).code == 0
    late = PROJECT / "rules" / "proofs" / "general" / "controller-to-internet.pcap"
    cli("analyze", late, "--site", SITE, "--format", "ndjson", "-q")
    changed = cli("assess", "evidence", "ot_to_internet", "--site", SITE)
    assert changed.code == 1
    assert "finds other rows now" in changed.err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["run", "--site", SITE, "--framework", "iec62443"], 2, "iec62443-3-3"),
        (["run", "--site", SITE, "--zone", "contrl"], 2, "control"),
        (["run", "--site", SITE, "--set", "ot_to_internet.x=1"], 2, "QUERY.NAME=VALUE"),
        (["run", "--site", SITE, "--since", "2030-01-01"], 6, "holds nothing for this period"),
        (["attest", "iec62443-3-3:SR-99", "--state", "pass", "--reason", "x"], 2, "iec62443-3-3:SR-2.1"),
        (["attest", CONTROL, "--state", "pass", "--reason", " "], 2, "say why with --reason"),
        (["show", "nope"], 6, "no assessment nope"),
    ],
)
def test_what_is_wrong_is_told_with_a_way_out(
    cli: Cli, store: str, arguments: list[str | Path], code: int, told: str
) -> None:
    for lang in ("en", "zh"):
        said = cli("assess", *arguments, "--lang", lang)
        assert said.code == code
        assert said.out == ""
        assert told in said.err or lang == "zh"
        assert "Traceback" not in said.err


def test_every_reason_of_an_assessment_has_a_text_in_both_languages(cli: Cli, store: str) -> None:
    from api.output.assess_words import reason_text
    from api.texts import texts
    from response.compliance.documents import read_assessment

    cli("assess", "run", "--site", SITE, "-q")
    made = read_assessment(cli("assess", "show", "--json").json()["data"])
    reasons = [r for v in made.verdicts for r in v.reasons]
    reasons += [r for result in made.results for r in (*result.reasons, *result.visibility)]
    reasons += [action.summary for action in made.actions]
    assert len({reason.code for reason in reasons}) > 12
    for reason in reasons:
        english, chinese = reason_text(reason, texts("en")), reason_text(reason, texts("zh"))
        assert "{" not in english + chinese
        assert english != chinese
    assert json.dumps([dict(reason.parameters) for reason in reasons])
