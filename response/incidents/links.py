"""What joins two alerts, and why: code + parameters, with an order of how convincing it is. Pure, no clock.

Alerts of different sensors are never joined (cloned cells use equal addresses), drills never with what is real.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from detection.site import Site
from response.alerts import Alert
from response.incidents.ends import Ends, ends_of
from response.incidents.killchain import Matrix
from response.triage.policy import MINUTE, Policy

WHY = ("person", "evidence", "channel", "actor", "station", "pivot", "consequence")
"""Codes of reasons, the most convincing first; texts `incident.why.<code>`."""


@dataclass(frozen=True)
class Link:
    """Alerts `one` and `other` (ids) have one cause: `why` is one of WHY, `gap` ns lie between (0: overlapping)."""

    one: str
    other: str
    why: str
    gap: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def order(self) -> tuple[int, int, str, str]:
        """Sort key: the most convincing first."""
        return WHY.index(self.why), self.gap, self.one, self.other


@dataclass(frozen=True)
class Known:
    """An alert with its ends."""

    alert: Alert
    ends: Ends


def links_of(alerts: Iterable[Alert], matrix: Matrix, policy: Policy, site: Site | None) -> list[Link]:
    """Everything that joins two of these alerts, in no particular order."""
    worlds: dict[tuple[str, bool], list[Known]] = defaultdict(list)
    for alert in sorted(alerts, key=lambda a: (a.first_seen, a.id)):
        worlds[alert.sensor, alert.drill].append(Known(alert, ends_of(alert, matrix, policy.hubs, site)))
    return [link for world in worlds.values() for link in _links(world, policy)]


def _links(world: Sequence[Known], policy: Policy) -> Iterable[Link]:
    channels: dict[tuple[str, ...], list[Alert]] = defaultdict(list)
    actors: dict[tuple[str, ...], list[Alert]] = defaultdict(list)
    victims: dict[str, list[Known]] = defaultdict(list)
    for known in world:
        for actor in known.ends.actors:
            actors[actor].append(known.alert)
        if known.ends.channel and not known.ends.consequence:
            channels[known.ends.channel].append(known.alert)
        if known.ends.victim and not known.ends.consequence:
            victims[known.ends.victim].append(known)
    yield from _evidence(world)
    for (client, server, protocol), row in channels.items():
        named = {"client": client, "server": server, "protocol": protocol}
        yield from _chain(row, "channel", policy.windows["channel"], named)
    for (kind, value), row in actors.items():
        yield from _chain(row, "actor" if kind == "asset" else kind, policy.windows["actor"], {kind: value})
    yield from _consequences(world, victims, policy.windows["consequence"])
    yield from _pivots(actors, victims, policy.windows)


def _evidence(world: Sequence[Known]) -> Iterable[Link]:
    """Alerts that stand on the same events."""
    first: dict[str, str] = {}
    shared: dict[tuple[str, str], int] = defaultdict(int)
    for known in world:
        for event in known.alert.events:
            before = first.setdefault(event, known.alert.id)
            if before != known.alert.id:
                shared[before, known.alert.id] += 1
    for (one, other), events in shared.items():
        yield Link(one, other, "evidence", 0, {"events": events})


def _chain(row: Sequence[Alert], why: str, window: int, named: Mapping[str, Any]) -> Iterable[Link]:
    """Each alert of a row in order of time with the one before it that went on longest, when that is near enough."""
    longest: Alert | None = None
    for alert in row:
        if longest is not None and (gap := max(0, alert.first_seen - longest.last_seen)) <= window:
            yield Link(longest.id, alert.id, why, gap, {**named, "minutes": _minutes(gap)})
        if longest is None or alert.last_seen > longest.last_seen:
            longest = alert


def _consequences(world: Sequence[Known], victims: Mapping[str, Sequence[Known]], window: int) -> Iterable[Link]:
    """What only says that a host suffers, with the latest act on that host before it: one cause, so one act."""
    for known in world:
        victim = known.ends.victim
        if not known.ends.consequence or victim is None:
            continue
        act = _latest_before(victims.get(victim, ()), known.alert, window)
        if act is not None:
            yield _after(act, known.alert, "consequence", victim)


def _pivots(
    actors: Mapping[tuple[str, ...], Sequence[Alert]],
    victims: Mapping[str, Sequence[Known]],
    windows: Mapping[str, int],
) -> Iterable[Link]:
    """A host that was attacked and then attacks: the first alert of each run of its acts, with the act that won it."""
    for (kind, value), row in actors.items():
        gains = [known for known in victims.get(value, ()) if known.ends.gained] if kind == "asset" else []
        end = None
        for alert in row if gains else ():
            if end is None or alert.first_seen - end > windows["actor"]:
                act = _latest_before(gains, alert, windows["pivot"])
                if act is not None:
                    yield _after(act, alert, "pivot", value)
            end = max(end or 0, alert.last_seen)


def _latest_before(acts: Sequence[Known], alert: Alert, window: int) -> Alert | None:
    """Of `acts`, in order of time, the last that began no later than `alert` and was at most `window` ago."""
    began = bisect_right(acts, alert.first_seen, key=lambda known: known.alert.first_seen)
    near = [k.alert for k in acts[:began] if k.alert.id != alert.id and alert.first_seen - k.alert.last_seen <= window]
    return near[-1] if near else None


def _after(act: Alert, alert: Alert, why: str, asset: str) -> Link:
    gap = max(0, alert.first_seen - act.last_seen)
    return Link(act.id, alert.id, why, gap, {"asset": asset, "minutes": _minutes(gap)})


def _minutes(gap: int) -> int:
    """Whole minutes, rounded up, at least one: "within 1 minute" is true for a second."""
    return max(1, -(-gap // MINUTE))
