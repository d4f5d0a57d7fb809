"""Queries on incidents: how fast, by which playbook, and with what evidence kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from response.alerts import Alert
from response.compliance.gathering import Evidence
from response.compliance.query import VIOLATION, Found, Parameters, Query, Row, none_yet, not_kept, share
from response.incidents.record import measured
from response.times import time_ns

HOUR = 3600 * 1_000_000_000
DAY = 24 * HOUR
CLASSIFIED = ("severity", "assets", "assignee")
Incident = Mapping[str, Any]


def _incidents(evidence: Evidence, parameters: Parameters) -> tuple[Incident, ...] | None:
    """Incidents that can be judged: those that are closed, and open ones that people had some hours for."""
    found = evidence.records_of("incident")
    if found is None:
        return None
    limit = evidence.now - parameters["grace_hours"] * HOUR
    return tuple(
        each
        for each in found
        if not each.get("drill") and (each["status"] == "closed" or time_ns(each["first_seen"]) <= limit)
    )


def _alerts_of(evidence: Evidence, incident: Incident) -> list[Alert]:
    named = set(incident.get("alerts", ()))
    return [alert for alert in evidence.alerts if alert.id in named or alert.incident == incident["id"]]


def incident_timeline(evidence: Evidence, parameters: Parameters) -> Found:
    """Share of incidents that somebody took up, and closed, within their hours."""
    incidents = _incidents(evidence, parameters)
    if incidents is None:
        return Found(unknown=(not_kept("incident"),))
    rows = [_times(evidence, incident, parameters) for incident in incidents]
    good = sum(row["in_time"] for row in rows)
    unknown = () if rows else (none_yet("incident"),)
    return Found(tuple(rows), measure=share(good, len(rows)), needed=parameters["min_ratio"], unknown=unknown)


def _times(evidence: Evidence, incident: Incident, parameters: Parameters) -> Row:
    """Hours from the first packet to the first human step (TTA) and to the end; while it lasts, up to now."""
    known = measured(incident)
    so_far = evidence.now - time_ns(incident["first_seen"])
    closed = known["ttd"] + known["ttq"] if known["ttd"] is not None and known["ttq"] is not None else None
    # Who closes what nobody took up has taken it up by that.
    taken = next((each for each in (known["tta"], closed) if each is not None), so_far)
    over = closed if closed is not None else so_far
    in_time = taken <= parameters["triage_hours"] * HOUR and over <= parameters["close_hours"] * HOUR
    return {
        "id": incident["id"], "status": incident["status"], "triage_hours": round(taken / HOUR, 2),
        "close_hours": None if closed is None else round(closed / HOUR, 2), "in_time": in_time, VIOLATION: False,
    }  # fmt: skip


def playbook_execution(evidence: Evidence, parameters: Parameters) -> Found:
    """Incidents with a run of a playbook, or a reason why there is none. A dry run did nothing."""
    incidents, runs = _incidents(evidence, parameters), evidence.records_of("run")
    if incidents is None or runs is None:
        return Found(unknown=(not_kept("run" if incidents is not None else "incident"),))
    rows = []
    for incident in incidents:
        alerts = {alert.id for alert in _alerts_of(evidence, incident)}
        real = (r for r in runs if not r.get("dry"))
        own = [r for r in real if r.get("incident") == incident["id"] or r.get("alert") in alerts]
        excused = bool(incident.get("no_playbook"))
        rows.append({"id": incident["id"], "runs": len(own), "playbooks": sorted({str(r.get("playbook")) for r in own}),
                     "reason": incident.get("no_playbook"), VIOLATION: not own and not excused})  # fmt: skip
    return Found(tuple(rows), unknown=() if rows else (none_yet("incident"),))


def incident_evidence_kept(evidence: Evidence, parameters: Parameters) -> Found:
    """Incidents whose alerts all name the events and packets that they stand on."""
    incidents = _incidents(evidence, parameters)
    if incidents is None:
        return Found(unknown=(not_kept("incident"),))
    rows = []
    for incident in incidents:
        alerts = _alerts_of(evidence, incident)
        bare = sorted(alert.id for alert in alerts if not alert.events or not alert.packets)
        rows.append({"id": incident["id"], "alerts": len(alerts), "without_evidence": bare,
                     VIOLATION: bool(bare) or not alerts})  # fmt: skip
    return Found(tuple(rows), unknown=() if rows else (none_yet("incident"),))


def incident_classified(evidence: Evidence, parameters: Parameters) -> Found:
    """Incidents that say how grave they are, what they concern, and who decides."""
    incidents = _incidents(evidence, parameters)
    if incidents is None:
        return Found(unknown=(not_kept("incident"),))
    rows = []
    for incident in incidents:
        missing = sorted(name for name in CLASSIFIED if not incident.get(name))
        rows.append({"id": incident["id"], "missing": missing, VIOLATION: bool(missing)})
    return Found(tuple(rows), unknown=() if rows else (none_yet("incident"),))


def exercise_records(evidence: Evidence, parameters: Parameters) -> Found:
    """Drills of the last year."""
    drills = evidence.records_of("drill")
    if drills is None:
        return Found(unknown=(not_kept("drill"),))
    limit = evidence.now - parameters["max_days"] * DAY
    rows = tuple(
        {"id": drill["id"], "rule": drill.get("rule"), "state": drill.get("state"), "at": drill["at"], VIOLATION: False}
        for drill in drills
        if time_ns(drill["at"]) >= limit
    )
    return Found(rows, unknown=() if rows else (none_yet("drill"),))


def playbook_coverage(evidence: Evidence, parameters: Parameters) -> Found:
    """Playbooks that rules name and that exist."""
    wanted: dict[str, list[str]] = {}
    for rule in evidence.content.rules:
        if rule.playbook and rule.enabled:
            wanted.setdefault(rule.playbook, []).append(rule.name)
    there = set(evidence.content.playbooks)
    rows = tuple(
        {"playbook": name, "rules": sorted(rules), "there": name in there, VIOLATION: False}
        for name, rules in sorted(wanted.items())
    )
    covered = sum(row["there"] is True for row in rows)
    if not there or not rows:
        return Found(rows, unknown=(none_yet("playbook"),))
    return Found(rows, measure=share(covered, len(rows)), needed=parameters["min_ratio"])


QUERIES = (
    Query("incident_timeline", incident_timeline, "none", (),
          {"min_ratio": 1.0, "triage_hours": 24, "close_hours": 720, "grace_hours": 24}),
    Query("playbook_execution", playbook_execution, "none", (), {"grace_hours": 24}),
    Query("incident_evidence_kept", incident_evidence_kept, "none", (), {"grace_hours": 24}),
    Query("incident_classified", incident_classified, "none", (), {"grace_hours": 24}),
    Query("exercise_records", exercise_records, "none", (), {"max_days": 365}),
    Query("playbook_coverage", playbook_coverage, "none", (), {"min_ratio": 1.0}),
)  # fmt: skip
