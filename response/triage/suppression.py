"""What holds alerts back: learned entries and mutes. They stay stored and counted, with a reference to the record.

Whether one holds back an alert depends on packet time (`last_seen` before `until`), so a replay gives the same; the
wall clock only ends it for what is not seen any more (`response.triage.enforce.end_what_is_over`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from detection.occurrence import Occurrence
from response.alerts import Alert
from response.records import Stored
from response.times import time_ns
from response.triage.scope import Scope, scope_of

LEARNED, MUTE = "learned", "mute"
ACTIVE, PROPOSED, REFUSED, UNDONE, OVER = "active", "proposed", "refused", "undone", "over"
STATES = (PROPOSED, ACTIVE, REFUSED, UNDONE, OVER)
Occurrences = Callable[[str], Sequence[Occurrence]]
"""All occurrences of an alert by its id."""


def nothing_inside(_: str) -> Sequence[Occurrence]:
    """For who has no occurrences at hand: ranges then fit nothing."""
    return ()


@dataclass(frozen=True)
class Suppression:
    """A mute or learned entry: `kind` one of the two, `at` and `until` ns, until None for ever."""

    id: str
    kind: str
    scope: Scope
    at: int
    until: int | None

    def matches(self, alert: Alert, occurrences: Occurrences = nothing_inside) -> bool:
        """Whether it holds this alert back. Drills are never held back: they prove that alerts arrive."""
        if alert.drill or (self.until is not None and alert.last_seen >= self.until):
            return False
        inside = occurrences(alert.id) if self.scope.looks_inside and self.scope.rule in (None, alert.rule) else ()
        return self.scope.fits(alert, inside)


def suppression_of(stored: Stored) -> Suppression:
    """The suppression in a record of kind `mute` or `learned`."""
    body = stored.body
    until = time_ns(body["until"]) if body["until"] else None
    return Suppression(stored.id, stored.kind, scope_of(body["scope"]), time_ns(body["at"]), until)


def first_match(
    alert: Alert, suppressions: Iterable[Suppression], occurrences: Occurrences = nothing_inside
) -> Suppression | None:
    """The suppression that an alert refers to: learned before muted, then the older one."""
    found = [s for s in suppressions if s.matches(alert, occurrences)]
    return min(found, key=lambda s: (s.kind != LEARNED, s.at, s.id), default=None)


def ending(body: Mapping[str, Any], state: str, at: str, who: str) -> dict[str, Any]:
    """A record after it ended in `state`."""
    return {**body, "state": state, "ended_at": at, "ended_by": who}
