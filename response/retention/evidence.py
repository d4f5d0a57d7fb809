"""What retention leaves alone whatever its age: events that an alert of an open or held incident refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from response.ports import AlertQuery, Store
from response.records import RecordQuery
from response.retention.holdings import DAY, Part
from response.times import time_ns

KEEPING: tuple[Mapping[str, Any], ...] = ({"status": ("new", "in_progress")}, {"status": "closed", "held": True})
"""Incidents that are open, and closed ones that are held."""
INCIDENTS_AT_ONCE, ALERTS_AT_ONCE, EVENTS_AT_ONCE = 100, 500, 5_000
SLACK = DAY
"""An alert may refer to events of somewhat before and after what it tells of."""


def needed(store: Store, dataset: str, parts: Sequence[Part]) -> frozenset[str]:
    """Those of the parts, by id, that hold such an event. Memory is bounded: so many events are asked for at once."""
    if not parts:
        return frozenset()
    first, last = min(part.first for part in parts), max(part.last for part in parts)
    found: frozenset[str] = frozenset()
    for events in _events(store, max(0, first - SLACK), last + SLACK):
        left = [part.id for part in parts if part.id not in found]
        found |= store.parts_holding(dataset, left, events)
    return found


def _events(store: Store, start: int, end: int) -> Iterator[list[str]]:
    """Events of such incidents that touch a time, some at once."""
    waiting: list[str] = []
    for incidents in _incidents(store, start, end):
        for alert_events in _of_alerts(store, incidents):
            waiting += alert_events
            if len(waiting) >= EVENTS_AT_ONCE:
                yield waiting
                waiting = []
    if waiting:
        yield waiting


def _incidents(store: Store, start: int, end: int) -> Iterator[tuple[str, ...]]:
    for wanted in KEEPING:
        cursor: str | None = None
        while True:
            query = RecordQuery("incident", wanted, start=start, limit=INCIDENTS_AT_ONCE, cursor=cursor)
            page = store.records(query)
            names = tuple(each.id for each in page.items if each.body["alerts"] and _began(each.body) < end)
            if names:
                yield names
            cursor = page.cursor
            if cursor is None:
                break


def _began(body: Mapping[str, Any]) -> int:
    return time_ns(body["first_seen"])


def _of_alerts(store: Store, incidents: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    cursor: str | None = None
    while True:
        page = store.alerts(AlertQuery(incidents=incidents, triage=False, limit=ALERTS_AT_ONCE, cursor=cursor))
        yield from (alert.events for alert in page.items)
        cursor = page.cursor
        if cursor is None:
            return
