"""Drills over HTTP: asked for, done by the worker's duty, kept apart from what is real, on both stores."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from api.drilling import Drilling, begin, chosen, drill
from api.intake import Intake
from api.sensor import sense
from api.triage import desk_over, followed
from detection.sigma.load import RuleSet
from detection.site_reading import read_site
from response.compliance.evidence.coverage import detection_self_test
from response.compliance.gathering import Content, gather, span
from response.compliance.running import records_of
from response.notify.sealing import Seal
from response.ports import Store
from response.records import Put, RecordQuery
from response.times import SECOND, time_text
from response.triage.scope import Scope
from sensors.replay import last_time
from sensors.spool import Spool
from tests.api.served import Api, fill, made_api
from tests.integration.notify.receivers import udp
from tests.needs import PROJECT
from tests.unit.notify.parsed import read_syslog

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores", "tests.api.served"]
NORMAL = PROJECT / "rules" / "proofs" / "modbus" / "hmi-normal.pcap"
DRILLS = "/api/v1/drills"


def work(api: Api) -> None:
    duty = Drilling(api.wiring, "worker-1")
    while duty(api.clock()):
        pass


def items(client: Any, path: str, **asked: Any) -> list[Any]:
    answer = client.get(f"/api/v1/{path}", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["items"]
    return found


def test_from_the_console_to_the_certificate(both: Api) -> None:
    engineer, auditor = both.person("wang", "engineer"), both.person("zhao", "auditor")
    assert items(auditor, "drills/results") == []
    assert auditor.post(DRILLS, json={"rules": ["MB01"]}).json()["code"] == "forbidden"
    assert engineer.post(DRILLS, json={}).json()["code"] == "word_needed"
    assert engineer.post(DRILLS, json={"rules": ["XX99"]}).json()["code"] == "unknown_word"
    asked = engineer.post(DRILLS, json={"rules": ["MB01"]})
    assert (asked.status_code, asked.json()["state"], asked.json()["done"]) == (202, "asked", 0)
    path = asked.headers["location"]
    again = engineer.post(DRILLS, json={"all": True})
    assert (again.status_code, again.json()["code"]) == (409, "drill_goes_on")
    assert auditor.get(f"{path}/certificate").json()["code"] == "drill_goes_on"
    work(both)
    found = auditor.get(path).json()
    assert (found["state"], found["result"]["state"], found["done"]) == ("done", "passed", found["rounds"])
    for each in found["trials"]:
        assert [hop["state"] for hop in each["hops"]] == ["arrived"] * 6, each
        assert all(hop["ns"] > 0 for hop in each["hops"])
    taken = auditor.get(f"{path}/certificate")
    assert taken.json()["data"]["id"] == found["id"]
    assert auditor.get(f"{path}/verification").json()["signature"] == "fine"
    assert [each["id"] for each in items(auditor, "drills")] == [found["id"]]
    (result,) = items(auditor, "drills/results")
    assert (result["rule"], result["state"], result["before"]) == ("MB01", "passed", None)
    rules = {rule["name"]: rule["drill"] for rule in items(auditor, "rules")}
    assert rules["MB01"]["state"] == "passed"
    assert rules["UA07"] is None
    deeds = [line.deed.what for line in both.store.audit() if line.deed.what.startswith("drill.")]
    assert deeds == ["drill.start", "drill.end", "drill.take"]


def test_a_proof_that_stops_working_shows(api: Api) -> None:
    li = api.person("li", "analyst")
    assert li.post(DRILLS, json={"playbook": "unauthorised-command"}).status_code == 202
    work(api)
    passed = {each["rule"]: each for each in items(li, "drills/results")}
    assert [(name, each["told"]) for name, each in passed.items() if each["state"] != "passed"] == []
    assert len(passed) > 3
    api.clock.advance(86_400)
    li = api.signed_in("li")
    api.wiring.rules = proved_by(api.wiring.rules, "MB01", "modbus/hmi-normal.pcap")
    job = li.post(DRILLS, json={"rules": ["MB01"]}).json()["id"]
    work(api)
    found = li.get(f"{DRILLS}/{job}").json()
    assert (found["result"]["failed"], found["result"]["stopped"]) == (["MB01"], ["MB01"])
    assert [each["state"] for each in found["trials"][0]["hops"]] == [
        "arrived",
        "arrived",
        "failed",
        *["not_reached"] * 3,
    ]
    now = {each["rule"]: each for each in items(li, "drills/results")}
    assert now["MB01"]["told"]["en"].startswith("no alert of the rule")
    assert now["MB01"]["told"]["zh"]
    assert (now["MB01"]["state"], now["MB01"]["before"]) == ("failed", "passed")
    assert now["MB01"]["passed_at"] == passed["MB01"]["at"] < now["MB01"]["at"]
    assert {name: each for name, each in now.items() if name != "MB01"} == {
        name: each for name, each in passed.items() if name != "MB01"
    }
    (rule,) = (each for each in items(li, "rules") if each["name"] == "MB01")
    assert (rule["drill"]["state"], rule["drill"]["failed"]) == ("failed", "alert")


def test_an_end_that_was_cut_off_is_made_again(api: Api) -> None:
    """As where records are written one by one: those of the rules are there, the job does not know."""
    li = api.person("li", "analyst")

    def drilled() -> str:
        job: str = li.post(DRILLS, json={"rules": ["MB01"]}).json()["id"]
        work(api)
        return job

    drilled()
    api.wiring.rules = proved_by(api.wiring.rules, "MB01", "modbus/hmi-normal.pcap")
    job = drilled()
    ended, results = drill(api.store, job), items(li, "drills/results")
    assert ended.body["result"]["stopped"] == ["MB01"]
    cut_off = {**ended.body, "state": "running", "ended_at": None, "result": None, "certificate": None}
    api.store.commit([Put("job", job, cut_off, ended.etag)])
    work(api)
    assert drill(api.store, job).body == ended.body
    assert items(li, "drills/results") == results


def test_real_channels_hear_of_drills_where_their_route_says_so(store: Store, tmp_path: Path) -> None:
    api = made_api(store, tmp_path, seal=Seal(b"k" * 32))
    with udp() as real, udp() as drilled:
        channels = [
            {"name": name, "type": "syslog", "address": f"127.0.0.1:{found.port}"}
            for name, found in (("real", real), ("drilled", drilled))
        ]
        routes = [{"name": "a", "to": ["real"]}, {"name": "b", "to": ["drilled"], "drill": "drill"}]
        text = json.dumps({"channels": channels, "routes": routes})
        api.wiring.notifications.settings.put(text, None, who="li", at=api.clock())
        begin(store, chosen(api.wiring.rules, ("MB01",), None), api.clock(), "li", "n")
        work(api)
        lines = [read_syslog(raw) for raw in drilled.wait(2)]
        assert {dict(line.data["bittern@32473"])["drill"] for line in lines} == {"true"}
        fill(store, 1)
        while api.wiring.notifications.work(api.clock()):
            pass
        (line,) = [read_syslog(raw) for raw in real.wait(1)]
        assert dict(line.data["bittern@32473"])["drill"] == "false"


def proved_by(rules: RuleSet, name: str, capture: str) -> RuleSet:
    """The rules with another capture as the proof of one."""

    def other(head: Any) -> Any:
        return (
            replace(head, bittern=replace(head.bittern, proof=replace(head.bittern.proof, positive=(capture,))))
            if head.name == name
            else head
        )

    return replace(rules, rules=tuple(map(other, rules.rules)), correlations=tuple(map(other, rules.correlations)))


def seen_by(client: Any) -> dict[str, Any]:
    """What people see of the plant."""
    lists = {name: items(client, name) for name in ("assets", "sensors", "alerts", "incidents", "runs")}
    screens = {name: client.get(f"/api/v1/{name}").json() for name in ("overview", "map")}
    return {**lists, **screens, "messages": items(client, "notifications/messages")}


def test_drills_are_apart_from_what_is_real(both: Api, tmp_path: Path) -> None:
    both.clock.now = last_time(NORMAL) + 60 * SECOND
    li = both.person("li", "analyst")
    sense([NORMAL], Spool(tmp_path / "spool"), both.wiring.rules, sensor="line1")
    Intake(both.store, tmp_path / "spool")(both.clock())
    followed(both.store, both.wiring.rules, None, both.clock())
    rows = {kind: both.store.count(kind) for kind in ("flow", "transaction", "capture")}
    before, covered = seen_by(li), span(both.store)
    assert before["map"]["lines"]
    assert before["assets"]
    assert before["sensors"]
    assert li.post(DRILLS, json={"rules": ["MB01"]}).status_code == 202
    work(both)
    assert all(both.store.count(kind) > rows[kind] for kind in rows)
    after = seen_by(li)
    assert {name: each for name, each in after.items() if each != before[name]} == {}
    assert span(both.store) == covered
    alert, *_ = items(li, "alerts", drill=True)
    assert alert["drill"] is True
    assert items(li, "incidents", drill=True)
    assert items(li, "runs", drill=True)
    assert {each["channel"] for each in items(li, "notifications/messages", drill=True)} == {"bittern drill"}
    _events(both, li, rows)
    _evidence(both, rows)
    path, etag = f"/api/v1/alerts/{alert['id']}/learn", {"If-Match": f'"{alert["etag"]}"'}
    refused = li.post(path, json={"reason": "exercise"}, headers=etag)
    assert (refused.status_code, refused.json()["parameters"]["reason"]) == (422, "drill_not_learned")
    assert both.store.records(RecordQuery("learned")).items == ()
    effect = desk_over(both.store, both.wiring.rules).preview(Scope(rule=alert["rule.name"]), both.clock())
    assert set(effect.open) == {each["id"] for each in before["alerts"] if each["rule.name"] == alert["rule.name"]}


def _events(api: Api, client: Any, seen: dict[str, int]) -> None:
    """Searched, grouped and counted over time without drills, unless one asks for them."""
    day = time_text(api.clock() - 86_400 * 10**9)
    asked = {"dataset": "transaction", "start": day}
    found = client.post("/api/v1/events/search", json={**asked, "limit": 1000}).json()["items"]
    assert len(found) == seen["transaction"]
    hunted = client.post("/api/v1/events/hunt", json={**asked, "by": ["observer.name"]}).json()
    assert hunted["total"] == seen["transaction"]
    spans = client.post("/api/v1/events/timeline", json=asked).json()["spans"]
    assert sum(each["count"] for each in spans) == seen["transaction"]
    drilled = client.post(
        "/api/v1/events/hunt", json={**asked, "by": ["observer.name"], "query": "ot.drill:true"}
    ).json()
    assert drilled["total"] == api.store.count("transaction") - seen["transaction"] > 0
    both = client.post("/api/v1/events/hunt", json={**asked, "by": ["ot.drill"]}).json()
    assert both["total"] == api.store.count("transaction")


def _evidence(api: Api, rows: dict[str, int]) -> None:
    """An assessment sees no event, alert or asset of a drill."""
    site = read_site("site.yml", "zones: [{id: all, networks: [10.0.0.0/8], level: 2}]")
    period = (0, api.clock() + SECOND)
    kept = records_of(api.store, period)
    found = gather(api.store, site, period, now=api.clock(), content=Content(), records=kept)
    assert {alert.drill for alert in found.alerts} <= {False}
    assert "line1" in set(found.facts["capture"]["observer.name"].cast(str))
    assert not [name for name in found.facts["capture"]["observer.name"].cast(str) if name.startswith("drill")]
    assert api.store.count("flow") > rows["flow"] > 0
    tested = detection_self_test(found, {"max_days": 30})
    assert [(row["rule"], row["violation"]) for row in tested.rows] == [("MB01", False)]


def test_other_jobs_are_no_drills(api: Api) -> None:
    li, (alert,) = api.person("li", "analyst"), fill(api.store, 1)
    job = li.post("/api/v1/jobs", json={"alerts": [alert], "status": "in_progress"}).json()["id"]
    for path in ("", "/certificate", "/verification"):
        assert li.get(f"{DRILLS}/{job}{path}").status_code == 404
    assert items(li, "drills") == []
    assert Drilling(api.wiring, "worker-1")(api.clock()) is False
