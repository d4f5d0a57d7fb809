"""Stations of a PROFIBUS and wires of a serial line are ends like any other, and their captures are evidence too."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.analysis import Options, analyse
from detection.context import Context
from detection.roles import Roles
from detection.site_reading import load_site
from sensors import evidence
from sensors.capture import CaptureFiles
from sensors.inventory import Inventory
from tests.needs import PROJECT
from tests.shipped import shipped_rule_set

PROOFS = PROJECT / "rules" / "proofs" / "profibus"
GOLDEN = PROJECT / "tests" / "golden"
SITE = """\
time_zone: UTC
zones: [{id: cell, name: {en: Cell, zh: 单元}, level: 1}]
assets:
  - {id: valves, name: Valves, mac: [pb-8], roles: [io], zone: cell, criticality: high, owner: process}
  - {id: feeders, name: Feeders, mac: [serial-rx], roles: [controller], zone: cell, criticality: high, owner: energy}
"""


def _assets(*captures: Path) -> Inventory:
    inventory = Inventory()
    for batch in CaptureFiles(captures):
        inventory.take(batch.datasets)
    return inventory


def test_a_declared_station_goes_by_its_name_in_alerts(tmp_path: Path) -> None:
    site = tmp_path / "site.yml"
    site.write_text(SITE, encoding="utf-8")
    found = analyse(Options((PROOFS / "laptop.pcap",), site=site), shipped_rule_set())
    ends = [alert.destination for alert in found.alerts if alert.rule == "PB03"]
    assert not found.failures
    assert ("PB-8", "valves", "cell") in {(end.get("mac"), end.get("asset"), end.get("zone")) for end in ends}


def test_an_end_of_a_line_goes_by_its_name_in_alerts(tmp_path: Path) -> None:
    site = tmp_path / "site.yml"
    site.write_text(SITE, encoding="utf-8")
    found = analyse(Options((GOLDEN / "dnp3" / "serial.pcap",), site=site), shipped_rule_set())
    ends = {(alert.destination.get("mac"), alert.destination.get("asset")) for alert in found.alerts}
    assert ("SERIAL-RX", "feeders") in ends


def test_parties_of_a_bus_are_told_apart_in_alerts_and_correlations() -> None:
    canopen = PROOFS.parent / "canopen" / "takeover.pcap"
    found = analyse(Options((canopen, PROOFS / "laptop.pcap", PROOFS / "fault.pcap")), shipped_rule_set())
    engineering = {alert.dedup for alert in found.alerts if alert.rule == "G32"}
    assert {("CAN-BUS", "CAN-5"), ("CAN-BUS", "CAN-12"), ("PB-77", "PB-8")} <= engineering
    # One slave is stopped and another one falls silent: that is no "stopped, and silent since".
    assert {"PB01", "PB06"} <= {alert.rule for alert in found.alerts}
    assert "X04" not in {alert.rule for alert in found.alerts}


def test_what_stays_on_its_bus_crosses_no_zone(tmp_path: Path) -> None:
    site = tmp_path / "site.yml"
    other = "zones: [{id: office, name: {en: Office, zh: 办公区}, level: 4}, "
    site.write_text(
        SITE.replace("zones: [", other) + "conduits: [{from: office, to: cell, allow: [{protocol: tls}]}]\n"
    )
    context = Context(load_site(site), Roles())
    for batch in CaptureFiles([PROOFS / "laptop.pcap"]):
        joined = context.join(batch.datasets["transaction"])
        assert set(joined["ot.conduit"]) <= {"inside"}


def test_stations_that_speak_are_assets_and_the_bus_is_none() -> None:
    assets = {asset.key.partition("@")[0]: asset for asset in _assets(GOLDEN / "profibus" / "acyclic.pcap").assets()}
    assert set(assets) == {"PB-1", "PB-2", "PB-8", "PB-9"}
    assert assets["PB-8"].values("vendor") == ("Reed Automation",)
    assert assets["PB-9"].values("ident_number") == ("0x8045",)


def test_both_wires_of_a_line_are_assets() -> None:
    assets = {asset.key.partition("@")[0]: asset for asset in _assets(GOLDEN / "modbus" / "serial-rtu.pcap").assets()}
    assert set(assets) == {"SERIAL-TX", "SERIAL-RX"}
    assert assets["SERIAL-RX"].values("model") == ("MN-MB3",)


@pytest.mark.parametrize("capture", ["profibus/cycle.pcap", "modbus/serial-rtu.pcap"])
def test_packets_of_such_captures_are_cut_out_and_shown(capture: str) -> None:
    cut, numbers = evidence.carve(GOLDEN / capture, [(2, 4)])
    shown = evidence.decode(cut, numbers)
    assert [packet.frame for packet in shown] == [2, 3, 4]
    assert all(packet.data for packet in shown)


@pytest.mark.parametrize("capture", ["profibus/cycle.pcap", "modbus/serial-rtu.pcap"])
def test_a_filter_for_hosts_leaves_such_frames_out_and_counts_them(capture: str) -> None:
    batches = list(CaptureFiles([GOLDEN / capture], capture_filter="host 10.0.0.1 or tcp port 502"))
    assert not any(len(batch.datasets["transaction"]) for batch in batches)
    counted = batches[-1].counters
    assert counted["link.filtered"] == counted["link.frames"] > 0


def test_what_a_tap_lost_is_said() -> None:
    found = analyse(Options((GOLDEN / "modbus" / "serial-odd.pcap",)), shipped_rule_set())
    assert found.counters["serial.data_lost"] == 1
