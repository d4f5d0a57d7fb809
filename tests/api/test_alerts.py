"""Alerts over HTTP: lists, filters, decisions with etags, comments, idempotency, the audit log; on both stores."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from api.routes.exports import _cell
from api.shapes import Facet
from response.ports import FACETS
from tests.api.served import Api, fill

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores", "tests.api.served"]

ALERTS = "/api/v1/alerts"


def test_a_list_a_page_at_a_time(both: Api) -> None:
    ids = fill(both.store)
    li = both.person("li", "analyst")
    whole = li.get(ALERTS).json()
    assert [each["id"] for each in whole["items"]] == ids[::-1]
    assert whole["cursor"] is None
    first = li.get(ALERTS, params={"limit": 2, "sort": "first_seen"}).json()
    rest = li.get(ALERTS, params={"limit": 9, "sort": "first_seen", "cursor": first["cursor"]}).json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == ids
    told = whole["items"][0]["told"]
    assert "holding:104" in told["en"]["what"]
    assert "holding:104" in told["zh"]["what"]
    assert told["zh"]["title"] != told["en"]["title"]


def test_filters_by_the_vocabularys_names(both: Api) -> None:
    ids = fill(both.store)
    li = both.person("li", "analyst")

    def found(**query: object) -> list[int]:
        params = {name.replace("__", "."): value for name, value in query.items()}
        answer = li.get(ALERTS, params=params)
        assert answer.status_code == 200, answer.text
        return sorted(ids.index(each["id"]) for each in answer.json()["items"])

    assert found(severity="high") == [0, 2, 4]
    assert found(source__ip="10.0.1.2") == [1]
    assert found(source__ip="10.0.1.0/30") == [0, 1, 2]
    assert found(rule__name="MB02") == []
    assert found(text="10.0.1.5") == [4]
    assert found(assignee="") == [0, 1, 2, 3, 4]
    assert found(start="2026-11-01T08:02:30Z") == [3, 4]
    assert found(start="24h", end="30m") == [0, 1, 2, 3, 4]
    assert found(end="2h") == []
    assert li.get(ALERTS, params={"start": "yesterday"}).json()["errors"][0]["where"] == "query/start"
    assert li.get(ALERTS, params={"start": "2026-02-30"}).json()["code"] == "no_time"
    assert li.get(ALERTS, params={"source.ip": "10.0.1"}).status_code == 422
    assert li.get(ALERTS, params={"cursor": "nonsense"}).status_code == 422
    refused = li.get(ALERTS, params={"fields": "status,source.owner,rule"})
    assert (refused.status_code, refused.json()["parameters"]["value"]) == (422, "rule")
    only = li.get(ALERTS, params={"fields": "status,source.ip", "limit": 1}).json()["items"][0]
    assert set(only) == {"id", "status", "source.ip"}


def test_facets_count_what_the_list_shows(both: Api) -> None:
    fill(both.store)
    li = both.person("li", "analyst")
    asked = {"by": ["severity", "source.ip", "assignee"], "severity": "medium", "source.ip": "10.0.1.0/30"}
    found = li.get(f"{ALERTS}/facets", params=asked).json()
    assert found["total"] == len(li.get(ALERTS, params=asked).json()["items"]) == 3
    facets = {name: {each["value"]: each["alerts"] for each in of} for name, of in found["facets"].items()}
    assert facets == {
        "severity": {"high": 2, "medium": 1},
        "source.ip": {"10.0.1.1": 1, "10.0.1.2": 1, "10.0.1.3": 1},
        "assignee": {None: 3},
    }
    assert li.get(f"{ALERTS}/facets", params={"by": "id"}).status_code == 422
    assert li.get(f"{ALERTS}/facets").status_code == 422


def test_the_api_names_every_facet_of_the_store() -> None:
    assert get_args(Facet) == FACETS


def test_triage_to_the_close(both: Api) -> None:
    alert, *_ = fill(both.store)
    li, wang = both.person("li", "analyst"), both.person("wang", "analyst_limited")
    answer = li.get(f"{ALERTS}/{alert}")
    etag = answer.headers["etag"]
    assert answer.json()["etag"] == etag.strip('"') == "1"
    change = {"status": "in_progress", "assignee": "li"}
    assert li.patch(f"{ALERTS}/{alert}", json=change).json()["code"] == "if_match_needed"
    taken = li.patch(f"{ALERTS}/{alert}", json=change, headers={"If-Match": etag})
    assert taken.status_code == 200
    lost = wang.patch(f"{ALERTS}/{alert}", json={"assignee": "wang"}, headers={"If-Match": etag})
    assert lost.status_code == 412
    said = wang.post(f"{ALERTS}/{alert}/comments", json={"text": "泵房在检修"})
    assert said.json()["history"][-1]["reason"] == "泵房在检修"
    closing = {"status": "closed", "resolution": "maintenance", "reason": "order 4711"}
    current = {"If-Match": said.headers["etag"]}
    assert wang.patch(f"{ALERTS}/{alert}", json=closing, headers=current).json()["code"] == "forbidden"
    assert li.patch(f"{ALERTS}/{alert}", json={"status": "closed"}, headers=current).status_code == 422
    closed = li.patch(f"{ALERTS}/{alert}", json=closing, headers=current).json()
    assert (closed["status"], closed["resolution"]) == ("closed", "maintenance")
    assert [(line["who"], line["what"]) for line in closed["history"]] == [
        ("li", "status"), ("li", "assignee"), ("wang", "comment"), ("li", "status"), ("li", "resolution"),
    ]  # fmt: skip
    deeds = [(line.deed.who, line.deed.what) for line in both.store.audit() if line.deed.kind == "alert"]
    assert deeds[0] == ("li", "alert.decide")
    assert ("wang", "alert.comment") in deeds


def test_what_is_sent_again_is_done_once(both: Api) -> None:
    alert, *_ = fill(both.store)
    li = both.person("li", "analyst")
    key = {"Idempotency-Key": "k-1"}
    one = li.post(f"{ALERTS}/{alert}/comments", json={"text": "seen"}, headers=key)
    again = li.post(f"{ALERTS}/{alert}/comments", json={"text": "seen"}, headers=key)
    assert again.status_code == 201
    assert again.json() == one.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(li.get(f"{ALERTS}/{alert}").json()["history"]) == 1
    other = li.post(f"{ALERTS}/{alert}/comments", json={"text": "other"}, headers=key)
    assert other.json()["code"] == "idempotency_reused"
    wang = both.person("wang", "analyst")
    assert wang.post(f"{ALERTS}/{alert}/comments", json={"text": "seen"}, headers=key).status_code == 201
    refused = {"Idempotency-Key": "k-2"}
    assert li.post(f"{ALERTS}/nothing/comments", json={"text": "x"}, headers=refused).status_code == 404
    assert li.post(f"{ALERTS}/nothing/comments", json={"text": "x"}, headers=refused).status_code == 404


def test_what_there_is_not(both: Api) -> None:
    li = both.person("li", "analyst")
    for path in ("nothing", "%00", "..%2f..%2fetc", "a" * 600, "%F0%9F%90%9F"):
        answer = li.get(f"{ALERTS}/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json"), path
    assert li.get("/api/v1/nowhere").json()["code"] == "not_found"
    assert li.delete(ALERTS).json()["code"] == "method_not_allowed"
    assert li.post("/api/v1/views", content=b"{" + b" " * 5_000_000).json()["code"] == "too_large"


def test_alerts_to_take_away(both: Api) -> None:
    ids = fill(both.store, 7)
    li = both.person("li", "analyst")
    table = li.get("/api/v1/export/alerts", params={"form": "csv", "lang": "zh"})
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.startswith("\ufeffid,first_seen")
    assert [line.split(",")[0] for line in table.text.splitlines()[1:]] == ids[::-1]
    lines = li.get("/api/v1/export/alerts", params={"form": "ndjson", "severity": "high"}).text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ids[::-2]
    narrow = {"form": "ndjson", "source.ip": "10.0.1.2", "status": "new", "assignee": ""}
    assert len(li.get("/api/v1/export/alerts", params=narrow).text.splitlines()) == 1
    ecs = [json.loads(line) for line in li.get("/api/v1/export/alerts", params={"form": "ecs"}).text.splitlines()]
    assert len(ecs) == 7
    assert both.store.audit()[-1].deed.what == "alerts.export"


@pytest.mark.parametrize("hostile", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_is_a_formula(hostile: str) -> None:
    assert _cell(hostile) == f"'{hostile}"
    assert _cell("10.0.0.1") == "10.0.0.1"


def test_steps_are_ticked_and_stay_so(both: Api) -> None:
    alert, other, *_ = fill(both.store)
    li, zhou = both.person("li", "analyst"), both.person("zhou", "auditor")
    path = f"{ALERTS}/{alert}/ticks"
    assert li.get(path).json() == {"ticks": {}}
    assert li.put(f"{path}/2", json={"done": True}).json()["ticks"]["2"]["who"] == "li"
    both.person("wang", "analyst").put(f"{path}/2", json={"done": True})
    assert li.get(path).json()["ticks"]["2"]["who"] == "li", "who did it first stays named"
    assert zhou.get(path).json() == li.get(path).json()
    assert zhou.put(f"{path}/1", json={"done": True}).json()["code"] == "forbidden"
    assert li.get(f"{ALERTS}/{other}/ticks").json() == {"ticks": {}}
    assert li.put(f"{path}/99", json={"done": True}).json()["code"] == "no_such_step"
    assert li.put(f"{ALERTS}/nothing/ticks/1", json={"done": True}).status_code == 404
    assert li.put(f"{path}/2", json={"done": False}).json() == {"ticks": {}}
    assert [line.deed.what for line in both.store.audit() if line.deed.id == alert] == ["alert.tick"] * 2
