"""Figures for Prometheus: who gets them, what they say, and that they stay few whatever is asked."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.certificates import SENSOR, Certificate, note
from api.intake import Intake
from api.worker import Worker
from response.records import Put
from response.store_errors import Unreachable
from response.times import SECOND, time_text
from tests.api.served import Api, fill

pytest_plugins = ["tests.api.served"]
Figures = Mapping[tuple[str, ...], float]


def figures(api: Api, secret: str) -> Figures:
    """Every sample by its name and the values of its labels, which are in order of their names."""
    answer = api.stranger().get("/metrics", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(answer.text)
    return {
        (s.name, *(s.labels[name] for name in sorted(s.labels))): s.value for family in families for s in family.samples
    }


@pytest.fixture
def secret(api: Api) -> str:
    """A token of a program that may read figures and nothing else."""
    account, _ = api.wiring.accounts.create("prometheus", ("integrator",), by="test")
    scopes = ("metrics:read",)
    made, _ = api.wiring.tokens.create("scrape", account.id, scopes, frozenset(scopes), 3600 * SECOND, by="test")
    return made


def test_sensors_alerts_worker_and_store(api: Api, secret: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    fill(api.store, alerts=3)
    now = api.clock()
    counters = {"link.frames": 125, "reader.kernel_drops": 7, "spool.rows_lost": 2, "delta.folded": 23}
    counters |= {"content.version": 7, "content.refused.old": 6}
    body = {"last_seen": time_text(now), "packets_until": time_text(now - 2 * SECOND), "state": "heard"}
    api.store.commit([Put("sensor", "line-3", {**body, "counters": counters})])
    note(api.store, SENSOR, "line-3", Certificate("CN=line-3", now + 9 * SECOND, "a" * 64), now)
    intake = Intake(api.store, tmp_path_factory.mktemp("spool"))
    worker = Worker(
        api.store,
        "w",
        api.clock,
        [("intake", intake), ("broken", _breaks)],
        figures=lambda: {"waiting": intake.depth},
    )
    worker.once()
    assert worker._holds_lease()
    found = figures(api, secret)
    assert found["bittern_store_up",] == 1
    assert found["bittern_store_alerts",] == 3
    assert sum(value for key, value in found.items() if key[0] == "bittern_alerts_open") == 3
    assert found["bittern_sensor_packets_total", "line-3"] == 125
    assert found["bittern_certificate_ends_timestamp_seconds", "line-3", "sensor"] == now // SECOND + 9
    assert found["bittern_sensor_lag_seconds", "line-3"] == 2
    assert found["bittern_sensor_heard_timestamp_seconds", "line-3"] == pytest.approx(now / SECOND)
    unseen = {key[1:]: value for key, value in found.items() if key[0] == "bittern_sensor_unseen_total"}
    assert unseen == {("kernel_drops", "line-3", "reader"): 7, ("rows_lost", "line-3", "spool"): 2}
    assert found["bittern_sensor_counter_total", "folded", "line-3", "delta"] == 23
    assert found["bittern_sensor_content_version", "line-3"] == 7
    assert found["bittern_sensor_content_refused", "line-3"] == 6
    assert not [key for key in found if "content" in key[1:]]
    assert (found["bittern_worker_up",], found["bittern_spool_segments",]) == (1, 0)
    assert found["bittern_worker_failures_total", "broken"] == 1
    api.clock.advance(60)
    later = figures(api, secret)
    assert later["bittern_worker_up",] == 0
    assert ("bittern_spool_segments",) not in later


def _breaks(_: int) -> bool:
    raise ValueError("broken")


def test_requests_are_counted_by_route_however_many_paths_are_tried(api: Api, secret: str) -> None:
    stranger = api.stranger()
    for number in range(30):
        stranger.get(f"/api/v1/alerts/{number}")
        stranger.get(f"/api/v1/nowhere-{number}")
    stranger.request("BREW", "/healthz")
    found = figures(api, secret)
    asked = {key[1:]: value for key, value in found.items() if key[0] == "bittern_http_requests_total"}
    assert asked["GET", "/alerts/{alert_id}", "4xx"] == 30
    assert sum(value for (_, route, status), value in asked.items() if status == "4xx" and "nowhere" not in route) >= 61
    assert len({route for _, route, _ in asked}) <= 4
    assert {method for method, _, _ in asked} == {"GET", "other"}
    assert found["bittern_http_seconds_count", "GET"] >= 60


def test_who_may_not_read_figures_gets_none(api: Api) -> None:
    assert api.stranger().get("/metrics").json()["code"] == "not_signed_in"
    account, _ = api.wiring.accounts.create("siem", ("integrator",), by="test")
    scopes = ("alerts:read",)
    other, _ = api.wiring.tokens.create("t", account.id, scopes, frozenset(scopes), 3600 * SECOND, by="test")
    answer = api.stranger().get("/metrics", headers={"Authorization": f"Bearer {other}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_store_that_does_not_answer_is_a_figure(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from api.metrics import metrics_of
    from api.request_figures import RequestFigures

    def away() -> None:
        raise Unreachable("store", "unreachable")

    monkeypatch.setattr(api.store, "health", away)
    text = metrics_of(api.wiring, RequestFigures()).decode()
    assert "bittern_store_up 0.0" in text
    assert "bittern_alerts_open" not in text
