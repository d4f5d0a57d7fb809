"""`bittern incidents` and the decisions of `bittern alerts` over a store that `bittern analyze` filled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli_runner import PROJECT, Cli, cli

__all__ = ["cli"]

CAPTURES = PROJECT / "rules" / "demo"


@pytest.fixture
def store(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITTERN_STORE", f"embedded:{tmp_path / 'store'}")
    monkeypatch.setenv("BITTERN_USER", "li")
    done = cli("analyze", CAPTURES / "demo.pcap", "--site", CAPTURES / "demo.site.yml", "--format", "ndjson")
    assert done.code == 0, done.err


def alerts(cli: Cli, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cli("alerts", "list", "--limit", "500", "--json", *arguments).json()["data"]
    return found


@pytest.mark.usefixtures("store")
def test_incidents_are_listed_and_shown(cli: Cli) -> None:
    listed = cli("incidents", "list", "--json").json()
    assert listed["schema"] == "bittern.incidents/v1"
    assert sorted(len(incident["alerts"]) for incident in listed["data"]) == [5, 7, 10, 11, 35]
    assert [json.loads(line) for line in cli("incidents", "list", "--format", "ndjson").out.splitlines()] == (
        listed["data"]
    )
    first = listed["data"][0]
    assert first["text"] == "10.9.1.66 against plc1 and 7 more: Impair Process Control"
    assert first["text"] in cli("incidents", "list").out
    shown = cli("incidents", "show", first["id"][:6])
    assert shown.code == 0
    for said in (
        "same network card or station B8-27-EB-10-00-66",
        "100 of 100 = impact 1.0",
        "[ ] ",
        "TTD time to detect",
    ):
        assert said in shown.out
    assert "同一网卡或总线站点 B8-27-EB-10-00-66" in cli("incidents", "show", first["id"], "--lang", "zh").out
    assert cli("incidents", "show", first["id"], "--json").json()["data"] == {**first, "hold": None}
    assert cli("incidents", "list", "--status", "closed").err == "no incident answers to this\n"
    missing = cli("incidents", "show", "nowhere")
    assert (missing.code, missing.out) == (6, "")


@pytest.mark.usefixtures("store")
def test_alerts_are_taken_assigned_commented_and_closed(cli: Cli) -> None:
    one, other = (alert["id"] for alert in alerts(cli, "--rule", "MB01", "--rule", "MB03"))
    assert cli("alerts", "ack", one[:8], other).err.splitlines() == [
        f"alert {one}: in progress", f"alert {other}: in progress",
    ]  # fmt: skip
    cli("alerts", "assign", one, "--to", "wang")
    cli("alerts", "comment", one, "the shift knows this host")
    closed = cli("alerts", "close", one, "--resolution", "maintenance", "--reason", "order 4711", "--json").json()
    (document,) = closed["data"]
    assert (document["status"], document["resolution"], document["assignee"]) == ("closed", "maintenance", "wang")
    told = cli("alerts", "show", one).out
    assert "li: comment – → – (the shift knows this host)" in told
    assert "(order 4711)" in told
    assert cli("alerts", "close", other, "--resolution", "maintenance").code == 2
    assert cli("alerts", "close", other, "--resolution", "maintenance", "--reason", "").code == 6
    assert cli("alerts", "ack", "nowhere").code == 6
    assert [alert["id"] for alert in alerts(cli, "--status", "in_progress")] == [other]


@pytest.mark.usefixtures("store")
def test_learning_tells_its_effect_wants_a_second_person_and_is_taken_back(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alert,) = alerts(cli, "--rule", "MB01")
    tried = cli("alerts", "learn", alert["id"], "--reason", "new station", "--dry-run", "--json")
    assert tried.json()["data"]["open_alerts"] == [alert["id"]]
    assert tried.json()["data"]["record"] is None
    assert "It holds back 1 open alerts now" in tried.err
    assert alerts(cli, "--rule", "MB01") == [alert]
    record = cli("alerts", "learn", alert["id"], "--reason", "new station", "--json").json()["data"]["record"]
    assert alerts(cli, "--rule", "MB01")[0]["status"] == "new"
    assert cli("alerts", "approve", record).code == 6
    monkeypatch.setenv("BITTERN_USER", "wang")
    assert cli("alerts", "approve", record).err == f"{record} is in force\n"
    assert alerts(cli, "--rule", "MB01")[0]["resolution"] == "benign_trigger"
    assert cli("alerts", "undo", record).code == 0
    assert alerts(cli, "--rule", "MB01")[0]["status"] == "new"
    (never,) = alerts(cli, "--rule", "MB10")
    refused = cli("alerts", "learn", never["id"], "--reason", "no")
    assert refused.code == 6
    assert "can never be learned" in refused.err


@pytest.mark.usefixtures("store")
def test_entries_and_mutes_are_found_by_their_alert(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    (learned,), muted = alerts(cli, "--rule", "MB01"), alerts(cli, "--rule", "MB06")[0]
    nothing = cli("alerts", "undo", learned["id"])
    assert (nothing.code, learned["id"] in nothing.err) == (6, True)
    cli("alerts", "learn", learned["id"], "--reason", "new station")
    monkeypatch.setenv("BITTERN_USER", "wang")
    assert cli("alerts", "approve", learned["id"][:8]).code == 0
    assert alerts(cli, "--rule", "MB01")[0]["status"] == "closed"
    assert cli("alerts", "undo", learned["id"][:8]).code == 0
    assert alerts(cli, "--rule", "MB01")[0]["status"] == "new"
    assert " UTC as " in cli("alerts", "mute", muted["id"], "--until", "8h", "--reason", "works").err
    assert cli("alerts", "undo", muted["id"]).code == 0
    assert cli("alerts", "undo", muted["id"]).code == 6


@pytest.mark.usefixtures("store")
def test_a_range_and_its_mistakes(cli: Cli) -> None:
    (alert,) = alerts(cli, "--rule", "MB03")
    tried = cli("alerts", "learn", alert["id"], "--form", "range", "--range", "1000..4000", "--reason", "recipe",
                "--dry-run", "--json")  # fmt: skip
    assert tried.json()["data"]["open"] == 0, "of a minute's hits the first value alone is kept: others may lie outside"
    for text, code in (("holding", 2), ("9..1", 6)):
        said = cli("alerts", "learn", alert["id"], "--form", "range", "--range", text, "--reason", "recipe")
        assert said.code == code


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(("scope", "held"), [("key", 1), ("pair", 9), ("rule", 2), ("zone", 2)])
def test_muting_in_every_scope(cli: Cli, scope: str, held: int) -> None:
    alert = next(a for a in alerts(cli, "--rule", "G14") if a["source"]["ip"] == "203.0.113.50")
    told = cli("alerts", "mute", alert["id"], "--like", scope, "--until", "30d", "--reason", "test", "--json")
    effect = told.json()["data"]
    assert effect["open"] >= held
    assert "muted until " in told.err
    assert cli("alerts", "undo", effect["record"]).err == f"{effect['record']} is taken back\n"
    assert cli("alerts", "undo", effect["record"]).code == 6


@pytest.mark.usefixtures("store")
def test_a_mute_needs_an_end_that_is_one(cli: Cli) -> None:
    (alert,) = alerts(cli, "--rule", "MB01")
    for until, code in (("tomorrow", 2), ("900d", 6), ("2020-01-01", 6)):
        assert cli("alerts", "mute", alert["id"], "--until", until, "--reason", "test").code == code
    assert cli("alerts", "undo", "nowhere").code == 6


@pytest.mark.usefixtures("store")
def test_incidents_are_worked_on_split_merged_and_given_back(cli: Cli) -> None:
    def sizes() -> list[int]:
        return sorted(len(each["alerts"]) for each in cli("incidents", "list", "--json").json()["data"])

    before = sizes()
    first, second, *_ = cli("incidents", "list", "--json").json()["data"]
    incident = first["id"][:8]
    assert "in progress" in cli("incidents", "ack", incident).err
    assert cli("incidents", "assign", incident, "--to", "wang").code == 0
    assert cli("incidents", "comment", incident, "the shift was told").code == 0
    assert cli("incidents", "tick", incident, "1").code == 0
    shown = cli("incidents", "show", incident).out
    assert " 1 [x] " in shown
    assert "the shift was told" in shown
    assert cli("incidents", "tick", incident, "1", "--undone").code == 0
    assert "[x]" not in cli("incidents", "show", incident).out
    beyond = cli("incidents", "tick", incident, "999")
    assert (beyond.code, "tasks, not 999" in beyond.err) == (2, True)
    split = cli("incidents", "split", incident, "--alert", first["alerts"][0], "--reason", "another cause")
    assert split.code == 0, split.err
    assert len(sizes()) == len(before) + 1
    assert cli("incidents", "undo", split.err.split()[1]).code == 0
    assert sizes() == before
    merged = cli("incidents", "merge", first["id"], second["id"], "--reason", "one hand", "--lang", "zh")
    assert merged.code == 0, merged.err
    assert len(sizes()) == len(before) - 1
    closed = cli("incidents", "close", incident, "--resolution", "true_positive", "--reason", "cleaned", "--json")
    assert closed.json()["data"]["status"] == "closed"
    assert cli("incidents", "close", incident, "--resolution", "true_positive").code == 2


@pytest.mark.usefixtures("store")
def test_an_incident_is_held_and_released(cli: Cli) -> None:
    first = cli("incidents", "list", "--json").json()["data"][0]
    assert cli("incidents", "hold", first["id"]).code == 2  # nobody holds without a reason
    held = cli("incidents", "hold", first["id"], "--reason", "asked for by the insurer", "--lang", "zh")
    assert (held.code, "证据留存中" in held.err) == (0, True), held.err
    shown = cli("incidents", "show", first["id"]).out
    assert " · held" in shown.splitlines()[0]
    assert "asked for by the insurer" in shown
    refused = cli("incidents", "split", first["id"], "--alert", first["alerts"][0], "--reason", "apart")
    assert (refused.code != 0, "release it first" in refused.err) == (True, True)
    assert cli("incidents", "release", first["id"], "--reason", "paid").code == 0
    assert " · held" not in cli("incidents", "show", first["id"]).out
