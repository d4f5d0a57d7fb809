"""What people do with incidents, over a store: change, split, merge, and take a split or merge back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from detection.occurrence import text_id
from response.incidents.follow import Incidents
from response.incidents.grouping import MERGE, SPLIT
from response.incidents.people import IncidentChange, changed
from response.records import Deed, Put, RecordQuery, Stored
from response.store_errors import Conflict, Invalid
from response.times import time_text

ATTEMPTS = 8


class IncidentDesk:
    """Every change leaves a line of the audit log. Times (`at`) are ns, given by who calls."""

    def __init__(self, incidents: Incidents) -> None:
        self._incidents = incidents
        self._store = incidents.store

    def change(self, incident: str, change: IncidentChange, revision: int) -> Stored:
        """Applies a change of people. Raises Conflict when another person changed the incident meanwhile (the machine
        does not count), Invalid, NotFound."""
        for _ in range(ATTEMPTS):
            known = self._store.record("incident", incident)
            body = changed(incident, known.body, change, revision)
            if body == known.body:
                return known
            named = ("status", "resolution", "assignee", "held")
            what = {name: getattr(change, name) for name in named}
            deed = self._deed(change.at, change.who, "incident.change", incident, {**what, "reason": change.reason})
            try:
                (stored,) = self._store.commit([Put("incident", incident, body, known.etag)], deed)
            except Conflict:
                continue  # the machine was quicker; `changed` tells when it was a person
            assert isinstance(stored, Stored)
            return stored
        raise Conflict(f"incident {incident}", "other_etag", etag="", given=str(revision))

    def split(self, incident: str, alerts: Sequence[str], at: int, who: str, reason: str) -> str:
        """Sets `alerts` apart from the rest of their incident; gives the id of the decision."""
        body = self._store.record("incident", incident).body
        apart = [alert for alert in body["alerts"] if alert in set(alerts)]
        rest = [alert for alert in body["alerts"] if alert not in set(alerts)]
        if len(apart) != len(set(alerts)) or not apart or not rest:
            raise Invalid(f"incident {incident}", "no_such_split", value=", ".join(alerts))
        self._check_free(apart)
        return self._decide(SPLIT, [incident], [apart, rest], at, who, reason)

    def merge(self, incidents: Sequence[str], at: int, who: str, reason: str) -> str:
        """Makes one incident of several; gives the id of the decision."""
        bodies = [self._store.record("incident", incident).body for incident in dict.fromkeys(incidents)]
        if len(bodies) < 2 or not all(body["alerts"] for body in bodies):
            raise Invalid(f"incident {', '.join(incidents)}", "no_such_merge")
        if len({body["drill"] for body in bodies}) > 1:
            raise Invalid(f"incident {', '.join(incidents)}", "drill_and_real")
        return self._decide(MERGE, incidents, [body["alerts"] for body in bodies], at, who, reason)

    def undo(self, decision: str, at: int, who: str) -> None:
        """Takes a split or merge back."""
        known = self._store.record("incident_decision", decision)
        if known.body["state"] != "active":
            raise Invalid(f"decision {decision}", "undone_before")
        self._check_free(self._alerts(known.body))
        body = {**known.body, "state": "undone", "undone_by": who, "undone_at": time_text(at)}
        deed = self._deed(at, who, "incident.undo", known.body["incident"][0], {"decision": decision})
        self._store.commit([Put("incident_decision", decision, body, known.etag)], deed)
        self._incidents.update(self._alerts(known.body), at)

    def _check_free(self, alerts: Sequence[str]) -> None:
        """What is held stays together: a part that goes elsewhere would be held no more. Raises Invalid."""
        query = RecordQuery("incident", {"alerts": list(alerts), "held": True}, limit=1)
        for held in self._store.records(query).items:
            raise Invalid(f"incident {held.id}", "incident_is_held")

    def _decide(
        self, what: str, incidents: Sequence[str], parts: Sequence[Sequence[str]], at: int, who: str, reason: str
    ) -> str:
        if not who:
            raise Invalid(f"incident {', '.join(incidents)}", "nobody_named")
        if not reason:
            raise Invalid(f"incident {', '.join(incidents)}", "no_reason_given")
        decision = text_id("incident decision", what, at, who, *(alert for part in parts for alert in ("", *part)))
        body = {
            "at": time_text(at),
            "who": who,
            "what": what,
            "incident": list(incidents),
            "parts": [list(part) for part in parts],
            "reason": reason,
            "state": "active",
        }
        deed = self._deed(at, who, f"incident.{what}", incidents[0], {"decision": decision, "reason": reason})
        self._store.commit([Put("incident_decision", decision, body)], deed)
        self._incidents.update(self._alerts(body), at)
        return decision

    @staticmethod
    def _alerts(body: Mapping[str, Any]) -> list[str]:
        return [alert for part in body["parts"] for alert in part]

    @staticmethod
    def _deed(at: int, who: str, what: str, incident: str, parameters: Mapping[str, Any]) -> Deed:
        told = {name: value for name, value in parameters.items() if value is not None}
        return Deed(at, who, what, "incident", incident, told)
