"""What stands between the plant and the mirror: routers, translators of addresses, tunnels; and the clock."""

from __future__ import annotations

from collections.abc import Sequence

from sensors.doctor.finding import Evidence, Expected, Finding, percent, share
from sensors.mirror import MirrorFacts

Looked = tuple[int, Sequence[Finding]]
SECOND = 1_000_000_000
YEAR_2000 = 946_684_800 * SECOND
BEGINS = (32, 64, 128, 255)
OPENINGS = 3
"""Openings of TCP that a system must have sent before its time to live says something."""
ENCRYPTED = ("ipsec", "macsec", "wireguard", "openvpn", "l2tp", "dtls")
OPEN = ("gre", "vxlan", "gtp", "ip_in_ip", "mpls", "pppoe")


def clock(facts: MirrorFacts, _: Expected) -> Looked:
    """The time of the frames against that of the time servers among them, and against the age of this program."""
    if facts.span is None:
        return 0, ()
    never = facts.span[1] < YEAR_2000
    found = [Finding("clock_never_set", float(never), {"seconds": facts.span[1] // SECOND})]
    if facts.clocks and not never:
        # The server with the most samples; where several have, the one nearest to the frames.
        best = max(facts.clocks, key=lambda each: (each.samples, -abs(each.ahead)))
        told: Evidence = {
            "source": best.source,
            "seconds": f"{best.ahead / SECOND:+.6g}",
            "samples": best.samples,
            "clocks": len(facts.clocks),
        }
        found.append(Finding("clock_off", abs(best.ahead) / SECOND, told))
    return (1 if facts.clocks or never else 0), found


def devices(facts: MirrorFacts, _: Expected) -> Looked:
    """One station that stands for nearly all addresses is a router; one address with systems of several kinds is a
    translator."""
    found = []
    senders = [address for address in facts.addresses if address.sent]
    if facts.stations:
        most = max(facts.stations, key=lambda each: each.addresses)
        # Of two stations one stands for all others by necessity where the mirror is a single line.
        told: Evidence = {"mac": most.mac, "addresses": most.addresses, "all": len(senders)}
        others = len(senders) - most.addresses
        found.append(Finding("behind_router", most.addresses if others <= most.addresses / 4 else 0, told))
    for address in senders:
        kinds = [str(begin) for begin, count in zip(BEGINS, address.openings, strict=True) if count >= OPENINGS]
        if len(kinds) > 1:
            found.append(Finding("nat", len(kinds), {"ip": address.ip, "kinds": ", ".join(kinds)}))
            break
    return len(senders), found


def tunnels(facts: MirrorFacts, _: Expected) -> Looked:
    """Bytes in tunnels, which are not looked into."""
    frames, whole = facts.count("frames"), facts.count("bytes")
    kinds = {"erspan": ("erspan",), "tunnelled": OPEN, "encrypted": ENCRYPTED}
    found = []
    for code, names in kinds.items():
        there = [name for name in names if facts.count(name)]
        inside = sum(facts.count(f"{name}_bytes") for name in there)
        told: Evidence = {
            "kinds": ", ".join(there),
            "frames": sum(facts.count(name) for name in there),
            "share": percent(inside, whole),
        }
        found.append(Finding(code, share(inside, whole), told))
    return frames, found
