"""Whether anything arrives, for whom it is, and whether both directions do."""

from __future__ import annotations

from collections.abc import Sequence

from sensors.doctor.finding import Evidence, Expected, Finding, percent, share
from sensors.mirror import MirrorFacts

Looked = tuple[int, Sequence[Finding]]
SURE = 1 << 30
"""Nothing at all, or nothing but one's own, says enough."""


def link(facts: MirrorFacts, _: Expected) -> Looked | None:
    """Whether each interface has a link; not asked of files."""
    if not facts.heard:
        return None
    down = [heard.interface for heard in facts.heard if heard.link != "up"]
    return len(facts.heard), [Finding("no_link", len(down), {"interfaces": ", ".join(down)})]


def traffic(facts: MirrorFacts, _: Expected) -> Looked:
    """What comes is for others: a port without a mirror gets broadcasts, multicasts and what is for this machine."""
    frames, groups = facts.count("frames"), facts.count("broadcast") + facts.count("multicast")
    own = facts.count("own") + sum(heard.counts.get("own", 0) for heard in facts.heard)
    if frames == 0 and own == 0:
        return SURE, [Finding("no_traffic", 1, {"interfaces": _interfaces(facts)})]
    others = facts.count("unicast") + facts.count("stationless") + facts.count("unread")
    told: Evidence = {
        "frames": frames,
        "own": own,
        "broadcast": facts.count("broadcast"),
        "multicast": facts.count("multicast"),
        "unicast": others,
        "share": percent(groups, frames - facts.count("own")),
    }
    if others == 0 and facts.count("own") > 0:
        return SURE, [Finding("own_only", 1, told)]
    if frames == 0:
        return SURE, [Finding("no_traffic", 1, {"interfaces": _interfaces(facts)})]
    # Flooded frames for stations that a switch does not know reach every port: a few prove no mirror.
    by_design = share(facts.count("realtime_groups"), groups)
    code = "groups_only" if by_design > 0.5 else "broadcast_only"
    return frames, [Finding(code, share(groups, groups + others), told)]


def _interfaces(facts: MirrorFacts) -> str:
    return ", ".join(heard.interface for heard in facts.heard) or "–"


def directions(facts: MirrorFacts, _: Expected) -> Looked:
    """Whether of conversations both sides are seen: of TCP, and where there is none, of stations."""
    talks, one_way = facts.count("talks"), facts.count("talks_one_way")
    if talks:
        sender, receiver = facts.one_way[0] if facts.one_way else ("–", "–")
        of_talks: Evidence = {
            "talks": talks,
            "one_way": one_way,
            "share": percent(one_way, talks),
            "proven": facts.count("talks_one_way_proven"),
            "sender": sender,
            "receiver": receiver,
        }
        # One conversation in two halves must not be both: all of one direction, or a part.
        code = "one_direction" if share(one_way, talks) >= 0.8 else "some_one_direction"
        return talks, [Finding(code, share(one_way, talks), of_talks)]
    pairs, one_way = facts.count("pairs"), facts.count("pairs_one_way")
    told: Evidence = {"pairs": pairs, "one_way": one_way, "share": percent(one_way, pairs)}
    # A single stream may be meant to go one way: cyclic data, messages to a log.
    return pairs if pairs > one_way or pairs > 1 else 0, [
        Finding("stations_one_direction", share(one_way, pairs), told)
    ]


def paths(facts: MirrorFacts, _: Expected) -> Looked:
    """Whether answers come the way on which requests go."""
    talks, other = facts.count("talks_two_way"), facts.count("talks_other_stations")
    return talks, [
        Finding("split_paths", share(other, talks), {"talks": talks, "split": other, "share": percent(other, talks)})
    ]
