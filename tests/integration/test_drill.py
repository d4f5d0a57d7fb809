"""`bittern drill` with the real pipeline: what passes, what fails by name, what survives a kill, what a worker does."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.analysis import shipped_rules
from api.drilling import Drilling, begin, chosen, drill, drills, last_results
from api.storage import open_store
from api.wiring import Settings, Wiring, wall_clock
from response.ports import AlertQuery, Store
from response.records import RecordQuery
from tests.integration.cli_runner import PROJECT, PROOFS, Cli, cli
from tests.shipped import shipped_rule_set

__all__ = ["cli"]

ENOUGH = 90.0


@pytest.fixture(autouse=True)
def folder(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder, with the store that lies there. Behind `cli`, which forgets the store of the caller."""
    for name in ("BITTERN_KEYS", "BITTERN_KEY_PASSWORD_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BITTERN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("BITTERN_STORE", f"embedded:{tmp_path / 'data' / 'store'}")
    return tmp_path / "data"


def asked(*names: str) -> list[str]:
    return [word for name in names for word in ("--rule", name)]


def rules_in(folder: Path, name: str, edit: Callable[[str], str]) -> Path:
    """A copy of the shipped rules with one file edited."""
    target = folder / "rules"
    shutil.copytree(shipped_rules(), target)
    (path,) = target.rglob(f"{name}.yml")
    before = path.read_text(encoding="utf-8")
    path.write_text(edit(before), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before
    return target


def test_every_hop_is_reached_and_the_certificate_holds(cli: Cli, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "certificate.json"
    said = cli("drill", *asked("MB01", "G11"), "--json", "--output", target)
    assert said.code == 0, said.err
    whole = said.json()
    assert whole == json.loads(target.read_text())
    data = whole["data"]
    assert {each["rule"] for each in data["trials"]} == {"MB01", "G11"}
    for each in data["trials"]:
        states = {hop["hop"]: hop["state"] for hop in each["hops"]}
        assert [states[name] for name in ("sensor", "store", "alert", "notification", "playbook")] == ["arrived"] * 5
        assert all(hop["ns"] for hop in each["hops"] if hop["state"] == "arrived")
    assert set(data["times"]) == {"sensor", "store", "alert", "incident", "notification", "playbook"}
    assert set(data["rule_versions"]) == {"MB01", "G11"}
    with open_store(os.environ["BITTERN_STORE"]) as store:
        assert store.assets() == ()
        assert store.records(RecordQuery("sensor")).items == ()
        assert store.alerts(AlertQuery(drill=False, triage=False)).items == ()
        assert {run.body["dry"] for run in store.records(RecordQuery("run")).items} == {True}
    assert cli("alerts", "list").out.strip() == "" or "MB01" not in cli("alerts", "list").out
    assert "MB01" in cli("alerts", "list", "--drill", "--format", "json").out
    # What a drill replays is no traffic of the plant.
    assert cli("protocols", "list", "--json").json()["data"] == []
    shown = cli("drill", "show", "--json").json()["data"]
    assert {each["rule"]: each["state"] for each in shown} == {"MB01": "passed", "G11": "passed"}
    verified = cli("drill", "verify", target)
    assert (verified.code, "is as it was signed: passed" in verified.out) == (0, True)


def test_a_changed_certificate_or_an_unknown_key_is_named(cli: Cli, folder: Path, tmp_path: Path) -> None:
    target, other = tmp_path / "certificate.json", tmp_path / "other"
    assert cli("drill", *asked("MB01"), "--output", target, "--quiet").code == 0
    stranger = cli("drill", "verify", target, "--data", other)
    assert (stranger.code, "a key that is not known here" in stranger.out) == (7, True)
    fingerprint = json.loads(target.read_text())["signature"]["fingerprint"]
    assert cli("drill", "verify", target, "--data", other, "--key", fingerprint).code == 0
    target.write_text(target.read_text().replace('"passed"', '"failed"', 1))
    forged = cli("drill", "verify", target, "--json")
    assert (forged.code, forged.json()["data"]["signature"]) == (7, "forged")
    assert "was changed" in cli("drill", "verify", target).out
    target.write_text("{}")
    assert cli("drill", "verify", target).code == 7


def test_a_rule_that_no_longer_finds_its_proof_fails_by_name(cli: Cli, folder: Path, tmp_path: Path) -> None:
    assert cli("drill", *asked("MB01", "MB04"), "--quiet").code == 0
    edited = rules_in(tmp_path, "MB01", lambda text: text.replace("ot.operation: write", "ot.operation: read"))
    said = cli("drill", *asked("MB01", "MB04"), "--rules", edited)
    assert said.code == 1
    assert "MB01 passed the last drill and fails now" in said.err
    assert "failed: MB01." in said.err
    assert "MB01 · alert: no alert of the rule" in said.out
    shown = {each["rule"]: each for each in cli("drill", "show", "--json").json()["data"]}
    assert (shown["MB01"]["state"], shown["MB01"]["before"], shown["MB01"]["code"]) == ("failed", "passed", "no_alert")
    assert shown["MB04"]["state"] == "passed"
    assert "FAILED  MB01" in cli("drill", "show").out
    again = cli("drill", *asked("MB01"), "--rules", edited)
    assert (again.code, "fails now" in again.err) == (1, False)
    assert cli("drill", *asked("MB01"), "--lang", "zh").code == 0


def test_a_proof_that_is_gone_is_named(cli: Cli, folder: Path, tmp_path: Path) -> None:
    proofs = tmp_path / "proofs"
    shutil.copytree(PROOFS / "modbus", proofs / "modbus")
    shutil.copy(PROOFS / "site.yml", proofs)
    (proofs / "modbus" / "unauthorised-write.pcap").unlink()
    said = cli("drill", *asked("MB01"), "--proofs", proofs)
    assert said.code == 1
    assert "the capture modbus/unauthorised-write.pcap is not there" in said.out


def test_what_cannot_be_drilled_is_a_mistake_in_the_call(cli: Cli, folder: Path) -> None:
    for words in ([], ["--rule", "XX99"], ["--playbook", "none"]):
        said = cli("drill", *words)
        assert (said.code, bool(said.err)) == (2, True)
    assert not list(folder.glob("store/bittern.db"))


@contextmanager
def worker(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A worker of the store, ready."""
    command = [sys.executable, "-m", "api.cli", "worker", "--spool", str(folder / "spool"), "--data", str(folder)]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        process.stderr.readline()
        with open_store(os.environ["BITTERN_STORE"]) as store:
            until(lambda: bool(store.records(RecordQuery("lease", limit=10)).items))
        yield process
        process.terminate()


def until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + ENOUGH
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_worker_of_the_store_does_it(cli: Cli, folder: Path, tmp_path: Path) -> None:
    with worker(folder):
        refused = cli("drill", *asked("MB01"), "--rules", shipped_rules())
        assert (refused.code, "a worker runs on this store" in refused.err) == (3, True)
        said = cli("drill", *asked("MB01"), "--json")
        assert said.code == 0, said.err
    with open_store(os.environ["BITTERN_STORE"]) as store:
        held = {run.body["by"] for run in store.records(RecordQuery("run")).items}
        found, _ = drills(store)
        assert [each.id for each in found] == [said.json()["data"]["id"]]
        assert held == {"bittern"}
        assert store.records(RecordQuery("sensor")).items == ()


def left(store: Store, job: str) -> dict[str, Any]:
    """Everything that a drill left behind, without times."""
    alerts = store.alerts(AlertQuery(drill=True, triage=False, limit=1000)).items
    number = {alert.id: (alert.sensor.rpartition("-")[2], alert.rule, alert.count) for alert in alerts}
    messages = store.records(RecordQuery("message", limit=1000)).items
    runs = store.records(RecordQuery("run", limit=1000)).items
    body = drill(store, job).body
    return {
        "alerts": Counter(number.values()),
        "messages": Counter((number[m.body["subject"][0].partition(":")[2]], m.body["state"]) for m in messages),
        "runs": Counter((number[run.body["alert"]], run.body["playbook"], run.body["state"]) for run in runs),
        "incidents": len(store.records(RecordQuery("incident", {"drill": True})).items),
        "events": {name: store.count(name) for name in ("flow", "transaction", "finding")},
        "verdicts": [(each["rule"], each["capture"], each["state"]) for each in body["trials"]],
        "states": [(hop["hop"], hop["state"]) for each in body["trials"] for hop in each["hops"]],
        "last": {name: each.body["state"] for name, each in last_results(store).items()},
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a drill leaves that nobody kills: the same each time, so it is done once."""
    data = tmp_path_factory.mktemp("undisturbed")
    url = f"embedded:{data / 'store'}"
    command = [sys.executable, "-m", "api.cli", "drill", *asked("MB01", "MB04"), "--json", "--store", url]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("BITTERN_")}
    usual = subprocess.run([*command, "--data", str(data)], cwd=PROJECT, env=plain, stdout=subprocess.PIPE, check=True)
    with open_store(url) as store:
        return left(store, json.loads(usual.stdout)["data"]["id"])


@pytest.mark.parametrize("moment", ["begun", "alert", "message", "second"])
def test_killed_it_goes_on_to_the_same_end(moment: str, cli: Cli, folder: Path, undisturbed: dict[str, Any]) -> None:
    folder.mkdir()
    command = [sys.executable, "-m", "api.cli", "drill", *asked("MB01", "MB04"), "--quiet"]
    with open_store(os.environ["BITTERN_STORE"]) as store:
        victim = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
        try:
            until(lambda: _reached(store, moment))
        finally:
            victim.send_signal(signal.SIGKILL)
            victim.wait()
        (job,), _ = drills(store)
        assert job.body["state"] != "done"
        wiring = Wiring(store, shipped_rule_set(), Settings(data=folder))
        going_on = Drilling(wiring, "another")
        while going_on(wall_clock()):
            pass
        assert left(store, job.id) == undisturbed
        assert drill(store, job.id).body["certificate"]["data"]["state"] == "passed"


@pytest.mark.timeout(180)
def test_another_worker_goes_on_where_one_was_killed(cli: Cli, folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    with open_store(os.environ["BITTERN_STORE"]) as store:
        rules = shipped_rule_set()
        with worker(folder) as victim:
            job = begin(store, chosen(rules, ("MB01",), None), wall_clock(), "li", "nonce")
            until(lambda: _reached(store, "alert"))
            victim.kill()
            victim.wait()
        assert drill(store, job).body["state"] == "running"
        with worker(folder):  # which waits until the lease of the first is over
            until(lambda: bool(drill(store, job).body["state"] == "done"))
        found = drill(store, job).body
        assert found["result"]["state"] == "passed", found["trials"]
        sent = store.records(RecordQuery("message", limit=1000)).items
        assert len({message.id for message in sent}) == len(store.alerts(AlertQuery(drill=True, triage=False)).items)


def _reached(store: Store, moment: str) -> bool:
    found, _ = drills(store)
    if not found:
        return False
    body = found[0].body
    if moment == "second":
        return bool(body["done"] == 1)
    if moment == "begun":
        return body["round"] is not None
    if moment == "alert":
        return bool(store.alerts(AlertQuery(drill=True, triage=False)).items)
    return bool(store.records(RecordQuery("message", {"state": "sent"})).items)
