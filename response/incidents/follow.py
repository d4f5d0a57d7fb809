"""Keeps the incidents of a store true to its alerts and to what people decided. Doing it twice is doing it once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from response.alerts import Alert
from response.incidents.grouping import Group
from response.incidents.reach import Judges, Reach, holding, reach
from response.incidents.record import MACHINE_NAME, Steps, fresh, history_line, machine_part, reopened, together
from response.ports import Store
from response.records import Mark, Put, Stored, Write
from response.store_errors import Conflict

ATTEMPTS = 8


class Incidents:
    """Incidents of one store. `steps` gives the tasks that an alert brings."""

    def __init__(self, store: Store, judges: Judges, steps: Steps) -> None:
        self.store = store
        self.judges = judges
        self._steps = steps

    def update(self, touched: Iterable[str], now: int, known: Mapping[str, Alert] | None = None) -> tuple[str, ...]:
        """Brings the incidents of these alerts (and of whatever they reach) up to date; `now` (ns) is when a new one
        became known, `known` are alerts that were just read. Gives the ids that were written. Raises Conflict when
        others keep changing the same incidents."""
        names = tuple(touched)
        for attempt in range(ATTEMPTS):
            try:
                return self._update(reach(self.store, self.judges, names, known or {}), now)
            except Conflict:
                known = None
                if attempt == ATTEMPTS - 1:
                    raise
        return ()

    def _update(self, found: Reach, now: int) -> tuple[str, ...]:
        wanted = {group.id: group for group in found.groups}
        marks = {alert.id: group.id for group in found.groups for alert in group.alerts}
        before = holding(self.store, found.alerts, wanted)
        gone = [stored for name, stored in before.items() if name not in wanted and stored.body["alerts"]]
        came_from = {alert: stored for stored in gone for alert in stored.body["alerts"]}
        writes: list[Write] = []
        for group in found.groups:
            leaving = {s.id: s for alert in group.alerts if (s := came_from.get(alert.id))}.values()
            stored = before.get(group.id)
            body = self._body(group, stored, leaving, now)
            if stored is None or dict(stored.body) != body:
                writes.append(Put("incident", group.id, body, stored.etag if stored else None))
        writes += [Put("incident", each.id, _left(each.body, marks, now), each.etag) for each in gone]
        writes += [
            Mark(alert.id, incident=marks.get(alert.id, ""))
            for alert in found.alerts
            if (alert.incident or "") != marks.get(alert.id, "")
        ]
        if writes:
            self.store.commit(writes)
        return tuple(write.id for write in writes if isinstance(write, Put))

    def _body(self, group: Group, stored: Stored | None, leaving: Iterable[Stored], now: int) -> dict[str, Any]:
        machine = machine_part(group, self.judges.matrix, self.judges.policy, self._steps)
        parts = [each.body for each in (*((stored,) if stored else ()), *leaving) if not each.body["merged_into"]]
        people = together(parts) if parts else fresh(now)
        if people["status"] == "closed":
            known = {alert for part in parts for alert in part["alerts"]}
            joined = [a.id for a in group.alerts if a.id not in known and a.status != "closed" and not a.suppressed_by]
            people = reopened(people, joined, now) if joined else people
        return {**machine, **people, "merged_into": None}


def _left(body: Mapping[str, Any], marks: Mapping[str, str], now: int) -> dict[str, Any]:
    """A record that no group has any more: it points to where its alerts went (its first one is not the first of that
    group), or is closed because nothing but held-back alerts is left."""
    goes = sorted({marks[alert] for alert in body["alerts"] if alert in marks})
    resolution = "duplicate" if goes else "benign_trigger"
    line = history_line(now, MACHINE_NAME, "status", body["status"], "closed", None)
    line |= {"code": "merged" if goes else "nothing_left", "alerts": ", ".join(body["alerts"])}
    return {
        **body,
        "alerts": [],
        "members": [],
        "status": "closed",
        "resolution": resolution,
        "history": [*body["history"], line],
        "merged_into": goes[0] if goes else None,
    }
