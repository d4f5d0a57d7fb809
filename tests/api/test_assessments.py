"""An auditor assesses, judges, reports and verifies over HTTP, with the shipped scenario."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.analysis import Options, analyse
from api.demo import scenario
from api.site_model import put_site
from api.storage import open_store
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
    first = auditor.post("/api/v1/assessments", json=asked)
    assert first.status_code == 201, first.text
    body = first.json()
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
    second = auditor.post("/api/v1/assessments", json=asked).json()
    assert second["previous"] == body["id"]
    assert open_one["control"] in {each["control"] for each in second["differences"]}
    verdict = next(v for v in second["verdicts"] if v["control"] == open_one["control"])
    assert (verdict["state"], verdict["basis"], verdict["measured_state"]) == ("pass", "attested", "inconclusive")
    listed = auditor.get("/api/v1/assessments").json()["items"]
    assert [each["id"] for each in listed] == [second["id"], body["id"]]
    assert "verdicts" not in listed[0]


def test_what_cannot_be_assessed(api: Api) -> None:
    auditor = api.person("zhao", "auditor")
    assert auditor.post("/api/v1/assessments", json={}).json()["code"] == "no_site"
    put_site(api.store, "time_zone: UTC\n", None, who="test", at=api.clock())
    assert auditor.post("/api/v1/assessments", json={}).json()["code"] == "nothing_stored"
    assert auditor.post("/api/v1/assessments", json={"zones": ["x"]}).json()["code"] == "unknown_word"
    assert auditor.post("/api/v1/reports", json={}).json()["code"] == "no_assessment"


def test_a_report_is_made_taken_and_verified(demo: Api) -> None:
    auditor = demo.person("zhao", "auditor")
    assert auditor.post("/api/v1/assessments", json={"frameworks": ["iec62443-3-3"], **SPAN}).status_code == 201
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
