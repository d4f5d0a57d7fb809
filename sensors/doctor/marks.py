"""VLAN tags, and whether what was expected is seen."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

from sensors.doctor.finding import Evidence, Expected, Finding, percent, share
from sensors.mirror import MirrorFacts

SHOWN = 8


def vlans(facts: MirrorFacts, _: Expected) -> tuple[int, Sequence[Finding]]:
    """Whether both directions of a conversation carry the same tag."""
    talks = facts.count("talks_two_way")
    half, other = facts.count("talks_half_tagged"), facts.count("talks_other_vlan")
    return talks, [
        Finding("half_tagged", share(half, talks), _told(facts, half, talks)),
        Finding("split_vlans", share(other, talks), _told(facts, other, talks)),
    ]


def _told(facts: MirrorFacts, count: int, talks: int) -> Evidence:
    return {"talks": talks, "count": count, "share": percent(count, talks), "seen": seen(facts)}


def seen(facts: MirrorFacts) -> str:
    """The VLANs with the most frames: `10 (95 %), 20 (5 %)`."""
    frames = facts.count("frames")
    most = sorted(facts.vlans.items(), key=lambda each: (-each[1], each[0]))
    told = [f"{vlan} ({percent(count, frames)} %)" for vlan, count in most[:SHOWN]]
    return ", ".join(told) + (" …" if len(most) > SHOWN else "") or "–"


def expected_vlan(facts: MirrorFacts, expected: Expected) -> tuple[int, Sequence[Finding]] | None:
    """Whether the VLANs that were named are there with their tags."""
    if not expected.vlans:
        return None
    absent = [vlan for vlan in expected.vlans if vlan not in facts.vlans]
    told: Evidence = {"expected": ", ".join(map(str, absent)), "seen": seen(facts), "frames": facts.count("frames")}
    # A tag 0 carries a priority and no VLAN.
    tagged = any(facts.vlans.keys() - {0})
    code = "wrong_vlan" if tagged else "tags_missing"
    return facts.count("frames"), [Finding(code, share(len(absent), len(expected.vlans)), told)]


def expected_network(facts: MirrorFacts, expected: Expected) -> tuple[int, Sequence[Finding]] | None:
    """Whether there is an address of each network that was named."""
    if not expected.networks:
        return None
    found = [ip_address(address.ip) for address in facts.addresses]
    absent = [net for net in expected.networks if not any(ip.version == net.version and ip in net for ip in found)]
    busy = sorted(facts.addresses, key=lambda each: (-each.sent, each.ip))[:SHOWN]
    told: Evidence = {
        "expected": ", ".join(map(str, absent)),
        "seen": ", ".join(each.ip for each in busy) or "–",
        "addresses": len(found),
    }
    return facts.count("frames"), [Finding("wrong_network", share(len(absent), len(expected.networks)), told)]
