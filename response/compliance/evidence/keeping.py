"""Queries on this system's own records: baseline, audit log, accounts, former assessments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from response.compliance.assessment import Reason
from response.compliance.gathering import Evidence
from response.compliance.query import VIOLATION, Found, Parameters, Query, Row, none_yet, not_kept, share
from response.times import time_ns, time_text

DAY = 24 * 3600 * 1_000_000_000
IN_FORCE = ("approved", "active")
APART = (("admin", "auditor"), ("analyst", "auditor"))
"""Roles that one person must not hold together: who acts must not judge himself."""


def baseline_approved(evidence: Evidence, parameters: Parameters) -> Found:
    """The learned baseline was approved, and is not too old."""
    entries = evidence.records_of("baseline")
    if entries is None:
        return Found(unknown=(not_kept("baseline"),))
    if not entries:
        return Found(unknown=(none_yet("baseline"),))
    limit = evidence.now - parameters["max_days"] * DAY
    rows = tuple(
        {
            "id": entry.get("id"), "kind": entry.get("kind"), "entity": entry.get("entity"),
            "state": entry.get("state"),
            "at": entry["at"], VIOLATION: entry.get("state") not in IN_FORCE or time_ns(entry["at"]) < limit,
        }
        for entry in entries
    )  # fmt: skip
    return Found(rows)


def audit_log_integrity(evidence: Evidence, parameters: Parameters) -> Found:
    """The audit log's chain of hashes holds from its first line to its last."""
    audit = evidence.audit
    if audit is None:
        return Found(unknown=(not_kept("audit"),))
    if not audit.lines:
        return Found(unknown=(none_yet("audit"),))
    row: Row = {"lines": audit.lines, VIOLATION: audit.broken is not None}
    if audit.broken is not None:
        row = {**row, "broken": audit.broken}
    return Found((row,))


def audit_record_fields(evidence: Evidence, parameters: Parameters) -> Found:
    """Share of lines of the audit log that say when, who and what."""
    audit = evidence.audit
    if audit is None or not audit.lines:
        return Found(unknown=(not_kept("audit") if audit is None else none_yet("audit"),))
    row: Row = {"lines": audit.lines, "complete": audit.complete, VIOLATION: False}
    return Found((row,), measure=share(audit.complete, audit.lines), needed=parameters["min_ratio"])


def log_retention(evidence: Evidence, parameters: Parameters) -> Found:
    """Days that the oldest traffic kept here reaches back. Less than required says only that there is no more yet,
    unless something younger than that was removed."""
    if evidence.held is None:
        return Found(unknown=(none_yet("event"),))
    days = round((evidence.now - evidence.held[0]) / DAY, 2)
    row: Row = {"oldest": time_text(evidence.held[0]), VIOLATION: False}
    is_cut = evidence.removed.get("capture", 0) > evidence.now - parameters["min_days"] * DAY
    if days < parameters["min_days"] and not is_cut:
        return Found((row,), unknown=(Reason("below", {"measure": days, "needed": parameters["min_days"]}),))
    return Found((row,), measure=days, needed=float(parameters["min_days"]))


def system_user_roles(evidence: Evidence, parameters: Parameters) -> Found:
    """Nobody acts and audits with one account; accounts that nobody uses are closed."""
    users = evidence.records_of("user")
    if users is None:
        return Found(unknown=(not_kept("user"),))
    active = [user for user in users if user.get("state", "active") == "active"]
    if not active:
        return Found(unknown=(none_yet("user"),))
    limit = evidence.now - parameters["max_idle_days"] * DAY
    rows = tuple(_user_row(user, limit) for user in active)
    auditors = [user for user in active if "auditor" in _roles(user)]
    return Found(rows, unknown=() if auditors else (Reason("no_auditor"),))


def _roles(user: Mapping[str, Any]) -> frozenset[str]:
    given = user.get("roles", user.get("role"))
    return frozenset([given] if isinstance(given, str) else given or ())


def _user_row(user: Mapping[str, Any], limit: int) -> Row:
    roles = _roles(user)
    used = user.get("last_seen") or user.get("last_login") or user.get("at")
    idle = used is not None and time_ns(str(used)) < limit
    mixed = any(set(pair) <= roles for pair in APART)
    return {"user.name": user.get("name"), "roles": sorted(roles), "idle": idle, VIOLATION: idle or mixed}


def assessment_records(evidence: Evidence, parameters: Parameters) -> Found:
    """Assessments of the last year, with when, by whom, and how they came out."""
    former = evidence.records_of("assessment")
    if former is None:
        return Found(unknown=(not_kept("assessment"),))
    limit = evidence.now - parameters["max_days"] * DAY
    rows = tuple(_assessed(former, limit))
    return Found(rows, unknown=() if rows else (none_yet("assessment"),))


def _assessed(former: Iterable[Mapping[str, Any]], limit: int) -> Iterable[Row]:
    for record in former:
        if time_ns(record["made_at"]) >= limit:
            yield {"id": record.get("id"), "name": record.get("name"), "made_at": record["made_at"],
                   "made_by": record.get("made_by"), VIOLATION: False}  # fmt: skip


def finding_progress(evidence: Evidence, parameters: Parameters) -> Found:
    """Lines of the latest assessment's plan of action that are past their date."""
    former = evidence.records_of("assessment")
    if not former:
        return Found(unknown=(not_kept("assessment") if former is None else none_yet("assessment"),))
    latest = max(former, key=lambda record: str(record["made_at"]))
    lines = [line for line in latest.get("actions", ()) if line.get("state") == "fail"]
    rows = tuple(
        {"id": line["id"], "ot.control": line["control"], "query": line.get("query"), "due": line["due"],
         "owner": line.get("owner"), VIOLATION: False}
        for line in lines
        if line.get("due") and line.get("status") == "open" and time_ns(line["due"]) < evidence.now
    )  # fmt: skip
    return Found(rows, measure=float(len(rows)), needed=0.0, at_most=True)


QUERIES = (
    Query("baseline_approved", baseline_approved, "none", (), {"max_days": 365}),
    Query("audit_log_integrity", audit_log_integrity, "none"),
    Query("audit_record_fields", audit_record_fields, "none", (), {"min_ratio": 0.99}),
    Query("log_retention", log_retention, "none", (), {"min_days": 180}),
    Query("system_user_roles", system_user_roles, "none", (), {"max_idle_days": 90}),
    Query("finding_progress", finding_progress, "none"),
    Query("assessment_records", assessment_records, "none", (), {"max_days": 365}),
)
