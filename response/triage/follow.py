"""Follows the changes of a store: holds back what mutes and learned entries say, and brings incidents up to date.

The position is a record, written when a turn is done. A turn that died is done again, which changes nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from response.alerts import Alert
from response.incidents.follow import Incidents
from response.ports import Store
from response.records import Change, Put, Stored
from response.store_errors import NotFound
from response.times import time_text
from response.triage.enforce import end_what_is_over, enforce, held_back, in_scope
from response.triage.scope import scope_of
from response.triage.suppression import LEARNED, MUTE

POSITION = ("setting", "triage-position")
FOLLOWED = ("alert", MUTE, LEARNED, "incident_decision")
AT_ONCE = 500


@dataclass(frozen=True)
class Turn:
    """What a turn saw and did: changes read (0: none that matter), alerts whose mark changed, incidents written, mutes
    and learned entries that ended."""

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
        begin, marked, touched, relevant = after, list[str](), dict[str, None](), False
        while found := self._store.changes(after, AT_ONCE):
            for change in found:
                relevant = relevant or change.kind in FOLLOWED
                if change.kind == "alert":
                    touched[change.id] = None
                elif change.etag is not None:
                    marked += self._enforce_record(change)
                    touched |= dict.fromkeys(self._decided(change))
            after = found[-1].number
        known = dict(self._read(touched))
        marked += enforce(self._store, known.values())
        fresh = {name: alert for name, alert in known.items() if name not in set(marked)}
        touched |= dict.fromkeys(marked)
        written = self._incidents.update(touched, now, fresh) if touched else ()
        # Its own position is a change too: written for every change, it would follow itself for ever.
        if relevant or after - begin >= AT_ONCE:
            body = {"at": time_text(now), "number": after}
            self._store.commit([Put(*POSITION, body, position.etag if position else None)])
        return Turn(after - begin if relevant else 0, len(marked), len(written), len(ended))

    def _read(self, names: Iterable[str]) -> Iterator[tuple[str, Alert]]:
        for name in names:
            try:
                yield name, self._store.alert(name)
            except NotFound:
                continue

    def _decided(self, change: Change) -> list[str]:
        """Alerts of a split or merge, whose author may have died before it was done."""
        if change.kind != "incident_decision":
            return []
        parts = self._store.record(change.kind, change.id).body["parts"]
        return [alert for part in parts for alert in part]

    def _enforce_record(self, change: Change) -> list[str]:
        """Who wrote a mute or learned entry may have died before its alerts were marked."""
        if change.kind not in (MUTE, LEARNED):
            return []
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
