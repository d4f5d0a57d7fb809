"""Both stores: what is known of assets is united, whatever the order and however often it is said."""

from __future__ import annotations

import itertools
from dataclasses import replace

from detection.occurrence import Packets
from response.ports import AssetRecord, AttributeValue, Store
from tests.contract.store_cases import SECOND, START

pytest_plugins = ["tests.contract.elastic_server", "tests.contract.stores"]


def value(text: str, *, evidence: str = "lldp", at: int = 0, confidence: float = 0.5, frame: int = 1) -> AttributeValue:
    time = START + at * SECOND
    return AttributeValue(text, confidence, evidence, time, time, (Packets("plant.pcap", frame, frame),))


def asset(key: str, *values: AttributeValue, at: int = 0, **changes: object) -> AssetRecord:
    time = START + at * SECOND
    record = AssetRecord(key, {"vendor": values} if values else {}, time, time, ("controller",), "cell-1")
    return replace(record, **changes)  # type: ignore[arg-type]


def test_an_asset_comes_back(store: Store) -> None:
    plc = asset("00-00-5E-00-53-23", value("西门子"), roles=("controller", "server"))
    odd = asset("10.0.0.1@20@单元 3/…" + "x" * 600, segment=None, roles=())
    store.put_assets([plc, odd])
    assert store.asset(plc.key) == plc
    assert store.asset(odd.key) == odd
    assert store.assets() == (plc, odd)


def test_parts_are_united_in_any_order_and_any_number_of_times(store: Store) -> None:
    parts = [
        asset("a", value("Siemens", at=5, frame=5), at=5),
        asset("a", value("Siemens", at=2, confidence=0.9, frame=2), at=2, roles=("server",)),
        asset("a", value("SIEMENS AG", at=9), at=9, segment=None),
        asset("a", value("Siemens", at=7, evidence="snmp"), at=7),
    ]
    for number, order in enumerate(itertools.permutations(parts)):
        named = [replace(part, key=f"asset-{number:02}") for part in order]
        store.put_assets(named[:2])
        store.put_assets(named[1:])
        store.put_assets(named[::-1]) if number % 5 == 0 else None
    first, *others = store.assets()
    assert len(others) == 23
    assert all(replace(other, key=first.key) == first for other in others)
    assert (first.first_seen, first.last_seen) == (START + 2 * SECOND, START + 9 * SECOND)
    assert first.roles == ("controller", "server")
    assert first.segment == "cell-1"
    best = first.attributes["vendor"][0]
    assert (best.value, best.confidence, best.first_seen, best.last_seen) == (
        "Siemens",
        0.9,
        START + 2 * SECOND,
        START + 5 * SECOND,
    )
    assert best.packets == (Packets("plant.pcap", 2, 2), Packets("plant.pcap", 5, 5))
    assert [(v.value, v.evidence) for v in first.attributes["vendor"]] == [
        ("Siemens", "lldp"),
        ("Siemens", "snmp"),
        ("SIEMENS AG", "lldp"),
    ]


def test_a_flood_of_values_keeps_the_first(store: Store) -> None:
    for begin in range(0, 300, 100):
        store.put_assets([asset("a", *(value(f"name-{n:03}", at=n) for n in range(begin, begin + 100)))])
    names = [v.value for v in store.asset("a").attributes["vendor"]]
    assert names == [f"name-{n:03}" for n in range(100)]


def test_many_assets(store: Store) -> None:
    store.put_assets([asset(f"asset-{n:04}", value("x")) for n in range(1200)])
    assert [a.key for a in store.assets()] == [f"asset-{n:04}" for n in range(1200)]
    store.put_assets([])
    assert len(store.assets()) == 1200
