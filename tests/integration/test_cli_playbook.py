"""`bittern playbook`: list, show, check, run and runs, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

from api.output.playbook_documents import line_document
from api.storage import open_store
from api.texts import texts
from response.playbooks.events import Answered
from response.playbooks.model import STEP_EXTENSION
from response.playbooks.run import run_of
from response.ports import AlertQuery
from tests.contract.playbook_world import desk_of
from tests.contract.store_cases import occurrence, segment
from tests.integration.cli_runner import PROJECT, Cli, cli
from tests.unit.playbooks.made import document, step

__all__ = ["cli"]

SHIPPED = PROJECT / "rules" / "playbooks"


def filled_store(tmp_path: Path) -> tuple[str, str]:
    """The address of a store with one alert, and the alert's id."""
    url = f"embedded:{tmp_path}/store"
    with open_store(url) as store:
        store.write(segment("s1", occurrence()))
        return url, store.alerts(AlertQuery()).items[0].id


def test_playbooks_are_listed_and_shown(cli: Cli) -> None:
    listed = {each["slug"]: each for each in cli("playbook", "list", "--json").json()["data"]}
    assert set(listed) == {path.stem for path in SHIPPED.glob("*.json")}
    assert listed["rogue-device"]["strongest_effect"] == "network", "what it calls counts"
    assert "touches the process" in cli("playbook", "list").out
    shown = cli("playbook", "show", "isolate-host", "--lang", "zh").out
    assert "注意：" in shown
    assert "__" not in shown, "a variable stands where its name should"
    whole = cli("playbook", "show", "isolate-host", "--json").json()["data"]
    assert whole["cacao"] == json.loads((SHIPPED / "isolate-host.json").read_text(encoding="utf-8"))
    assert [each["number"] for each in whole["steps"]] == list(range(1, len(whole["steps"]) + 1))
    nodes = {node["id"] for node in whole["graph"]["nodes"]}
    assert nodes >= {name for name, each in whole["cacao"]["workflow"].items() if each["type"] != "end"}
    missing = cli("playbook", "show", "isolat-host")
    assert (missing.code, "near: isolate-host" in missing.err) == (2, True)


def test_check_names_file_line_and_remedy(cli: Cli, tmp_path: Path) -> None:
    assert cli("playbook", "check").code == 0
    raw = document(step("action", "a", {"action": "notify", "effect": "observe"}, on_completion="end"))
    path = tmp_path / "made.json"
    path.write_text(json.dumps(raw, indent=1), encoding="utf-8")
    said = cli("playbook", "check", tmp_path)
    assert said.code == 3
    assert "made.json:" in said.out
    assert "only the action's code decides" in said.out
    issues = cli("playbook", "check", path, "--json").json()["data"]
    weaker = next(each for each in issues if each["code"] == "playbook_effect_weaker")
    assert weaker["parameters"]["own"] == "notify"
    assert "影响由动作代码决定" in cli("playbook", "check", path, "--lang", "zh").out
    assert STEP_EXTENSION in path.read_text(encoding="utf-8")
    assert cli("playbook", "list", "--playbooks", tmp_path).code == 3


def test_a_dry_run_touches_no_store(cli: Cli, tmp_path: Path) -> None:
    done = cli(
        "playbook", "run", "reconnaissance", "--dry-run", "--variable", "__source_ip__=10.0.0.5", "--json"
    ).json()
    assert done["data"]["state"] == "successfully_executed"
    assert done["data"]["variables"]["t1"]["__source_ip__"] == "10.0.0.5"
    url, alert = filled_store(tmp_path)
    dry = cli("playbook", "run", "unauthorised-command", "--dry-run", "--alert", alert, "--store", url)
    assert "plc-1 (10.0.2.11)" in cli("playbook", "run", "rogue-device", "--dry-run", "--alert", alert, "--store", url,
                                      "--json").out  # fmt: skip
    assert (dry.code, "would" in dry.out) == (0, True)
    assert cli("playbook", "runs", "--store", url).err.startswith("no run yet")


def test_a_run_is_started_and_shown(cli: Cli, tmp_path: Path) -> None:
    url, alert = filled_store(tmp_path)
    started = cli("playbook", "run", "isolate-host", "--alert", alert[:6], "--who", "li", "--store", url, "--json")
    run_id = started.json()["data"]["id"]
    assert "waits for the program" in started.err
    with open_store(url) as store:
        desk = desk_of(store, tmp_path)
        assert desk.work("worker") == 1
        desk.decide(run_id, Answered("t1", "zhao", "now", note="line 2 stands"), "zhao")
        run = run_of(run_id, store.record("run", run_id).body)
    listed = cli("playbook", "runs", "--store", url, "--json").json()["data"]
    assert [(each["id"], each["by"], each["waiting"]) for each in listed] == [(run_id, "li", ["approval"])]
    assert "documents" not in listed[0]
    assert cli("playbook", "runs", "--alert", alert, "--store", url, "--json").json()["data"] == listed
    assert cli("playbook", "runs", "--alert", "other", "--store", url, "--json").json()["data"] == []
    assert run_id in cli("playbook", "runs", "--store", url, "--lang", "zh").out
    shown = cli("playbook", "runs", run_id, "--store", url).out
    assert "zhao" in shown
    assert "Cisco IOS (switch)" in shown
    assert "no shutdown" in shown
    assert "10.0.1.10" in shown
    for lang in ("en", "zh"):
        for line in run.lines:
            told = line_document(run, line, texts(lang))
            assert "{" not in str(told["text"])
            assert "playbooks." not in str(told["text"])
    assert cli("playbook", "runs", "absent", "--store", url).code == 6


def test_what_is_asked_wrongly(cli: Cli, tmp_path: Path) -> None:
    assert cli("playbook", "run", "absent", "--dry-run").code == 2
    assert cli("playbook", "run", "reconnaissance", "--dry-run", "--variable", "ip=1").code == 2
    assert cli("playbook", "run", "reconnaissance").code == 2  # no store
    url, _ = filled_store(tmp_path)
    assert cli("playbook", "run", "reconnaissance", "--alert", "absent", "--store", url).code == 6
