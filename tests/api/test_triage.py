"""Incidents and what holds alerts back, over HTTP, with the shipped scenario and the worker's duties."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.analysis import Options, analyse
from api.demo import scenario
from api.site_model import put_site
from api.storage import open_store
from api.triage import followed
from tests.api.served import RULES, Api, made_api

pytest_plugins = ["tests.api.served"]
ALERTS, INCIDENTS = "/api/v1/alerts", "/api/v1/incidents"


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Api]:
    capture, site = scenario()
    url = f"embedded:{tmp_path}/store"
    result = analyse(Options((capture,), site=site, store=url), RULES)
    assert result.span is not None
    with open_store(url) as store:
        api = made_api(store, tmp_path)
        api.clock.now = result.span[1] + 60 * 10**9
        put_site(store, site.read_text(encoding="utf-8"), None, who="test", at=api.clock())
        work(api)
        yield api


def work(api: Api) -> None:
    """What the worker would do."""
    while followed(api.store, RULES, api.wiring.site.site(), api.clock()):
        pass


def the_alert(client: Any, rule: str) -> dict[str, Any]:
    found = client.get(ALERTS, params={"rule.name": rule, "triage": False}).json()["items"]
    return dict(found[0])


def test_incidents_are_listed_told_and_decided(demo: Api) -> None:
    li = demo.person("li", "analyst")
    listed = li.get(INCIDENTS).json()["items"]
    assert len(listed) >= 4
    joined = [alert for each in listed for alert in each["alerts"]]
    every = {each["id"]: each["incident"] for each in li.get(ALERTS, params={"limit": 500}).json()["items"]}
    assert sorted(joined) == sorted(alert for alert, incident in every.items() if incident)
    worst = max(listed, key=lambda each: each["risk"]["score"])
    answer = li.get(f"{INCIDENTS}/{worst['id']}")
    whole = answer.json()
    assert whole["title"]["en"] != whole["title"]["zh"]
    assert all(member["why"]["en"] and member["why"]["zh"] for member in whole["members"])
    times = [each["at"] for each in whole["timeline"]]
    assert times == sorted(times)
    change = {"status": "in_progress", "assignee": "li", "ticks": {whole["tasks"][0]["id"]: True}}
    path = f"{INCIDENTS}/{worst['id']}"
    taken = li.patch(path, json=change, headers={"If-Match": answer.headers["etag"]})
    assert taken.status_code == 200, taken.text
    assert taken.json()["tasks"][0]["done"]
    assert li.patch(path, json={"reason": "x"}, headers={"If-Match": answer.headers["etag"]}).status_code == 412
    engineer = demo.person("eng", "engineer")
    current = {"If-Match": taken.headers["etag"]}
    assert engineer.patch(path, json={"status": "new"}, headers=current).json()["code"] == "forbidden"
    assert engineer.patch(path, json={"reason": "line 1 stands still"}, headers=current).status_code == 200
    assert (whole["held"], taken.json()["held"]) == (False, False)
    current = {"If-Match": li.get(path).headers["etag"]}
    assert engineer.patch(path, json={"held": True, "reason": "court"}, headers=current).status_code == 403
    assert li.patch(path, json={"held": True}, headers=current).status_code == 422
    assert li.patch(path, json={"held": True, "reason": "court"}, headers=current).json()["held"] is True
    [listed] = li.get("/api/v1/incidents", params={"held": True}).json()["items"]
    assert (listed["id"], listed["hold"]["who"], listed["hold"]["reason"]) == (path.rpartition("/")[2], "li", "court")
    others = li.get("/api/v1/incidents", params={"held": False}).json()["items"]
    assert listed["id"] not in {each["id"] for each in others}
    assert demo.store.audit(limit=10_000)[-1].deed.parameters == {"held": True, "reason": "court"}


def test_split_and_back(demo: Api) -> None:
    li = demo.person("li", "analyst")
    listed = li.get(INCIDENTS).json()["items"]
    large = max(listed, key=lambda each: len(each["alerts"]))
    one = large["alerts"][-1]
    made = li.post(f"{INCIDENTS}/{large['id']}/split", json={"alerts": [one], "reason": "another cause"})
    assert made.status_code == 201, made.text
    assert len(li.get(INCIDENTS).json()["items"]) == len(listed) + 1
    assert li.delete(f"/api/v1/incident-decisions/{made.json()['decision']}").status_code == 200
    assert len(li.get(INCIDENTS).json()["items"]) == len(listed)


def test_the_story_answers_eight_questions_in_both_languages(demo: Api) -> None:
    li = demo.person("li", "analyst")
    alert = the_alert(li, "MB01")
    story = li.get(f"{ALERTS}/{alert['id']}/story", params={"zone": "Asia/Shanghai"}).json()
    assert list(story["answers"]) == ["what", "where", "normal", "why", "now", "evidence", "else", "so_what"]
    for told in story["answers"].values():
        assert told["en"]
        assert told["zh"]
    assert story["terms"]["acknowledge"]["state"] in ("due", "late")
    assert li.get(f"{ALERTS}/{alert['id']}/story", params={"zone": "Mars/Olympus"}).json()["code"] == "no_zone"


def test_learning_needs_a_second_person_where_the_rule_says_so(demo: Api) -> None:
    li, wang = demo.person("li", "analyst"), demo.person("wang", "analyst")
    alert = the_alert(li, "MB01")
    path = f"{ALERTS}/{alert['id']}"
    effect = li.post(f"{path}/learn/preview", json={"form": "exact"}).json()
    assert effect["open"] == 1
    assert li.get(path).json()["status"] == "new"
    body = {"form": "exact", "reason": "new HMI"}
    assert li.post(f"{path}/learn", json=body).json()["code"] == "if_match_needed"
    made = li.post(f"{path}/learn", json=body, headers={"If-Match": '"1"'}).json()
    assert made["state"] == "proposed"
    assert li.get(path).json()["status"] == "new"
    entry = f"/api/v1/baseline/{made['id']}"
    assert li.post(f"{entry}/approve").json()["parameters"]["reason"] == "second_person_needed"
    assert wang.post(f"{entry}/approve").json()["state"] == "active"
    closed = li.get(path).json()
    assert (closed["status"], closed["resolution"]) == ("closed", "benign_trigger")
    assert li.delete(entry).json() == {"conflicts": []}
    assert li.get(path).json()["status"] == "new"


def test_muting_holds_back_and_returns(demo: Api) -> None:
    li = demo.person("li", "analyst")
    alert = the_alert(li, "MB06")
    path = f"{ALERTS}/{alert['id']}"
    wanted = {"like": "pair", "until": "2h", "reason": "test of the scanner"}
    effect = li.post(f"{path}/mute/preview", json=wanted).json()
    made = li.post(f"{path}/mute", json=wanted)
    assert made.status_code == 201, made.text

    def held() -> list[str]:
        return [each["id"] for each in li.get(ALERTS, params={"suppressed": True}).json()["items"]]

    assert len(held()) == effect["open"] >= 2
    assert alert["id"] in held()
    assert li.get("/api/v1/mutes", params={"state": "active"}).json()["items"][0]["id"] == made.json()["id"]
    assert li.delete(f"/api/v1/mutes/{made.json()['id']}").status_code == 200
    assert held() == []
    demo.clock.advance(1)
    again = li.post(f"{path}/mute", json=wanted).json()
    demo.clock.advance(3 * 3600)
    li = demo.signed_in("li")
    work(demo)
    assert held() == []
    assert again["id"] not in str(li.get("/api/v1/mutes", params={"state": "active"}).json())


def test_bulk_on_all_that_match_and_back(demo: Api) -> None:
    li = demo.person("li", "analyst")
    whole = {each["id"] for each in li.get(ALERTS, params={"severity": "high", "limit": 500}).json()["items"]}
    body = {"matching": {"severity": "high"}, "status": "closed", "resolution": "true_positive", "reason": "exercise"}
    job = li.post("/api/v1/jobs", json=body)
    assert job.status_code == 202
    work(demo)
    told = li.get(f"/api/v1/jobs/{job.json()['id']}").json()
    assert (told["state"], told["ended"]) == ("finished", {"done": len(whole)})
    closed = li.get(ALERTS, params={"status": "closed", "limit": 500}).json()["items"]
    assert {each["id"] for each in closed} == whole
    accuracy = li.get("/api/v1/rules/accuracy").json()["items"]
    assert all(each["false_positives"] == 0 for each in accuracy)
    demo.clock.advance(1)
    back = li.post(f"/api/v1/jobs/{job.json()['id']}/undo")
    assert back.status_code == 202
    work(demo)
    assert li.get(ALERTS, params={"status": "closed"}).json()["items"] == []
    assert li.post("/api/v1/jobs", json={"status": "closed"}).json()["code"] == "bulk_selection"


def test_the_map_shows_zones_and_what_crosses_them(demo: Api) -> None:
    li = demo.person("li", "analyst")
    drawn = li.get("/api/v1/map", params={"start": "1h"}).json()
    hosts = {host["id"]: host for host in drawn["hosts"]}
    assert {zone["id"] for zone in drawn["zones"]} == {"control", "office", "outside"}
    assert (hosts["10.9.1.11"]["zone"], hosts["10.9.1.11"]["declared"]) == ("control", True)
    assert (hosts["203.0.113.50"]["zone"], hosts["10.9.1.66"]["declared"]) == ("outside", False)
    places = {(host["x"], host["y"]) for host in hosts.values()}
    assert len(places) == len(hosts)
    lines = {(line["source"], line["destination"]): line for line in drawn["lines"]}
    assert lines["10.9.2.50", "10.9.1.20"]["verdict"] == "denied"
    assert lines["10.9.1.30", "10.9.1.11"]["verdict"] == "inside"
    assert hosts["10.9.1.11"]["alerts"] >= 5
    assert li.get("/api/v1/map", params={"start": "1h"}).json() == drawn
    late = li.get("/api/v1/map", params={"start": "4m"}).json()
    new = {host["id"] for host in late["hosts"] if host["new"]}
    assert "10.9.1.66" in new
    assert "10.9.1.30" not in new


def test_the_quiet_home(demo: Api) -> None:
    li = demo.person("li", "analyst")
    home = li.get("/api/v1/overview").json()
    assert home["alerts"]["open"] == len(li.get(ALERTS, params={"limit": 500}).json()["items"])
    assert home["incidents"]["open"] == len(li.get(INCIDENTS).json()["items"])
    first, *_ = home["alerts"]["most_hit"]
    listed = li.get(ALERTS, params={"limit": 500, "destination.ip": first["ip"], "sort": "-severity"}).json()["items"]
    assert (first["alerts"], first["worst"]) == (len(listed), listed[0]["severity"])
    graves = [each for each in listed if each["severity"] in ("critical", "high")]
    assert home["alerts"]["grave"] >= len(graves) >= 1
    scores = [each["risk"]["score"] for each in home["incidents"]["worst"]]
    assert scores == sorted(scores, reverse=True)
    assert home["assets"]["all"] == home["assets"]["new"] >= 10
