"""Applies mutes and learned entries to alerts of a store. Doing it twice is doing it once; nothing ever vanishes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from detection.baseline.entries import Baseline, Entry
from response.alerts import Alert
from response.incidents.reach import every
from response.ports import MOST_PER_PAGE, AlertQuery, Store
from response.records import Mark, Put, Stored
from response.store_errors import Conflict
from response.times import time_ns, time_text
from response.triage.learning import entry_of
from response.triage.scope import Scope
from response.triage.suppression import ACTIVE, LEARNED, MUTE, OVER, Suppression, ending, first_match, suppression_of

MARKS_AT_ONCE = 500
MACHINE_NAME = "bittern"


def active(store: Store) -> list[Suppression]:
    """Every mute and learned entry in force."""
    return [suppression_of(stored) for kind in (LEARNED, MUTE) for stored in every(store, kind, state=ACTIVE)]


def enforce(store: Store, alerts: Iterable[Alert], suppressions: Sequence[Suppression] | None = None) -> list[str]:
    """Marks each open alert with the record that holds it back, or with none; gives the ids whose mark changed.

    Closed alerts keep what they had. An alert that goes on behind the end of a mute comes back by this.
    """
    known = active(store) if suppressions is None else suppressions
    marks = []
    for alert in alerts:
        if alert.status == "closed":
            continue
        found = first_match(alert, known, store.occurrences)
        wanted = found.id if found else ""
        if wanted != (alert.suppressed_by or ""):
            marks.append(Mark(alert.id, suppressed_by=wanted))
    for begin in range(0, len(marks), MARKS_AT_ONCE):
        store.commit(marks[begin : begin + MARKS_AT_ONCE])
    return [mark.alert for mark in marks]


def in_scope(store: Store, scope: Scope, since: int | None = None) -> Iterator[Alert]:
    """Alerts of every class that a scope may fit, by its rule, without drills, which nothing holds back; `since` leaves
    out what was last seen before."""
    rules = (scope.rule,) if scope.rule else ()
    return pages(store, AlertQuery(rules=rules, start=since, drill=False, triage=False))


def held_back(store: Store, record_id: str) -> Iterator[Alert]:
    """Alerts that a record holds back."""
    found = pages(store, AlertQuery(suppressed=True, triage=False))
    return (alert for alert in found if alert.suppressed_by == record_id)


def pages(store: Store, query: AlertQuery) -> Iterator[Alert]:
    """All alerts of a query. Read to its end before the first is given: who reads on may change them."""
    found: list[Alert] = []
    cursor = None
    while True:
        page = store.alerts(AlertQuery(**{**vars(query), "limit": MOST_PER_PAGE, "cursor": cursor}))
        found += page.items
        if page.cursor is None:
            return iter(found)
        cursor = page.cursor


def end_what_is_over(store: Store, now: int) -> list[str]:
    """Ends mutes and learned entries whose time is over and gives their alerts back to the queue; ids of what ended."""
    over = [stored for kind in (LEARNED, MUTE) for stored in every(store, kind, state=ACTIVE) if _over(stored, now)]
    for stored in over:
        body = ending(stored.body, OVER, time_text(now), MACHINE_NAME)
        try:
            store.commit([Put(stored.kind, stored.id, body, stored.etag)])
        except Conflict:
            continue  # a person was quicker; the next turn sees what came of it
        enforce(store, held_back(store, stored.id))
    return [stored.id for stored in over]


def _over(stored: Stored, now: int) -> bool:
    return bool(stored.body["until"]) and time_ns(stored.body["until"]) <= now


def learned_entries(store: Store) -> list[Entry]:
    """Baseline entries of what is learned and in force, for the content that sensors hold; in the baseline's order."""
    found = (entry for stored in every(store, LEARNED, state=ACTIVE) for entry in stored.body["entries"])
    return Baseline(map(entry_of, found)).sorted()
