"""The inventory: an asset was last seen when it spoke last, not when something new was said of it."""

from __future__ import annotations

from pathlib import Path

from sensors.capture import CaptureFiles
from sensors.inventory import Inventory
from tests.needs import PROJECT

DEMO = PROJECT / "rules" / "demo" / "demo.pcap"
NODES = PROJECT / "tests" / "golden" / "canopen"
SECOND = 1_000_000_000


def inventory(*captures: Path) -> tuple[Inventory, dict[str, int]]:
    """What there is, and when each end of a flow sent its last packet, by the rows themselves."""
    found, heard = Inventory(), dict[str, int]()
    for batch in CaptureFiles(captures, batch_rows=2_000):
        found.take(batch.datasets)
        flows = batch.datasets["flow"]
        for row, end in zip(flows.to_dicts(), flows["event.end"].dt.epoch("ns"), strict=True):
            for side in ("source", "destination"):
                address = row[f"{side}.ip"] or row[f"{side}.mac"]
                if row[f"{side}.packets"] and address:
                    heard[address] = max(heard.get(address, 0), end)
    return found, heard


def test_an_asset_was_last_seen_when_it_spoke_last() -> None:
    found, heard = inventory(DEMO)
    seen = {address: asset for asset in found.assets() for address in asset.values("address")}
    assert len(seen) > 20
    for address, asset in seen.items():
        assert asset.last_seen >= heard[address]
    # The controllers are polled to the end, and nothing new was said of them for minutes.
    controller = seen["10.9.1.11"]
    assert controller.last_seen - controller.first_seen > 200 * SECOND
    assert controller.attributes["address"]["10.9.1.11"].last_seen == heard["10.9.1.11"]


def test_nodes_of_a_bus_are_seen_to_go_on() -> None:
    found, _ = inventory(*sorted(NODES.glob("*.pcap"))[:1])
    nodes = [asset for asset in found.assets() if asset.key.startswith("CAN-")]
    assert any(asset.last_seen > asset.first_seen for asset in nodes)
