"""Playbooks over HTTP: started for an alert, stepped by the worker's duty, approved by another person."""

from __future__ import annotations

from typing import Any

from api.playbook_desk import desk_of
from tests.api.served import Api, fill

pytest_plugins = ["tests.api.served"]
RUNS = "/api/v1/runs"


def work(api: Api) -> None:
    while desk_of(api.wiring).work("worker-1"):
        pass


def waiting(run: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for step in run["told"]["en"]["steps"] if step["thread"]]


def test_every_playbook_is_told_in_both_languages(api: Api) -> None:
    li = api.person("li", "analyst")
    listed = li.get("/api/v1/playbooks").json()["items"]
    assert len(listed) >= 5
    assert {"unauthorised-command", "rogue-device", "reconnaissance"} <= {each["slug"] for each in listed}
    named = {each["slug"]: each["rules"] for each in listed}
    assert "MB01" in named["unauthorised-command"]
    whole = li.get("/api/v1/playbooks/unauthorised-command").json()
    assert len(whole["told"]["en"]["steps"]) == len(whole["told"]["zh"]["steps"]) >= 5
    assert whole["told"]["en"]["graph"]["nodes"]
    assert whole["cacao"]["spec_version"] == "cacao-2.0"
    assert li.get("/api/v1/playbooks/none").json()["code"] == "not_found"


def test_a_run_waits_for_people_and_is_recorded(api: Api) -> None:
    alert, *_ = fill(api.store, 1)
    li, wang = api.person("li", "analyst"), api.person("wang", "analyst")
    limited = api.person("zhou", "analyst_limited")
    started = li.post(RUNS, json={"playbook": "unauthorised-command", "alert": alert})
    assert started.status_code == 201, started.text
    work(api)
    run = li.get(f"{RUNS}/{started.json()['id']}").json()
    assert run["state"] == "ongoing"
    assert waiting(run)
    assert run["told"]["zh"]["steps"][0]["name"] != run["told"]["en"]["steps"][0]["name"]
    path = f"{RUNS}/{run['id']}/decisions"
    assert limited.post(path, json={"what": "cancel"}).json()["code"] == "forbidden"
    assert li.post(path, json={"what": "approve"}).json()["code"] == "word_needed"
    refused = li.post(path, json={"what": "approve", "thread": "nothing"}).json()
    assert refused["code"] == "run_refused"
    assert refused["errors"][0]["zh"]
    assert wang.post(path, json={"what": "cancel", "reason": "exercise"}).status_code == 201
    ended = li.get(f"{RUNS}/{run['id']}").json()
    assert ended["state"] != "ongoing"
    assert li.get(RUNS, params={"alert": alert}).json()["items"][0]["id"] == run["id"]
    deeds = [line.deed.what for line in api.store.audit() if line.deed.kind == "run"]
    assert deeds[0] == "run.start"


def test_a_rehearsal_touches_nothing(api: Api) -> None:
    alert, *_ = fill(api.store, 1)
    li = api.person("li", "analyst")
    before = li.get(f"/api/v1/alerts/{alert}").json()
    dry = li.post(RUNS, json={"playbook": "unauthorised-command", "alert": alert, "dry": True})
    assert dry.status_code == 201
    work(api)
    assert li.get(f"/api/v1/alerts/{alert}").json() == before
    assert li.post(RUNS, json={"playbook": "none"}).json()["code"] == "unknown_word"
