"""An analysis for programs: one JSON object, or one alert a line. Same input, same bytes, but for `seconds`."""

from __future__ import annotations

from api.output.documents import Json, alert_document, dumps, line, plain
from api.output.reasons import capture_reason
from api.output.report import Report
from api.texts import Texts
from sensors.capture import BadFile

SCHEMA = "bittern.analysis/v1"


def render_json(report: Report) -> str:
    """`bittern.analysis/v1`. Lists are ordered by first_seen, then id; `alerts` holds what is for triage only."""
    analysis, teller = report.analysis, report.teller
    return dumps(
        {
            "schema": SCHEMA,
            "lang": teller.lang,
            "capture": _capture(report),
            "events": {name: analysis.rows[name] for name in sorted(analysis.rows)},
            "findings": analysis.findings.total(),
            "alerts": [alert_document(alert, teller) for alert in report.alerts],
            "alerts_below_severity_min": report.hidden,
            "posture": [alert_document(alert, teller) for alert in report.posture],
            "health": [alert_document(alert, teller) for alert in report.health],
            "informational": report.informational,
            "notices": [{"code": n.code, "parameters": plain(n.parameters)} for n in report.notices],
            "errors": [_error(bad, teller.texts) for bad in analysis.bad_files],
            "failures": {n: {"count": count, "last": last} for n, (count, last) in sorted(analysis.failures.items())},
            "seconds": round(analysis.seconds, 3),
        }
    )


def render_ndjson(report: Report) -> str:
    """One alert a line, in the same form and order."""
    return "".join(line(alert_document(alert, report.teller)) + "\n" for alert in report.alerts)


def _error(bad: BadFile, words: Texts) -> Json:
    """`packets` were read before the place; none of a file that could not be read at all."""
    return {
        "path": bad.path,
        "offset": bad.offset,
        "packets": bad.frames,
        "code": bad.code,
        "parameters": plain(bad.parameters),
        "reason": capture_reason(bad, words),
    }


def _capture(report: Report) -> dict[str, Json]:
    counters = report.analysis.counters
    found: dict[str, Json] = {
        "packets": report.packets,
        "bytes": counters.get("link.bytes", 0),
        "files": len(report.analysis.files),
        "files_passed_over": len(report.analysis.passed_over),
    }
    return found | {name: counters[name] for name in sorted(counters)}
