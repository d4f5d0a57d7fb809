"""A node of a CAN bus is an end like any other: the site model names it, alerts and the inventory show it."""

from __future__ import annotations

from pathlib import Path

from api.analysis import Options, analyse
from sensors.capture import CaptureFiles
from sensors.inventory import Inventory
from tests.needs import PROJECT
from tests.shipped import shipped_rule_set

PROOFS = PROJECT / "rules" / "proofs" / "canopen"
SITE = """\
time_zone: UTC
zones: [{id: cell, name: {en: Cell, zh: 单元}, level: 1}]
assets: [{id: drive, name: Drive, mac: [can-12], roles: [controller], zone: cell, criticality: high, owner: process}]
"""


def test_a_declared_node_goes_by_its_name_in_alerts(tmp_path: Path) -> None:
    site = tmp_path / "site.yml"
    site.write_text(SITE, encoding="utf-8")
    found = analyse(Options((PROOFS / "takeover.pcap",), site=site), shipped_rule_set())
    ends = [alert.destination for alert in found.alerts if alert.rule == "CO01"]
    assert not found.failures
    assert ("CAN-12", "drive", "cell") in {(end.get("mac"), end.get("asset"), end.get("zone")) for end in ends}


def test_nodes_that_speak_are_assets_and_the_bus_is_none() -> None:
    inventory = Inventory()
    for batch in CaptureFiles([PROOFS / "normal.pcap"]):
        inventory.take(batch.datasets)
    assets = {asset.key.partition("@")[0]: asset for asset in inventory.assets()}
    assert set(assets) == {"CAN-5", "CAN-12"}
    assert assets["CAN-12"].values("model") == ("Drive DX-40",)
    assert assets["CAN-12"].values("serial") == ("7004211",)
