"""How sensors stand and what they saw and lost, told from what real captures, spools and rows come to; both stores."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from api.certificates import SENSOR, SERVER, Certificate, note
from api.intake import Intake
from api.sensor import sense
from api.shapes_sensing import SensorHealthShape, SensorPage
from api.site_model import begin_site
from api.surroundings import Surroundings
from response.ports import Segment
from response.records import Put
from response.times import SECOND, time_ns, time_text
from sensors.capture import EventBatch
from sensors.fields import vocabulary
from sensors.spool import Spool
from tests.api.served import RULES, Api
from tests.needs import PROJECT

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores", "tests.api.served"]

PROOFS = PROJECT / "rules" / "proofs"
MINUTE, DAY = 60 * SECOND, 86_400 * SECOND
SITE = """
zones:
  - {id: cell, name: {en: Cell, zh: 单元}, level: 1, networks: [10.9.2.0/24]}
  - {id: office, name: {en: Office, zh: 办公}, level: 4, networks: [10.77.0.0/16]}
assets:
  - {id: plc-1, ip: [10.9.2.11], zone: cell}
  - {id: plc-9, ip: [10.9.2.99], zone: cell}
sensors:
  - {name: line-3, zones: [cell, office]}
  - {name: line-4, zones: [office]}
"""


def sensed(api: Api, folder: Path, capture: str, sensor: str = "line-3") -> int:
    """What the core tells of a capture is in the store; its last packet time (ns), which is now."""
    spool = Spool(folder / "spool")
    sense([PROOFS / "general" / capture], spool, RULES, sensor=sensor)
    intake = Intake(api.store, spool.folder)
    assert intake(api.clock())
    until = time_ns(api.store.record("sensor", sensor).body["packets_until"])
    api.clock.now = until + SECOND
    stored = api.store.record("sensor", sensor)
    api.store.commit([Put("sensor", sensor, {**stored.body, "last_seen": time_text(until)}, stored.etag)])
    return until


def counters(api: Api, at: int, *told: tuple[str, str, int], interface: str | None = "eth1") -> None:
    """Rows of capture as a live sensor tells them, of the five minutes from `at` on."""
    rows = [
        {
            "event.dataset": "capture", "@timestamp": at, "event.end": at + 300 * SECOND, "ot.clock": at,
            "event.id": f"{at}-{stage}-{counter}", "observer.name": "line-3", "ot.stage": stage, "ot.counter": counter,
            "ot.count": count, "ot.drill": False,
            "observer.ingress.interface.name": interface if stage == "reader" else None,
        }
        for stage, counter, count in told
    ]  # fmt: skip
    schema = {name: kind for name, kind in vocabulary().schema("capture").items() if name in rows[0]}
    frame = pl.DataFrame([pl.Series(n, [row[n] for row in rows]).cast(kind) for n, kind in schema.items()])
    api.store.write(Segment(f"told-{at}", "line-3", at, at + 300 * SECOND, {"capture": frame}))


def health(api: Api, sensor: str = "line-3", **asked: str) -> Mapping[str, Any]:
    answer = api.client.get(f"/api/v1/sensors/{sensor}/health", params=asked)
    assert answer.status_code == 200, answer.text
    told: Mapping[str, Any] = answer.json()
    SensorHealthShape.model_validate(told, strict=True)
    return told


def signed_in(api: Api) -> None:
    api.client = api.person("wang", "analyst")


def test_a_mirror_that_loses_packets_is_seen_in_what_the_core_told(both: Api, tmp_path: Path) -> None:
    begin_site(both.store, (PROOFS / "site.yml").read_text(encoding="utf-8"), at=0)
    sensed(both, tmp_path, "mirror-lossy.pcap")
    signed_in(both)
    told = health(both)
    assert (told["sensor"]["state"], [each["code"] for each in told["sensor"]["reasons"]]) == ("degraded", ["gaps"])
    mirror = next(each for each in told["steps"] if each["step"] == "mirror")
    gaps = {each["counter"]: each["count"] for each in mirror["counters"]}
    assert gaps["gaps"] == sum(each or 0 for each in told["series"]["lost.mirror"]) > 0
    frames = told["series"]["frames"]
    assert told["frames"] == sum(each or 0 for each in frames) > 200
    assert len(frames) == len(told["starts"]) <= 120
    assert frames[0] is None, "of yesterday nothing was told, which is not zero"
    assert {each["protocol"]: each["kind"] for each in told["protocols"]} == {"modbus": "decoded"}
    assert sum(each["packets"] for each in told["protocols"]) <= told["frames"]
    assert told["whole"]


def test_hosts_are_heard_by_zone_and_one_side_is_told(both: Api, tmp_path: Path) -> None:
    sensed(both, tmp_path, "mirror-one-sided.pcap")
    hosts = {
        str(group.values[0])
        for group in both.store.group_events(_flows(), ["destination.ip"], 100, ["destination.packets"]).groups
        if group.sums[0]
    }
    heard = sorted(hosts)[0]
    begin_site(both.store, SITE.replace("10.9.2.11", heard).replace("10.9.2.0/24", f"{heard}/32, 10.9.2.0/24"), at=0)
    signed_in(both)
    zones = {each["zone"]: each for each in health(both)["zones"]}
    cell = zones["cell"]
    assert (cell["ours"], cell["declared"], cell["heard"], cell["unheard"]) == (True, 2, 1, ["plc-9"])
    assert cell["one_way"] == cell["conversations"] > 0
    assert (zones["office"]["ours"], zones["office"]["declared"], zones["office"]["heard"]) == (True, 0, 0)


def _flows() -> Any:
    from response.ports import EventQuery

    return EventQuery("flow")


def test_losses_stand_at_their_step_and_their_time(both: Api) -> None:
    now = both.clock()
    early, late = now // DAY * DAY - DAY // 2, now // MINUTE * MINUTE - 10 * MINUTE
    counters(both, early, ("link", "frames", 1000), ("reader", "bytes", 90_000), ("reader", "ring_fill_permille", 80))
    counters(
        both, late, ("link", "frames", 500), ("reader", "kernel_drops", 50), ("reader", "ring_freezes", 2),
        ("reader", "ring_fill_permille", 1000), ("reader", "evidence_lost", 7), ("reader", "clock_set", 1),
        ("ip", "fragments_refused", 4), ("spool", "spool_segments_missing", 3), ("spool", "handed_over_ms_p99", 12),
        ("spool", "handed_over_ms_p50", 5), ("reader", "read_after_ms", 3), ("overload", "points_left", 9),
        ("mirror", "looks", 1), ("mirror", "fault.one_direction", 1), ("mirror", "warning.split_paths", 1),
    )  # fmt: skip
    counters(both, late + 300 * SECOND, ("spool", "spool_segments_late", 1), ("link", "frames", 0))
    body = {"last_seen": time_text(now), "packets_until": time_text(now), "state": "heard", "counters": {}}
    both.store.commit([Put("sensor", "line-3", {**body, "about": {"software": "0.1.0"}})])
    signed_in(both)
    told = health(both, start="2d")
    steps = {each["step"]: {c["counter"]: c["count"] for c in each["counters"]} for each in told["steps"]}
    assert list(steps) == ["link", "mirror", "kernel", "ring", "core", "evidence", "spool"]
    assert (steps["kernel"], steps["core"]) == ({"kernel_drops": 50}, {"fragments_refused": 4, "points_left": 9})
    assert (steps["ring"], steps["evidence"]) == ({"ring_fill_permille": 1000, "ring_freezes": 2}, {"evidence_lost": 7})
    assert (told["frames"], told["lost"]) == (1500, 54)
    at = told["starts"].index(time_text(late // (told["step"] * SECOND) * told["step"] * SECOND))
    series = told["series"]
    assert (series["frames"][at], series["lost.kernel"][at], series["lost.core"][at]) == (500, 50, 4)
    assert series["ring_fill_permille"][at] == 1000
    assert series["bytes"][at] is None, "octets were not told then"
    assert sum(each or 0 for each in series["bytes"]) == 90_000
    assert (series["lag_handed_over"][at], series["lag_read"][at]) == (12, 3)
    assert told["interfaces"][0]["interface"] == "eth1"
    assert told["interfaces"][0]["counters"]["kernel_drops"] == 50
    assert told["clock"]["clock_set"] == 1
    assert (told["spool"]["missing"], told["spool"]["late"]) == (3, 1)
    reasons = {each["code"]: each["parameters"] for each in told["sensor"]["reasons"]}
    assert set(reasons) == {"loss", "segments_missing", "evidence", "mirror"}
    assert (reasons["segments_missing"], reasons["mirror"]) == ({"count": 2}, {"count": 1})
    assert told["sensor"]["software"] == "0.1.0"


def test_silent_declared_and_unknown_sensors(api: Api, tmp_path: Path) -> None:
    begin_site(api.store, SITE, at=0)
    sensed(api, tmp_path, "short-pause.pcap")
    signed_in(api)
    listed = api.client.get("/api/v1/sensors").json()
    SensorPage.model_validate(listed, strict=True)
    assert {each["id"]: each["state"] for each in listed["items"]} == {"line-3": "ok", "line-4": "never"}
    never = health(api, "line-4")
    assert (never["sensor"]["last_seen"], never["frames"], never["told_until"]) == (None, 0, None)
    api.clock.advance(301)
    assert health(api)["sensor"]["reasons"] == [
        {"code": "silent", "parameters": {"since": time_text(api.clock() - 302 * SECOND)}}
    ]
    assert api.client.get("/api/v1/sensors/line-5/health").status_code == 404
    for start, end in (("1h", "2h"), ("2001-01-01", None)):
        answer = api.client.get(
            "/api/v1/sensors/line-3/health", params={"start": start, "end": end} if end else {"start": start}
        )
        assert answer.status_code == 422, answer.text


def test_the_disk_of_a_sensor_and_until_when_it_lasts(api: Api, tmp_path: Path) -> None:
    now = api.clock() // MINUTE * MINUTE
    for hours in range(20):
        at = now - (20 - hours) * 60 * MINUTE
        counters(
            api, at, ("link", "frames", 1), ("disk", "free_bytes", 10**12 - hours * 10**9),
            ("disk", "size_bytes", 2 * 10**12), ("disk", "spool_bytes", hours * 10**8),
            ("disk", "spool_most_bytes", 10**10),
        )  # fmt: skip
    api.store.commit([Put("sensor", "line-3", {"last_seen": time_text(now), "packets_until": time_text(now),
                                               "state": "heard", "counters": {}})])  # fmt: skip
    signed_in(api)
    disk = health(api)["disk"]
    free = disk["free"]
    assert (free["bytes"], free["of"], free["outlook"]["state"]) == (10**12 - 19 * 10**9, 2 * 10**12, "growing")
    assert free["outlook"]["days"] == pytest.approx((10**12 - 19 * 10**9) / (24 * 10**9), rel=0.01)
    assert disk["spool"]["outlook"]["days"] == pytest.approx((10**10 - 1.9 * 10**9) / (2.4 * 10**9), rel=0.05)
    assert disk["packets"]["bytes"] is None


def test_certificates_of_the_sensor_and_of_servers_are_told(api: Api) -> None:
    now = api.clock()
    note(api.store, SERVER, "centre:8443", Certificate("CN=centre", now + 100 * DAY, "a" * 64), now)
    note(api.store, SENSOR, "line-3", Certificate("CN=line-3", now + 9 * DAY + SECOND, "b" * 64), now)
    note(api.store, SENSOR, "line-4", Certificate("CN=line-4", now + 9 * DAY, "c" * 64), now)
    note(api.store, SENSOR, "line-3", Certificate("CN=line-3", now + 9 * DAY + SECOND, "b" * 64), now + SECOND)
    assert api.store.record("certificate", "sensor:line-3").etag == "1", "the same again is no news"
    begin_site(api.store, SITE, at=0)
    signed_in(api)
    told = {(each["of"], each["name"]): each["days"] for each in health(api)["certificates"]}
    assert told == {("server", "centre:8443"): 100, ("sensor", "line-3"): 9}
    api.clock.advance(4 * 86_400)
    api.client = api.signed_in("wang")
    assert {each["of"] for each in health(api)["certificates"]} == {"sensor"}, "a server that shows none is gone"


def test_what_a_sensor_says_of_its_disk_stands_among_its_rows_every_five_minutes(tmp_path: Path) -> None:
    around = Surroundings("line-3", tmp_path, 10**9, lambda: 4096, lambda: None)
    empty = vocabulary().empty("capture")
    counted = []
    for second in range(0, 700, 50):
        batch = around.with_rows(EventBatch({"capture": empty}, (1_000_000 + second) * SECOND))
        counted.append(dict(batch.datasets["capture"].select("ot.counter", "ot.count").iter_rows()))
    assert [bool(each) for each in counted] == [second in (0, 300, 600) for second in range(0, 700, 50)]
    assert set(counted[0]) == {"spool_bytes", "spool_most_bytes", "free_bytes", "size_bytes"}
    assert (counted[0]["spool_bytes"], counted[0]["spool_most_bytes"]) == (4096, 10**9)
    assert 0 < counted[0]["free_bytes"] <= counted[0]["size_bytes"]
    assert around.about["software"]
