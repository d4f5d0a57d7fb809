"""Follows the changes of a store: holds back what mutes and learned entries say, and brings incidents up to date.

The position is a record, written when a turn is done. A turn that died is done again, which changes nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from response.incidents.follow import Incidents
from response.ports import Store
from response.records import Change, Put, Stored
from response.store_errors import NotFound
from response.times import time_text
from response.triage.enforce import end_what_is_over, enforce, enforce_on, held_back, in_scope
from response.triage.scope import scope_of
from response.triage.suppression import LEARNED, MUTE

POSITION = ("setting", "triage-position")
AT_ONCE = 500


@dataclass(frozen=True)
class Turn:
    """What a turn saw and did: changes read, alerts whose mark changed, incidents written, records that ended."""

    changes: int
    marked: int
    incidents: int
    ended: int


class Follower:
    """One at a time for a store (the worker holds the lease)."""

    def __init__(self, store: Store, incidents: Incidents) -> None:
        self._store = store
        self._incidents = incidents

    def turn(self, now: int) -> Turn:
        """Takes up everything that changed since the last turn; `now` in ns."""
        ended = end_what_is_over(self._store, now)
        position = self._position()
        after = int(position.body["number"]) if position else 0
        changes = marked = incidents = 0
        relevant = False
        while found := self._store.changes(after, AT_ONCE):
            relevant = relevant or any(change.kind in ("alert", MUTE, LEARNED, "incident_decision") for change in found)
            more_marked, more_incidents = self._take(found, now)
            changes, marked, incidents = changes + len(found), marked + more_marked, incidents + more_incidents
            after = found[-1].number
        # Its own position is a change too: written for nothing else, it would follow itself for ever.
        if relevant:
            body = {"at": time_text(now), "number": after}
            self._store.commit([Put(*POSITION, body, position.etag if position else None)])
        return Turn(changes, marked, incidents, len(ended))

    def _take(self, found: Sequence[Change], now: int) -> tuple[int, int]:
        alerts = list(dict.fromkeys(change.id for change in found if change.kind == "alert"))
        marked = enforce_on(self._store, alerts)
        for change in found:
            if change.kind in (MUTE, LEARNED) and change.etag is not None:
                marked += self._enforce_record(change)
            elif change.kind == "incident_decision" and change.etag is not None:
                parts = self._store.record(change.kind, change.id).body["parts"]
                alerts += [alert for part in parts for alert in part]
        touched = dict.fromkeys((*alerts, *marked))
        return len(marked), len(self._incidents.update(touched, now)) if touched else 0

    def _enforce_record(self, change: Change) -> list[str]:
        """Who wrote the record may have died before its alerts were marked."""
        try:
            body = self._store.record(change.kind, change.id).body
        except NotFound:
            return []
        return [
            *enforce(self._store, in_scope(self._store, scope_of(body["scope"]))),
            *enforce(self._store, held_back(self._store, change.id)),
        ]

    def _position(self) -> Stored | None:
        try:
            return self._store.record(*POSITION)
        except NotFound:
            return None
