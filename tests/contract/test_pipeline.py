"""The pipeline as a whole: any split of the input, full or delta, twice the same (design, laws 5 to 7)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from api.analysis import Analysis, Options, analyse
from sensors.fields import protocols
from tests.needs import PROJECT
from tests.shipped import shipped_rule_set

PROOFS = PROJECT / "rules" / "proofs"
SITE = PROOFS / "site.yml"
RULES = shipped_rule_set()
SAMPLES = [
    "modbus/unit-scan.pcap", "modbus/write-burst.pcap", "modbus/exception-burst.pcap", "modbus/header-anomalies.pcap",
    "mqtt/login-brute-force.pcap", "mqtt/wildcard-subscriptions.pcap", "opcua/login-brute-force.pcap",
    "opcua/address-space-harvest.pcap", "general/port-scan.pcap", "general/polling-stops.pcap", "link/arp-spoof.pcap",
]  # fmt: skip


def run(path: Path, **options: object) -> Analysis:
    return analyse(Options((path,), site=SITE, **options), RULES)  # type: ignore[arg-type]  # one caller, all known fields


@cache
def usual(name: str) -> Analysis:
    """A sample as everybody has it analysed; what other runs of it are compared with."""
    return run(PROOFS / name)


@pytest.mark.parametrize("name", SAMPLES)
def test_any_split_into_batches_gives_the_same_alerts(name: str) -> None:
    whole = usual(name)
    assert not whole.failures
    for rows in (29, 400):
        assert run(PROOFS / name, batch_rows=rows).alerts == whole.alerts, rows


def test_all_protocols_stand_side_by_side() -> None:
    """Stations with and without an IP address, streams and datagrams, in one run and over many batches."""
    captures = tuple(sorted((PROJECT / "tests" / "golden").glob("*/*.pcap*")))
    found = analyse(Options(captures, site=SITE, batch_rows=400), RULES)
    assert not found.failures
    assert set(found.protocols) >= set(protocols())


@pytest.mark.parametrize("name", SAMPLES)
def test_the_delta_filter_costs_no_alert(name: str) -> None:
    def keys(found: Analysis) -> set[tuple[str, tuple[str, ...]]]:
        return {(alert.rule, alert.dedup) for alert in found.alerts}

    assert keys(usual(name)) == keys(run(PROOFS / name, full=True))


@pytest.mark.parametrize("name", SAMPLES[:3])
def test_the_same_input_twice_gives_the_same(name: str) -> None:
    first, second = usual(name), run(PROOFS / name)
    assert first.alerts == second.alerts
    assert first.rows == second.rows
    assert first.counters == second.counters
