"""Queries on the watch itself: which zones are seen, how well, what could be detected, and whether it still works."""

from __future__ import annotations

from response.compliance.assessment import Reason, Visibility, ZoneVisibility
from response.compliance.gathering import Evidence
from response.compliance.query import Found, Parameters, Query, Row, none_yet, not_kept, plain_row, share
from response.compliance.sight import look
from response.times import time_ns

DAY = 24 * 3600 * 1_000_000_000
HINDERED = ("no_sensor", "sensor_silent", "uptime", "loss", "segments_missing", "one_way")
"""What makes a zone count as not covered; that nothing happens or nobody can read it is no lack of the sensor."""


def sensor_coverage(evidence: Evidence, parameters: Parameters) -> Found:
    """Share of zones and conduits in the scope that a healthy sensor watches."""
    seen = look(evidence)
    if _is_cut(seen):
        return Found(unknown=seen.blind)
    healthy = {zone.zone: not [r for r in zone.blind if r.code in HINDERED] for zone in seen.zones}
    rows = [_zone_row(zone) for zone in seen.zones if not healthy[zone.zone]]
    watched = {(a, b) for sensor in evidence.site.sensors for a, b in sensor.conduits}
    conduits = [c for c in evidence.site.conduits if {c.source, c.destination} & set(evidence.zones)]
    for conduit in conduits:
        ends = (conduit.source, conduit.destination)
        if ends not in watched and not any(healthy.get(zone) for zone in ends):
            rows.append({"ot.conduit": f"{conduit.source}>{conduit.destination}"})
    asked = len(seen.zones) + len(conduits)
    return Found(
        tuple(rows),
        measure=share(asked - len(rows), asked),
        needed=parameters["min_ratio"],
        unknown=seen.blind,
    )


def _is_cut(seen: Visibility) -> bool:
    """Whether rows that sight is measured by were removed: what is missing is then no silence of a sensor."""
    return any(reason.code == "removed" for reason in seen.blind)


def _zone_row(zone: ZoneVisibility) -> Row:
    return plain_row(
        {
            "ot.zone": zone.zone, "sensors": zone.sensors, "uptime": zone.uptime, "loss": zone.loss,
            "one_way": zone.one_way, "in_the_way": tuple(reason.code for reason in zone.blind),
        }
    )  # fmt: skip


def monitoring_uptime(evidence: Evidence, parameters: Parameters) -> Found:
    """Least share of the period in which the sensors of a zone delivered, and what they lost."""
    seen = look(evidence)
    if _is_cut(seen):
        return Found(unknown=seen.blind)
    watched = [zone for zone in seen.zones if zone.sensors]
    worst = min((zone.uptime or 0.0 for zone in watched), default=None)
    hindered = tuple(r for zone in watched or seen.zones for r in zone.blind if r.code in HINDERED)
    return Found(
        tuple(_zone_row(zone) for zone in watched),
        measure=worst,
        needed=parameters["min_uptime"],
        unknown=(*seen.blind, *hindered),
    )


def detection_coverage(evidence: Evidence, parameters: Parameters) -> Found:
    """Share of the techniques that a network can show for which a proved rule is in force."""
    techniques = evidence.content.techniques
    watched: dict[str, list[str]] = {technique: [] for technique in techniques}
    for rule in evidence.content.rules:
        for technique in rule.techniques:
            if rule.enabled and rule.proofs and technique in watched:
                watched[technique].append(rule.name)
    rows = tuple({"threat.technique.id": t, "rules": sorted(names)} for t, names in sorted(watched.items()))
    covered = sum(bool(names) for names in watched.values())
    return Found(
        rows,
        measure=share(covered, len(techniques)),
        needed=parameters["min_ratio"],
        unknown=() if techniques else (none_yet("technique"),),
    )


def content_freshness(evidence: Evidence, parameters: Parameters) -> Found:
    """Days since the rules in use were released."""
    made = evidence.content.made_at
    if made is None:
        return Found(unknown=(Reason("content_age_unknown"),))
    days = round(max(0, evidence.now - made) / DAY, 2)
    row = {"rules": len(evidence.content.rules), "digest": evidence.content.digest}
    return Found((row,), measure=days, needed=parameters["max_days"], at_most=True)


def detection_self_test(evidence: Evidence, parameters: Parameters) -> Found:
    """The last drill of each rule: it ran lately, and what it expected arrived."""
    drills = evidence.records_of("drill")
    if drills is None:
        return Found(unknown=(not_kept("drill"),))
    recent = [d for d in drills if evidence.now - time_ns(d["at"]) <= parameters["max_days"] * DAY]
    if not recent:
        return Found(unknown=(none_yet("drill"),))
    latest: dict[str, Row] = {}
    for drill in sorted(recent, key=lambda d: str(d["at"])):
        latest[str(drill.get("rule") or drill.get("id"))] = drill
    rows = tuple(
        {"rule": name, "state": drill.get("state"), "at": drill["at"], "violation": drill.get("state") not in PASSED}
        for name, drill in sorted(latest.items())
    )
    return Found(rows)


PASSED = ("passed", "pass", "ok", "done")

QUERIES = (
    Query("sensor_coverage", sensor_coverage, "none", ("zones", "sensors"), {"min_ratio": 1.0}),
    Query("monitoring_uptime", monitoring_uptime, "none", ("sensors",), {"min_uptime": 0.99}),
    Query("detection_coverage", detection_coverage, "flows", (), {"min_ratio": 0.5}),
    Query("content_freshness", content_freshness, "none", (), {"max_days": 30}),
    Query("detection_self_test", detection_self_test, "none", (), {"max_days": 30}),
)
