"""Groups of alerts with one cause: links of the machine under decisions of people. Pure; the same alerts and decisions
give the same groups in whatever order they came."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from detection.occurrence import text_id
from detection.site import Site
from response.alerts import SEVERITIES, Alert
from response.incidents.killchain import Matrix
from response.incidents.links import Link, links_of
from response.triage.policy import Policy

MERGE, SPLIT = "merge", "split"


@dataclass(frozen=True)
class Decision:
    """What a person decided at `at` (ns): `parts` (alert ids) belong together (merge), or apart (split)."""

    id: str
    at: int
    who: str
    what: str
    parts: tuple[tuple[str, ...], ...]

    @property
    def alerts(self) -> frozenset[str]:
        return frozenset(alert for part in self.parts for alert in part)


@dataclass(frozen=True)
class Group:
    """Alerts with one cause in kill-chain order. `reasons` says of each but the first seen one why it belongs."""

    id: str
    alerts: tuple[Alert, ...]
    reasons: Mapping[str, Link]

    @property
    def first(self) -> Alert:
        return min(self.alerts, key=lambda a: (a.first_seen, a.id))


def groups_of(
    alerts: Iterable[Alert], matrix: Matrix, policy: Policy, site: Site | None, decisions: Iterable[Decision] = ()
) -> list[Group]:
    """The groups of these alerts that make an incident, by first_seen, then id. Posture and health never join."""
    joinable = {alert.id: alert for alert in alerts if joins(alert)}
    decided = sorted(decisions, key=lambda d: (d.at, d.id))
    apart = _apart(decided)
    by_hand = [link for decision in reversed(decided) for link in _by_hand(decision, joinable)]
    machine = sorted(links_of(joinable.values(), matrix, policy, site), key=lambda link: link.order)
    forest = _Forest(joinable, apart)
    for link in (*by_hand, *machine):
        forest.join(link.one, link.other)
    near: dict[str, list[Link]] = defaultdict(list)
    for link in (*by_hand, *machine):
        if forest.root(link.one) == forest.root(link.other):
            near[link.one].append(link)
            near[link.other].append(link)
    singled = {alert for decision in decided if decision.what == SPLIT for alert in decision.alerts}
    found = [_group([joinable[name] for name in names], near, matrix) for names in forest.parts()]
    kept = [group for group in found if _makes_incident(group, policy, singled)]
    return sorted(kept, key=lambda group: (group.first.first_seen, group.id))


def joins(alert: Alert) -> bool:
    """Whether an alert may be part of an incident."""
    return alert.rule_class in ("threat", "policy") and alert.severity != "informational"


def incident_id(first: Alert) -> str:
    """The id of the incident whose first seen alert is `first`."""
    return text_id("incident", first.id)


def _makes_incident(group: Group, policy: Policy, singled: Iterable[str]) -> bool:
    """Two alerts, or one that is grave or that a person set apart; what is held back alone opens nothing."""
    if all(alert.suppressed_by for alert in group.alerts):
        return False
    first = group.alerts[0]
    grave = SEVERITIES.index(first.severity) >= SEVERITIES.index(policy.alone)
    return len(group.alerts) > 1 or grave or first.id in set(singled)


def _group(alerts: Sequence[Alert], near: Mapping[str, Sequence[Link]], matrix: Matrix) -> Group:
    first = min(alerts, key=lambda a: (a.first_seen, a.id))
    return Group(incident_id(first), tuple(sorted(alerts, key=matrix.in_order)), _reasons(first.id, near))


def _reasons(first: str, near: Mapping[str, Sequence[Link]]) -> dict[str, Link]:
    """Of each alert the most convincing link to what was reached before it: a tree from the first one."""
    reasons: dict[str, Link] = {}
    reached, waiting = {first}, [(link.order, first, link) for link in near.get(first, ())]
    heapq.heapify(waiting)
    while waiting:
        _, known, link = heapq.heappop(waiting)
        new = link.other if link.one == known else link.one
        if new in reached:
            continue
        reached.add(new)
        reasons[new] = link
        for further in near.get(new, ()):
            heapq.heappush(waiting, (further.order, new, further))
    return reasons


def _by_hand(decision: Decision, joinable: Mapping[str, Alert]) -> Iterable[Link]:
    """What a decision keeps together."""
    parts = decision.parts if decision.what == SPLIT else (tuple(decision.alerts),)
    parameters = {"who": decision.who, "decision": decision.id}
    for part in parts:
        there = sorted((name for name in part if name in joinable), key=lambda n: (joinable[n].first_seen, n))
        yield from (Link(one, other, "person", 0, parameters) for one, other in pairwise(there))


def _apart(decisions: Sequence[Decision]) -> dict[str, dict[str, int]]:
    """By alert and split: on which side of it the alert stands. A later merge over both sides takes it back."""
    sides: dict[str, dict[str, int]] = defaultdict(dict)
    for decision in decisions:
        if decision.what == SPLIT:
            for number, part in enumerate(decision.parts):
                for alert in part:
                    sides[alert][decision.id] = number
            continue
        seen: dict[str, set[int]] = defaultdict(set)
        for alert in decision.alerts:
            for split, side in sides[alert].items():
                seen[split].add(side)
        for alert in decision.alerts:
            sides[alert] = {split: side for split, side in sides[alert].items() if len(seen[split]) == 1}
    return sides


class _Forest:
    """Alerts joined to groups, none of which stands on two sides of a split."""

    def __init__(self, names: Iterable[str], apart: Mapping[str, Mapping[str, int]]) -> None:
        self._parent = {name: name for name in sorted(names)}
        self._sides = {name: dict(apart.get(name, {})) for name in self._parent}

    def root(self, name: str) -> str:
        while (parent := self._parent[name]) != name:
            self._parent[name] = name = self._parent[parent]
        return name

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        mine, theirs = self._sides[first], self._sides[second]
        if first == second or any(theirs.get(split, side) != side for split, side in mine.items()):
            return
        self._parent[second] = first
        self._sides[first] = {**mine, **theirs}

    def parts(self) -> list[list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for name in self._parent:
            found[self.root(name)].append(name)
        return list(found.values())
