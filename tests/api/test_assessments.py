"""An auditor assesses, judges, reports and verifies over HTTP, with the shipped scenario."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.analysis import Options, analyse
from api.assessment_jobs import work
from api.demo import scenario
from api.site_model import put_site
from api.storage import open_store
from response.records import Put
from response.times import time_text
from tests.alert_cases import demo_span
from tests.api.served import RULES, Api, made_api

pytest_plugins = ["tests.api.served"]
SPAN = dict(zip(("start", "end"), demo_span(), strict=True))


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Api]:
    capture, site = scenario()
    url = f"embedded:{tmp_path}/store"
    result = analyse(Options((capture,), site=site, store=url), RULES)
    assert result.span is not None
    with open_store(url) as store:
        api = made_api(store, tmp_path)
        api.clock.now = result.span[1]
        put_site(store, site.read_text(encoding="utf-8"), None, who="test", at=api.clock())
        yield api


def test_an_auditor_assesses_judges_and_compares(demo: Api) -> None:
    auditor = demo.person("zhao", "auditor")
    assert "iec62443-3-3" in {each["id"] for each in auditor.get("/api/v1/frameworks").json()["items"]}
    asked = {"name": "quarter", "frameworks": ["iec62443-3-3", "gbt22239-2019-l3-ics"], **SPAN}
    body = assessed(demo, auditor, asked)
    assert body["states"]["iec62443-3-3"]["fail"] > 0
    assert body["states"]["iec62443-3-3"].get("pass", 0) == 0, "two minutes of capture prove nothing"
    assert {cell["object"] for cell in body["matrix"]} == {"device", "control", "network", "platform", "app", "data"}
    open_one = next(v for v in body["verdicts"] if v["state"] == "inconclusive")
    judged = {"control": open_one["control"], "basis": "attested", "state": "pass", "reason": "seen on site"}
    assert auditor.post("/api/v1/judgements", json=judged).status_code == 201
    override = {**judged, "basis": "override"}
    assert auditor.post("/api/v1/judgements", json=override).json()["code"] == "judgement_no_expiry"
    assert auditor.post("/api/v1/judgements", json={**judged, "control": "x"}).json()["code"] == "unknown_word"
    demo.clock.advance(1)
    second = assessed(demo, auditor, asked)
    assert second["previous"] == body["id"]
    assert open_one["control"] in {each["control"] for each in second["differences"]}
    verdict = next(v for v in second["verdicts"] if v["control"] == open_one["control"])
    assert (verdict["state"], verdict["basis"], verdict["measured_state"]) == ("pass", "attested", "inconclusive")
    listed = auditor.get("/api/v1/assessments").json()["items"]
    assert [each["id"] for each in listed] == [second["id"], body["id"]]
    assert "verdicts" not in listed[0]


def assessed(api: Api, client: httpx.Client, asked: dict[str, Any]) -> dict[str, Any]:
    """The assessment that the worker makes of what is asked for."""
    job = client.post("/api/v1/assessments", json=asked)
    assert job.status_code == 202, job.text
    where = job.headers["location"]
    assert where == f"/api/v1/jobs/{job.json()['id']}"
    assert client.get(where).json() == job.json()
    assert (job.json()["state"], job.json()["ended"], job.json()["result"]) == ("running", {"planned": 1}, None)
    assert work(api.store)
    assert not work(api.store)
    ended = client.get(where).json()
    assert (ended["state"], ended["ended"]) == ("finished", {"done": 1})
    whole: dict[str, Any] = client.get(f"/api/v1/assessments/{ended['result']}").json()
    return whole


def test_an_assessment_that_was_cut_off_is_made_once(demo: Api) -> None:
    auditor = demo.person("zhao", "auditor")
    asked = {"name": "quarter", "frameworks": ["iec62443-3-3"], **SPAN}
    job = auditor.post("/api/v1/assessments", json=asked).json()["id"]
    assert auditor.post("/api/v1/assessments", json=asked).json()["id"] == job  # at the same moment by the same person
    before = demo.store.record("job", job)
    assert work(demo.store)
    [made] = auditor.get("/api/v1/assessments").json()["items"]
    # As Elasticsearch may be left: the assessment is there, the end of its job is not.
    etag = demo.store.record("job", job).etag
    demo.store.commit([Put("job", job, before.body, etag)])
    assert work(demo.store)
    assert auditor.get(f"/api/v1/jobs/{job}").json()["result"] == made["id"]
    assert [each["id"] for each in auditor.get("/api/v1/assessments").json()["items"]] == [made["id"]]
    whats = [line.deed.what for line in demo.store.audit()]
    assert (whats.count("assessment.order"), whats.count("assessment.run")) == (1, 1)


def test_an_assessment_that_ends_its_worker_is_given_up(demo: Api) -> None:
    auditor = demo.person("zhao", "auditor")
    job = auditor.post("/api/v1/assessments", json=dict(SPAN)).json()["id"]
    begun = demo.store.record("job", job)
    demo.store.commit([Put("job", job, {**begun.body, "attempts": 3}, begun.etag)])
    assert work(demo.store)
    told = auditor.get(f"/api/v1/jobs/{job}").json()
    assert (told["state"], told["ended"], told["why"]) == ("failed", {"failed": 1}, "assessment_failed")
    assert auditor.get("/api/v1/assessments").json()["items"] == []


def test_jobs_of_one_kind_are_not_undone_as_another(demo: Api) -> None:
    boss = demo.person("boss", "admin", "auditor")
    job = boss.post("/api/v1/assessments", json=dict(SPAN)).json()["id"]
    assert boss.post(f"/api/v1/jobs/{job}/undo").status_code == 404
    note = {"at": time_text(demo.clock()), "state": "refused", "what": "segment"}
    demo.store.commit([Put("job", "refused-1", note)])
    assert boss.get("/api/v1/jobs/refused-1").status_code == 404


def test_what_cannot_be_assessed(api: Api) -> None:
    auditor = api.person("zhao", "auditor")
    assert auditor.post("/api/v1/assessments", json={}).json()["code"] == "no_site"
    put_site(api.store, "time_zone: UTC\n", None, who="test", at=api.clock())
    assert auditor.post("/api/v1/assessments", json={}).json()["code"] == "nothing_stored"
    assert auditor.post("/api/v1/assessments", json={"zones": ["x"]}).json()["code"] == "unknown_word"
    assert auditor.post("/api/v1/reports", json={}).json()["code"] == "no_assessment"


def test_a_report_is_made_taken_and_verified(demo: Api) -> None:
    auditor = demo.person("zhao", "auditor")
    assessed(demo, auditor, {"frameworks": ["iec62443-3-3"], **SPAN})
    made = auditor.post("/api/v1/reports", json={"forms": ["html", "xlsx", "json"], "language": "both"})
    assert made.status_code == 201, made.text
    report = made.json()
    assert set(report["forms"]) == {"bundle", "html", "xlsx", "json"}
    path = f"/api/v1/reports/{report['id']}"
    page = auditor.get(f"{path}/files/html")
    assert page.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "安全评估报告" in page.text
    assert auditor.get(f"{path}/files/pdf").json()["code"] == "not_found"
    assert auditor.get(f"{path}/verification").json()["holds"]
    bundle = demo.wiring.settings.data / "reports" / report["file"]
    with zipfile.ZipFile(bundle) as whole:
        kept = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(bundle, "w") as changed:
        for name, data in kept.items():
            changed.writestr(name, data.replace(b"fail", b"pass") if name == "report.json" else data)
    told = auditor.get(f"{path}/verification").json()
    assert (told["holds"], told["changed"]) == (False, ["report.json"])
    bundle.unlink()
    assert auditor.get(f"{path}/files/bundle").json()["code"] == "report_gone"
    deeds = [(line.deed.who, line.deed.what) for line in demo.store.audit() if line.deed.kind == "report"]
    assert ("zhao", "report.make") in deeds
    assert ("zhao", "report.take") in deeds


def test_an_analyst_makes_no_assessment(demo: Api) -> None:
    li = demo.person("li", "analyst")
    for path in ("assessments", "reports", "judgements"):
        assert li.post(f"/api/v1/{path}", json={}).json()["code"] in ("forbidden", "invalid_input")
    assert li.get("/api/v1/assessments").status_code == 200
