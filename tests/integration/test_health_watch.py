"""Silence, disks and certificates become alerts of class health, once each, and go to who asked for news of health."""

from __future__ import annotations

import json

from api.certificates import SENSOR, Certificate, note
from api.health_watch import HealthWatch, disks
from api.notifying import notifications_of
from response.notify.sealing import Seal
from response.ports import AlertQuery, EventQuery, Store
from response.records import Put
from response.times import SECOND, time_text
from tests.api.served import Api
from tests.api.test_sensors import counters
from tests.contract.store_cases import START
from tests.integration.notify.posts import SECRET, webhook
from tests.integration.notify.receivers import Answer, http
from tests.shipped import shipped_rule_set

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores", "tests.api.served"]
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND


def heard(store: Store, at: int, etag: str | None = None) -> str:
    body = {"last_seen": time_text(at), "packets_until": time_text(at), "state": "heard", "counters": {}}
    store.commit([Put("sensor", "line-3", body, etag)])
    return store.record("sensor", "line-3").etag


def alerts(store: Store) -> dict[str, int]:
    """Occurrences of each alert of class health, by its rule."""
    found = store.alerts(AlertQuery(classes=("health",), triage=False)).items
    return {alert.rule: alert.count for alert in found}


def test_a_silence_is_one_alert_and_the_next_one_another_occurrence(store: Store) -> None:
    etag = heard(store, START)
    watch = HealthWatch(store)
    watch(START + 4 * MINUTE)
    assert alerts(store) == {}
    for minutes in range(6, 60):
        watch(START + minutes * MINUTE)
    assert alerts(store) == {"HL01": 1}
    HealthWatch(store)(START + HOUR)  # a worker that begins again
    assert alerts(store) == {"HL01": 1}
    heard(store, START + 2 * HOUR, etag)
    watch(START + 2 * HOUR + MINUTE)
    watch(START + 3 * HOUR)
    assert alerts(store) == {"HL01": 2}
    [alert] = store.alerts(AlertQuery(classes=("health",), triage=False)).items
    assert (alert.sensor, alert.severity, alert.first_seen) == ("line-3", "high", START)
    assert store.count_events(EventQuery("capture", equals={"ot.stage": "watch"})) == 2
    assert store.alerts(AlertQuery()).items == (), "nothing of the triage queue"
    assert store.count_alerts(AlertQuery(classes=("health",), triage=False, text="line-3")) == 1, "found by its sensor"


def test_a_disk_that_fills_and_a_certificate_that_ends_are_told_daily_until_mended(api: Api) -> None:
    now = START // DAY * DAY + 12 * HOUR
    heard(api.store, now)
    for hours in range(12):
        free = 10**11 - hours * 10**9
        counters(api, now - (12 - hours) * HOUR, ("link", "frames", 1), ("disk", "free_bytes", free))
    note(api.store, SENSOR, "line-3", Certificate("CN=line-3", now + 20 * DAY, "a" * 64), now)
    assert [(each.about, each.count) for each in disks(api.store, now)] == [("line-3", 3)]
    watch = HealthWatch(api.store)
    for minutes in range(0, 24 * 60 + 1, 240):
        watch(now + minutes * MINUTE)
    assert alerts(api.store) == {"HL01": 1, "HL02": 2, "HL03": 2}, "each of the two days that began"
    note(api.store, SENSOR, "line-3", Certificate("CN=line-3", now + 400 * DAY, "b" * 64), now + DAY)
    watch(now + 2 * DAY)
    assert alerts(api.store) == {"HL01": 1, "HL02": 2, "HL03": 2}
    told = api.person("wang", "analyst").get("/api/v1/alerts", params={"class": "health", "triage": "false"}).json()
    what = {each["rule.name"]: each["told"] for each in told["items"]}
    assert "line-3 has room for 3 more days" in what["HL02"]["en"]["what"]
    assert "line-3" in what["HL03"]["zh"]["what"]


def test_a_route_for_health_hears_of_a_silent_sensor(api: Api) -> None:
    heard(api.store, START)
    now = START + 10 * MINUTE
    clock = [now]
    desk = notifications_of(
        api.store, Seal(b"k" * 32), shipped_rule_set(), lambda: None, lambda: clock[0], "https://b.example"
    )
    desk.work(now)
    with http((SECRET,), Answer()) as found:
        route = {"name": "sensors", "to": ["hook"], "kinds": ["health"], "severity": "high"}
        text = json.dumps({"channels": [{**webhook(found.port), "name": "hook"}], "routes": [route]})
        desk.settings.put(text, None, who="li", at=now)
        HealthWatch(api.store)(now)
        while desk.work(clock[0]):
            clock[0] += SECOND
        [posted] = found.wait(1)
    body = json.loads(posted.body)
    assert body["type"] == "bittern.health"
    assert "line-3" in body["data"]["text"]
    assert body["data"]["facts"]["rule.name"] == "HL01"
