"""The same packet twice."""

from __future__ import annotations

from collections.abc import Sequence

from sensors.doctor.finding import Evidence, Expected, Finding, percent, share
from sensors.mirror import MirrorFacts

KINDS = {
    "duplicates": "twins_same",
    "duplicates_vlan": "twins_vlan",
    "duplicates_routed": "twins_routed",
    "redundant_network": "twins_redundant",
}


def copies(facts: MirrorFacts, _: Expected) -> tuple[int, Sequence[Finding]]:
    """Packets that came twice within a moment, by what the copies differ in."""
    possible = facts.count("twins_possible")
    latest = f"{facts.count('twins_latest_us') / 1000:.3g}"
    found = []
    for code, name in KINDS.items():
        count = facts.count(name)
        told: Evidence = {
            "packets": possible,
            "copies": count,
            "share": percent(count, possible),
            "milliseconds": latest,
        }
        found.append(Finding(code, share(count, possible), told))
    return possible, found
