"""Queries on alerts: are they looked at, in time, and to an end."""

from __future__ import annotations

from response.alerts import TRIAGE_CLASSES, Alert
from response.compliance.gathering import Evidence
from response.compliance.query import VIOLATION, Found, Parameters, Query, Row, none_yet, plain_row, share

HOUR = 3600 * 1_000_000_000
GRAVE = ("high", "critical")


def _row(alert: Alert, **more: object) -> Row:
    return plain_row(
        {
            "id": alert.id, "rule.name": alert.rule, "severity": alert.severity, "status": alert.status,
            "resolution": alert.resolution, "source.ip": alert.source.get("ip"),
            "ot.source.zone": alert.source.get("zone"), "destination.ip": alert.destination.get("ip"),
            "ot.destination.zone": alert.destination.get("zone"), "count": alert.count, "first": alert.first_seen,
            "last": alert.last_seen, **more,
        }
    )  # fmt: skip


def _for_triage(evidence: Evidence) -> list[Alert]:
    return [a for a in evidence.alerts if a.rule_class in TRIAGE_CLASSES and a.severity != "informational"]


def _taken_up(alert: Alert) -> int | None:
    """When somebody first took the alert up, ns."""
    return min((entry.at for entry in alert.history), default=None)


def triage_status(evidence: Evidence, parameters: Parameters) -> Found:
    """Hours that the oldest grave alert has been waiting for somebody to look at it."""
    alerts = _for_triage(evidence)
    waiting = [a for a in alerts if a.severity in GRAVE and a.status == "new"]
    oldest = max((evidence.now - a.first_seen for a in waiting), default=0)
    return Found(
        tuple(_row(alert) for alert in waiting),
        measure=round(max(0, oldest) / HOUR, 2),
        needed=parameters["max_hours"],
        at_most=True,
        unknown=() if alerts else (none_yet("alert"),),
    )


def ack_sla(evidence: Evidence, parameters: Parameters) -> Found:
    """Share of alerts that somebody took up within the hours that their severity allows."""
    alerts = _for_triage(evidence)
    late = []
    for alert in alerts:
        limit = parameters["hours"][alert.severity] * HOUR
        if (_taken_up(alert) or evidence.now) - alert.first_seen > limit:
            late.append(_row(alert))
    unknown = () if alerts else (none_yet("alert"),)
    measure = share(len(alerts) - len(late), len(alerts))
    return Found(tuple(late), measure=measure, needed=parameters["min_ratio"], unknown=unknown)


def anomaly_disposition(evidence: Evidence, parameters: Parameters) -> Found:
    """Share of alerts with a recorded decision, of those that people had some hours for."""
    limit = evidence.now - parameters["grace_hours"] * HOUR
    alerts = [a for a in _for_triage(evidence) if a.status == "closed" or a.first_seen <= limit]
    undecided = [alert for alert in alerts if alert.status != "closed"]
    return Found(
        tuple(_row(alert) for alert in undecided),
        measure=share(len(alerts) - len(undecided), len(alerts)),
        needed=parameters["min_ratio"],
        unknown=() if alerts else (none_yet("alert"),),
    )


def dos_events(evidence: Evidence, parameters: Parameters) -> Found:
    """Alerts on floods and denial of service; each has to be dealt with."""
    return _by_technique(evidence, parameters["techniques"])


def malware_indicator(evidence: Evidence, parameters: Parameters) -> Found:
    """Alerts on listed addresses, beacons and transferred programs; each has to be dealt with."""
    return _by_technique(evidence, parameters["techniques"])


def _by_technique(evidence: Evidence, techniques: tuple[str, ...]) -> Found:
    about = [a for a in evidence.alerts if set(a.techniques) & set(techniques)]
    return Found(tuple(_row(a, **{VIOLATION: a.status != "closed", "techniques": a.techniques}) for a in about))


QUERIES = (
    Query("alert_triage_status", triage_status, "flows", (), {"max_hours": 24}),
    Query("alert_ack_sla", ack_sla, "flows", (),
          {"min_ratio": 0.95, "hours": {"critical": 1, "high": 4, "medium": 24, "low": 72}}),
    Query("anomaly_disposition", anomaly_disposition, "flows", (), {"min_ratio": 1.0, "grace_hours": 24}),
    Query("dos_events", dos_events, "flows", (), {"techniques": ("T0814", "T0813")}),
    Query("malware_indicator", malware_indicator, "content", (), {"techniques": ("T0863", "T0865", "T0869", "T0884")}),
)  # fmt: skip
