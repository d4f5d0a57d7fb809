"""The inventory: an asset was last seen when it spoke last, not when something new was said of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from sensors.capture import CaptureFiles
from sensors.fields.vocabulary import vocabulary
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
    bound = controller.said("address", "10.9.1.11")
    assert bound is not None
    assert bound.last_seen == heard["10.9.1.11"]
    assert controller.said("address", "10.9.1.12") is None


def test_nodes_of_a_bus_are_seen_to_go_on() -> None:
    found, _ = inventory(*sorted(NODES.glob("*.pcap"))[:1])
    nodes = [asset for asset in found.assets() if asset.key.startswith("CAN-")]
    assert any(asset.last_seen > asset.first_seen for asset in nodes)


def facts(*told: tuple[str, str, str]) -> dict[str, pl.DataFrame]:
    """Identity rows of a second each: key, attribute, value."""
    identity = vocabulary().empty("identity")
    rows = [
        {
            "@timestamp": datetime.fromtimestamp(n, UTC),
            "ot.asset_key": key,
            "ot.attribute": name,
            "ot.attribute_value": value,
        }
        for n, (key, name, value) in enumerate(told)
    ]
    given = pl.DataFrame(rows).select(pl.col(name).cast(identity.schema[name]) for name in rows[0])
    frames = {name: vocabulary().empty(name) for name in ("flow", "cadence")}
    return {**frames, "identity": pl.concat([identity, given], how="diagonal")}


def test_what_is_one_with_another_brings_what_was_said_of_it_once() -> None:
    found = Inventory()
    said = [("a", "name", "pump"), ("b", "name", "pump"), ("b", "name", "valve"), ("b", "model", "P1")]
    found.take(facts(*said, ("a", "alias", "b"), ("b", "name", "late")))
    (asset,) = found.assets()
    assert asset.key == "a"
    assert {name: sorted(e.value for e in values) for name, values in asset.attributes.items()} == {
        "name": ["late", "pump", "valve"],
        "model": ["P1"],
        "alias": ["b"],
    }
    assert found.asset("b") is None
