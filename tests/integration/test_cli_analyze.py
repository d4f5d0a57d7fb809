"""`bittern analyze` over real captures: what it prints, in which order, and how it ends."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sensors.fields.dissectors import Found, Refused, dissectors
from tests.integration.cli_runner import NORMAL, PROJECT, SITE, WRITE, Cli, cli

__all__ = ["cli"]

RECORD_KEYS = {
    "id", "rule", "severity", "class", "title", "techniques", "source", "destination", "first_seen", "last_seen",
    "count", "occurrences", "events", "text", "protocol", "explanation", "packets", "controls", "objects", "playbook",
    "lacking", "status", "parameters",
}  # fmt: skip
BITTERN = [sys.executable, "-c", "from api.cli import main; main()"]


@pytest.fixture
def baseline(cli: Cli, tmp_path: Path) -> Path:
    """What is normal in the plant of the proofs."""
    target = tmp_path / "known"
    assert cli("baseline", "learn", NORMAL, "--site", SITE, "--output", target).code == 0
    return target


def test_json_has_the_promised_form(cli: Cli, baseline: Path) -> None:
    found = cli("analyze", WRITE, "--baseline", baseline, "--site", SITE, "--format", "json").json()
    assert found["schema"] == "bittern.analysis/v1"
    assert found["capture"]["packets"] == found["capture"]["link.frames"] > 100
    assert found["capture"]["bytes"] > 0
    assert found["capture"]["files"] == 1
    assert found["events"]["transaction"] > 0
    assert (found["errors"], found["failures"]) == ([], {})
    assert found["seconds"] >= 0
    alerts = {alert["rule"]: alert for alert in found["alerts"]}
    written = alerts["MB01"]
    assert set(written) >= RECORD_KEYS
    assert set(written["text"]) == {"what", "why", "do", "safety"}
    assert written["source"]["ip"] == "10.9.1.66"
    assert written["text"]["what"].startswith("10.9.1.66 wrote")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", written["first_seen"])
    assert {alert["class"] for alert in found["alerts"]} <= {"threat", "policy"}
    assert all(
        alert["severity"] != "informational" for name in ("alerts", "posture", "health") for alert in found[name]
    )
    order = [(alert["first_seen"], alert["id"]) for alert in found["alerts"]]
    assert order == sorted(order)


@pytest.mark.parametrize("form", ["json", "ndjson", "ecs", "html", "table"])
def test_the_same_input_gives_the_same_bytes(cli: Cli, form: str) -> None:
    first, second = (
        re.sub(r'"seconds": [0-9.]+', "", cli("analyze", WRITE, NORMAL, "--site", SITE, "--format", form).out)
        for _ in range(2)
    )
    assert first == second
    assert first


def test_ndjson_is_the_alerts_of_json(cli: Cli) -> None:
    lines = cli("analyze", WRITE, "--site", SITE, "--format", "ndjson").out.splitlines()
    assert [json.loads(line) for line in lines] == cli("analyze", WRITE, "--site", SITE, "--format", "json").json()[
        "alerts"
    ]


def test_severity_min_hides_and_fail_on_counts_what_is_hidden(cli: Cli) -> None:
    everything = cli("analyze", WRITE, "--site", SITE, "--format", "json", "--severity-min", "low").json()
    severe = cli("analyze", WRITE, "--site", SITE, "--format", "json", "--severity-min", "critical").json()
    worst = [alert for alert in everything["alerts"] if alert["severity"] == "critical"]
    assert severe["alerts"] == worst
    assert severe["alerts_below_severity_min"] == len(everything["alerts"]) - len(worst) > 0
    assert "No alerts at this severity" in cli("analyze", WRITE, "--site", SITE, "--severity-min", "critical").out
    assert cli("analyze", WRITE, "--site", SITE, "--severity-min", "critical", "--fail-on", "high").code == 1
    assert cli("analyze", WRITE, "--site", SITE, "--fail-on", "critical").code == 0


def test_table_in_both_languages_and_the_readers_time_zone(cli: Cli) -> None:
    english = cli("analyze", WRITE, "--site", SITE)
    chinese = cli("analyze", WRITE, "--site", SITE, "--lang", "zh", "--time-zone", "Asia/Shanghai")
    first = cli("analyze", WRITE, "--site", SITE, "--format", "json").json()["alerts"][0]["first_seen"]
    assert first[:10] in english.out
    assert first[11:19] in english.out
    assert f"{(int(first[11:13]) + 8) % 24:02d}{first[13:19]}" in chinese.out
    assert "next: 1. " in english.out
    assert "下一步：1. " in chinese.out
    assert "写操作" in chinese.out
    assert not re.search("[\u4e00-\u9fff]", english.out)


def test_nothing_found_says_what_was_looked_at_and_what_not(cli: Cli, baseline: Path) -> None:
    calm = cli("analyze", NORMAL.with_name("hmi-normal-later.pcap"), "--baseline", baseline, "--site", SITE)
    assert calm.code == 0
    assert "packets: " in calm.out.splitlines()[0]
    assert "No alerts." in calm.out
    without = cli("analyze", NORMAL, "--filter", "host 192.0.2.1")
    assert "What was not seen" in without.out
    assert "No site model was given" in without.out
    assert "A capture filter was given" in without.out


def test_output_file_is_whole_and_stdout_stays_empty(cli: Cli, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    told = cli("analyze", WRITE, "--format", "html", "--output", target)
    assert told.out == ""
    assert str(target) in told.err
    assert target.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert cli("analyze", WRITE, "--format", "html", "--output", target, "--quiet").err == ""


@pytest.mark.parametrize(
    ("name", "begins"), [("a.html", "<!doctype"), ("a.JSON", "{"), ("a.ndjson", "{"), ("a.txt", "F")]
)
def test_the_ending_of_the_output_chooses_the_form(cli: Cli, tmp_path: Path, name: str, begins: str) -> None:
    assert cli("analyze", WRITE, "-o", tmp_path / name).code == 0
    assert (tmp_path / name).read_text().startswith(begins)
    assert cli("analyze", WRITE, "-o", tmp_path / name, "--format", "table").code == 0
    assert (tmp_path / name).read_text().startswith("Files: ")


def test_a_run_that_fails_leaves_the_old_output_alone(cli: Cli, tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("before")
    assert cli("analyze", WRITE, "--filter", "tcp and", "--format", "json", "--output", target).code == 2
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_events_go_to_a_file(cli: Cli, tmp_path: Path) -> None:
    events = tmp_path / "events.ndjson"
    found = cli("analyze", WRITE, "--events", events, "--format", "json").json()
    assert len(events.read_text().splitlines()) == sum(found["events"].values())


def test_a_dissector_that_is_switched_off_and_one_that_is_refused_are_told(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = dissectors().usable[0]
    broken = replace(usual, target="tests.dissectors.broken:Anything")
    refused = Refused("press:Line", "press-line", "no_declaration", {"module": "press"})
    found = Found((broken,), (refused,))
    monkeypatch.setattr("sensors.capture.installed", lambda: found)
    monkeypatch.setattr("api.output.report.dissectors", lambda: found)
    monkeypatch.setattr("sensors.fields.dissectors", lambda: found)
    capture = PROJECT / "rules" / "proofs" / "dosewire" / "weighing.pcap"
    told = cli("analyze", capture, "--no-color")
    assert "dosewire was switched off: could not be loaded (RuntimeError: its licence file is missing" in told.err
    assert "The dissector press:Line of press-line cannot be used" in told.err
    codes = {n["code"]: n["parameters"] for n in cli("analyze", capture, "--format", "json").json()["notices"]}
    assert codes["dissector_off"]["name"] == "dosewire"
    (check,) = [c for c in cli("doctor", "--json").json()["data"] if c["check"] == "dissectors"]
    assert check["status"] == "warn"
    assert "press:Line: there is no declaration (.yml) beside the module press" in check["text"]
    assert "dosewire: RuntimeError: its licence file is missing" in check["text"]
    assert "解析插件" in cli("doctor", "--lang", "zh").out
