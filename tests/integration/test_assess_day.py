"""A whole day of normal operation, assessed by the plant's own site model, which wants 24 hours: what is clean passes,
and two hours without the sensor are enough that nothing passes any more."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from api.analysis import Options, analyse
from api.assessing import library
from api.storage import open_store
from response.compliance.evidence import QUERIES
from response.compliance.gathering import Evidence, gather, span
from response.compliance.running import query_all
from response.compliance.sight import look
from tests.contract.assess_worlds import PROOFS, RULES, model, shipped_content

HEADER, RECORD = 24, 16
SECONDS, TIMES = 300, 289
"""A copy of the capture every five minutes, for a day and a bit."""
ASSETS = {"asset_inventory_completeness", "asset_declared_unseen", "asset_version_known"}
"""Fail on this traffic: only part of the plant talks, and no firmware is told."""
PEOPLE = {"alert_ack_sla", "anomaly_disposition", "alert_triage_status"}
"""Nobody has looked at what the pauses between the copies raised."""


def day(target: Path, gap: range = range(0)) -> Path:
    """A capture of copies of an operator's write, without those numbered in `gap`."""
    data = (PROOFS / "modbus" / "hmi-write.pcap").read_bytes()
    with target.open("wb") as out:
        out.write(data[:HEADER])
        for copy in range(TIMES):
            place = HEADER
            while copy not in gap and place < len(data):
                seconds, fraction, captured, length = struct.unpack_from("<IIII", data, place)
                out.write(struct.pack("<IIII", seconds + SECONDS * copy, fraction, captured, length))
                out.write(data[place + RECORD : place + RECORD + captured])
                place += RECORD + captured
    return target


def seen(capture: Path, url: str) -> Evidence:
    analyse(Options((capture,), site=PROOFS / "site.yml", store=url), RULES)
    with open_store(url) as store:
        period = span(store)
        assert period is not None
        return gather(store, model(()).site, period, now=period[1], content=shipped_content(), zones=("control",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("day")


def test_a_clean_day_passes_what_can_be_seen(folder: Path) -> None:
    whole = seen(day(folder / "day.pcap"), f"embedded:{folder / 'whole'}")
    visible = look(whole)
    assert (visible.blind, visible.zones[0].blind) == ((), ())
    states = {name: each.result.state for name, each in query_all(whole, library()).items()}
    assert {name for name, state in states.items() if state == "fail"} <= ASSETS | PEOPLE
    passed = {
        "asset_unknown_seen", "cross_zone_without_conduit", "ot_to_internet", "critical_zone_isolation",
        "write_from_unauthorised_host", "engineering_from_unexpected_host", "setpoint_out_of_range",
        "malformed_protocol", "session_integrity_anomaly", "sensor_coverage", "monitoring_uptime",
    }  # fmt: skip
    assert {name: states[name] for name in passed} == dict.fromkeys(passed, "pass")


def test_two_hours_without_the_sensor_and_nothing_passes(folder: Path) -> None:
    cut = seen(day(folder / "cut.pcap", range(100, 124)), f"embedded:{folder / 'cut'}")
    (zone,) = look(cut).zones
    assert zone.uptime is not None
    assert 0.9 < zone.uptime < 0.93
    assert [reason.code for reason in zone.blind] == ["uptime"]
    states = {name: each.result.state for name, each in query_all(cut, library()).items()}
    watching = {query.name for query in QUERIES if query.sight != "none"}
    assert {name for name in watching if states[name] == "pass"} == set()
    assert states["monitoring_uptime"] == states["sensor_coverage"] == "fail"
