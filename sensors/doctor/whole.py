"""Whether frames come whole, each on its own, and all of them."""

from __future__ import annotations

from collections.abc import Sequence

from sensors.doctor.finding import Evidence, Expected, Finding, percent, share
from sensors.mirror import MirrorFacts

Looked = tuple[int, Sequence[Finding]]
BASIC, JUMBO = 1500, 9216
HEADERS = 40
"""The largest datagram of a plain Ethernet frame and of a jumbo frame, and the headers of IPv4 and TCP in it."""


def whole(facts: MirrorFacts, _: Expected) -> Looked:
    """Frames that end before their end: cut by the capture, or by what stands before it."""
    frames, ip = facts.count("frames"), facts.count("ip")
    cut, before = facts.count("cut_in_capture"), facts.count("cut_before")
    return frames, [
        Finding("truncated", share(cut, frames), {"frames": frames, "cut": cut, "share": percent(cut, frames)}),
        Finding("truncated_before", share(before, ip), {"frames": ip, "cut": before, "share": percent(before, ip)}),
    ]


def merged(facts: MirrorFacts, _: Expected) -> Looked:
    """TCP segments longer than any that was agreed on: a network card joined them."""
    segments, long = facts.count("tcp"), facts.count("long_tcp") + facts.count("without_length")
    # Larger segments were agreed on: jumbo frames, or a loopback, whose segments may be longer than any frame.
    agreed = facts.count("largest_mss")
    jumbo = agreed > (JUMBO if facts.count("beyond_jumbo") else BASIC) - HEADERS
    told: Evidence = {"segments": segments, "long": long, "agreed": agreed or "–"}
    return segments, [Finding("merged", 0 if jumbo else long, told)]


def loss(facts: MirrorFacts, _: Expected) -> Looked:
    """Bytes of TCP that were acknowledged and never seen: lost on the way to here, for the receiver has them."""
    data, gaps = facts.count("tcp_data"), facts.count("tcp_gaps")
    told: Evidence = {
        "segments": data,
        "gaps": gaps,
        "bytes": facts.count("tcp_gap_bytes"),
        "share": percent(gaps, data + gaps),
    }
    return data, [Finding("oversubscribed", share(gaps, data + gaps) if gaps > 1 else 0, told)]


def sensor_loss(facts: MirrorFacts, _: Expected) -> Looked | None:
    """What this machine dropped itself; not asked of files."""
    if not facts.heard:
        return None
    packets = sum(heard.counts.get("packets", 0) for heard in facts.heard)
    drops = sum(heard.counts.get("drops", 0) for heard in facts.heard)
    told: Evidence = {"packets": packets, "drops": drops, "share": percent(drops, packets)}
    return packets, [Finding("sensor_drops", share(drops, packets), told)]


def port_speed(facts: MirrorFacts, _: Expected) -> Looked | None:
    """How full the mirror's link was in its busiest tenth of a second; not asked where its speed is not known."""
    mbit = sum(heard.mbit or 0 for heard in facts.heard)
    if not mbit:
        return None
    busiest = facts.count("busiest_bytes_100ms") * 8 / 100_000
    told: Evidence = {"busiest": f"{busiest:.3g}", "mbit": mbit, "share": f"{100 * busiest / mbit:.3g}"}
    return facts.count("frames"), [Finding("port_full", busiest / mbit, told)]
