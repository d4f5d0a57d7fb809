"""Events over HTTP: search, hunt, timeline; on both stores with the rows of the shipped scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.analysis import Options, analyse
from api.demo import scenario
from tests.alert_cases import demo_span
from tests.api.served import RULES, Api, made_api

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores", "tests.api.served"]

SPAN = dict(zip(("start", "end"), demo_span(), strict=True))


@pytest.fixture
def demo(store_url: str, tmp_path: Path) -> Api:
    """The API over a store with the scenario's events."""
    from api.storage import open_store

    capture, site = scenario()
    analyse(Options((capture,), site=site, store=store_url), RULES)
    return made_api(open_store(store_url), tmp_path)


def test_hunting_through_the_scenario(demo: Api) -> None:
    li = demo.person("li", "analyst")

    def asked(what: str, **body: Any) -> dict[str, Any]:
        answer = li.post(f"/api/v1/events/{what}", json={"dataset": "transaction", **SPAN, **body})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    writes = "network.protocol:modbus ot.operation:write source.ip:10.9.1.66"
    found = asked("search", query=writes, fields=["source.ip", "ot.object.address"], limit=5)
    assert len(found["items"]) == 5
    assert {item["source.ip"] for item in found["items"]} == {"10.9.1.66"}
    assert set(found["items"][0]) <= {"event.id", "source.ip", "ot.object.address"}
    more = asked("search", query=writes, cursor=None, limit=30)
    after = asked("search", query=writes, fields=["source.ip"], limit=5, cursor=found["cursor"])
    assert [item["event.id"] for item in after["items"]] == [item["event.id"] for item in more["items"][5:10]]
    hunt = asked("hunt", query="ot.operation:write", by=["source.ip", "destination.ip"])
    counts = [group["count"] for group in hunt["groups"]]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == hunt["total"]
    assert hunt["whole"]
    assert ("10.9.1.66", "10.9.1.11") in {tuple(group["values"].values()) for group in hunt["groups"]}
    timeline = asked("timeline", step=60)
    whole = asked("hunt", by=["ot.drill"])["total"]
    assert sum(span["count"] for span in timeline["spans"]) == whole > 100


def test_what_makes_no_sense(api: Api) -> None:
    li = api.person("li", "analyst")
    for body, reason in (
        ({"query": "modbus"}, "no_condition"),
        ({"query": "nonsense:1"}, "field_not_stored"),
        ({"query": "ot.function.code:x"}, "value_of_another_type"),
    ):
        answer = li.post("/api/v1/events/search", json={"dataset": "transaction", **body})
        assert (answer.status_code, answer.json()["parameters"]["reason"]) == (422, reason)


def test_every_field_is_told_in_both_languages(api: Api) -> None:
    datasets = api.person("li", "analyst").get("/api/v1/events/fields").json()["datasets"]
    assert "sample" not in {each["name"] for each in datasets}
    for field in (field for each in datasets for field in each["fields"]):
        assert field["en"]
        assert field["zh"]
