"""Which alerts must be looked at together: all that one alert may be joined with, however far the chain goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from detection.site import Site
from response.alerts import Alert
from response.incidents.grouping import Decision, Group, groups_of, joins
from response.incidents.killchain import Matrix
from response.ports import MOST_PER_PAGE, AlertQuery, Store
from response.records import RecordQuery, Stored
from response.store_errors import NotFound
from response.times import time_ns
from response.triage.policy import Policy

WORDS_AT_ONCE = 200


@dataclass(frozen=True)
class Judges:
    """What grouping is decided with."""

    matrix: Matrix
    policy: Policy
    site: Site | None


@dataclass(frozen=True)
class Reach:
    """`groups` that hold one of the alerts asked for, `alerts` all that may have changed sides because of them."""

    groups: tuple[Group, ...]
    alerts: tuple[Alert, ...]


def reach(store: Store, judges: Judges, touched: Iterable[str], known: Mapping[str, Alert]) -> Reach:
    """The groups of `touched`, exactly as grouping all alerts of the store at once gives them. `known` are alerts that
    need not be read."""
    decisions = [d for stored in every(store, "incident_decision") if (d := decision_of(stored)) is not None]
    named, window, read = set(touched), judges.policy.widest, dict(known)
    while True:
        core = _alerts(store, named, read)
        read |= {alert.id: alert for alert in core}
        if not core:
            return Reach((), ())
        start, end = min(a.first_seen for a in core), max(a.last_seen for a in core)
        near = {alert.id: alert for alert in seen_between(store, start - window, end + window + 1)}
        # A decision may name alerts that lie far away in time.
        tied = {name for d in decisions if not d.alerts.isdisjoint(near) for name in d.alerts} - set(near)
        near |= {alert.id: alert for alert in _alerts(store, tied, read)}
        read |= near
        groups = groups_of(near.values(), judges.matrix, judges.policy, judges.site, decisions)
        mine = [group for group in groups if any(alert.id in named for alert in group.alerts)]
        found = named | {alert.id for group in mine for alert in group.alerts}
        held = holding(store, (read[name] for name in found if name in read))
        found |= {alert for stored in held.values() for alert in stored.body["alerts"]}
        if found <= named:
            return Reach(tuple(mine), tuple(core))
        named = found


def every(store: Store, kind: str, **equals: Any) -> Iterator[Stored]:
    """All records of a kind, oldest first."""
    cursor = None
    while True:
        page = store.records(RecordQuery(kind, equals, descending=False, limit=500, cursor=cursor))
        yield from page.items
        if page.cursor is None:
            return
        cursor = page.cursor


def seen_between(store: Store, start: int, end: int) -> Iterator[Alert]:
    """Alerts that may join an incident and were seen in that span."""
    query = AlertQuery(start=max(0, start), end=end, sort="first_seen", descending=False, limit=MOST_PER_PAGE)
    cursor = None
    while True:
        page = store.alerts(AlertQuery(**{**vars(query), "cursor": cursor}))
        yield from page.items
        if page.cursor is None:
            return
        cursor = page.cursor


def decision_of(stored: Stored) -> Decision | None:
    """The decision in a record, None when it was taken back."""
    body = stored.body
    if body["state"] != "active":
        return None
    parts = tuple(tuple(part) for part in body["parts"])
    return Decision(stored.id, time_ns(body["at"]), body["who"], body["what"], parts)


def _alerts(store: Store, names: Iterable[str], read: Mapping[str, Alert]) -> list[Alert]:
    found = []
    for name in sorted(names):
        try:
            alert = read.get(name) or store.alert(name)
        except NotFound:  # retention took it; what refers to it lives on
            continue
        if joins(alert):
            found.append(alert)
    return found


def holding(store: Store, alerts: Iterable[Alert], ids: Iterable[str] = ()) -> dict[str, Stored]:
    """Incident records that hold one of these alerts, or have one of these ids, by id."""
    known = list(alerts)
    found: dict[str, Stored] = {}
    for name in sorted({*ids, *(alert.incident for alert in known if alert.incident)}):
        try:
            found[name] = store.record("incident", name)
        except NotFound:
            continue
    # Where records and marks cannot be written at once, a mark may lag behind: then the records are asked.
    inside = {name: set(stored.body["alerts"]) for name, stored in found.items()}
    doubtful = sorted(alert.id for alert in known if alert.id not in inside.get(alert.incident or "", ()))
    for begin in range(0, len(doubtful), WORDS_AT_ONCE):
        for stored in every(store, "incident", alerts=doubtful[begin : begin + WORDS_AT_ONCE]):
            found[stored.id] = stored
    return found
